"""Work on duty: units of work of tasks that only one of several bots may do, each of which checks that it is ours.

A bot may be frozen in the middle of such a task and another one go on with it. So whose duty it is is asked in the
transaction that writes, not before it. Where there is one bot, everything is always ours.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from bot.call_deadline import leaving_by, steady
from bot.domain.duties import Duty
from bot.domain.errors import NotOnDuty, StoreUnavailable
from bot.domain.retry_policy import LEAVE_S
from bot.domain.timestamps import Micros
from bot.loops import PeriodicTask, Step
from bot.ports.observer import Observer
from bot.ports.storage import Store, Transaction

T = TypeVar("T")

ASKED_AGAIN_S = 5.0
"""Pause before a duty that another bot has is asked for again."""


class OnDuty:
    """Store (bot.ports.storage) whose units of work are run while a duty is ours. Raises NotOnDuty where it is not."""

    def __init__(self, store: Store, duty: Duty) -> None:
        self._store, self._duty = store, duty
        self.pending = store.pending

    async def run(self, unit: Callable[[Transaction], T]) -> T:
        """Run one unit of work; see bot.ports.storage.Store. Raises NotOnDuty; then nothing of it is kept."""

        def checked(tx: Transaction) -> T:
            if not tx.has_duty(self._duty):
                raise NotOnDuty(self._duty.value)
            return unit(tx)

        return await self._store.run(checked)

    async def check(self) -> AbstractContextManager[None]:
        """Check that the duty is ours; calls that are made under what is returned leave before it can be another's."""
        begun = steady()
        await self.run(lambda _tx: None)
        return leaving_by(begun + LEAVE_S)


def step_on_duty(step: Step, forget: Callable[[], None]) -> Step:
    """Make a step that waits while the duty is another bot's; what was remembered of the work is forgotten then."""

    async def taken() -> float | None:
        try:
            return await step()
        except NotOnDuty:
            forget()
            return ASKED_AGAIN_S

    return taken


class DutyLoop:
    """Loop of a watcher, from start() to close(): its `step` is taken again and again while its duty is ours.

    The step returns the seconds until the next one. Where it raises NotOnDuty, `forget` drops what was remembered of
    the work; where the store is away, others say so. After a failure it is taken again `after_failure_s` later.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], Awaitable[float]],
        observer: Observer,
        *,
        after_failure_s: float,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        self._step, self._after_failure_s = step, after_failure_s
        self._task = PeriodicTask(
            name, step_on_duty(self._take_step, forget), observer.on_bug, after_bug_s=after_failure_s
        )

    async def start(self) -> None:
        """Start the loop."""
        self._task.start()

    async def close(self) -> None:
        """Stop the loop; the next start goes on with what is stored."""
        await self._task.stop()

    def wake(self) -> None:
        """Take the next step now: something was recorded."""
        self._task.wake()

    async def _take_step(self) -> float:
        try:
            return await self._step()
        except StoreUnavailable:
            return self._after_failure_s


def pause_until(next_at: Micros | None, now: Micros, *, shortest_s: float, longest_s: float) -> float:
    """Tell how long a task may rest before it looks again, in seconds; `next_at` is when something is due."""
    left_s = longest_s if next_at is None else (next_at - now) / 1_000_000
    return min(max(left_s, shortest_s), longest_s)


def end_duties(tx: Transaction) -> None:
    """Leave the duties of a workspace to others: its tasks have ended here."""
    for duty in Duty:
        if not duty.is_whole:
            tx.end_duty(duty)
