"""Session: one open transaction, and what its repositories share while a unit of work runs."""

from typing import Any

from bot.domain.conversation import Conversation
from bot.domain.errors import RowNotFound
from bot.domain.ids import ConversationId
from bot.domain.message import Message
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId
from bot.store.sql.connection import Connection, Cursor, Row


class Session:
    """One transaction about one workspace, one `now`; runs named statements (queries.sql).

    Statements get `:workspace` and `:now` from here, so that no use case can ask about another workspace.

    `known_messages` and `known_conversations` are what this unit has read or written already: nobody else writes while
    it runs. `touched` names the lanes that changed, `has_work` tells whether there is something new to do. Where the
    whole database changes, `touched_anywhere` names the lanes with their workspaces, and `concerns_all` is true.
    """

    def __init__(self, connection: Connection, now: Micros, workspace: WorkspaceId) -> None:
        self.now = now
        self.workspace = workspace
        self.connection = connection
        self.known_messages: dict[int, Message] = {}
        self.known_conversations: dict[ConversationId, Conversation] = {}
        self.limits: set[str] = set()
        self.touched: set[str] = set()
        self.touched_anywhere: set[tuple[WorkspaceId, str]] = set()
        self.has_work = False
        self.concerns_all = False
        self.has_started = False
        self.fault: Exception | None = None
        self._sql = connection.statements

    def do(self, query: str, /, **values: Any) -> Cursor:
        """Run a statement; none after a fault of the database, which may have undone the transaction by itself."""
        if self.fault is not None:
            raise self.fault
        try:
            return self.connection.execute(self._sql[query], {"now": self.now, "workspace": self.workspace, **values})
        except Exception as error:
            self.note_fault(error)
            raise

    def note_fault(self, error: Exception) -> bool:
        """Note an error that is the database's own; True where it is."""
        if self.connection.is_fault(error):
            self.fault = error
        return self.fault is not None

    def one(self, query: str, /, **values: Any) -> Row | None:
        """Read the first row, or None."""
        row: Row | None = self.do(query, **values).fetchone()
        return row

    def existing(self, query: str, /, **values: Any) -> Row:
        """Read a row that must be there. Raises RowNotFound."""
        row = self.one(query, **values)
        if row is None:
            raise RowNotFound(f"{query}: no such row")
        return row

    def change(self, query: str, /, **values: Any) -> None:
        """Change a row that must be there. Raises RowNotFound."""
        if self.do(query, **values).rowcount == 0:
            raise RowNotFound(f"{query}: no such row")

    def all(self, query: str, /, **values: Any) -> list[Row]:
        """Read all rows."""
        return self.do(query, **values).fetchall()

    def add_limit(self, key: str) -> None:
        """Make sure that a rate limit exists."""
        if key not in self.limits:
            self.do("add_rate_limit", key=key)
            self.limits.add(key)

    def forget(self) -> None:
        """Forget what this unit has read or written: it may not be so any more."""
        self.known_messages.clear()
        self.known_conversations.clear()
        self.limits.clear()


class Repository:
    """A part of the tables, as the use cases see it, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._do, self._one, self._existing, self._all = session.do, session.one, session.existing, session.all
        self._change = session.change
