"""The loop that pays what is owed: picks what may leave, lets it leave, and sleeps until the next thing is due.

Holds no rule about texts (jobs.py, calls.py) and no memory but the token buckets. Sleeps on an event that every unit of
work sets, and on the clock; so a text leaves a few milliseconds after it was stored, and an idle bot does nothing.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.bridge.arrivals import AT_ONCE, Intake, take_in_arrivals
from bot.bridge.calls import Caller
from bot.bridge.jobs import Job, Stumble, take_jobs
from bot.bridge.pace import Pacer
from bot.bridge.setbacks import stumbled
from bot.domain.effect import FETCH_PACE, SEND_PACE, UPLOAD_PACE, PaceHold
from bot.domain.errors import CallFailed, OutcomeUnknown
from bot.domain.ids import ChannelId
from bot.domain.moment import Micros
from bot.ledger import Ledger
from bot.ports import Store

IN_FLIGHT = 32
"""Calls under way at once at most, at each place: where one hangs, the other goes on."""

PICTURES_IN_FLIGHT = 4
"""The same for pictures, each way: every one of them may be 10 MB in memory."""

LONGEST_NAP_S = 30.0
"""The loop looks at the books at least this often, whatever the clock did meanwhile."""

PLACES = {"slack": IN_FLIGHT, "volt": IN_FLIGHT, "fetch": PICTURES_IN_FLIGHT, "upload": PICTURES_IN_FLIGHT}

RUSH_PER_S = 500
"""Events arriving per second that are a rush: far more than Slack would show."""

RUSH_GAP_S = 0.05
IN_RUSH = 2
"""Events worked off per gap while a rush is on."""

FIRST_PASSES = 40
"""Passes in a row, a second or two, in which events that have arrived go before calls that are owed."""

RUSH_LONGEST_S = 5.0
"""How far behind that may leave us: from there on events are worked off as they come."""

STORE_PAUSE_S = 1.0
"""How long to wait after the store refused a unit of work."""


@dataclass(frozen=True)
class Report:
    """One ended call, for the log and the metrics. `failure` is None where it did what it should."""

    job: Job
    failure: CallFailed | None
    seconds: float


@dataclass
class _Chosen:
    """What leaves now, what our code stumbled over, and when to look again."""

    jobs: list[Job]
    stumbles: list[Stumble]
    intake: Intake
    due_at: Micros | None = None


class _Rush:
    """Whether so many events arrive that taking them at the door goes before working them off, for a few seconds."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._arrived = 0
        self._behind_s = 0.0
        self._passes = 0
        self.is_on = False

    def count(self) -> None:
        self._arrived += 1

    def limit(self) -> int:
        """Events to take in now."""
        passed_s = time.monotonic() - self._since
        if passed_s >= RUSH_GAP_S:
            self.is_on = self._arrived / passed_s >= RUSH_PER_S and self._behind_s < RUSH_LONGEST_S
            self._since, self._arrived = time.monotonic(), 0
        return IN_RUSH if self.is_on else AT_ONCE

    def goes_on_first(self, intake: Intake, limit: int) -> bool:
        """Tell whether more has arrived than one pass takes, so that the rest is taken in before anything leaves."""
        is_more = limit == AT_ONCE and intake.taken == limit
        self._passes = self._passes + 1 if is_more else 0
        return is_more and self._passes % FIRST_PASSES != 0

    def took_in(self, intake: Intake, now: Micros) -> None:
        self._behind_s = 0.0 if intake.oldest_at is None else (now - intake.oldest_at) / 1_000_000


