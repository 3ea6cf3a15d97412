"""The engine: what it promises about a unit of work, on real files."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.errors import StoreUnavailable
from bot.store.group_commit import GroupCommit
from bot.store.sql.connection import Connection
from bot.store.sqlite.connection import open_for_reading, open_for_writing
from bot.store.sqlite.engine import SqliteEngine


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "volt-bot.db"


async def write(engine: GroupCommit, name: str, value: str = "x") -> int:
    """Write one row in a unit of work of its own."""

    def unit(connection: Connection) -> int:
        return connection.execute("INSERT INTO value VALUES (1, ?, ?, 0)", (name, value)).rowcount

    return await engine.run(unit)


async def limit_pages(engine: GroupCommit, pages: int) -> None:
    """Make the disk as small as this."""
    await engine.run(lambda c: c.execute(f"PRAGMA max_page_count={pages}").fetchone())


def facts(database: Path) -> list[str]:
    """Read what another connection sees."""
    reader = open_for_reading(database)
    try:
        return [row["name"] for row in reader.execute("SELECT name FROM value ORDER BY name")]
    finally:
        reader.close()


async def test_result_comes_after_commit(database: Path) -> None:
    """When run() returns, another connection sees the row."""
    engine = GroupCommit(SqliteEngine(lambda: open_for_writing(database)))
    await engine.start()
    await write(engine, "a")
    assert facts(database) == ["a"]
    await engine.close()


async def test_failing_unit_fails_alone(database: Path) -> None:
    """Of many units in one commit only the one that raises is undone, and its caller gets its error."""
    engine = GroupCommit(SqliteEngine(lambda: open_for_writing(database)))
    await engine.start()

    def half_then_raise(connection: Connection) -> None:
        connection.execute("INSERT INTO value VALUES (1, 'half', 'x', 0)")
        raise ValueError("second thoughts")

    before = [asyncio.create_task(write(engine, f"before {number}")) for number in range(5)]
    failing = asyncio.create_task(engine.run(half_then_raise))
    after = [asyncio.create_task(write(engine, f"later {number}")) for number in range(5)]
    with pytest.raises(ValueError, match="second thoughts"):
        await failing
    await asyncio.gather(*before, *after)
    assert len(facts(database)) == 10
    assert "half" not in facts(database)
    await engine.close()


async def test_full_disk_refuses_all_and_recovers(database: Path) -> None:
    """When the disk is full nothing of a commit is kept, callers are told so, and work goes on once there is room."""
    engine = GroupCommit(SqliteEngine(lambda: open_for_writing(database)))
    await engine.start()
    await limit_pages(engine, 64)
    written = await asyncio.gather(*(write(engine, str(n), "y" * 4_000) for n in range(200)), return_exceptions=True)
    refused = [outcome for outcome in written if isinstance(outcome, BaseException)]
    assert refused
    assert all(isinstance(error, StoreUnavailable) for error in refused)
    assert len(facts(database)) == len(written) - len(refused)
    await limit_pages(engine, 100_000)
    await write(engine, "room again")
    assert "room again" in facts(database)
    await engine.close()


async def test_closing_commits_what_waits(database: Path) -> None:
    """Units handed in before close() are on the disk afterwards; later ones are refused."""
    engine = GroupCommit(SqliteEngine(lambda: open_for_writing(database)))
    await engine.start()
    waiting = [asyncio.create_task(write(engine, str(number))) for number in range(300)]
    await asyncio.wait(waiting[:1])
    await engine.close()
    assert sum(await asyncio.gather(*waiting)) == len(facts(database)) == 300
    with pytest.raises(StoreUnavailable, match="closed"):
        await engine.run(lambda _: None)


async def test_second_bot_on_one_database_is_refused(database: Path) -> None:
    """A second writer is told that another bot uses the file, and may have it once the first is gone."""
    first, second = (
        GroupCommit(SqliteEngine(lambda: open_for_writing(database))),
        GroupCommit(SqliteEngine(lambda: open_for_writing(database))),
    )
    await first.start()
    with pytest.raises(StoreUnavailable, match="another volt-bot is using it"):
        await second.start()
    await first.close()
    third = GroupCommit(SqliteEngine(lambda: open_for_writing(database)))
    await third.start()
    await third.close()


async def test_missing_folder_is_said_in_words(tmp_path: Path) -> None:
    """A database that cannot be opened names the file and the cure."""
    engine = GroupCommit(SqliteEngine(lambda: open_for_writing(tmp_path / "nowhere" / "volt-bot.db")))
    with pytest.raises(StoreUnavailable, match=r"nowhere/volt-bot.db.*Check that the folder exists"):
        await engine.start()


async def test_durability_settings(database: Path) -> None:
    """The write connection syncs every commit, keeps foreign keys, and lets readers go on (WAL)."""
    engine = GroupCommit(SqliteEngine(lambda: open_for_writing(database)))
    await engine.start()

    def read(connection: Connection) -> list[object]:
        return [
            connection.execute(f"PRAGMA {p}").fetchone()[0] for p in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert await engine.run(read) == ["wal", 2, 1]
    await engine.close()
