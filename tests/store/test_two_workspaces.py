"""Nothing of one workspace is there for another: every method of the store, called in one with what is the other's."""

from __future__ import annotations

import inspect
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from bot.bridge.erasure import begin_erasure, go_on_erasing
from bot.domain.errors import RowNotFound
from bot.domain.figures import HourSpan
from bot.domain.workspaces import WorkspaceId
from bot.store.sql.read_model import Reader, SqlReadModel
from bot.store.sql.transaction import SqlTransaction
from bot.store.sqlite.connection import open_for_writing, reader_of
from tests.harness.world import AVA, DANA
from tests.store.every_method import CALLS
from tests.store.two_workspaces import FIRST_ID, MINE, NOW, OTHERS, THEIRS, Seeded, crossed, fill, rows_of, tables

EMPTY = WorkspaceId(3)
"""A third workspace, in which nothing is stored."""

WHOLE_DATABASE = {
    "shift_times",
    "clock_set_at",
    "known_until",
    "resume",
    "scopes",
    "note_restored",
    "concerns_all",
    "fault",
}
"""What a transaction offers about the whole database: moments and counts, and no row of anybody."""

OF_THE_UNIT = {"savepoint", "emit", "finish", "has_duty", "end_duty", "seat", "begun", "ahead"}

NEW_ANYWHERE = {"inbox.first_seen", "settings.add_template", "steps.add", "tags.add_rule"}
"""Calls that say of something that it is new."""

ABOUT_THE_FILE = {"erasure.tidy"}
"""Calls about the file that holds all workspaces."""

LOOKS: dict[str, Callable[[SqlReadModel, Seeded], Awaitable[Any]]] = {
    "search_contacts": lambda board, _: board.search_contacts("Dana", 9),
    "search_texts": lambda board, _: board.search_texts("Hi", 9),
    "desk_of": lambda board, _: board.desk_of(AVA, 9),
    "last_texts": lambda board, its: board.last_texts(its.conversation.id, 9),
    "tags_of": lambda board, its: board.tags_of([its.conversation.id]),
    "searches_of": lambda board, _: board.searches_of(AVA),
    "people": lambda board, _: board.people(),
    "figures": lambda board, _: board.figures([HourSpan(0, 9, 0)]),
    "team": lambda board, _: board.team(),
    "health": lambda board, _: board.health(),
}


class Filled:
    """A database that holds both workspaces; whatever a test changes is undone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = open_for_writing(path)
        self.mine, self.theirs = fill(self.connection)

    def call(self, name: str, workspace: WorkspaceId, its: Seeded) -> tuple[Any, bool]:
        """Call a method in a workspace; returns what it gave, and whether rows of the other workspace changed."""
        before = rows_of(self.connection, OTHERS)
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            tx = SqlTransaction(self.connection, NOW, workspace)
            found = CALLS[name](tx, its)
            tx.finish()
            assert crossed(self.connection) == []
            return found, rows_of(self.connection, OTHERS) != before
        finally:
            self.connection.execute("ROLLBACK")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """Give the filled database."""
    made = Filled(tmp_path_factory.mktemp("two") / "bot.db")
    yield made
    made.connection.close()


def is_theirs(found: object) -> bool:
    """Whether anything of the other workspace is in what was found: a marked value, or an id."""
    told = repr(found)
    return THEIRS in told or re.search(rf"\b{FIRST_ID // 100}\d\d\b", told) is not None


@pytest.mark.parametrize("name", CALLS)
def test_a_method_does_what_it_should_where_it_belongs(filled: Filled, name: str) -> None:
    """Called in the workspace that holds what is asked for, a method gives something or changes something."""
    found, has_changed = filled.call(name, OTHERS, filled.theirs)
    assert found or has_changed


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("workspace", [MINE, EMPTY])
def test_nothing_of_another_workspace_is_there(filled: Filled, name: str, workspace: WorkspaceId) -> None:
    """Called with ids, rows and values of another workspace, a method gives nothing of it and changes nothing of it."""
    by_id = "its" in inspect.signature(CALLS[name]).parameters
    try:
        found, has_changed = filled.call(name, workspace, filled.theirs)
    except (RowNotFound, sqlite3.IntegrityError):
        assert by_id
        return
    assert not has_changed
    assert not is_theirs(found)
    assert not found or not (by_id or workspace == EMPTY) or name in NEW_ANYWHERE | ABOUT_THE_FILE


def test_one_workspace_is_erased(tmp_path: Path) -> None:
    """A person who is erased in one workspace stays in another that has the same number."""
    made = Filled(tmp_path / "bot.db")
    before = rows_of(made.connection, OTHERS)
    made.connection.execute("BEGIN IMMEDIATE")
    tx = SqlTransaction(made.connection, NOW, MINE)
    tx.erasure.drop_interrupted(DANA)
    assert begin_erasure(tx, DANA, AVA) is not None
    while go_on_erasing(tx):
        pass
    tx.finish()
    assert rows_of(made.connection, OTHERS) == before
    assert tx.conversations.with_contact(DANA) == []
    made.connection.execute("ROLLBACK")
    made.connection.close()


def test_every_method_is_called() -> None:
    """A new method of a repository, of the read model or of the transaction has to be called here as well."""
    kinds = {name: kind for name, kind in vars(SqlTransaction).items() if isinstance(kind, cached_property)}
    repositories = {name: inspect.signature(kind.func).return_annotation for name, kind in kinds.items()}
    installations = repositories.pop("installations")
    assert _public(installations) == {
        *(
            "all",
            "get",
            "find",
            "save",
            "wipe",
            "note_change",
            "changes",
            "note_rights",
            "rights_changed",
            "with_threads_in",
        )
    }
    assert {name.split()[0] for name in CALLS} == {
        f"{name}.{method}" for name, kind in repositories.items() for method in _public(kind)
    }
    assert set(LOOKS) == _public(SqlReadModel)
    assert _public(SqlTransaction) == set(kinds) | WHOLE_DATABASE | OF_THE_UNIT


def _public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def test_every_table_is_filled(filled: Filled) -> None:
    """Every table that holds rows of workspaces holds some of both, so that each could be mixed up."""
    for workspace in (MINE, OTHERS):
        assert [table for table, rows in rows_of(filled.connection, workspace).items() if not rows] == []
    named = {str(row[0]) for row in filled.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {table for table in named if not re.search("_index|^_|^sqlite", table)} == {
        *tables(filled.connection),
        "workspace",
        "calls_made",
        "shown_line",
        "attachment",
        "picture",
        "shared_file",
        "tapback",
        "reply_count",
    }


@pytest.fixture
async def reader(filled: Filled) -> AsyncIterator[Reader]:
    """Give a reader of the filled database."""
    made = reader_of(filled.path)
    yield made
    await made.close()


@pytest.mark.parametrize("name", LOOKS)
async def test_nothing_of_another_workspace_is_seen(filled: Filled, reader: Reader, name: str) -> None:
    """What people look up is of their own workspace, whatever both have alike."""
    look = LOOKS[name]
    theirs = await look(SqlReadModel(reader, OTHERS), filled.theirs)
    assert is_theirs(theirs) or name in {"health", "people"}
    assert not is_theirs(await look(SqlReadModel(reader, MINE), filled.theirs))
    nothing = await look(SqlReadModel(reader, EMPTY), filled.theirs)
    assert nothing != theirs
    assert not is_theirs(nothing)
