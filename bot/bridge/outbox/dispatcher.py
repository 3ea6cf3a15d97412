"""Outbox dispatcher: claims due entries, executes them, sleeps until the next is due.

Holds no rule about texts (claims.py, executor.py) and none about turns (slots.py). Sleeps on an event that every unit
of work sets, and on the clock. So a text leaves a few milliseconds after it was stored, and an idle bot does nothing.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.bridge.inbox.processor import BATCH_SIZE, InboxBatch, process_inbox
from bot.bridge.outbox.executor import Executor
from bot.bridge.outbox.failures import put_back, record_claim_error
from bot.bridge.outbox.slots import ClaimPass, choose
from bot.bridge.outbox.turns import FairQueue
from bot.bridge.rate_limit import RateLimiter
from bot.bridge.requests import Attempt
from bot.domain.errors import CallFailed, OutcomeUnknown, StoreUnavailable
from bot.domain.ids import ChannelId
from bot.domain.retry_policy import STORE_RETRY_S, leave_within_s
from bot.domain.timestamps import Micros
from bot.loops import PeriodicTask
from bot.ports.observer import CallFinished, Observer
from bot.ports.storage import Store, Transaction

MAX_SLEEP_S = 30.0
"""Longest sleep: the outbox is looked at so often, whatever the clock did meanwhile."""

BURST_PER_S = 500
"""Arriving events per second that are a burst: far more than Slack would show."""

RUSH_GAP_S = 0.05
BATCH_IN_BURST = 2
"""Events processed per gap during a burst."""

FIRST_PASSES = 40
"""Passes in a row, a second or two, in which arrived events go before pending entries."""

MAX_BURST_S = 5.0
"""Longest time that a burst may leave us behind: from there on events are processed as they come."""

FRUITLESS_PASSES = 20
FRUITLESS_PAUSE_S = 0.05
"""Pause after many passes that found something due and nothing to do: a lane without a call must not keep us busy."""


@dataclass
class _Selection:
    """Selection of one pass: what arrived and what leaves; None where what arrived goes first."""

    intake: InboxBatch
    begun: float  # whoever takes a call over counts from there
    choice: ClaimPass | None = None
    due_at: Micros | None = None


class _BurstMode:
    """Burst mode: for a few seconds storing events goes before processing them."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._arrived = 0
        self._behind_s = 0.0
        self._passes = 0
        self.is_on = False

    def count(self) -> None:
        self._arrived += 1

    def limit(self) -> int:
        """Events to process now."""
        passed_s = time.monotonic() - self._since
        if passed_s >= RUSH_GAP_S:
            self.is_on = self._arrived / passed_s >= BURST_PER_S and self._behind_s < MAX_BURST_S
            self._since, self._arrived = time.monotonic(), 0
        return BATCH_IN_BURST if self.is_on else BATCH_SIZE

    def goes_on_first(self, intake: InboxBatch, limit: int) -> bool:
        """Tell whether more has arrived than one pass takes, so that the rest is processed before anything leaves."""
        return _is_more(intake, limit) and (self._passes + 1) % FIRST_PASSES != 0

    def took_in(self, intake: InboxBatch, limit: int, now: Micros) -> None:
        """Note what a pass took in, once it is committed."""
        self._passes = self._passes + 1 if _is_more(intake, limit) else 0
        self._behind_s = 0.0 if intake.oldest_at is None else (now - intake.oldest_at) / 1_000_000


def _is_more(intake: InboxBatch, limit: int) -> bool:
    return limit == BATCH_SIZE and intake.taken == limit


