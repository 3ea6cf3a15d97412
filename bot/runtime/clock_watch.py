"""Clock watch: where the clock was set, moves all waiting times along, so that none ends early and none late.

Part of the assembly. One for a bot, because the waiting times of all workspaces lie in one database.
"""

from collections.abc import Callable

import structlog

from bot.clock import Clock
from bot.domain.timestamps import Micros, add_seconds
from bot.loops import PeriodicTask
from bot.ports.observer import Observer
from bot.ports.storage import Store, Transaction

CLOCK_S = 5.0
"""How often the clock is compared with the time of day."""

_log = structlog.get_logger(__name__)


class ClockWatch:
    """Clock watch; runs from start() to close(). `on_followed` is called after the times were moved.

    Where the server of the database tells the time (`server_now`), for all bots on it, that is followed, and nothing is
    moved: the waiting times are its own.
    """

    def __init__(
        self,
        clock: Clock,
        store: Store,
        on_followed: Callable[[], None],
        observer: Observer,
        server_now: Callable[[], Micros | None] = lambda: None,
    ) -> None:
        self._clock, self._store, self._on_followed = clock, store, on_followed
        self._server_now = server_now
        self._task = PeriodicTask("clock", self._watch, observer.on_bug, after_bug_s=CLOCK_S, first_in_s=CLOCK_S)

    async def start(self) -> None:
        """Begin to compare."""
        self._task.start()

    async def close(self) -> None:
        """Stop."""
        await self._task.stop()

    def _ask_server(self) -> bool:
        now = self._server_now()
        if now is not None:
            self._clock.set_to(now)
        return now is not None

    async def _watch(self) -> float:
        if self._ask_server():
            return CLOCK_S
        await self.follow()  # a step that could not be followed is followed at the next look
        return CLOCK_S

    async def follow(self) -> None:
        """Where the clock was set, move all waiting times along."""
        step_s = self._clock.step_s()
        if not step_s:
            return
        _log.warning("clock.stepped", seconds=round(step_s, 3))
        before = self._clock.ahead

        def move(tx: Transaction) -> None:  # in the writer's order: what is stored after this is stored in new time
            followed = self._clock.ahead - before  # 0, unless this unit was undone and runs again
            at = Micros(tx.now - followed // 1_000)
            self._clock.ahead = before
            self._clock.follow(step_s)
            tx.shift_times(add_seconds(0, step_s), at)

        try:
            await self._store.run(move)
        except BaseException:
            self._clock.ahead = before
            raise
        self._on_followed()
