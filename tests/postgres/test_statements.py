"""The named statements and the schema on a real server: each statement can be planned, and texts compare by bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest

from bot.store.postgres.address import read_address
from bot.store.postgres.connection import open_for_writing
from bot.store.postgres.migrations import migrate
from bot.store.postgres.statements import queries
from tests.postgres import shared_server

pytestmark = pytest.mark.postgres

OF_PEOPLE = {("contact_index", "name")}
"""Columns compared as people write: in which case a letter stands is the server's to say."""

NUMBERS = {"now", "longest"}
OTHER_NUMBERS = {"forget_parked_events": {"id", "workspace"}, "note_erased_text": {"id", "workspace"}}
"""Parameters whose types the server cannot tell from where they stand; the bot says of each number that it is one."""


@pytest.fixture(scope="module")
def planner() -> Iterator[psycopg.Connection]:
    """Give a connection to an empty database of ours."""
    if reason := shared_server.why_not():
        pytest.skip(reason)
    url = shared_server.new_schema(shared_server.server_url())
    ours = open_for_writing(read_address(url))
    migrate(ours, read_address(url))
    ours.close()
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
    shared_server.drop_schema(url)


@pytest.mark.parametrize("name", queries())
def test_a_statement_fits_the_schema(planner: psycopg.Connection, name: str) -> None:
    """The server finds every table and column, knows of what type each parameter is, and can plan it."""
    numbers: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        return f"${numbers.setdefault(found[1], len(numbers) + 1)}"

    statement = re.sub(r"%\((\w+)\)s", numbered, queries()[name]).replace("%%", "%")
    with planner.transaction(force_rollback=True):
        known = NUMBERS | OTHER_NUMBERS.get(name, set())
        types = f"({', '.join('BIGINT' if one in known else 'unknown' for one in numbers)})" if numbers else ""
        planner.execute(f"PREPARE one {types} AS {statement}".encode())
        planner.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        nothing = f"({', '.join(['NULL'] * len(numbers))})" if numbers else ""
        planner.execute(f"EXPLAIN EXECUTE one{nothing}".encode())
        planner.execute("DEALLOCATE one")


def test_texts_are_compared_by_their_bytes(planner: psycopg.Connection) -> None:
    """Whatever the language of the server, ranges and orders of texts are what they are in SQLite."""
    found = planner.execute(
        "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name) WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        " AND data_type = 'text' AND coalesce(collation_name, '') <> 'C'"
    ).fetchall()
    assert set(found) - OF_PEOPLE == {("migration", "name")}