@dataclass
class Dispatcher:
    """Dispatcher loop, from start() to close()."""

    store: Store
    caller: Executor
    limiter: RateLimiter
    clock: Callable[[], Micros]
    channel: ChannelId
    observer: Observer
    _calls: dict[asyncio.Task[None], Attempt] = field(default_factory=dict)
    _burst: _BurstMode = field(default_factory=_BurstMode)
    _turns: FairQueue = field(default_factory=FairQueue)
    _fruitless: int = 0

    def __post_init__(self) -> None:
        on_bug = self.observer.on_bug
        self._loop = PeriodicTask("dispatch", self._pass, on_bug, after_bug_s=STORE_RETRY_S, wake=self.store.pending)

    def arrived(self) -> None:
        """Note that an event was stored."""
        self._burst.count()

    async def start(self) -> None:
        """Start the loop."""
        self._loop.start()

    def forget(self) -> None:
        """Forget what was noted by a clock that was set since."""
        self.limiter.forget()
        self._turns.forget()
        self._loop.wake()

    async def close(self, drain_s: float = 6.0) -> None:
        """Claim nothing new and wait for the calls in flight; what does not end in time is looked up by the next start.

        Entries that were claimed and have not left become pending again.
        """
        await self._loop.finish()
        if self._calls:
            _, late = await asyncio.wait(self._calls, timeout=drain_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @property
    def under_way(self) -> int:
        """Number of calls in flight."""
        return len(self._calls)

    async def _pass(self) -> float:
        """Let what is due leave; returns how long to sleep, in seconds."""
        limit, under_way = self._burst.limit(), list(self._calls.values())
        chosen = await self.store.run(lambda tx: self._choose(tx, under_way, limit))
        self._burst.took_in(chosen.intake, limit, self.clock())
        if chosen.choice:
            self._turns.keep(chosen.choice.turns)
        claimed, errors = (chosen.choice.claimed, chosen.choice.errors) if chosen.choice else ([], [])
        for error in (*chosen.intake.errors, *(claim.error for claim in errors)):
            self.observer.on_bug(error)
        if self._loop.is_ending:
            await self._put_back(claimed)
            return 0.0
        for attempt in (_leaving_in_time(one, chosen.begun) for one in claimed):
            task = asyncio.create_task(self._perform(attempt), name="call")
            self._calls[task] = attempt
            task.add_done_callback(self._ended)
        if self._burst.is_on:
            await asyncio.sleep(RUSH_GAP_S)
            return 0.0
        if claimed or chosen.intake.taken:
            return 0.0
        if chosen.choice and chosen.choice.is_fruitless:
            return await self._pause_if_often()
        if chosen.due_at is None:
            return MAX_SLEEP_S
        return min(MAX_SLEEP_S, max(0.0, (chosen.due_at - self.clock()) / 1_000_000))

    async def _pause_if_often(self) -> float:
        self._fruitless = (self._fruitless + 1) % FRUITLESS_PASSES
        if self._fruitless == 0:
            await asyncio.sleep(FRUITLESS_PAUSE_S)
        return 0.0

    def _choose(self, tx: Transaction, under_way: list[Attempt], limit: int) -> _Selection:
        chosen = _Selection(process_inbox(tx, channel=self.channel, limit=limit), tx.begun)
        if self._burst.goes_on_first(chosen.intake, limit):
            return chosen  # what is taken in together is shown together, in fewer posts
        tx.outbox.refresh_lanes()
        deferred_until = (
            tx.now if chosen.intake.taken == limit else tx.inbox.next_due_at()
        )  # a full pass has left some events
        choice = chosen.choice = choose(tx, self.limiter, self._turns, under_way)
        for failed in choice.errors:
            record_claim_error(tx, failed.entry)
        wake_at = choice.wake_at if deferred_until is None else [*choice.wake_at, deferred_until]
        chosen.due_at = min(wake_at, default=None)
        return chosen

    async def _put_back(self, claimed: list[Attempt]) -> None:
        """Make entries pending again that have not left.

        Where that cannot be stored, they are looked up after a restart.
        """
        if not claimed:
            return
        try:
            await self.store.run(lambda tx: put_back(tx, claimed))
        except StoreUnavailable as error:
            self.observer.on_bug(error)

    async def _perform(self, attempt: Attempt) -> None:
        if self._loop.is_ending:  # it was claimed, and its call has not begun
            await self._put_back([attempt])
            return
        begun = self.clock()
        try:
            failure = await self.caller.perform(attempt)
        except Exception as error:  # noqa: BLE001 - a bug in an adapter: nobody knows what happened, so look before repeating
            self.observer.on_bug(error, attempt.info)
            failure = OutcomeUnknown("internal", "The bot had a fault of its own.")
            await self._write_failure(attempt, failure)
        seconds = max(0, self.clock() - begun) / 1_000_000
        self.observer.on_call_finished(CallFinished(attempt.info, failure, seconds))

    async def _write_failure(self, attempt: Attempt, failure: CallFailed) -> None:
        try:
            await self.caller.write_failure(attempt, failure)
        except Exception as error:  # noqa: BLE001 - its lane rests until a restart looks into it; all others go on
            self.observer.on_bug(error, attempt.info)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._calls.pop(task, None)
        self._loop.wake()


def _leaving_in_time(attempt: Attempt, claimed_at: float) -> Attempt:
    within_s = leave_within_s(attempt.entries[0].kind)
    return attempt if within_s is None else replace(attempt, leave_by=claimed_at + within_s)
