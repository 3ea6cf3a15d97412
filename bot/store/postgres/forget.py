"""Workspaces of a database: listed beside the running bots, and removed with all they hold while none runs.

Which rows belong to a workspace is read from the schema: all that bear one, and what hangs on its conversations and
texts. Backups, and the server's own log for a while, keep theirs.
"""

from collections.abc import Iterator

from bot.domain.timestamps import Micros
from bot.domain.workspaces import FROM_ENVIRONMENT, InstalledWorkspace, WorkspaceId
from bot.store.postgres.connection import Connection
from bot.store.sql.installations import Connections, Installations
from bot.store.sql.session import Session

_HANGS_ON = (("message_id", "message"), ("conversation_id", "conversation"))
"""Columns by which a row without a workspace of its own belongs to one, and the tables that have it."""

_COLUMNS = """SELECT table_name, column_name FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name"""


def workspaces_in(reader: Connection) -> Iterator[InstalledWorkspace]:
    """List the workspaces with what each has connected."""
    for installation in Installations(Session(reader, Micros(0), FROM_ENVIRONMENT)).all():
        connections = Connections(Session(reader, Micros(0), installation.workspace))
        yield InstalledWorkspace(installation, tuple(connections.all()), tuple(connections.accounts()))


def forget(connection: Connection, workspace: WorkspaceId) -> None:
    """Remove a workspace with everything that it holds, in the transaction that is open."""
    connection.execute("SET CONSTRAINTS ALL DEFERRED")  # all of it goes, in whatever order
    for statement in _deletions(connection):
        connection.execute(statement.encode(), {"workspace": workspace})
    if workspace == FROM_ENVIRONMENT:  # its row is always there: the next start fills it in
        connection.execute("INSERT INTO workspace (id, team_id) VALUES (%(id)s, '')", {"id": FROM_ENVIRONMENT})


def _deletions(connection: Connection) -> Iterator[str]:
    """Write the statements, those first that look up rows which others remove."""
    tables: dict[str, set[str]] = {}
    for table, column in connection.execute(_COLUMNS):
        tables.setdefault(table, set()).add(column)
    owned = [table for table, names in tables.items() if "workspace" in names]
    for column, holder in _HANGS_ON:
        for table, names in tables.items():
            if column in names and table not in owned:
                ids = f"SELECT id FROM {holder} WHERE workspace = %(workspace)s"  # noqa: S608 - names out of the schema
                yield f"DELETE FROM {table} WHERE {column} IN ({ids})"  # noqa: S608
    for table in owned:
        yield f"DELETE FROM {table} WHERE workspace = %(workspace)s"  # noqa: S608
    yield "DELETE FROM workspace WHERE id = %(workspace)s"
