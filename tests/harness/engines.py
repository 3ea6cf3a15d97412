"""The engine of a test's database: on a file, or on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from bot.store.group_commit import Engine
from bot.store.postgres.address import read_address
from bot.store.postgres.engine import PostgresEngine
from tests.harness.twice import engine_on


def new_engine(file: Path, on_postgres: str | None) -> Engine:
    """Make the engine of a file, or of the PostgreSQL database that is named."""
    return engine_on(file) if on_postgres is None else PostgresEngine(read_address(on_postgres))
