"""Backfill: both sides' records are read at the start and every few minutes, for what no event told us.

A webhook or an event is retried for minutes only; a bot that was down for longer would never hear of those texts. What
is found goes through the same use cases as an event, deduplicated by the same ids. Bounded (so many look-ups a round,
so many hours back) and gentle: it takes the half of the look-up allowance that unknown outcomes do not need. What could
not be read counts as unread, however long (progress.py). Never goes back before the first start: old conversations are
not new.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.bridge.backfill.gaps import ON_ITS_WAY
from bot.bridge.backfill.progress import is_first_start
from bot.bridge.backfill.provider_side import ProviderBackfill
from bot.bridge.backfill.read_budget import ReadBudget, RoundIncomplete
from bot.bridge.backfill.slack_side import SlackBackfill
from bot.bridge.duties import OnDuty, step_on_duty
from bot.bridge.rate_limit import LookupLimiter
from bot.bridge.recovery.recovery import Recovery
from bot.domain.destination import Destination
from bot.domain.duties import Duty
from bot.domain.ids import ChannelId
from bot.domain.phone import E164
from bot.domain.retry_policy import ROUND_RESUME_S
from bot.domain.timestamps import Micros
from bot.loops import PeriodicTask
from bot.ports.messaging import Provider
from bot.ports.observer import Observer
from bot.ports.storage import Store, Transaction
from bot.ports.workspace import Workspace

BEHIND_S = 2.0
"""Age of a due event from which on the inbox is behind, and the backfill waits."""


@dataclass
class Backfill:
    """Backfill loop, from start() to close(), with a round every `interval_s`; `lookback` is how far it reads back."""

    store: Store
    workspace: Workspace
    provider: Provider
    lookup_limiter: LookupLimiter
    clock: Callable[[], Micros]
    home: tuple[E164, ChannelId]
    interval_s: float
    lookback: timedelta
    observer: Observer
    recovery: Recovery | None = None
    pause_s: float = 0.0
    _is_repeat: bool = False

    def __post_init__(self) -> None:
        self.store = OnDuty(self.store, Duty.LOOK_UPS)
        self._begin_anew()
        self._loop = PeriodicTask(
            "catch up",
            step_on_duty(self._step, self._begin_anew),
            self.observer.on_bug,
            after_bug_s=min(ROUND_RESUME_S, self.interval_s),
        )

    def _begin_anew(self) -> None:
        """Remember nothing of what was read."""
        self._replies = SlackBackfill(self.store, self.workspace, self.home[1], self.lookback, self.recovery)
        self._texts = ProviderBackfill(self.store, self.provider, self.home, self.clock, self.lookback, self.recovery)

    async def start(self) -> None:
        """Start the loop."""
        self._loop.start()

    async def close(self) -> None:
        """Stop the loop; the next start begins where each record was last read to its end."""
        await self._loop.stop()

    async def _step(self) -> float:
        await self.round()
        return self.pause_s

    async def round(self) -> bool:
        """Read both records once, and set in `pause_s` how soon again; False where something is left to read."""
        is_repeat, self._is_repeat = self._is_repeat, False
        self.pause_s = min(ROUND_RESUME_S, self.interval_s)
        try:
            if await self.store.run(_is_first_start):
                self.pause_s = self.interval_s
                return True
        except RoundIncomplete:
            return False
        # Slack first: a reply that was missed must not wait behind all of Volt's record
        is_whole = await self._part(Destination.SLACK, self._replies.read)
        is_whole = await self._part(Destination.PROVIDER, self._texts.read) and is_whole
        if is_whole:
            self.pause_s = self.interval_s
        if self._texts.is_early and not is_repeat:  # once: a busy account is never without such a text
            self._is_repeat = True
            self.pause_s = min(self.pause_s, ON_ITS_WAY.total_seconds() + 1)
        return is_whole

    async def _part(self, destination: Destination, read: Callable[[ReadBudget], Awaitable[None]]) -> bool:
        """Read one side's record; False where the round has to be resumed soon."""
        budget = ReadBudget(destination, self.lookup_limiter, self.observer)
        try:
            await read(budget)
        except RoundIncomplete:
            return False
        return not budget.is_soon


def _is_first_start(tx: Transaction) -> bool:
    if any(arrival.at < tx.now - BEHIND_S * 1_000_000 for arrival in tx.inbox.due(1)):
        raise RoundIncomplete  # what has come must be processed before we can tell what has not
    return is_first_start(tx)
