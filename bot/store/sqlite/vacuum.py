"""Vacuum: every night the free pages at the end of the file are given back, a few at a time, beside all other work."""

from collections.abc import Awaitable, Callable

from bot.loops import PeriodicTask
from bot.ports.observer import Observer
from bot.store.sql.connection import Connection
from bot.time_of_day import utc_now

AT_HOUR = 3
"""Hour of the night, where the bot runs."""

LOOK_EVERY_S = 600.0

PAGES_AT_ONCE = 256
"""A megabyte: other units of work wait no longer for it than for one of their own."""


class Vacuum:
    """Runs from start() to close(). `run` runs a unit on the write connection."""

    def __init__(self, run: Callable[[Callable[[Connection], bool]], Awaitable[bool]], observer: Observer) -> None:
        self._run = run
        self._done_on = utc_now().astimezone().date()
        self._loop = PeriodicTask(
            "vacuum", self._step, observer.on_bug, after_bug_s=LOOK_EVERY_S, first_in_s=LOOK_EVERY_S
        )

    async def start(self) -> None:
        """Begin."""
        self._loop.start()

    async def close(self) -> None:
        """Stop; what is left is given back in another night."""
        await self._loop.stop()

    async def _step(self) -> float:
        now = utc_now().astimezone()
        if now.hour == AT_HOUR and now.date() != self._done_on:
            await self.give_back()
            self._done_on = now.date()
        return LOOK_EVERY_S

    async def give_back(self) -> None:
        """Give all free pages back."""
        while await self._run(_give_some_back):
            pass


def _give_some_back(connection: Connection) -> bool:
    """Give some free pages back; False where that changes nothing more."""
    before = _free_pages(connection)
    connection.execute(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})").fetchall()
    return 0 < _free_pages(connection) < before


def _free_pages(connection: Connection) -> int:
    return int(connection.execute("PRAGMA freelist_count").fetchone()[0])
