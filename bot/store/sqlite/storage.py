"""Storage in one SQLite file: the store, the read model and the operations on it, opened and closed together."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import structlog

from bot.domain.text_limits import UNLIMITED, TextLimits
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId
from bot.ports.observer import Observer
from bot.store.group_commit import Engine, GroupCommit
from bot.store.sql.read_model import SqlReadModel
from bot.store.sql.store import SqlStore
from bot.store.sqlite.checkup import Checkup
from bot.store.sqlite.connection import open_for_writing, reader_of
from bot.store.sqlite.engine import SqliteEngine
from bot.store.sqlite.operations import SqliteOperations
from bot.store.sqlite.vacuum import Vacuum

_log = structlog.get_logger(__name__)


class SqliteStorage:
    """bot.ports.storage.Storage in one file, with a checkup of that file; runs from start() to close()."""

    is_shared = False

    def __init__(
        self,
        database: Path,
        clock: Callable[[], Micros],
        observer: Observer,
        *,
        undo_window_s: float = 0,
        limits: TextLimits = UNLIMITED,
        writer: Callable[[Engine], GroupCommit] = GroupCommit,
    ) -> None:
        self.writer = writer(SqliteEngine(lambda: open_for_writing(database)))
        self.store = SqlStore(self.writer, clock, observer, undo_window_s=undo_window_s, limits=limits)
        self._reader = reader_of(database, self.store.give_up)
        self.read_model = SqlReadModel(self._reader)
        self.operations = SqliteOperations(database)
        self._checkup = Checkup(database, self._commit, self.store.give_up, observer)
        self.vacuum = Vacuum(self.writer.run, observer)
        self._open = AsyncExitStack()

    async def start(self) -> None:
        """Open the file and begin the checkup. Raises StoreUnavailable."""
        interrupted = await self.store.start()
        self._open.push_async_callback(self.store.close)
        self._open.push_async_callback(self._reader.close)
        await self._checkup.start()
        self._open.push_async_callback(self._checkup.close)
        await self.vacuum.start()
        self._open.push_async_callback(self.vacuum.close)
        if interrupted:
            _log.info("store.resumed", calls_to_look_up=interrupted)

    def store_of(self, workspace: WorkspaceId) -> SqlStore:
        """Give the store as another workspace sees it; always the same one."""
        return self.store.of(workspace)

    def read_model_of(self, workspace: WorkspaceId) -> SqlReadModel:
        """Give the read model as another workspace sees it."""
        return SqlReadModel(self._reader, workspace)

    def server_now(self) -> Micros | None:
        """Tell nothing: the clock of this machine counts."""
        return None

    async def _commit(self) -> None:
        await self.store.run(lambda _tx: None)

    @property
    def waiting(self) -> int:
        """How many units of work wait to be written."""
        return self.store.waiting

    async def close(self) -> None:
        """Commit what waits and close the file; nothing where it is closed already."""
        await self._open.aclose()
