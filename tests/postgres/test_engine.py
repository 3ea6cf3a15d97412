"""The engine on a real server: what is kept when a unit raises, a connection is lost, a seat is ended."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import psycopg
import pytest

from bot.domain.errors import StoreUnavailable
from bot.store.group_commit import UnitOfWork
from bot.store.sql.connection import Connection
from tests.postgres.proxy import Cut, Proxy
from tests.postgres.stage import Told, port_of, tell, through, told

pytestmark = pytest.mark.postgres


def counted(unit: UnitOfWork[Any], runs: Counter[int], name: int) -> UnitOfWork[Any]:
    """Count how often a unit runs."""

    def run(connection: Connection) -> Any:
        runs[name] += 1
        return unit(connection)

    return run


def fail(connection: Connection) -> None:
    """A unit that writes, and then raises."""
    tell(99)(connection)
    raise ValueError("not this one")


def break_a_rule(connection: Connection) -> None:
    """A unit of which one statement fails."""
    connection.execute("INSERT INTO told (number) VALUES (NULL)")


def ask_too_much(connection: Connection) -> None:
    """A unit with a value that is too long for an index, which the library takes for trouble of the server's."""
    tell(99)(connection)
    longest = random.Random(14).randbytes(5_000).hex()
    connection.execute("INSERT INTO seen_event (workspace, scope, id, at) VALUES (1, 'x', %(id)s, 0)", {"id": longest})


def hush_up(connection: Connection) -> str:
    """A unit that takes no notice of a statement that failed, after which the server undoes everything."""
    try:
        break_a_rule(connection)
    except psycopg.IntegrityError:
        return "all is well"
    return "no rule"


async def test_a_batch_is_kept_at_once(postgres_url: str) -> None:
    """Units that wait are kept together, and each caller gets its own result."""
    async with told(postgres_url) as stage:
        assert await stage.together(*(tell(number) for number in range(20))) == list(range(20))
        assert stage.rows() == list(range(20))


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (fail, ValueError),
        (break_a_rule, psycopg.errors.NotNullViolation),
        (ask_too_much, psycopg.errors.ProgramLimitExceeded),
    ],
)
async def test_a_unit_that_raises_is_undone_alone(
    postgres_url: str, bad: UnitOfWork[Any], error: type[Exception]
) -> None:
    """The batch runs again, each unit so that it can be undone; nothing of the one that raises is kept."""
    runs: Counter[int] = Counter()
    async with told(postgres_url) as stage:
        units = [counted(tell(1), runs, 1), counted(bad, runs, 2), counted(tell(3), runs, 3)]
        first, second, third = await stage.together(*units)
        assert (first, third) == (1, 3)
        assert isinstance(second, error)
        assert stage.rows() == [1, 3]
        assert runs == {1: 2, 2: 2, 3: 1}


async def test_a_unit_alone_that_raises_keeps_nothing(postgres_url: str) -> None:
    """It is not run again, its caller gets the error, and the next unit is kept."""
    async with told(postgres_url) as stage:
        with pytest.raises(ValueError, match="not this one"):
            await stage.writer.run(fail)
        await stage.writer.run(tell(1))
        assert stage.rows() == [1]


async def test_a_failed_statement_that_is_hushed_up_undoes_nobody_else(postgres_url: str) -> None:
    """Its unit fails; without that the server would undo the whole batch and call it a COMMIT."""
    async with told(postgres_url) as stage:
        first, second, third = await stage.together(tell(1), hush_up, tell(3))
        assert (first, third) == (1, 3)
        assert isinstance(second, psycopg.errors.InFailedSqlTransaction)
        assert stage.rows() == [1, 3]


async def test_an_error_says_nothing_of_what_it_was_about(postgres_url: str) -> None:
    """The server's words hold the row; the caller's error has the rule that was broken, and no values."""

    def repeat(connection: Connection) -> None:
        for _ in range(2):
            connection.execute("INSERT INTO duty (name) VALUES ('a text of somebody')")

    async with told(postgres_url) as stage:
        with pytest.raises(psycopg.errors.UniqueViolation) as raised:
            await stage.writer.run(repeat)
        assert str(raised.value) == "UniqueViolation 23505 duty_pkey"
        assert raised.value.__cause__ is None
        assert raised.value.__context__ is None or "somebody" not in repr(raised.value.__context__.__dict__)


