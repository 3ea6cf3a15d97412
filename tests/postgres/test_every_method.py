"""Every method of the store on PostgreSQL: each statement runs, does what it should, and stays in its workspace."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from bot.domain.errors import RowNotFound
from bot.domain.workspaces import Installation, WorkspaceId
from bot.store.postgres.address import read_address
from bot.store.postgres.connection import Connection, open_for_writing
from bot.store.postgres.migrations import migrate
from bot.store.postgres.seat import take_seat
from bot.store.sql.transaction import SqlTransaction
from tests.postgres import shared_server
from tests.store.every_method import CALLS
from tests.store.two_workspaces import MINE, NOW, OTHERS, THEIRS, Seeded, seed

pytestmark = pytest.mark.postgres

DOES_NOTHING = {"erasure.tidy"}
"""Methods about the file of an SQLite database."""

_TABLES = """SELECT table_name FROM information_schema.tables
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name"""


class Filled:
    """A database that holds two workspaces; whatever a test changes is undone."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        connection.seat = take_seat(connection).id
        tx = SqlTransaction(connection, NOW, MINE)
        tx.installations.save(Installation(WorkspaceId(0), "T2"))
        self.mine, self.theirs = seed(connection, MINE, "mine"), seed(connection, OTHERS, THEIRS)
        connection.execute("UPDATE conversation SET former_channel = channel, former_ts = '1.0'")
        connection.execute("UPDATE confirmation SET at = -1000000000000")

    def rows(self) -> dict[str, list[str]]:
        """Read every row there is."""
        tables = [row["table_name"] for row in self.connection.execute(_TABLES)]
        return {
            table: sorted(repr(tuple(row)) for row in self.connection.execute(f"SELECT * FROM {table}"))  # noqa: S608
            for table in tables
        }

    def call(self, name: str, workspace: WorkspaceId, its: Seeded) -> tuple[Any, bool]:
        """Call a method in a workspace; gives what it gave, and whether any row changed."""
        before = self.rows()
        self.connection.execute("BEGIN")
        try:
            tx = SqlTransaction(self.connection, NOW, workspace)
            found = CALLS[name](tx, its)
            tx.finish()
            return found, self.rows() != before
        finally:
            self.connection.execute("ROLLBACK")


@pytest.fixture(scope="module")
def filled() -> Iterator[Filled]:
    """Give the filled database."""
    if reason := shared_server.why_not():
        pytest.skip(reason)
    url = shared_server.new_schema(shared_server.server_url())
    address = read_address(url)
    with closing(open_for_writing(address)) as connection:
        migrate(connection, address)
        yield Filled(connection)
    shared_server.drop_schema(url)


@pytest.mark.parametrize("name", CALLS)
def test_a_method_does_what_it_should_where_it_belongs(filled: Filled, name: str) -> None:
    """Called in the workspace that holds what is asked for, a method gives something or changes something."""
    found, has_changed = filled.call(name, OTHERS, filled.theirs)
    assert found or has_changed or name in DOES_NOTHING


@pytest.mark.parametrize("name", CALLS)
def test_nothing_of_another_workspace_is_there(filled: Filled, name: str) -> None:
    """Called with what is another workspace's, a method gives nothing of it."""
    try:
        found, _ = filled.call(name, MINE, filled.theirs)
    except (RowNotFound, psycopg.IntegrityError):
        assert "its" in inspect.signature(CALLS[name]).parameters
        return
    assert THEIRS not in repr(found)
