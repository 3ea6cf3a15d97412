"""A consumer of the stream, which keeps what it gets."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.domain.errors import CallFailed
from bot.providers.glific.calls.call_budget import CallBudget
from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.stream.stream import GlificStream, StreamPauses, StreamReports
from bot.providers.glific.wire.messages import GlificMessage
from bot.sandbox import GlificStandIn
from tests.providers.glific.stage import Bot

QUICK = StreamPauses(poll_s=600.0, settle_s=0.05, failed_poll_s=0.05, gap_s=0.0, reconnect_s=(0.02,))
NO_POLL = StreamPauses(poll_s=600.0, settle_s=600.0, failed_poll_s=600.0, gap_s=0.0, reconnect_s=(0.02,))
SUBSCRIBED = ["receivedMessage", "sentMessage", "updateMessageStatus"]


@dataclass
class Watcher:
    """A consumer of the stream that keeps what it gets, with the newest cursor."""

    glific: GlificStandIn
    stream: GlificStream
    malformed: list[object]
    failed: list[CallFailed]
    got: list[GlificMessage] = field(default_factory=list)
    cursor: str = ""
    _task: asyncio.Task[None] | None = None

    async def start(self, cursor: str | None = None) -> None:
        """Watch, and return once everything is subscribed."""
        self._task = asyncio.create_task(self._watch(self.cursor if cursor is None else cursor))
        await self.subscribed()

    async def subscribed(self, timeout_s: float = 10) -> None:
        await self.glific.until(lambda: self.glific.sockets.subscribed == SUBSCRIBED, timeout_s)

    async def _watch(self, cursor: str) -> None:
        async for message, behind in self.stream.watch(cursor):
            self.got.append(message)
            self.cursor = behind
            self.glific.changed.notify_all()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def texts(self) -> list[str]:
        """The inbound texts, in the order they came."""
        return [one.text for one in self.got if one.is_inbound]

    async def has(self, *texts: str) -> None:
        """Wait until these texts have come, each once, in this order."""
        await self.glific.until(lambda: len(self.texts) >= len(texts))
        assert self.texts == list(texts), self.texts


async def watcher(
    bot: Bot, watchers: list[Watcher], pauses: StreamPauses = QUICK, *, budget: CallBudget | None = None
) -> Watcher:
    """Make a watcher that has not begun; `budget` limits its calls."""
    session = await bot.session()
    client = GlificClient(await bot.calls(session, budget=budget))
    malformed: list[object] = []
    failed: list[CallFailed] = []

    async def put_aside(row: object) -> None:
        malformed.append(row)
        bot.glific.changed.notify_all()

    def note(error: CallFailed) -> None:
        failed.append(error)
        bot.glific.changed.notify_all()

    stream = GlificStream(bot.glific.url, session, client, StreamReports(put_aside, note), pauses=pauses)
    watchers.append(Watcher(bot.glific, stream, malformed, failed))
    return watchers[-1]
