"""Store: runs units of work through the writer, each in a transaction of its own.

No decision of the bridge is taken here, and no SQL stands in the code (queries.sql).
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

import structlog

from bot.bridge.messages.restored import make_pending_unknown
from bot.domain.errors import DatabaseLost
from bot.domain.message_events import MessageEvent
from bot.domain.text_limits import UNLIMITED, TextLimits
from bot.domain.timestamps import Micros
from bot.domain.workspaces import FROM_ENVIRONMENT, WorkspaceId
from bot.ports.observer import Observer
from bot.store.group_commit import GroupCommit
from bot.store.sql.connection import Connection
from bot.store.sql.transaction import SqlTransaction

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class _Done(NamedTuple, Generic[T]):
    """A committed unit: its result, whether there is something new to do, for one or all, and the events to emit.

    `counted_at` is when it counted the calls that have left, if it did.
    """

    result: T
    has_work: bool
    concerns_all: bool
    events: list[MessageEvent]
    counted_at: Micros | None


class SqlStore:
    """bot.ports.storage.Store: runs units of work through the writer.

    `observer` is told what happened to texts; `undo_window_s` is how long a new reply can be undone, `limits` whom and
    how much people may text.
    """

    def __init__(
        self,
        writer: GroupCommit,
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
        self._stores: dict[WorkspaceId, SqlStore] = {workspace: self}

    async def run(self, unit: Callable[[SqlTransaction], T]) -> T:
        """Run one unit of work; see bot.ports.storage.Store."""
        done = await self._writer.run(self._in_transaction(unit))
        if done.counted_at is not None:
            self._counted_at = done.counted_at
        if done.has_work:
            for store in self._stores.values() if done.concerns_all else (self,):
                store.pending.set()
        if self._observer is not None:
            for event in done.events:
                self._observer.on_event(event)
        return done.result

    def _in_transaction(self, unit: Callable[[SqlTransaction], T]) -> Callable[[Connection], _Done[T]]:
        def work(connection: Connection) -> _Done[T]:
            tx = SqlTransaction(connection, self._clock(), self.workspace)
            tx.counted_at, tx.undo_window_s, tx.limits = self._counted_at, self._undo_window_s, self._limits
            try:
                result = unit(tx)
            except Exception:
                if tx.fault is not None:  # what came after it is no fault of the unit's
                    raise tx.fault from None
                raise
            has_work = tx.finish()
            if tx.calls_made is not None:
                connection.note_calls(tx.calls_made)
            counted_at = None if tx.calls_made is None else tx.now
            return _Done(result, has_work, tx.concerns_all, tx.events, counted_at)

        return work

    def of(self, workspace: WorkspaceId) -> "SqlStore":
        """Give the store as another workspace sees it, through the same writer; always the same one."""
        if workspace not in self._stores:
            made = SqlStore(
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

    def wake(self, workspaces: Iterable[WorkspaceId]) -> None:
        """Look for work in these workspaces, as far as they run: others may have left some in the same database."""
        for workspace in workspaces:
            if workspace in self._stores:
                self._stores[workspace].pending.set()

    async def start(self) -> int:
        """Open the database and mark what a crash interrupted; returns how many calls that were.

        In a database that was put back nothing is taken for certain.
        """
        await self._writer.start()
        return await self.begin()

    async def begin(self) -> int:
        """Mark what a crash interrupted, in a database that is open. Raises StoreUnavailable; it may be repeated."""
        put_back = await self._writer.run(lambda connection: connection.put_back)
        if put_back is not None:
            _log.warning("store.put_back", words="this database is older than the last one that ran here")

        def begin(tx: SqlTransaction) -> int:
            if put_back is not None:
                known_until = tx.known_until()  # first: what this database knew last
                for scoped in tx.scopes():
                    make_pending_unknown(scoped, known_until)
                tx.note_restored(put_back)
            return tx.resume()

        return await self.run(begin)

    def give_up(self, lost: DatabaseLost) -> None:
        """Take no more work: somebody found the database gone or damaged."""
        self._writer.give_up(lost)

    @property
    def waiting(self) -> int:
        """How many units of work wait to be written."""
        return self._writer.waiting

    async def close(self) -> None:
        """Commit what waits and close the database."""
        await self._writer.close()
