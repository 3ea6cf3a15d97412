"""Background tasks: one step, repeated until its owner stops it.

Holds the start, a wait that can be cut short, and an end by cancelling or after the step in progress; nothing of what a
step does.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

Step = Callable[[], Awaitable[float | None]]
"""One step of a task; returns the seconds until the next one, or None where there is nothing more to do."""


class PeriodicTask:
    """Background task that outlives a bug in its step: it is reported to `on_bug`, and `after_bug_s` later tried again.

    `wake` is an event that cuts the wait between two steps short; several tasks and other parts may share it.
    """

    def __init__(
        self,
        name: str,
        step: Step,
        on_bug: Callable[[Exception], None],
        *,
        after_bug_s: float,
        first_in_s: float = 0.0,
        wake: asyncio.Event | None = None,
    ) -> None:
        self._name = name
        self._step = step
        self._on_bug = on_bug
        self._after_bug_s = after_bug_s
        self._first_in_s = first_in_s
        self._wake = wake or asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.is_ending = False

    def start(self) -> None:
        """Start the task; the first step is taken `first_in_s` from now."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    def wake(self) -> None:
        """Take the next step now, or once more where one is in progress."""
        self._wake.set()

    async def finish(self) -> None:
        """Let the step in progress come to its end, and take no other. Raises nothing of what a step raised."""
        self.is_ending = True
        self.wake()
        if self._task is not None:
            await self._task

    async def stop(self) -> None:
        """Cancel the step in progress and wait until the task has ended."""
        self.is_ending = True
        if self._task is not None:
            await cancel(self._task)

    async def _run(self) -> None:
        if self._first_in_s:
            await self._wait(self._first_in_s)
        while not self.is_ending:
            self._wake.clear()  # before the step: what wakes us during it leads to another one
            pause_s = await self._take_step()
            if pause_s is None or self.is_ending:
                return
            await self._wait(pause_s)

    async def _take_step(self) -> float | None:
        try:
            return await self._step()
        except Exception as error:  # noqa: BLE001 - the loop must outlive a bug in one step
            self._on_bug(error)
            return self._after_bug_s

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()


async def cancel(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it has ended. Raises what the task raised instead."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()
