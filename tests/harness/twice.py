"""An engine that runs every batch twice, as one does that lost its connection before the COMMIT.

With UNITS_TWICE=1 in the environment all tests on one of these engines run so: a unit of work that keeps anything in
memory, or moves anything outside the database, is found by whatever test looks at what it did.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.store.group_commit import Outcome, UnitOfWork
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.engine import SqliteEngine, _run_one


class TwiceEngine(SqliteEngine):
    """Runs each batch, rolls it back, and runs it again; only the second one counts."""

    def run(self, units: Sequence[UnitOfWork[Any]]) -> list[Outcome]:
        """Run a batch twice."""
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            for unit in units:
                _run_one(connection, unit)
        except Exception:  # noqa: BLE001, S110 - what fails for all fails again
            pass
        connection.rollback()
        return super().run(units)


def once_engine(database: Path) -> SqliteEngine:
    """Make the bot's own engine."""
    return SqliteEngine(lambda: open_for_writing(database))


def twice_engine(database: Path) -> SqliteEngine:
    """Make the one that runs everything twice."""
    return TwiceEngine(lambda: open_for_writing(database))


def engine_on(database: Path) -> SqliteEngine:
    """Make the engine for a test: the bot's own, unless all are to run twice."""
    return twice_engine(database) if os.environ.get("UNITS_TWICE") else once_engine(database)
