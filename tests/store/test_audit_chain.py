"""The audit trail notices what was done to it: each line is chained to the one before, and so are the notes beside."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId
from bot.store.sql.transaction import SqlTransaction
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.noted_uses import note_use, notes_file
from bot.store.sqlite.operations import SqliteOperations
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA

AT = datetime(2026, 3, 31, tzinfo=UTC)
OTHER = WorkspaceId(2)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Give a database with five lines of a workspace, the second with a result, and one line of another."""
    path = tmp_path / "bot.db"
    with closing(open_for_writing(path)) as connection:
        connection.execute("BEGIN")
        connection.execute("INSERT INTO workspace (id, team_id) VALUES (2, 'T2')")
        tx = SqlTransaction(connection, Micros(1))
        about = tx.conversations.add(ACCOUNT, DANA, CHANNEL).id
        first = tx.audit.add(AVA, "scheduled a text", about, "not known")
        for actor, action in ((AVA, "closed"), (BEN, "reopened"), (AVA, "closed")):
            tx.audit.add(actor, action, about, "detail")
        tx.audit.amend(first, "W1")
        SqlTransaction(connection, Micros(2), OTHER).audit.add(BEN, "searched", None)
        connection.commit()
    return path


def faults(database: Path, workspace: WorkspaceId | None = None) -> list[str]:
    """Check the trail."""
    return SqliteOperations(database).check_audit(workspace)[0]


def tamper(database: Path, *statements: str) -> None:
    """Change a database behind the bot's back."""
    with closing(sqlite3.connect(database)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_a_trail_as_it_was_written(database: Path) -> None:
    """Nothing is found in a trail that nobody touched, and it says how much was looked at."""
    assert SqliteOperations(database).check_audit(None) == (
        [],
        "6 lines of the audit trail, 0 exports and backups",
    )


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE audit SET actor = 'U0BEN' WHERE number = 2 AND workspace = 1"], ["line 2 was changed"]),
        (["UPDATE audit SET detail = 'other' WHERE number = 3"], ["line 3 was changed"]),
        (["UPDATE audit SET at = 0 WHERE number = 3"], ["line 3 was changed"]),
        (["UPDATE audit SET detail = '', digest = 'x' WHERE number = 2"], ["line 2 was changed"]),
        (["DELETE FROM audit WHERE number = 3"], ["line 3 is missing"]),
        (["DELETE FROM audit WHERE number = 1 AND workspace = 1"], ["line 1 is missing"]),
        (["DELETE FROM audit WHERE number = 5"], ["line 5 is missing"]),
        (
            [
                "UPDATE audit SET id = 99 WHERE number = 2",
                "UPDATE audit SET id = (SELECT id FROM audit WHERE number = 1 AND workspace = 1) + 1 WHERE number = 3",
                "UPDATE audit SET id = (SELECT id FROM audit WHERE number = 1 AND workspace = 1) + 2 WHERE number = 2",
            ],
            ["line 2 stands in another place"],
        ),
        (
            [
                "UPDATE audit SET number = 90 WHERE number = 2",
                "UPDATE audit SET number = 2 WHERE number = 3",
                "UPDATE audit SET number = 3 WHERE number = 90",
            ],
            ["line 3 was changed", "line 2 stands in another place", "line 2 was changed", "line 4 was changed"],
        ),
        (
            ["UPDATE audit_chain SET last = 4 WHERE workspace = 1"],
            ["the end was changed: line 5 is not the last one that was noted"],
        ),
    ],
)
def test_a_trail_that_was_changed(database: Path, statements: list[str], found: list[str]) -> None:
    """A changed, a missing and a re-ordered line is named, each."""
    tamper(database, *statements)
    assert faults(database, WorkspaceId(1)) == found
    assert faults(database, OTHER) == []


def test_a_trail_of_another_workspace(database: Path) -> None:
    """A line that was moved to another workspace is missing in the one and changed in the other."""
    tamper(database, "UPDATE audit SET workspace = 2, number = 2 WHERE number = 5")
    assert "workspace 1: line 5 is missing" in faults(database)
    assert any(fault.startswith("workspace T2: line 2") for fault in faults(database))


def _without(number: int) -> Callable[[list[str]], list[str]]:
    return lambda lines: lines[: number - 1] + lines[number:]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_without(2), "line 2 is missing"),
        (_without(3), "line 3 is missing"),
        (lambda lines: [lines[1], lines[0], lines[2]], "line 1 stands in another place"),
        (lambda lines: [lines[0], lines[1].replace("root", "ben"), lines[2]], "line 2 was changed"),
        (lambda lines: [lines[0], "nonsense", lines[2]], "line 2 is missing"),
    ],
)
def test_notes_that_were_changed(database: Path, change: Callable[[list[str]], list[str]], found: str) -> None:
    """Exports and backups are noted beside the database in a chain of their own."""
    for what in ("all", "texts", "one"):
        note_use(database, "root", "exported", what, at=AT)
    assert faults(database) == []
    file = notes_file(database)
    file.write_text("\n".join(change(file.read_text().splitlines())) + "\n")
    assert f"exports and backups: {found}" in faults(database)


@pytest.mark.parametrize("change", ["number = 'two'", "actor = x'ff00'", "at = 'then'", "detail = x'ff00'"])
def test_what_is_no_value_of_its_kind(database: Path, change: str) -> None:
    """A line that was changed into what the bot never writes is named like any other."""
    tamper(database, f"UPDATE audit SET {change} WHERE workspace = 1 AND number = 2")  # noqa: S608 - written above
    assert faults(database)
