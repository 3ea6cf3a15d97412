"""A database file that is damaged, foreign, newer, gone, or known by two names: said in words, left as it is."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.errors import DatabaseLost, StoreUnavailable
from bot.store.group_commit import GroupCommit
from bot.store.sqlite.checkup import Checkup
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.engine import SqliteEngine
from bot.store.sqlite.soundness import examine
from tests.harness.observed import Observed


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Give a database of ours that nobody has open."""
    path = tmp_path / "volt-bot.db"
    open_for_writing(path).close()
    return path


def folder(database: Path) -> dict[str, bytes]:
    """Read every file there is, but for the lock file, which is empty."""
    return {one.name: one.read_bytes() for one in database.parent.iterdir() if not one.name.endswith("-lock")}


def copy(database: Path, to: Path) -> None:
    """Copy a database and its log."""
    for end in ("", "-wal"):
        Path(f"{to}{end}").write_bytes(Path(f"{database}{end}").read_bytes())


def replace(path: Path) -> None:
    """Put a copy of a file in its place."""
    path.rename(path.with_name("elsewhere"))
    path.write_bytes(path.with_name("elsewhere").read_bytes())


def damage(path: Path) -> None:
    """Overwrite every page but the first, as a bad disk does."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))


def text_file(path: Path) -> None:
    """Put something else in its place."""
    path.write_bytes(b"Dear diary, " * 1_000)


def other_program(path: Path) -> None:
    """Put another program's database in its place."""
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
        other.commit()


def newer(path: Path) -> None:
    """Let it have gone through a step that this program does not know."""
    with closing(sqlite3.connect(path)) as made:
        made.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('volt-bot', 'x', '')")
        made.commit()


CASES = [
    (damage, "is damaged"),
    (text_file, "is not a database of volt-bot"),
    (other_program, "is the database of another program"),
    (newer, "was written by a newer volt-bot"),
]


@pytest.mark.parametrize(("harm", "words"), CASES)
async def test_a_file_that_is_not_ours_is_left_as_it_is(database: Path, harm: object, words: str) -> None:
    """Each is refused in one sentence of its own; no byte changes and nothing is left beside the file."""
    harm(database)  # type: ignore[operator]
    before = folder(database)
    with pytest.raises(StoreUnavailable, match=words) as refused:
        open_for_writing(database)
    assert "left as it is" in str(refused.value)
    assert folder(database) == before


def test_a_database_that_a_power_loss_kept_from_beginning_begins(tmp_path: Path) -> None:
    """Where the power went while the first page was written, the rollback journal says that nothing was there."""
    database = tmp_path / "bot.db"
    database.write_bytes(bytes(4096))
    name, records, sizes = bytes.fromhex("d9d505f920a163d7"), bytes(4), bytes.fromhex("0000020000001000")
    journal = database.with_name("bot.db-journal")
    journal.write_bytes((name + records + b"\x88\x11\xf1\x1f" + bytes(4) + sizes).ljust(512, b"\0"))
    open_for_writing(database).close()
    assert not journal.exists()
    assert examine(database)


async def test_a_damaged_log_is_read_and_left(database: Path) -> None:
    """A file that is not ours is left as it is, too, where a crash has left a log beside it."""
    with closing(sqlite3.connect(database)) as living:
        living.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('volt-bot', 'x', '')")
        living.commit()
        crashed = database.parent / "crashed" / database.name
        crashed.parent.mkdir()
        copy(database, crashed)
    before = folder(crashed)
    with pytest.raises(StoreUnavailable, match="newer volt-bot"):
        open_for_writing(crashed)
    assert folder(crashed) == before


@pytest.mark.parametrize("name", [os.symlink, os.link])
async def test_a_second_name_lets_no_second_bot_in(database: Path, name: object) -> None:
    """A bot that finds the same file under another name is refused as it is under the same name."""
    other = database.with_name("other.db")
    name(database, other)  # type: ignore[operator]
    first = open_for_writing(database)
    with pytest.raises(StoreUnavailable, match="another volt-bot is using it"):
        open_for_writing(other)
    first.close()
    open_for_writing(other).close()


@pytest.mark.parametrize("end", ["", "-wal"])
async def test_nothing_is_accepted_once_the_file_is_gone(database: Path, end: str) -> None:
    """What is written after the file, or its log, was removed or replaced is refused, and so is all that follows."""
    engine = GroupCommit(SqliteEngine(lambda: open_for_writing(database)))
    await engine.start()
    replace(Path(f"{database}{end}"))
    for _ in range(2):
        with pytest.raises(DatabaseLost, match="moved, removed or replaced"):
            await engine.run(lambda c: c.execute("INSERT INTO value VALUES (1, 'a', 'b', 0)").rowcount)
    await engine.close()


async def test_nothing_is_accepted_once_a_unit_met_damage(database: Path) -> None:
    """Where one unit of work is told that the file is damaged, no unit is taken any more."""
    with closing(sqlite3.connect(database)) as made:
        made.executemany("INSERT INTO seen_event VALUES (1, ?, ?, 0)", [(str(n), "x" * 900) for n in range(100)])
        made.commit()
        root = made.execute("SELECT rootpage FROM sqlite_master WHERE name = 'seen_event'").fetchone()[0]
    engine = GroupCommit(SqliteEngine(lambda: open_for_writing(database)))
    await engine.start()
    with database.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xa5" * 4096)
    with pytest.raises(DatabaseLost, match="damaged"):
        await engine.run(lambda c: c.execute("SELECT count(at) FROM seen_event").fetchone())
    with pytest.raises(DatabaseLost, match="damaged"):
        await engine.run(lambda _: None)
    await engine.close()


async def test_damage_that_nobody_reads_is_found(database: Path) -> None:
    """The file is read whole beside the running bot, and what is found stops it."""
    found: list[DatabaseLost] = []
    seen = asyncio.Event()

    def give_up(lost: DatabaseLost) -> None:
        found.append(lost)
        seen.set()

    async def commit() -> None:
        """Write nothing."""

    damage(database)
    loop = asyncio.get_running_loop()

    def tell(lost: DatabaseLost) -> None:
        loop.call_soon_threadsafe(give_up, lost)

    observer = Observed()
    checkup = Checkup(database, commit, tell, observer)
    await checkup.start()
    async with asyncio.timeout(5):
        await seen.wait()
    await checkup.close()
    assert "damaged" in str(found[0])
    assert not observer.bugs


async def test_a_bug_in_looking_after_the_file_is_told(database: Path) -> None:
    """Where our own code fails while it looks after the file, whoever watches is told; no file is given up for it."""
    found: list[DatabaseLost] = []
    tried = asyncio.Event()

    async def commit() -> None:
        """Fail as nothing of the store should."""
        tried.set()
        raise ValueError("bug")

    observer = Observed()
    checkup = Checkup(database, commit, found.append, observer)
    await checkup.start()
    await tried.wait()
    await checkup.close()
    assert [str(error) for error in observer.bugs] == ["bug"]
    assert not found
