"""A database that a version before 0.2 wrote: refused in one line, and not a byte of it changes."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.errors import StoreUnavailable
from bot.store.sqlite.backup import look_at, read_value, write_copy
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.noted_uses import note_use
from bot.store.sqlite.restore import put_in_place
from tests.store.test_soundness import folder

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def begin(path: Path) -> sqlite3.Connection:
    """Make a database as versions before 0.2 did, so far as it matters here, and leave it open."""
    made = sqlite3.connect(path)
    made.execute("PRAGMA journal_mode=WAL")
    made.execute("CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set, name, applied_at)")
    made.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('volt-bot', 'first_tables')")
    made.execute("CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT, at INTEGER)")
    made.commit()
    return made


def closed(path: Path) -> None:
    """Leave one file, as after a stop."""
    begin(path).close()


def killed_early(path: Path) -> None:
    """Leave nearly all of it in the log, as a bot that was killed soon after its first start."""
    _killed(path, "SELECT 1")


def killed_late(path: Path) -> None:
    """Leave the tables in the file and the newest rows in the log."""
    _killed(path, "PRAGMA wal_checkpoint")


def _killed(path: Path, meanwhile: str) -> None:
    alive = path.with_name("alive") / path.name
    alive.parent.mkdir()
    with closing(begin(alive)) as made:
        made.execute(meanwhile)
        made.execute("INSERT INTO fact VALUES ('signature', 'x', 0)")
        made.commit()
        for end in ("", "-wal", "-shm"):
            shutil.copyfile(f"{alive}{end}", f"{path}{end}")
    shutil.rmtree(alive.parent)


def open_it(database: Path) -> None:
    """Start the bot on it."""
    open_for_writing(database).close()


def back_it_up(database: Path) -> None:
    """Copy it."""
    write_copy(database, database.with_name("copy.db"))


def restore_it(database: Path) -> None:
    """Put it in place of another database."""
    put_in_place(database.with_name("other.db"), database, at=AT)


def export_it(database: Path) -> None:
    """Export what is in it."""
    note_use(database, "root", "exported", "all", at=AT)


def examine_it(database: Path) -> None:
    """Look at it as the doctor does, who reads a value first."""
    assert read_value(database, "signature") is None
    look_at(database)


@pytest.mark.parametrize("made", [closed, killed_early, killed_late])
@pytest.mark.parametrize("use", [open_it, back_it_up, restore_it, export_it, examine_it])
def test_it_is_refused_in_one_line_and_left_as_it_is(
    tmp_path: Path, made: Callable[[Path], None], use: Callable[[Path], None]
) -> None:
    """The line says what it is, where it lies and how to begin anew; neither the file nor its log nor index changes."""
    database = tmp_path / "volt-bot.db"
    made(database)
    before = folder(database)
    with pytest.raises(StoreUnavailable) as refused:
        use(database)
    assert str(refused.value) == (
        f"{database} is from a version before 0.2, and is left as it is."
        " To start with a new database, move volt-bot.db* away, or set DATABASE_URL to another file."
    )
    assert folder(database) == before


def test_a_backup_is_put_in_its_place(tmp_path: Path) -> None:
    """A backup of this version takes its name, and it is kept under another with its log."""
    database, backup, other = (tmp_path / name for name in ("volt-bot.db", "copy.db", "other.db"))
    open_for_writing(other).close()
    write_copy(other, backup)
    killed_late(database)
    log = Path(f"{database}-wal").read_bytes()
    kept = put_in_place(database, backup, at=AT)
    assert kept is not None
    assert Path(f"{kept}-wal").read_bytes() == log
    open_for_writing(database).close()
