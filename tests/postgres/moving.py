"""A file as a bot has left it, its move, and both sides side by side."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from bot.store.moving.move import DatabaseMove
from bot.store.postgres.address import read_address
from bot.store.sqlite.connection import open_for_writing
from tests.store.two_workspaces import fill

DERIVED = {"reply_count"}
"""Tables of the file that the database makes itself."""

ACTOR = "ops"

NOTED = "workspace <> 0"
"""Rows of the tables that a move and the notes beside the file add rows to, as far as they were there before."""


def filled(folder: Path) -> Path:
    """Make a file with rows in every table, of two workspaces."""
    file = folder / "bot.db"
    with closing(open_for_writing(file)) as connection:
        fill(connection)
        connection.execute("INSERT INTO calls_made (id, count, at) VALUES (1, 2, 1000)")
    return file


def change(file: Path, statement: str, *values: object) -> None:
    """Change a file by hand."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement, values)
        connection.commit()


def move_of(file: Path, url: str, *, rows_at_once: int = 10_000) -> DatabaseMove:
    """Make a move."""
    return DatabaseMove(file, read_address(url), rows_at_once=rows_at_once)


def moved(file: Path, url: str) -> None:
    """Move."""
    move_of(file, url).run(ACTOR, lambda _rows, _of: None)


def tables_in(file: Path) -> dict[str, list[str]]:
    """List the tables of a file, and their columns."""
    with closing(sqlite3.connect(file)) as reader:
        found = reader.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\\_index%' ESCAPE '\\'"
            " AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_sqlite%' ESCAPE '\\'"
        )
        names = {name for (name,) in found} - DERIVED
        return {name: [row[1] for row in reader.execute(f"PRAGMA table_info({name})")] for name in sorted(names)}


def rows_in_file(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Read every row of a file, but its mark."""
    with closing(sqlite3.connect(file)) as reader:
        return {name: _sorted(reader.execute(_read(name, columns))) for name, columns in tables_in(file).items()}


def rows_in_database(url: str, file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Read the same tables and columns of a database, but what a move notes."""
    with psycopg.connect(url) as reader:
        return {
            name: _sorted(reader.execute(_read(name, columns).encode()).fetchall())
            for name, columns in tables_in(file).items()
        }


def beside(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement in a database."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(statement.encode())
        return found.fetchall() if found.description else []


def _read(name: str, columns: list[str]) -> str:
    own = {
        "value": "WHERE name NOT IN ('moved to', 'moving from', 'moved from')",
        "audit": f"WHERE {NOTED}",
        "audit_chain": f"WHERE {NOTED}",
    }
    return f"SELECT {', '.join(columns)} FROM {name} {own.get(name, '')}"  # noqa: S608 - names of our own schema


def _sorted(rows: Any) -> list[tuple[Any, ...]]:
    return sorted(map(tuple, rows), key=repr)
