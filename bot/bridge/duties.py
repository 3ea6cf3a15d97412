"""Work on duty: units of work of tasks that only one of several bots may do, each of which checks that it is ours.

A bot may be frozen in the middle of such a task and another one go on with it. So whose duty it is is asked in the
transaction that writes, not before it. Where there is one bot, everything is always ours.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from bot.call_deadline import leaving_by, steady
from bot.domain.duties import Duty
from bot.domain.errors import NotOnDuty
from bot.domain.retry_policy import LEAVE_S
from bot.domain.timestamps import Micros
from bot.loops import Step
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


def pause_until(next_at: Micros | None, now: Micros, *, shortest_s: float, longest_s: float) -> float:
    """Tell how long a task may rest before it looks again, in seconds; `next_at` is when something is due."""
    left_s = longest_s if next_at is None else (next_at - now) / 1_000_000
    return min(max(left_s, shortest_s), longest_s)


def end_duties(tx: Transaction) -> None:
    """Leave the duties of a workspace to others: its tasks have ended here."""
    for duty in Duty:
        if not duty.is_whole:
            tx.end_duty(duty)
