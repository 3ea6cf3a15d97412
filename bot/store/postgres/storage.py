"""Storage in one PostgreSQL database: store, read model and operations, opened and closed together."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import psycopg
import structlog

from bot.domain.errors import StoreUnavailable
from bot.domain.text_limits import UNLIMITED, TextLimits
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId
from bot.loops import PeriodicTask
from bot.ports.observer import Observer
from bot.store.group_commit import GroupCommit
from bot.store.postgres.address import Address
from bot.store.postgres.connection import open_for_reading
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.operations import PostgresOperations
from bot.store.postgres.takeover import Takeover
from bot.store.sql.connection import Connection
from bot.store.sql.read_model import Reader, SqlReadModel
from bot.store.sql.store import SqlStore

BEAT_S = 1.0
"""How often a bot shows that it lives, and looks for work that others have left."""

_log = structlog.get_logger(__name__)


class PostgresStorage:
    """bot.ports.storage.Storage in a PostgreSQL database; runs from start() to close().

    What time it is says the server, so that all bots on it agree; `clock` says otherwise, for tests.
    """

    is_shared = True

    def __init__(
        self,
        address: Address,
        observer: Observer,
        *,
        clock: Callable[[], Micros] | None = None,
        undo_window_s: float = 0,
        limits: TextLimits = UNLIMITED,
    ) -> None:
        self.engine = PostgresEngine(address, observer.on_fleet)
        self._takeover = Takeover(self.engine, observer.on_fleet)
        self.writer = GroupCommit(self.engine)
        self._clock = clock or self.engine.now
        self.store = SqlStore(self.writer, self._clock, observer, undo_window_s=undo_window_s, limits=limits)
        self._reader = Reader(lambda: open_for_reading(address), psycopg.Error)
        self.read_model = SqlReadModel(self._reader)
        self.operations = PostgresOperations(address)
        self._beat = PeriodicTask("beat", self._show_life, observer.on_bug, after_bug_s=BEAT_S, first_in_s=BEAT_S)
        self._open = AsyncExitStack()

    async def start(self) -> None:
        """Open the database; waits for a server that is not there yet. Raises StoreUnavailable."""
        try:
            await self.writer.start()
        except asyncio.CancelledError:
            self.engine.stop_waiting()
            raise
        self._open.push_async_callback(self.store.close)
        self._open.push_async_callback(self._reader.close)
        self._beat.start()  # before the first unit: where its COMMIT is in doubt, the next batch finds out about it
        self._open.push_async_callback(self._beat.stop)
        try:
            interrupted = await self._begin()
        except BaseException:
            await self.close()
            raise
        if interrupted:
            _log.info("store.resumed", calls_to_look_up=interrupted)

    async def _begin(self) -> int:
        while True:
            try:
                return await self.store.begin()
            except StoreUnavailable:
                await asyncio.sleep(BEAT_S)  # the server was lost since; the engine goes on by itself

    def store_of(self, workspace: WorkspaceId) -> SqlStore:
        """Give the store as another workspace sees it; always the same one."""
        return self.store.of(workspace)

    def read_model_of(self, workspace: WorkspaceId) -> SqlReadModel:
        """Give the read model as another workspace sees it."""
        return SqlReadModel(self._reader, workspace)

    def server_now(self) -> Micros | None:
        """Tell what time it is by the server, as far as it was heard of."""
        return self.engine.server_now()

    async def _show_life(self) -> float:
        try:
            look, with_work = await self.writer.run(lambda one: (self._takeover.look(one), self._with_work(one)))
            self._takeover.keep(look)
            if look.calls:
                await self.store.run(lambda tx: tx.resume())
        except StoreUnavailable:
            return BEAT_S  # whoever writes is told; the engine goes on by itself
        self.store.wake(with_work)
        return BEAT_S

    def _with_work(self, connection: Connection) -> list[WorkspaceId]:
        """Find the workspaces in which something is due: others may have stored it, and be gone since."""
        found = connection.execute(connection.statements["workspaces_with_work"], {"now": self._clock()})
        return [row["workspace"] for row in found]

    @property
    def waiting(self) -> int:
        """How many units of work wait to be written."""
        return self.store.waiting

    async def close(self) -> None:
        """Commit what waits and close the connections; nothing where it is closed already."""
        await self._open.aclose()
