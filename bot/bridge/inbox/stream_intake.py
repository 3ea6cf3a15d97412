"""Stream intake: what a provider's stream brings is stored as a webhook's events are, with how far it was read.

Of several bots one watches a stream. What it brings and the cursor behind it are one unit of work, in which that duty
is checked; so whoever goes on, after a crash or in place of a frozen bot, begins where nothing is missing, and what
comes again is recognized.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from functools import partial

from bot.bridge.duties import OnDuty, step_on_duty
from bot.bridge.event_codec import Event
from bot.bridge.inbox.processor import BATCH_SIZE, store_events
from bot.domain.duties import Duty
from bot.domain.phone import E164
from bot.domain.timestamps import from_micros
from bot.loops import PeriodicTask, cancel
from bot.ports.capabilities import Stream
from bot.ports.observer import Observer
from bot.ports.storage import Store, Transaction

AGAIN_S = 2.0
"""Pause before a stream is watched again, after the store took nothing or a bug."""

Brought = tuple[Event, str]


class StreamIntake:
    """Intake of one stream, from start() to close(), for one of our numbers; `arrived` is called when it has stored."""

    def __init__(
        self, store: Store, stream: Stream, account: E164, *, arrived: Callable[[], None], observer: Observer
    ) -> None:
        self._store = OnDuty(store, Duty.STREAM)
        self._stream = stream
        self._cursor = f"cursor of {account} at {stream.source}"
        self._arrived = arrived
        step = step_on_duty(self._step, _nothing_to_forget)
        self._loop = PeriodicTask("stream", step, observer.on_bug, after_bug_s=AGAIN_S)

    async def start(self) -> None:
        """Start to watch."""
        self._loop.start()

    async def close(self) -> None:
        """Stop; what was brought and not stored comes again after the next start."""
        await self._loop.stop()

    async def _step(self) -> float:
        """Watch until the stream ends, the store takes nothing, or the duty is another bot's. Raises NotOnDuty."""
        cursor = await self._store.run(self._begun)
        brought: asyncio.Queue[Brought | None] = asyncio.Queue(BATCH_SIZE)
        watching = asyncio.create_task(self._watch(cursor, brought), name="watch")
        try:
            while batch := await _taken(brought):
                await self._store.run(partial(self._keep, batch=batch))
                self._arrived()
        finally:
            await cancel(watching)
        return AGAIN_S

    async def _watch(self, cursor: str, brought: "asyncio.Queue[Brought | None]") -> None:
        try:
            async with aclosing(self._stream.watch(cursor)) as events:
                async for event in events:
                    await brought.put(event)
        finally:
            if not _is_cancelled():
                await brought.put(None)

    def _begun(self, tx: Transaction) -> str:
        """Return how far the stream was read; the very first time it begins now."""
        cursor = tx.settings.value(self._cursor)
        if cursor is None:
            cursor = from_micros(tx.now).isoformat()
            tx.settings.set_value(self._cursor, cursor)
        return cursor

    def _keep(self, tx: Transaction, batch: list[Brought]) -> None:
        store_events(tx, [event for event, _ in batch])
        behind = batch[-1][1]
        if tx.settings.value(self._cursor) != behind:
            tx.settings.set_value(self._cursor, behind)


async def _taken(brought: "asyncio.Queue[Brought | None]") -> list[Brought]:
    """Take all that has come, at least one; nothing where the stream has ended."""
    first = await brought.get()
    batch = [] if first is None else [first]
    while batch and len(batch) < BATCH_SIZE and not brought.empty():
        found = brought.get_nowait()
        if found is None:
            brought.put_nowait(None)  # what came before the end is stored first
            break
        batch.append(found)
    return batch


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _nothing_to_forget() -> None:
    """Forget nothing: the cursor is read anew each time."""
