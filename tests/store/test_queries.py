"""The named statements of the store: each fits the schema, says which columns it reads, and is used."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from bot.domain.outbox import LaneOrder
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.statements import queries
from tests.store.two_workspaces import tables as scoped_tables

PACKAGES = ("bot.store.sql", "bot.store.sqlite")


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Give an empty database."""
    made = open_for_writing(tmp_path_factory.mktemp("queries") / "bot.db")
    yield made
    made.close()


@pytest.mark.parametrize("name", queries())
def test_a_statement_fits_the_schema_and_lists_its_columns(connection: sqlite3.Connection, name: str) -> None:
    """SQLite can plan it on the schema; no row's columns depend on the order in which the schema names them."""
    sql = queries()[name]
    connection.execute(f"EXPLAIN {sql}", dict.fromkeys(re.findall(r":(\w+)", sql), "1"))
    assert re.search(r"(?:SELECT|DISTINCT|,)\s+(?:\w+\.)?\*", sql) is None


WHOLE_DATABASE = {
    "workspace_changes",
    "workspaces_in_channel",
    "calls_made",
    "count_call",
    "raise_calls",
    "note_start",
    "known_until",
    "newest_time",
    "remove_proved_sends",
    "resume_in_flight",
    "resume_messages",
    "look_at_unknown",
    "open_lanes",
    "clamp_entries",
    "clamp_rate_limits",
    "clamp_inbox_events",
    "shift_entries",
    "shift_messages",
    "shift_rate_limits",
    "shift_inbox_events",
    "queue_depths",
    "count_lanes",
    "count_held_channels",
    "merge_name_index",
    "merge_part_index",
    "merge_text_index",
}
"""Statements over the rows of all workspaces: a start, a clock that was set, counts."""

BY_INSTALLATION = {"wipe_connections", "wipe_sessions", "stored_secrets", "reseal_connection"}
"""Statements over connections of any workspace: what an uninstalled one leaves, sealing anew."""

BY_WAY = {"shown_line", "attachment", "reply_count", "name_index", "part_index", "text_index"}
"""Tables whose rows belong to the workspace of their conversation or text."""


@pytest.mark.parametrize("name", queries())
def test_a_statement_asks_for_its_workspace(connection: sqlite3.Connection, name: str) -> None:
    """Each look at a table that holds rows of workspaces asks for one, or is known to be about the whole database."""
    sql = queries()[name]
    looked_at = set(re.findall(r"(?:FROM|JOIN|INTO|UPDATE) (\w+)", sql))
    asks = len(re.findall(r"workspace (?:=|<>) :workspace|:workspace[ ,]", sql))
    about_workspaces = looked_at & (scoped_tables(connection) | BY_WAY)
    assert bool(asks) is (bool(about_workspaces) and name not in WHOLE_DATABASE | BY_INSTALLATION)


def test_what_is_about_the_whole_database_says_so() -> None:
    """Whoever reads a statement over rows of all workspaces is told that it is meant to be one."""
    text = "".join(files(package).joinpath("queries.sql").read_text(encoding="utf-8") for package in PACKAGES)
    marked = set(re.findall(r"^-- name: (\w+) \(whole database", text, flags=re.MULTILINE))
    counts = {"calls_made", "count_call", "raise_calls", "note_start"}
    assert marked == WHOLE_DATABASE - counts


def test_every_statement_is_used() -> None:
    """No statement is left over from code that is gone."""
    modules = [module for package in PACKAGES for module in Path(str(files(package))).glob("*.py")]
    code = "\n".join(module.read_text(encoding="utf-8") for module in modules)
    made = {f"{order.value}_lanes" for order in LaneOrder}
    assert [name for name in queries() if f'"{name}"' not in code and name not in made] == []
