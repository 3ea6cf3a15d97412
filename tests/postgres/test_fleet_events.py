"""What the engine tells its observer of itself, the other bots and their server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import psycopg
import pytest

from bot.domain.errors import StoreUnavailable
from bot.ports.observer import FleetEvent, FleetEventKind, FleetReason
from bot.store.group_commit import GroupCommit
from bot.store.postgres.address import read_address
from bot.store.postgres.engine import PostgresEngine
from bot.store.sql.connection import Connection

pytestmark = pytest.mark.postgres


class Told:
    """A group commit on a database, and what its engine has told."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.events: list[FleetEvent] = []
        self.writer = GroupCommit(PostgresEngine(read_address(url), self.events.append))


@pytest.fixture
async def told(postgres_url: str) -> AsyncIterator[Told]:
    """Give an engine that runs, and listen to it."""
    running = Told(postgres_url)
    await running.writer.start()
    yield running
    await running.writer.close()


def do_nothing(_connection: Connection) -> None:
    """A unit that writes nothing."""


def fail(_connection: Connection) -> None:
    """A unit that raises."""
    raise ValueError("not this one")


async def test_a_batch_that_is_run_again(told: Told) -> None:
    """That a unit made its whole batch run again is told once; a unit alone is not run again."""
    is_queued = threading.Event()
    is_taken_up = threading.Event()

    def hold_up(_connection: Connection) -> None:
        is_taken_up.set()
        is_queued.wait(60)

    waiting = [asyncio.ensure_future(told.writer.run(hold_up))]
    await asyncio.to_thread(is_taken_up.wait, 60)
    waiting += [asyncio.ensure_future(told.writer.run(unit)) for unit in (fail, do_nothing)]
    await asyncio.sleep(0)
    is_queued.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(results[1], ValueError)
    with pytest.raises(ValueError, match="not this one"):
        await told.writer.run(fail)
    assert told.events == [FleetEvent(FleetEventKind.RAN_AGAIN, FleetReason.UNIT_RAISED)]


async def test_a_seat_that_others_have_ended(told: Told) -> None:
    """A bot that was taken for one that is gone tells so, and goes on in a new seat."""
    with psycopg.connect(told.url, autocommit=True) as beside:
        beside.execute("UPDATE seat SET ended_at = clock_timestamp()")
    with pytest.raises(StoreUnavailable):
        await told.writer.run(do_nothing)
    await told.writer.run(do_nothing)
    assert told.events == [FleetEvent(FleetEventKind.SEAT_LOST, FleetReason.SILENT)]


@pytest.mark.parametrize("lost", ["UPDATE seat SET batch = batch - 1", "DELETE FROM seat"])
async def test_a_failover_that_lost_what_was_acknowledged(told: Told, lost: str) -> None:
    """Where the database knows less of a bot than the bot was told, that is told apart, with what to do about it."""
    await told.writer.run(do_nothing)
    with psycopg.connect(told.url, autocommit=True) as beside:
        beside.execute(lost.encode())
    with pytest.raises(StoreUnavailable, match="Start every bot anew, so that what is stored is compared with Slack"):
        await told.writer.run(do_nothing)
    await told.writer.run(do_nothing)
    assert told.events == [FleetEvent(FleetEventKind.SEAT_LOST, FleetReason.UNDONE)]


async def test_a_connection_that_is_lost(told: Told) -> None:
    """A batch whose connection is lost before its COMMIT is run again, and that is told."""
    process = await told.writer.run(lambda connection: connection.execute("SELECT pg_backend_pid() AS pid").fetchone())
    assert process is not None
    with psycopg.connect(told.url, autocommit=True) as beside:
        beside.execute("SELECT pg_terminate_backend(%s, 10000)", [process["pid"]])
    assert await told.writer.run(lambda _: 7) == 7
    assert told.events == [FleetEvent(FleetEventKind.RAN_AGAIN, FleetReason.CONNECTION_LOST)]
