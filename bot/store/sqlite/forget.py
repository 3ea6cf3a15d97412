"""Workspaces of a database: listed beside the running bot, and removed with all they hold while none runs.

Which rows belong to a workspace is read from the schema: all that bear one, and what hangs on its conversations and
texts. Afterwards none of its bytes is in the file or in its log; copies of the file keep theirs.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.domain.errors import StoreUnavailable
from bot.domain.timestamps import Micros
from bot.domain.workspaces import FROM_ENVIRONMENT, InstalledWorkspace, WorkspaceId
from bot.store.sql.connection import Connection
from bot.store.sql.installations import Connections, Installations
from bot.store.sql.session import Session
from bot.store.sqlite.alone import opened_alone
from bot.store.sqlite.backup import check_begun
from bot.store.sqlite.connection import open_for_reading

_HANGS_ON = (("message_id", "message"), ("conversation_id", "conversation"))
"""Columns by which a row without a workspace of its own belongs to one, and the tables that have it."""


def workspaces_in(database: Path) -> list[InstalledWorkspace]:
    """List the workspaces with what each has connected. Raises StoreUnavailable."""
    check_begun(database)
    try:
        with closing(open_for_reading(database)) as reader:
            return list(_workspaces(reader))
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"Cannot read {database.absolute()}: {error}.") from error


def _workspaces(reader: Connection) -> Iterator[InstalledWorkspace]:
    for installation in Installations(Session(reader, Micros(0), FROM_ENVIRONMENT)).all():
        connections = Connections(Session(reader, Micros(0), installation.workspace))
        yield InstalledWorkspace(installation, tuple(connections.all()), tuple(connections.accounts()))


def forget(database: Path, workspace: WorkspaceId) -> None:
    """Remove a workspace with everything that it holds. Raises StoreUnavailable, also while a bot uses the file."""
    with opened_alone(database, "Stop what uses it, then try again.") as connection:
        _forget(connection, workspace)


def _forget(connection: sqlite3.Connection, workspace: WorkspaceId) -> None:
    for pragma in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=OFF"):  # all of it goes, in whatever order
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN IMMEDIATE")
    for statement in _deletions(connection):
        connection.execute(statement, {"workspace": workspace})
    if workspace == FROM_ENVIRONMENT:  # its row is always there: the next start fills it in
        connection.execute("INSERT INTO workspace (id, team_id) VALUES (?, '')", (FROM_ENVIRONMENT,))
    for index in _search_indexes(connection):
        connection.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")  # noqa: S608 - a name out of the schema
    connection.execute("COMMIT")
    connection.execute("VACUUM")  # pages that were freed before this version overwrote them are left behind
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _deletions(connection: sqlite3.Connection) -> Iterator[str]:
    """Write the statements, those first that look up rows which others remove."""
    columns = {table: _columns(connection, table) for table in _tables(connection)}
    owned = [table for table, names in columns.items() if "workspace" in names]
    for column, holder in _HANGS_ON:
        for table, names in columns.items():
            if column in names and table not in owned:
                ids = f"SELECT id FROM {holder} WHERE workspace = :workspace"  # noqa: S608 - names out of the schema
                yield f"DELETE FROM {table} WHERE {column} IN ({ids})"  # noqa: S608
    for table in owned:
        yield f"DELETE FROM {table} WHERE workspace = :workspace"  # noqa: S608
    yield "DELETE FROM workspace WHERE id = :workspace"


def _tables(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))}


def _search_indexes(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'"
    )
    return [name for (name,) in found]
