"""Connections for commands beside the bots: to look, to change something in one transaction, and while no bot runs.

What a command writes it writes behind the same lock as the bots, so that nobody else writes meanwhile.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TypeVar

import psycopg

from bot.domain.errors import StoreUnavailable
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId
from bot.ports.operations import RunningBot
from bot.store.postgres.address import Address
from bot.store.postgres.connection import Connection, open_for_reading, open_for_writing
from bot.store.postgres.migrations import is_begun, migrate
from bot.store.postgres.running import named
from bot.store.postgres.unfinished_move import refuse_unfinished
from bot.store.sql.transaction import SqlTransaction

T = TypeVar("T")

TAKEN_OVER_AFTER_S = 15
"""Seconds after which a bot that was not heard of is one no more."""

PATIENCE_S = 600.0
"""Seconds that a command waits for one statement: an export of everything is sorted first."""

_BOTS = f"""SELECT count(*) AS count FROM seat WHERE ended_at IS NULL
    AND seen_at > clock_timestamp() - interval '{TAKEN_OVER_AFTER_S} s'"""  # noqa: S608 - a number of our own

_RUNNING = """SELECT name, extract(epoch FROM clock_timestamp() - seen_at)::FLOAT8 AS silent_s FROM seat
    WHERE ended_at IS NULL ORDER BY id"""

_NOW = """WITH locked AS MATERIALIZED (SELECT id FROM part WHERE id = 0 FOR UPDATE)
SELECT (extract(epoch FROM greatest(clock_timestamp(), (SELECT max(seen_at) FROM seat))) * 1000000)::BIGINT AS now
FROM locked"""
"""Waits until no bot writes, and tells the time after that."""


@contextmanager
def looking(address: Address) -> Iterator[Connection]:
    """Read all of a database as of one moment. Raises StoreUnavailable, also where no bot has begun it."""
    with _refusing(address, "read"), closing(open_for_reading(address)) as reader:
        reader.answer_within_s = PATIENCE_S
        _check_begun(reader, address)
        reader.execute("SET statement_timeout = 0")
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        yield reader


@contextmanager
def changing(address: Address) -> Iterator[Connection]:
    """Open a connection for units of work (in_unit). Raises StoreUnavailable, also where no bot has begun it."""
    with _refusing(address, "written"), closing(open_for_writing(address)) as connection:
        connection.answer_within_s = PATIENCE_S
        _check_begun(connection, address)
        migrate(connection, address)
        yield connection


@contextmanager
def alone(address: Address) -> Iterator[Connection]:
    """Open a transaction while no bot runs; one that starts waits for its end. Raises StoreUnavailable."""
    with changing(address) as connection, connection.transaction():
        connection.execute(_NOW)
        if bots_on(connection):
            raise StoreUnavailable(
                f"A bot uses {address.location}. Stop every bot, wait {TAKEN_OVER_AFTER_S} seconds where one was"
                " killed, and try again. Nothing was changed."
            )
        yield connection


def in_unit(connection: Connection, workspace: WorkspaceId, unit: Callable[[SqlTransaction], T]) -> T:
    """Run one unit of work and keep it. Raises what it raises; then nothing of it is kept."""
    with connection.transaction():
        row = connection.execute(_NOW).fetchone()
        assert row is not None
        tx = SqlTransaction(connection, Micros(row["now"]), workspace)
        result = unit(tx)
        tx.finish()
    return result


def bots_on(connection: Connection) -> int:
    """Count the bots that run on a database."""
    row = connection.execute(_BOTS).fetchone()
    assert row is not None
    return int(row["count"])


def running_bots(connection: Connection) -> list[RunningBot]:
    """List the bots whose seats nobody has ended, the longest running first."""
    return [RunningBot(*row) for row in connection.execute(_RUNNING)]


def _check_begun(connection: Connection, address: Address) -> None:
    if not is_begun(connection):
        raise StoreUnavailable(
            f"There is no database of volt-bot at {address.location} yet. volt-bot serve begins one when it first"
            " starts. If yours is elsewhere, set DATABASE_URL to it."
        )
    refuse_unfinished(connection, address.location)


@contextmanager
def _refusing(address: Address, what: str) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise StoreUnavailable(f"{address.location} cannot be {what} ({named(error)}).") from None
