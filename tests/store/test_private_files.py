"""Files of the database are for their owner alone, whatever the umask; wider ones are narrowed at the start."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.errors import StoreUnavailable
from bot.store.sqlite.backup import write_copy
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.noted_uses import note_use
from bot.store.sqlite.private_files import files_of, narrow, open_to_others
from bot.store.sqlite.restore import put_in_place
from tests.store.test_soundness import text_file

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MASKS = [0o000, 0o022, 0o027, 0o077]


@pytest.fixture(params=MASKS, ids=oct)
def database(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Give the path of a database in an empty folder, under each umask."""
    before = os.umask(request.param)
    yield tmp_path / "bot.db"
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Read who may do what with each file."""
    return {one.name: stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()}


def begin(database: Path) -> None:
    """Begin a database."""
    open_for_writing(database).close()


def private(*names: str) -> dict[str, int]:
    """Expect these files, for their owner alone."""
    return dict.fromkeys(names, 0o600)


def test_a_new_database(database: Path) -> None:
    """The database, its log, its index and its lock file are private from the first moment on."""
    with closing(open_for_writing(database)) as connection:
        connection.execute("INSERT INTO value (workspace, name, value, at) VALUES (1, 'a', 'x', 0)")
        assert modes(database.parent) == private("bot.db", "bot.db-wal", "bot.db-shm", "bot.db-lock")
    with closing(open_for_writing(database)):
        assert set(modes(database.parent).values()) == {0o600}


@pytest.fixture
def changed() -> Iterator[list[str]]:
    """Note every change of permissions while a test runs; a hook cannot be taken down, so it is told to rest."""
    noted: list[str] = []
    is_on = [True]

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event == "os.chmod" and is_on:
            noted.append(str(arguments[0]))

    sys.addaudithook(note)
    yield noted
    is_on.clear()


def test_no_moment_in_which_others_may_read(database: Path, changed: list[str]) -> None:
    """Each file is private from the moment on in which it is made: none is narrowed afterwards."""
    begin(database)
    write_copy(database, database.with_name("copy.db"))
    put_in_place(database, database.with_name("copy.db"), at=AT)
    note_use(database, "root", "exported", "texts", at=AT)
    begin(database)
    assert set(modes(database.parent).values()) == {0o600}
    assert changed == []


def test_a_copy(database: Path) -> None:
    """A backup, a database that was put in place, the old one that is kept, and the note of an export are private."""
    begin(database)
    write_copy(database, database.with_name("copy.db"))
    put_in_place(database, database.with_name("copy.db"), at=AT)
    note_use(database, "root", "exported", "texts", at=AT)
    kept = "bot.db.20260301T120000"
    assert modes(database.parent) == private(
        "bot.db", "bot.db-lock", "copy.db", kept, "bot.db-exports.jsonl", "bot.db-exports.count"
    )


def widen(folder: Path) -> None:
    """Let everybody read everything, as earlier versions did."""
    for one in folder.iterdir():
        one.chmod(0o644)


def test_wider_files_are_narrowed_at_the_start(database: Path) -> None:
    """What others may read is narrowed when the bot starts, old files too; what is not the database's is left."""
    begin(database)
    kept = "bot.db.20260301T120000-2"
    for name in ("bot.db-exports.jsonl", kept, f"{kept}-wal", "bot.db.unfinished", "bot.db.txt", "other.db"):
        database.with_name(name).touch()
    widen(database.parent)
    assert {one.name for one in open_to_others(database)} == set(modes(database.parent)) - {"bot.db.txt", "other.db"}
    with closing(open_for_writing(database)):
        found = modes(database.parent)
    assert {name for name, mode in found.items() if mode != 0o600} == {"bot.db.txt", "other.db"}
    assert open_to_others(database) == []


def test_an_old_file_is_narrowed_when_it_is_replaced(database: Path) -> None:
    """A database that others may read is private under the name that it is kept by."""
    begin(database)
    write_copy(database, database.with_name("copy.db"))
    widen(database.parent)
    kept = put_in_place(database, database.with_name("copy.db"), at=AT)
    assert kept is not None
    found = modes(database.parent)
    assert found.pop("copy.db") == 0o644
    assert set(found.values()) == {0o600}


def test_the_log_of_a_crash_is_narrowed(database: Path) -> None:
    """A log and an index that a crash left, and that others may read, are narrowed with the database."""
    begin(database)
    with closing(sqlite3.connect(database)) as crashed:
        crashed.execute("INSERT INTO value (workspace, name, value, at) VALUES (1, 'a', 'x', 0)")
        crashed.commit()
        widen(database.parent)
        with closing(open_for_writing(database)):
            assert set(modes(database.parent).values()) == {0o600}


def test_a_symbolic_link(database: Path) -> None:
    """Under a second name it is the file itself that is narrowed."""
    begin(database)
    widen(database.parent)
    link = database.parent / "link.db"
    link.symlink_to(database)
    open_for_writing(link).close()
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert files_of(link) == files_of(database)


def test_a_file_that_is_not_ours_is_left_as_it_is(database: Path) -> None:
    """The file of another program is refused, and who may read it stays as it was."""
    text_file(database)
    database.chmod(0o644)
    with pytest.raises(StoreUnavailable):
        open_for_writing(database)
    assert modes(database.parent)["bot.db"] == 0o644


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file whose permissions nobody can change")
def test_a_file_whose_permissions_cannot_be_changed() -> None:
    """Where permissions cannot be changed the bot starts all the same; the doctor still lists the file."""
    file = Path(f"/proc/{os.getpid()}/status")
    narrow(file)
    assert open_to_others(file) == [file]


def test_no_database() -> None:
    """Where nothing is there, nothing is open to others."""
    assert open_to_others(Path("/nowhere/bot.db")) == []
