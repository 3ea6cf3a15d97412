"""The SQLite engine: runs a batch of units of work in one transaction, each in its own savepoint.

One that raises is undone alone; then one COMMIT, which is one fsync (synchronous=FULL). What is the database's own
fault, a full disk or damage, undoes the whole batch: nothing may be half-written.
SQLite before 3.51.3 can corrupt a WAL file that two connections write at the same instant
(https://sqlite.org/wal.html#walresetbug): there is exactly one writer, the thread that runs the batches.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from bot.call_deadline import steady
from bot.domain.errors import DatabaseLost, StoreUnavailable
from bot.store.group_commit import Outcome, UnitOfWork
from bot.store.sqlite.only_writer import OnlyWriter
from bot.store.sqlite.soundness import DAMAGED, is_damage, is_fault

_log = structlog.get_logger(__name__)


class SqliteEngine:
    """bot.store.group_commit.Engine on the connection that `connect` opens."""

    def __init__(self, connect: Callable[[], OnlyWriter]) -> None:
        self._connect = connect

    def open(self) -> None:
        """Open the database. Raises what opening raises."""
        self._connection = self._connect()

    def run(self, units: Sequence[UnitOfWork[Any]]) -> list[Outcome]:
        """Run a batch in one transaction; returns the outcome of each unit."""
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.begun = steady()
            outcomes = [_run_one(connection, unit) for unit in units]
            connection.commit()
        except BaseException as error:  # noqa: BLE001 - the thread must outlive a full disk; every caller is told
            _log.error("store.commit_failed", reason=str(error), units=len(units))
            self._roll_back()
            return [(None, _unavailable(error))] * len(units)
        return outcomes

    def _roll_back(self) -> None:
        try:
            self._connection.rollback()
        except sqlite3.Error as error:
            _log.error("store.rollback_failed", reason=str(error))

    def close(self) -> None:
        """Close the database."""
        self._connection.close()


def _unavailable(error: BaseException) -> StoreUnavailable:
    if isinstance(error, DatabaseLost):
        return error
    return DatabaseLost(DAMAGED) if is_damage(error) else StoreUnavailable(f"the database cannot be written: {error}")


def _run_one(connection: OnlyWriter, unit: UnitOfWork[Any]) -> Outcome:
    connection.execute("SAVEPOINT unit")
    try:
        result = unit(connection)
    except Exception as error:
        if is_fault(error):
            raise
        connection.execute("ROLLBACK TO unit")
        connection.execute("RELEASE unit")
        return None, error
    connection.execute("RELEASE unit")
    return result, None
