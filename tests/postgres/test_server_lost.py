"""The server goes away: killed, restarted, not there at the start, left by its standby. Nothing is told too early."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
import structlog

from bot.domain.errors import StoreUnavailable
from bot.store.group_commit import GroupCommit
from bot.store.postgres.address import read_address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.storage import PostgresStorage
from tests.harness.observed import Observed
from tests.postgres import shared_server
from tests.postgres.cluster import Cluster, binaries
from tests.postgres.stage import Told, tell, told, until

pytestmark = pytest.mark.postgres


async def stored(stage: Told, number: int) -> bool:
    """Run a unit; False where its caller was told that it was not stored."""
    try:
        await stage.writer.run(tell(number))
    except StoreUnavailable:
        return False
    return True


async def test_a_server_that_is_killed_comes_back(own_server: Cluster) -> None:
    """Callers are refused while it is away, whoever was told "stored" finds it there, and all goes on by itself."""
    async with told(own_server.url) as stage:
        told_of = []
        for round_ in range(3):
            under_way = [asyncio.ensure_future(stored(stage, round_ * 100 + number)) for number in range(50)]
            await asyncio.sleep(0)
            own_server.kill()
            with pytest.raises(StoreUnavailable):
                await stage.writer.run(tell(-1))
            own_server.start()
            await stage.until_it_runs()
            told_of += [
                round_ * 100 + number for number, is_stored in enumerate(await asyncio.gather(*under_way)) if is_stored
            ]
        assert await stored(stage, 999)
        assert stage.rows() == [*told_of, 999]


async def test_a_server_that_is_not_there_at_the_start_is_waited_for(own_server: Cluster) -> None:
    """The bot says in words what it waits for, and goes on when the server is there."""
    own_server.stop()
    engine = PostgresEngine(read_address(own_server.url))
    writer = GroupCommit(engine)
    with structlog.testing.capture_logs() as logs:
        starting = asyncio.ensure_future(writer.start())
        await until(lambda: bool(logs))
        own_server.start()
        await starting
    assert await writer.run(lambda connection: connection.execute("SELECT 1 AS one").fetchone()["one"]) == 1
    await writer.close()
    assert logs[0]["event"] == "store.away"
    assert logs[0]["words"] == (
        f"The server of 127.0.0.1:{own_server.port}/postgres cannot be reached. Start it, or put DATABASE_URL right."
    )
    assert [log["event"] for log in logs] == ["store.away", "store.back"]


async def test_a_server_that_is_lost_while_a_bot_begins_is_waited_for(own_server: Cluster) -> None:
    """A bot whose seat the server does not keep in time, for want of a standby, waits as for one that is not there."""
    async with told(own_server.url):
        pass  # the schema is there
    own_server.set("synchronous_standby_names", "ANY 1 (nobody)")
    writer = GroupCommit(PostgresEngine(read_address(own_server.url)))
    with structlog.testing.capture_logs() as logs:
        starting = asyncio.ensure_future(writer.start())
        await until(lambda: bool(logs))
        own_server.set("synchronous_standby_names", "")
        await starting
    await writer.close()
    assert [log["event"] for log in logs] == ["store.away", "store.back"]
    assert "cannot be set up" in logs[0]["words"]


async def test_a_start_that_waits_can_be_given_up(own_server: Cluster) -> None:
    """A bot that is told to stop while it waits for its server stops."""
    own_server.stop()
    storage = PostgresStorage(read_address(own_server.url), Observed())
    with structlog.testing.capture_logs() as logs:
        starting = asyncio.ensure_future(storage.start())
        await until(lambda: bool(logs))
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
    await storage.close()


async def test_a_commit_that_the_standby_may_not_have_is_told_when_it_has(own_server: Cluster) -> None:
    """PostgreSQL answers a wait that is cancelled with yes and a warning; nobody is told before the standby has it."""
    programs = binaries()
    assert programs is not None
    standby = Cluster(shared_server.new_folder(), programs)
    standby.create_standby_of(own_server, "standby")
    standby.start()
    try:
        async with told(own_server.url) as stage:
            own_server.set("synchronous_standby_names", "standby")
            await until(lambda: stage.beside("SELECT sync_state FROM pg_stat_replication") == [("sync",)])
            await stage.writer.run(tell(1))
            standby.stop()
            unsure = asyncio.ensure_future(stage.writer.run(tell(2)))
            await until(lambda: cancel_waits(own_server) > 0)
            assert stage.rows() == [1, 2]  # it is here, and nowhere else
            with pytest.raises(StoreUnavailable):
                await stage.writer.run(tell(3))
            assert not unsure.done()
            standby.start()
            await stage.until_it_runs()
            assert await unsure == 2
            assert stage.rows() == [1, 2]
    finally:
        standby.stop()
        standby.remove()


def cancel_waits(server: Cluster) -> int:
    """Cancel each wait for the standby, as an impatient operator does; gives how many there were."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        ).fetchall()
    return len(found)
