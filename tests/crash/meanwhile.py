"""What goes on beside the talking of a round, in a task of its own, until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib


class Meanwhile:
    """Something that goes on from begin() to stop()."""

    def __init__(self) -> None:
        self._running: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin, unless it goes on already."""
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End. Raises what ended it before."""
        if self._running is not None:
            running, self._running = self._running, None
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    async def _run(self) -> None:
        """Go on until it is cancelled."""
        raise NotImplementedError
