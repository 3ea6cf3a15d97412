"""How figures are found: by the hours that are asked for, on PostgreSQL as in a file, however much else is stored."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from bot.store.group_commit import GroupCommit
from bot.store.postgres.address import read_address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.statements import queries as of_postgres
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.statements import queries as of_sqlite

READS = ("figures_by_day", "figures_by_owner")
SPAN = {"workspace": 1, "figure": "out", "since": 490_000, "until": 490_024, "ahead": 1}
SPAN |= {"last": 20_417, "together": 1, "buckets": 80}


@pytest.mark.parametrize("name", READS)
def test_in_a_file(tmp_path: Path, name: str) -> None:
    """The hours are found by the key of the table."""
    connection = open_for_writing(tmp_path / "bot.db")
    plan = connection.execute(f"EXPLAIN QUERY PLAN {of_sqlite()[name]}", SPAN).fetchall()
    connection.close()
    assert "SEARCH figure USING PRIMARY KEY (workspace=? AND figure=? AND hour>? AND hour<?)" in str(
        [tuple(row) for row in plan]
    )


@pytest.mark.postgres
async def test_on_a_server(postgres_url: str) -> None:
    """The same on a server that knows a year of figures."""
    writer = GroupCommit(PostgresEngine(read_address(postgres_url)))
    await writer.start()
    await writer.close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO figure SELECT 1, hour, 'out', '+1555', 'U' || person, 0, 0, 1"
            " FROM generate_series(481240, 490000) AS hour, generate_series(1, 3) AS person"
        )
        connection.execute("VACUUM ANALYZE figure")
        for name in READS:
            found = connection.execute(f"EXPLAIN {of_postgres()[name]}".encode(), SPAN).fetchall()
            assert "figure_pkey" in str(found), found
