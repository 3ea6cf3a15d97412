"""Checkup of the database file while the bot runs: is it still there, and is it sound.

The file is read whole in a thread of its own, on a connection of its own, so often that it takes a fiftieth of the time
at most. What is found stops the store; nothing is mended here.
"""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, InvalidStateError
from pathlib import Path

import structlog

from bot.domain.errors import DatabaseLost, StoreUnavailable
from bot.loops import PeriodicTask
from bot.ports.observer import Observer
from bot.store.sqlite.soundness import check_whole

EVERY_S = 2.0
"""How soon a file that is gone is noticed where nobody writes."""

AT_LEAST_S = 10.0
SHARE = 50
"""Between two readings of the whole file: at least so long, and so many times as long as the last one took."""

_log = structlog.get_logger(__name__)


class Checkup:
    """Runs from start() to close(). `commit` is any COMMIT, which sees by itself whether the file is there."""

    def __init__(
        self,
        database: Path,
        commit: Callable[[], Awaitable[None]],
        give_up: Callable[[DatabaseLost], None],
        observer: Observer,
    ) -> None:
        self._database = database
        self._commit = commit
        self._give_up = give_up
        self._due = 0.0
        self._loop = PeriodicTask("checkup", self._step, observer.on_bug, after_bug_s=EVERY_S)

    async def start(self) -> None:
        """Begin."""
        self._loop.start()

    async def close(self) -> None:
        """Stop; a reading under way ends with the process."""
        await self._loop.stop()

    async def _step(self) -> float:
        with contextlib.suppress(StoreUnavailable):  # whoever writes is told
            await self._commit()
        if time.monotonic() >= self._due:
            took: Future[float] = Future()
            threading.Thread(target=self._look, args=(took,), name="checkup", daemon=True).start()
            self._due = time.monotonic() + max(AT_LEAST_S, SHARE * await asyncio.wrap_future(took))
        return EVERY_S

    def _look(self, took: "Future[float]") -> None:
        begun = time.monotonic()
        try:
            check_whole(self._database)
        except DatabaseLost as lost:
            self._give_up(lost)
        except sqlite3.Error as error:
            _log.warning("store.not_checked", reason=str(error))
        with contextlib.suppress(InvalidStateError):  # nobody waits for it any more
            took.set_result(time.monotonic() - begun)