@pytest.mark.parametrize("seed", range(3))
async def test_connections_lost_at_commit_keep_each_unit_once(postgres_url: str, seed: int) -> None:
    """Whether the server had the COMMIT or not: what a caller is told was stored is there once, and nothing else is."""
    chance = random.Random(seed)

    def next_cut() -> Cut | None:
        return chance.choice([Cut.BEFORE, Cut.AFTER, None, None])

    with Proxy(port_of(postgres_url), next_cut) as proxy:
        async with told(postgres_url, through(postgres_url, proxy.port)) as stage:
            stored = [number for number in range(60) if await kept(stage, number)]
            assert stage.rows() == stored
    assert min(proxy.cuts.values()) > 5
    assert len(stored) > 50


async def kept(stage: Told, number: int) -> bool:
    """Run a unit; False where its caller was told that it was not stored."""
    try:
        await stage.writer.run(tell(number))
    except StoreUnavailable:
        return False
    return True


async def test_a_seat_that_was_ended_writes_nothing_more(postgres_url: str) -> None:
    """Whoever was given up by the others is told so, keeps nothing, takes a new seat and goes on."""
    async with told(postgres_url) as stage:
        await stage.writer.run(tell(1))
        stage.beside("UPDATE seat SET ended_at = clock_timestamp()")
        with pytest.raises(StoreUnavailable, match="not heard of for too long"):
            await stage.writer.run(tell(2))
        await stage.writer.run(tell(3))
        assert stage.rows() == [1, 3]
        assert stage.beside("SELECT count(*) FROM seat") == [(2,)]


async def test_a_network_that_is_gone_is_no_silence(postgres_url: str) -> None:
    """Callers are refused while nothing comes through, and served when it does, without a restart."""
    with Proxy(port_of(postgres_url)) as proxy:
        async with told(postgres_url, through(postgres_url, proxy.port)) as stage:
            await stage.writer.run(tell(1))
            proxy.freeze()
            for number in (2, 3):
                with pytest.raises(StoreUnavailable):
                    await stage.writer.run(tell(number))
            proxy.thaw()
            await stage.until_it_runs()
            await stage.writer.run(tell(4))
            assert stage.rows() == [1, 4]


async def test_an_orderly_end_ends_the_seat(postgres_url: str) -> None:
    """A bot that stops leaves nothing for which others would have to wait."""
    async with told(postgres_url) as stage:
        await stage.writer.run(tell(1))
    assert stage.beside("SELECT count(*) FROM seat WHERE ended_at IS NULL") == [(0,)]


async def test_two_bots_write_one_after_the_other(postgres_url: str) -> None:
    """Units of two bots never run at the same time: what both count up is counted right."""

    def count_up(connection: Connection) -> None:
        row = connection.execute("SELECT number FROM told").fetchone()
        connection.execute("UPDATE told SET number = %(number)s", {"number": row["number"] + 1})

    async with told(postgres_url) as stage:
        await stage.writer.run(tell(0))
        other = Told(postgres_url, postgres_url)
        await other.writer.start()
        await asyncio.gather(*(one.writer.run(count_up) for one in (stage, other) for _ in range(40)))
        await other.writer.close()
        assert stage.rows() == [80]


async def test_a_bug_ends_nothing(postgres_url: str) -> None:
    """Whatever a unit raises that is no error of a unit, its caller is told, and the next unit is kept."""

    def close_it(connection: Connection) -> None:
        connection.close()
        raise ValueError("closed")

    async with told(postgres_url) as stage:
        with pytest.raises(StoreUnavailable):
            await stage.writer.run(close_it)
        await stage.until_it_runs()
        await stage.writer.run(tell(1))
        assert stage.rows() == [1]
