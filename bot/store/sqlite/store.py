"""Store: runs units of work through the writer, each in a transaction of its own.

No decision of the bridge is taken here, and no SQL stands in the code (queries.sql).
"""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

import structlog

from bot.bridge.messages.restored import make_pending_unknown
from bot.domain.errors import DatabaseLost
from bot.domain.message_events import MessageEvent
from bot.domain.text_limits import UNLIMITED, TextLimits
from bot.domain.timestamps import Micros
from bot.domain.workspaces import FROM_ENVIRONMENT, WorkspaceId
from bot.ports.observer import Observer
from bot.store.sqlite.connection import OnlyWriter
from bot.store.sqlite.transaction import SqliteTransaction
from bot.store.sqlite.writer import GroupCommitWriter

T = TypeVar("T")

_log = structlog.get_logger(__name__)


def _put_back(connection: sqlite3.Connection) -> int | None:
    return connection.put_back if isinstance(connection, OnlyWriter) else None


class _Done(NamedTuple, Generic[T]):
    """A committed unit: its result, whether there is something new to do, for one or all, and the events to emit."""

    result: T
    has_work: bool
    concerns_all: bool
    events: list[MessageEvent]


class SqliteStore:
    """bot.ports.storage.Store: runs units of work through the writer.

    `observer` is told what happened to texts; `undo_window_s` is how long a new reply can be undone, `limits` whom and
    how much people may text.
    """

    def __init__(
        self,
        writer: GroupCommitWriter,
        clock: Callable[[], Micros],
        observer: Observer | None = None,
        *,
        undo_window_s: float = 0,
        limits: TextLimits = UNLIMITED,
        workspace: WorkspaceId = FROM_ENVIRONMENT,
    ) -> None:
        self.workspace = workspace
        self._writer = writer
        self._clock = clock
        self._observer = observer
        self._undo_window_s, self._limits = undo_window_s, limits
        self.pending = asyncio.Event()
        self._counted_at = Micros(0)
        self._stores: dict[WorkspaceId, SqliteStore] = {workspace: self}

    async def run(self, unit: Callable[[SqliteTransaction], T]) -> T:
        """Run one unit of work; see bot.ports.storage.Store."""
        done = await self._writer.run(self._in_transaction(unit))
        if done.has_work:
            for store in self._stores.values() if done.concerns_all else (self,):
                store.pending.set()
        if self._observer is not None:
            for event in done.events:
                self._observer.on_event(event)
        return done.result

    def _in_transaction(self, unit: Callable[[SqliteTransaction], T]) -> Callable[[sqlite3.Connection], _Done[T]]:
        def work(connection: sqlite3.Connection) -> _Done[T]:
            tx = SqliteTransaction(connection, self._clock(), self.workspace)
            tx.counted_at, tx.undo_window_s, tx.limits = self._counted_at, self._undo_window_s, self._limits
            result = unit(tx)
            has_work = tx.finish()
            if tx.calls_made is not None and isinstance(connection, OnlyWriter):
                connection.calls, self._counted_at = tx.calls_made, tx.now
            return _Done(result, has_work, tx.concerns_all, tx.events)

        return work

    def of(self, workspace: WorkspaceId) -> "SqliteStore":
        """Give the store as another workspace sees it, through the same writer; always the same one."""
        if workspace not in self._stores:
            made = SqliteStore(
                self._writer,
                self._clock,
                self._observer,
                undo_window_s=self._undo_window_s,
                limits=self._limits,
                workspace=workspace,
            )
            made._stores = self._stores  # what concerns all of them wakes all of them
            made.pending.set()  # it may have work from before
            self._stores[workspace] = made
        return self._stores[workspace]

    async def start(self) -> int:
        """Open the database and mark what a crash interrupted; returns how many calls that were.

        In a database that was put back nothing is taken for certain.
        """
        await self._writer.start()
        put_back = await self._writer.run(_put_back)
        if put_back is not None:
            _log.warning("store.put_back", words="this database is older than the last one that ran here")

        def begin(tx: SqliteTransaction) -> int:
            if put_back is not None:
                known_until = tx.known_until()  # first: what this database knew last
                for scoped in tx.scopes():
                    make_pending_unknown(scoped, known_until)
                tx.note_restored(put_back)
            return tx.resume()

        return await self.run(begin)

    def give_up(self, lost: DatabaseLost) -> None:
        """Take no more work: somebody found the file gone or damaged."""
        self._writer.give_up(lost)

    @property
    def waiting(self) -> int:
        """How many units of work wait to be written."""
        return self._writer.waiting

    async def close(self) -> None:
        """Commit what waits and close the database."""
        await self._writer.close()
