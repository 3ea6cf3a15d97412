"""The time of a batch is that of its turn: bots that wait for each other agree on what came first."""

from __future__ import annotations

import asyncio
from datetime import datetime

import psycopg
import pytest

from tests.postgres.stage import told, until

pytestmark = pytest.mark.postgres

_WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FROM part%'"


async def test_a_batch_is_not_older_than_what_it_waited_for(postgres_url: str) -> None:
    """A batch that has waited for another bot begins after what that one has kept, and its time says so."""
    async with told(postgres_url) as stage:
        with psycopg.connect(postgres_url) as other:
            other.execute("SELECT id FROM part FOR UPDATE")
            waiting = asyncio.ensure_future(stage.writer.run(lambda _connection: stage.engine.now()))
            await until(lambda: bool(stage.beside(_WAITING)))
            row = other.execute("SELECT clock_timestamp()").fetchone()
            assert row is not None
            kept_at: datetime = row[0]
        assert await waiting >= kept_at.timestamp() * 1_000_000
