"""The loop that pays what is owed: picks what may leave, lets it leave, and sleeps until the next thing is due.

Holds no rule about texts (jobs.py, calls.py) and no memory but the token buckets. Sleeps on an event that every unit of
work sets, and on the clock; so a text leaves a few milliseconds after it was stored, and an idle bot does nothing.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.bridge.calls import Caller
from bot.bridge.jobs import Job, take_jobs
from bot.bridge.pace import Pacer
from bot.domain.errors import CallFailed, OutcomeUnknown, StoreUnavailable
from bot.domain.moment import Micros
from bot.ports import Ledger, Store

IN_FLIGHT = 64
"""Calls under way at once at most."""

LONGEST_NAP_S = 30.0
"""The loop looks at the books at least this often, whatever the clock did meanwhile."""

STORE_PAUSE_S = 1.0
"""How long to wait after the store refused a unit of work."""


@dataclass(frozen=True)
class Report:
    """One ended call, for the log and the metrics. `failure` is None where it did what it should."""

    job: Job
    failure: CallFailed | None
    seconds: float


@dataclass
class Dispatcher:
    """Runs from start() to close()."""

    store: Store
    caller: Caller
    pacer: Pacer
    clock: Callable[[], Micros]
    on_report: Callable[[Report], None]
    on_crash: Callable[[Job | None, Exception], None]
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _calls: set["asyncio.Task[None]"] = field(default_factory=set)
    _loop: "asyncio.Task[None] | None" = None
    _seen_holds: dict[str, Micros] = field(default_factory=dict)

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
            except StoreUnavailable as error:
                self.on_crash(None, error)
                nap_s = STORE_PAUSE_S
            except Exception as error:  # noqa: BLE001 - the loop must outlive a bug in one unit of work
                self.on_crash(None, error)
                nap_s = STORE_PAUSE_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(nap_s):
                    await self._wake.wait()

    async def _pass(self) -> float:
        """Let leave what may leave now; returns how long to sleep, in seconds."""
        jobs, due_at = await self.store.run(self._choose)
        now = self.clock()
        for job in jobs:
            task = asyncio.create_task(self._perform(job), name=f"call {job.key}")
            self._calls.add(task)
            task.add_done_callback(self._ended)
        if jobs and len(self._calls) < IN_FLIGHT:
            return 0.0
        return LONGEST_NAP_S if due_at is None else min(LONGEST_NAP_S, max(0.0, (due_at - now) / 1_000_000))

    def _choose(self, ledger: Ledger) -> tuple[list[Job], Micros | None]:
        free = max(0, IN_FLIGHT - len(self._calls))
        allowances: dict[str, int] = {}
        wakes: list[Micros] = []
        for hold in ledger.paces():
            bucket = self.pacer.bucket(hold.key, ledger.now)
            if hold.not_before > ledger.now:
                if ledger.next_due(hold.key) is not None:
                    wakes.append(hold.not_before)
                continue
            available = min(free, bucket.available(ledger.now, is_calm=hold.calm_until > ledger.now))
            if available > 0:
                allowances[hold.key] = available
            due_at = ledger.next_due(hold.key)
            if due_at is not None and free > 0:  # with nothing free, the end of a call wakes us
                wakes.append(max(due_at, ledger.now if available else bucket.next_at(ledger.now)))
        jobs = take_jobs(ledger, allowances)
        for job in jobs:
            self.pacer.bucket(job.pace, ledger.now).spend(1)
        return jobs, min(wakes, default=None)

    async def _perform(self, job: Job) -> None:
        begun = self.clock()
        try:
            failure = await self.caller.perform(job)
        except Exception as error:  # noqa: BLE001 - a bug in an adapter: nobody knows what happened, so look before repeating
            self.on_crash(job, error)
            failure = OutcomeUnknown("internal", "The bot stumbled over this call.")
            await self.caller.write_failure(job, failure)
        self.on_report(Report(job, failure, max(0, self.clock() - begun) / 1_000_000))

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._calls.discard(task)
        self.wake()