@dataclass
class Dispatcher:
    """Runs from start() to close()."""

    store: Store
    caller: Caller
    pacer: Pacer
    clock: Callable[[], Micros]
    channel: ChannelId
    on_report: Callable[[Report], None]
    on_crash: Callable[[Job | None, Exception], None]
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _calls: dict["asyncio.Task[None]", str] = field(default_factory=dict)
    _rush: _Rush = field(default_factory=_Rush)
    _loop: "asyncio.Task[None] | None" = None

    def arrived(self) -> None:
        """Note that an event was kept at the door."""
        self._rush.count()

    def wake(self) -> None:
        """Look at the books now."""
        self._wake.set()

    async def start(self) -> None:
        """Begin."""
        self._loop = asyncio.create_task(self._run(), name="dispatch")

    async def close(self, drain_s: float = 6.0) -> None:
        """Take nothing new and wait for the calls under way; what does not end in time is looked up after a restart."""
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
        if self._calls:
            _, late = await asyncio.wait(self._calls, timeout=drain_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @property
    def under_way(self) -> int:
        """How many calls are under way."""
        return len(self._calls)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                nap_s = await self._pass()
            except Exception as error:  # noqa: BLE001 - the loop must outlive a bug in one unit of work
                self.on_crash(None, error)
                nap_s = STORE_PAUSE_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(nap_s):
                    await self._wake.wait()

    async def _pass(self) -> float:
        """Let leave what may leave now; returns how long to sleep, in seconds."""
        busy = list(self._calls.values())
        free = {place: max(0, most - busy.count(place)) for place, most in PLACES.items()}
        limit = self._rush.limit()
        chosen = await self.store.run(lambda ledger: self._choose(ledger, dict(free), limit))
        self._rush.took_in(chosen.intake, self.clock())
        for error in (*chosen.intake.errors, *(stumble.error for stumble in chosen.stumbles)):
            self.on_crash(None, error)
        for job in chosen.jobs:
            task = asyncio.create_task(self._perform(job), name="call")
            self._calls[task] = _place(job.pace)
            task.add_done_callback(self._ended)
        if self._rush.is_on:
            await asyncio.sleep(RUSH_GAP_S)
            return 0.0
        if chosen.jobs or chosen.intake.taken:
            return 0.0
        if chosen.due_at is None:
            return LONGEST_NAP_S
        return min(LONGEST_NAP_S, max(0.0, (chosen.due_at - self.clock()) / 1_000_000))

    def _choose(self, ledger: Ledger, free: dict[str, int], limit: int) -> "_Chosen":
        chosen = _Chosen([], [], take_in_arrivals(ledger, channel=self.channel, limit=limit))
        if self._rush.goes_on_first(chosen.intake, limit):
            return chosen  # what is taken in together is shown together, in fewer posts
        ledger.line_up()
        put_off = ledger.next_arrival()
        wakes: list[Micros] = [] if put_off is None else [put_off]
        for hold in ledger.paces():
            due_at = ledger.next_due(hold.key)
            if due_at is None:
                continue
            wakes += self._take(ledger, hold, due_at, free, chosen)
        chosen.due_at = min(wakes, default=None)
        return chosen

    def _take(
        self, ledger: Ledger, hold: PaceHold, due_at: Micros, free: dict[str, int], chosen: "_Chosen"
    ) -> list[Micros]:
        """Take what one pace allows; returns when to look at it again, if at all."""
        if hold.not_before > ledger.now:
            return [hold.not_before]
        place, bucket = _place(hold.key), self.pacer.bucket(hold.key, ledger.now)
        available = bucket.available(ledger.now, is_calm=hold.calm_until > ledger.now)
        allowed = min(free[place], available)
        if allowed > 0 and due_at <= ledger.now:
            jobs, stumbles = take_jobs(ledger, {hold.key: allowed})
            for stumble in stumbles:
                stumbled(ledger, stumble.effect)
            bucket.spend(len(jobs))
            free[place] -= len(jobs)
            chosen.jobs += jobs
            chosen.stumbles += stumbles
        if free[place] == 0:
            return []  # the end of a call wakes us
        return [max(due_at, ledger.now if available else bucket.next_at(ledger.now))]

    async def _perform(self, job: Job) -> None:
        begun = self.clock()
        try:
            failure = await self.caller.perform(job)
        except Exception as error:  # noqa: BLE001 - a bug in an adapter: nobody knows what happened, so look before repeating
            self.on_crash(job, error)
            failure = OutcomeUnknown("internal", "The bot stumbled over this call.")
            await self._write_failure(job, failure)
        self.on_report(Report(job, failure, max(0, self.clock() - begun) / 1_000_000))

    async def _write_failure(self, job: Job, failure: CallFailed) -> None:
        try:
            await self.caller.write_failure(job, failure)
        except Exception as error:  # noqa: BLE001 - its lane rests until a restart looks into it; all others go on
            self.on_crash(job, error)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._calls.pop(task, None)
        self.wake()


def _place(pace: str) -> str:
    return _PLACE_OF.get(pace, "slack")


_PLACE_OF = {SEND_PACE: "volt", FETCH_PACE: "fetch", UPLOAD_PACE: "upload"}
