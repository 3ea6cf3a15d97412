"""Units of work run on an open transaction: all of them plainly, or each so that it can be undone alone.

Refuses to show what a statement that failed was about: the server's words may hold a text or a number.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from bot.store.group_commit import Outcome, UnitOfWork
from bot.store.postgres.connection import Connection, is_fault

Units = Sequence[UnitOfWork[Any]]


class UnitRaised(Exception):
    """A unit raised in a batch without savepoints: nothing of the batch may be kept."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def run_plainly(connection: Connection, units: Units) -> list[Outcome]:
    """Run them without savepoints, which would double the statements of a small unit. Raises UnitRaised."""
    outcomes: list[Outcome] = []
    for unit in units:
        try:
            outcomes.append((unit(connection), None))
            _check(connection)
        except Exception as error:  # it is run again, and then the caller's
            if is_fault(error):
                raise  # the whole batch's
            connection.execute("ROLLBACK")
            raise UnitRaised(without_values(error)) from None
    return outcomes


def run_apart(connection: Connection, units: Units) -> list[Outcome]:
    """Run each in a savepoint of its own."""
    return [_run_one(connection, unit) for unit in units]


def _run_one(connection: Connection, unit: UnitOfWork[Any]) -> Outcome:
    connection.execute("SAVEPOINT unit")
    try:
        result = unit(connection)
        _check(connection)
    except Exception as error:  # it is the caller's, who gets it
        if is_fault(error):
            raise
        connection.execute("ROLLBACK TO unit")
        connection.execute("RELEASE unit")
        return None, without_values(error)
    connection.execute("RELEASE unit")
    return result, None


def _check(connection: Connection) -> None:
    """Raise what a unit has hushed up: after a failed statement the server undoes all at COMMIT, in silence."""
    if connection.pgconn.transaction_status == TransactionStatus.INERROR:
        raise psycopg.errors.InFailedSqlTransaction("a statement failed before")


def without_values(error: Exception) -> Exception:
    """Give an error as it may be logged."""
    return type(error)(named(error)) if isinstance(error, psycopg.Error) else error


def named(error: psycopg.Error) -> str:
    """Name an error without what it was about: its kind, PostgreSQL's code, and which constraint it was."""
    parts = (type(error).__name__, error.sqlstate, error.diag.constraint_name)
    return " ".join(part for part in parts if part)
