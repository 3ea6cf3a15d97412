"""Running named statements on one open transaction; what the two halves of the ledger share."""

import sqlite3
from typing import Any

from bot.domain.conversation import Conversation
from bot.domain.errors import RowNotFound
from bot.domain.message import Message
from bot.domain.timestamps import Micros
from bot.store.sqlite.connection import queries


class Repository:
    """One transaction, one `now`."""

    def __init__(self, connection: sqlite3.Connection, now: Micros) -> None:
        self.now = now
        self.undo_window_s = 0.0
        self._connection = connection
        self._sql = queries()
        # What this unit has read or written already: nobody else writes while it runs.
        self._messages: dict[int, Message] = {}
        self._conversations: dict[int, Conversation] = {}

    def _do(self, query: str, /, **values: Any) -> sqlite3.Cursor:
        return self._connection.execute(self._sql[query], {"now": self.now, **values})

    def _one(self, query: str, /, **values: Any) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._do(query, **values).fetchone()
        return row

    def _existing(self, query: str, /, **values: Any) -> sqlite3.Row:
        row = self._one(query, **values)
        if row is None:
            raise RowNotFound(f"{query}: no such row")
        return row

    def _all(self, query: str, /, **values: Any) -> list[sqlite3.Row]:
        return self._do(query, **values).fetchall()
