"""Putting a backup in place: refused in words where anything could be lost, and the old file is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.errors import StoreUnavailable
from bot.domain.timestamps import Micros
from bot.store.sql.transaction import SqlTransaction
from bot.store.sqlite.backup import write_copy
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.restore import put_in_place
from tests.store.test_soundness import CASES, copy, damage, folder

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Give a database with a fact in it, not in use."""
    path = tmp_path / "volt-bot.db"
    note(path, "old")
    return path


def note(path: Path, name: str) -> None:
    """Write a fact."""
    with closing(open_for_writing(path)) as made:
        made.execute("INSERT INTO value VALUES (1, ?, 'x', 0)", (name,))


def facts(path: Path) -> set[str]:
    """Read the names of the facts."""
    with closing(sqlite3.connect(path)) as reader:
        return {row[0] for row in reader.execute("SELECT name FROM value")}


@pytest.fixture
def backup(database: Path) -> Path:
    """Give a backup, taken before something was written that it lacks."""
    made = database.with_name("copy.db")
    write_copy(database, made)
    note(database, "new")
    return made


def test_a_backup_is_put_in_place(database: Path, backup: Path) -> None:
    """The copy takes the database's name, the old file keeps what it held under a name with the time."""
    kept = put_in_place(database, backup, at=AT)
    assert facts(database) == {"old", "copied"}
    assert kept == database.with_name("volt-bot.db.20260301T120000")
    assert facts(kept) == {"old", "new"}
    assert not database.with_name("volt-bot.db-wal").exists()


def test_a_backup_does_not_know_when_it_was_put_in_place(database: Path, backup: Path) -> None:
    """What came after the backup is to be looked for, however much later the backup is put in place."""
    put_in_place(database, backup, at=AT)
    with closing(open_for_writing(database)) as connection:
        assert SqlTransaction(connection, Micros(1)).known_until() == 0


def test_a_running_bot_keeps_its_database(database: Path, backup: Path) -> None:
    """While a bot runs on the database nothing is put in its place."""
    with closing(open_for_writing(database)):
        before = folder(database)
        with pytest.raises(StoreUnavailable, match="another volt-bot is using it"):
            put_in_place(database, backup, at=AT)
        assert folder(database) == before


def test_a_log_that_holds_texts_is_kept(database: Path, backup: Path) -> None:
    """Beside the log of a bot that crashed it is refused, and says that the bot has to be started once more."""
    crashed = database.parent / "crashed" / database.name
    crashed.parent.mkdir()
    with closing(open_for_writing(database)) as living:
        living.execute("INSERT INTO value VALUES (1, 'in the log', 'x', 0)")
        copy(database, crashed)
    before = folder(crashed)
    with pytest.raises(StoreUnavailable, match="Start the bot and stop it"):
        put_in_place(crashed, backup, at=AT)
    before.pop(f"{database.name}-shm", None)
    assert {name: data for name, data in folder(crashed).items() if not name.endswith("-shm")} == before


def test_a_damaged_database_is_replaced_with_its_log(database: Path, backup: Path) -> None:
    """Where the database is damaged, its log goes with it: nothing could take it in."""
    damage(database)
    Path(f"{database}-wal").write_bytes(b"what is left of it")
    kept = put_in_place(database, backup, at=AT)
    assert kept is not None
    assert Path(f"{kept}-wal").read_bytes() == b"what is left of it"
    assert facts(database) == {"old", "copied"}


@pytest.mark.parametrize(("harm", "words"), CASES)
def test_a_file_that_is_no_backup_is_refused(
    database: Path, backup: Path, harm: Callable[[Path], None], words: str
) -> None:
    """What is damaged, foreign or newer is not put in place, and nothing is touched."""
    harm(backup)
    before = folder(database)
    with pytest.raises(StoreUnavailable, match=words):
        put_in_place(database, backup, at=AT)
    assert folder(database) == before


def test_the_database_is_no_backup_of_itself(database: Path) -> None:
    """Neither is it put in its own place, nor is a backup written over it or its own files."""
    with pytest.raises(StoreUnavailable, match="is the database itself"):
        put_in_place(database, database, at=AT)
    for name in ("volt-bot.db", "volt-bot.db-wal"):
        with pytest.raises(StoreUnavailable, match=r"exists already|is a name that"):
            write_copy(database, database.with_name(name))
