"""How PostgreSQL finds rows in tables that it has not looked at yet: of their sizes it knows nothing then."""

from __future__ import annotations

import re

import psycopg
import pytest

from bot.store.group_commit import GroupCommit
from bot.store.postgres.address import read_address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.statements import queries

pytestmark = pytest.mark.postgres

ONE_ROW = re.compile(
    r"(?:SELECT .*? FROM|UPDATE|DELETE FROM) (?:conversation|message|outbox)\b.* (?:id|key) = %\((?:id|key)\)s",
    re.DOTALL,
)

READS_ALL = re.compile(r"Index Cond: \(workspace = \$\d+\)$|Seq Scan on (conversation|message|outbox)\b", re.MULTILINE)


async def test_a_row_that_is_named_is_found_by_its_name(postgres_url: str) -> None:
    """Where a statement names one row by its id or key, none that belongs to the same workspace is read beside it."""
    writer = GroupCommit(PostgresEngine(read_address(postgres_url)))
    await writer.start()
    await writer.close()
    by_id = {name: sql for name, sql in queries().items() if ONE_ROW.match(sql) and "UNION" not in sql}
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        plans = {name: _plan(connection, name, sql) for name, sql in by_id.items()}
    assert {"conversation", "message", "mark_in_flight", "remove_entry", "own_call"} <= plans.keys()
    assert not {name: plan for name, plan in plans.items() if READS_ALL.search(plan)}


async def test_an_outbox_that_was_empty_is_not_read_as_a_whole(postgres_url: str) -> None:
    """What the server found when it last looked at a queue, which is nothing most of the time, is not relied upon."""
    writer = GroupCommit(PostgresEngine(read_address(postgres_url)))
    await writer.start()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE outbox")
    looked_up = f"EXPLAIN {queries()['pending_entry']}"
    values = {"workspace": 1, "lane": "in:1", "kind": "line", "subject": ""}
    plan = await writer.run(lambda connection: [row["QUERY PLAN"] for row in connection.execute(looked_up, values)])
    await writer.close()
    assert "outbox_pending" in "".join(plan)


def _plan(connection: psycopg.Connection, name: str, sql: str) -> str:
    """Give the plan that is made once for all values."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", sql)))
    numbered = re.sub(r"%\((\w+)\)s", lambda found: f"${names.index(found[1]) + 1}", sql).replace("%%", "%")
    connection.execute(f"PREPARE {name} AS {numbered}".encode())
    values = ", ".join(["NULL"] * len(names))
    found = connection.execute(f"EXPLAIN EXECUTE {name} ({values})".encode()).fetchall()
    return "\n".join(row[0] for row in found)
