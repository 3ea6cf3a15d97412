"""The time of a unit of work: told once nobody else writes, so that what others kept before is never of the future."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from bot.call_deadline import steady
from bot.domain.timestamps import Micros
from bot.domain.workspaces import FROM_ENVIRONMENT
from bot.ports.storage import Transaction
from bot.store.postgres.address import read_address
from bot.store.postgres.beside import changing, in_unit
from bot.store.postgres.statements import queries
from bot.store.postgres.storage import PostgresStorage
from tests.harness.observed import Observed
from tests.postgres.stage import until

pytestmark = pytest.mark.postgres


def now_of(tx: Transaction) -> Micros:
    """Tell the time of a unit."""
    return tx.now


def beside_bots(url: str) -> Micros:
    """Run a unit as a command does."""
    with changing(read_address(url)) as connection:
        return in_unit(connection, FROM_ENVIRONMENT, now_of)


async def by_a_bot(storage: PostgresStorage) -> Micros:
    """Run a unit as a bot does."""
    return await storage.store.run(now_of)


@pytest.mark.parametrize("is_command", [False, True])
async def test_a_unit_that_waited_is_of_the_moment_when_it_ran(postgres_url: str, *, is_command: bool) -> None:
    """A unit that another writer kept waiting does not bear the time at which it began to wait."""
    storage = PostgresStorage(read_address(postgres_url), Observed())
    await storage.store.start()
    with psycopg.connect(postgres_url) as other, psycopg.connect(postgres_url, autocommit=True) as watch:
        other.execute("SELECT id FROM part WHERE id = 0 FOR UPDATE")
        waiting = asyncio.ensure_future(
            asyncio.to_thread(beside_bots, postgres_url) if is_command else by_a_bot(storage)
        )
        await until(blocks(watch, other.info.backend_pid))
        released = other.execute("SELECT clock_timestamp()").fetchone()
        other.commit()
        assert released is not None
        assert await waiting >= int(released[0].timestamp() * 1_000_000)
    await storage.store.close()


async def test_a_call_has_its_time_from_its_claim_on(postgres_url: str) -> None:
    """How long a unit waited for others is taken from no call that it claims."""
    storage = PostgresStorage(read_address(postgres_url), Observed())
    await storage.store.start()
    with psycopg.connect(postgres_url) as other, psycopg.connect(postgres_url, autocommit=True) as watch:
        other.execute("SELECT id FROM part WHERE id = 0 FOR UPDATE")
        waiting = asyncio.ensure_future(storage.store.run(lambda tx: tx.begun))
        await until(blocks(watch, other.info.backend_pid))
        released = steady()
        other.commit()
        assert released <= await waiting <= steady()
    await storage.store.close()


async def test_a_bot_that_waits_for_its_turn_is_not_silent(postgres_url: str) -> None:
    """Whoever waits until nobody else writes holds its own seat meanwhile: nobody takes it for gone, however long."""
    storage = PostgresStorage(read_address(postgres_url), Observed())
    await storage.store.start()
    with psycopg.connect(postgres_url) as other, psycopg.connect(postgres_url, autocommit=True) as watch:
        row = watch.execute("SELECT id, batch FROM seat WHERE ended_at IS NULL").fetchone()
        assert row is not None
        other.execute("SELECT id FROM part WHERE id = 0 FOR UPDATE")
        waiting = asyncio.ensure_future(by_a_bot(storage))
        await until(blocks(watch, other.info.backend_pid))
        assert watch.execute(queries()["end_seat"].encode(), {"id": row[0], "batch": row[1]}).rowcount == 0
        other.commit()
        await waiting
    await storage.store.close()


async def test_time_goes_on_where_the_servers_clock_was_set_back(
    postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Time that the server told before stays, goes on from there until its clock has caught up, and that is said."""
    storage = PostgresStorage(read_address(postgres_url), Observed())
    await storage.store.start()
    before = await by_a_bot(storage)
    with psycopg.connect(postgres_url, autocommit=True) as beside:
        beside.execute("UPDATE seat SET seen_at = seen_at + INTERVAL '1 hour'")
    held = await by_a_bot(storage)
    assert held >= before + 3_600_000_000
    while await by_a_bot(storage) < held + 50_000:
        pass
    assert capsys.readouterr().out.count("store.clock_behind") == 1
    with psycopg.connect(postgres_url, autocommit=True) as beside:
        beside.execute("UPDATE seat SET seen_at = seen_at - INTERVAL '1 hour'")
    assert await by_a_bot(storage) < held
    assert capsys.readouterr().out.count("store.clock_caught_up") == 1
    await storage.store.close()


def blocks(watch: psycopg.Connection[Any], process: int) -> Callable[[], bool]:
    """Whether somebody waits for a process of the server."""

    def is_waited_for() -> bool:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
        row = watch.execute(asked, [process]).fetchone()
        return row is not None and row[0] > 0

    return is_waited_for
