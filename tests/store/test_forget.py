"""A workspace is removed with everything that it holds, and nothing of any other goes with it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.errors import StoreUnavailable
from bot.domain.workspaces import WorkspaceId
from bot.store.sqlite.connection import open_for_reading, open_for_writing
from bot.store.sqlite.forget import forget, workspaces_in
from tests.harness.database import make_database

GONE, KEPT = WorkspaceId(2), WorkspaceId(3)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Give a database with two workspaces, and a row of both in every table that can have one."""
    path = tmp_path / "bot.db"
    make_database(path)
    with closing(open_for_writing(path)) as made:
        made.execute("PRAGMA foreign_keys=OFF")
        for workspace in (GONE, KEPT):
            _fill(made, workspace)
    return path


def _fill(made: sqlite3.Connection, workspace: WorkspaceId) -> None:
    """Write a row into every table, with a word of the workspace in every column that holds text."""
    word = f"secretword{workspace}"
    made.execute("INSERT INTO workspace (id, team_id, name, token) VALUES (?, ?, ?, ?)", (workspace, word, word, word))
    for table in _tables(made):
        columns = made.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
        named = {row["name"] for row in columns}
        if table == "workspace" or not named & {"workspace", "conversation_id", "message_id"}:
            continue
        ids = {"workspace", "id", "conversation_id", "message_id"}
        values = [workspace if row["name"] in ids and row["type"] != "TEXT" else _value(row, word) for row in columns]
        marks = ", ".join("?" * len(values))
        made.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", values)  # noqa: S608 - names out of the schema


def _value(column: sqlite3.Row, word: str) -> object:
    return 1 if column["type"] == "INTEGER" else word.encode() if column["type"] == "BLOB" else word


def _tables(reader: sqlite3.Connection) -> list[str]:
    found = reader.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
    shadows = ("name_index_", "part_index_", "text_index_", "sqlite_")
    return [row["name"] for row in found if not row["name"].startswith(shadows)]


def _rows(path: Path, workspace: WorkspaceId) -> dict[str, int]:
    """Count the rows of every table that hold a word of the workspace."""
    with closing(open_for_reading(path)) as reader:
        counts = {}
        for table in _tables(reader):
            rows = reader.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
            counts[table] = sum(f"secretword{workspace}" in str([*row]) for row in rows)
        return counts


def _bytes(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))


def test_no_row_is_left(database: Path) -> None:
    """No table has a row of it any more, its words are found by no search and in no file; another's are all there."""
    before = _rows(database, GONE)
    assert sum(count > 0 for count in before.values()) >= 20
    kept = _rows(database, KEPT)
    forget(database, GONE)
    assert not any(_rows(database, GONE).values())
    assert _rows(database, KEPT) == kept
    assert b"secretword2" not in _bytes(database)
    assert b"secretword3" in _bytes(database)
    with closing(open_for_reading(database)) as reader:
        for index in ("text_index", "name_index"):
            words = "secretword2 OR secretword3"
            found = reader.execute(f"SELECT rowid FROM {index} WHERE {index} MATCH ?", (words,))  # noqa: S608
            assert [row[0] for row in found] == [KEPT]
    assert GONE not in [one.installation.workspace for one in workspaces_in(database)]


def test_the_workspace_of_the_environment_begins_anew(database: Path) -> None:
    """The row of the environment's workspace stays, empty, so that the next start fills it in."""
    with closing(open_for_writing(database)) as made:
        made.execute("UPDATE workspace SET team_id = 'T1', name = 'First' WHERE id = 1")
    forget(database, WorkspaceId(1))
    assert not any(one.installation.is_from_environment for one in workspaces_in(database))
    with closing(open_for_reading(database)) as reader:
        assert [*reader.execute("SELECT team_id, name FROM workspace WHERE id = 1").fetchone()] == ["", ""]


def test_no_id_comes_again(database: Path) -> None:
    """What buttons in Slack name by its id is never taken for what came after it was removed."""
    named = ("workspace", "connection", "conversation", "template")
    with closing(open_for_writing(database)) as made:
        newest = {table: made.execute(f"SELECT max(id) FROM {table}").fetchone()[0] for table in named}  # noqa: S608
    forget(database, KEPT)
    forget(database, GONE)
    with closing(open_for_writing(database)) as made:
        made.execute("PRAGMA foreign_keys=OFF")
        for table, id_ in newest.items():
            needed = [row["name"] for row in made.execute("SELECT * FROM pragma_table_info(?)", (table,)) if _must(row)]
            values = ", ".join("1" for _ in needed)
            made.execute(f"INSERT INTO {table} ({', '.join(needed)}) VALUES ({values})")  # noqa: S608
            assert made.execute("SELECT last_insert_rowid()").fetchone()[0] > id_, table


def _must(column: sqlite3.Row) -> bool:
    """Tell whether a column needs a value."""
    return bool(column["notnull"]) and column["dflt_value"] is None and not column["pk"]


def test_refused_while_a_bot_runs(database: Path) -> None:
    """Nothing is removed while a bot uses the database."""
    before = _rows(database, GONE)
    with closing(open_for_writing(database)), pytest.raises(StoreUnavailable, match="another volt-bot is using it"):
        forget(database, GONE)
    assert _rows(database, GONE) == before


def test_the_bot_goes_on_with_what_is_left(database: Path) -> None:
    """A bot opens the database afterwards as before: it is no copy, and nothing that waits is taken for uncertain."""
    forget(database, GONE)
    with closing(open_for_writing(database)) as made:
        assert made.put_back is None


def test_no_database(tmp_path: Path) -> None:
    """Where there is no database it is said, and none is made."""
    with pytest.raises(StoreUnavailable, match="There is no database"):
        forget(tmp_path / "none.db", GONE)
    assert list(tmp_path.iterdir()) == []
