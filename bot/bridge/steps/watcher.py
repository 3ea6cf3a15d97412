"""Step watcher: takes every step to its end: acts on the new ones, follows those under way, tells Slack of the others.

One bot at a time does it for a workspace. Each change is a unit of work that looks first how far the step is; so a
kill, a repeat or a second bot changes nothing. Holds nothing of what steps do (`runner`).
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bot.bridge.duties import DutyLoop, OnDuty, pause_until
from bot.bridge.steps.executions import follow_step, look_again
from bot.domain.duties import Duty
from bot.domain.errors import NotOnDuty, StoreUnavailable
from bot.domain.steps import StepExecution, StepState
from bot.ports.observer import Observer
from bot.ports.storage import Store, Transaction

AT_ONCE = 20
"""Steps that one look takes further, side by side."""

LONGEST_PAUSE_S = 5.0
"""Longest pause between two looks: what another bot has recorded is seen by then."""

SHORTEST_PAUSE_S = 0.05


class Runner(Protocol):
    """Does what steps ask for; its writing is on duty, and raises NotOnDuty where it is not."""

    async def act(self, step: StepExecution) -> None:
        """Act on a new step, or end it, or put it off."""

    async def report(self, step: StepExecution) -> None:
        """Tell Slack how a step ended, or put that off."""


@dataclass
class StepWatcher:
    """Step watcher of one workspace."""

    store: Store
    runner: Runner
    observer: Observer

    def __post_init__(self) -> None:
        self._on_duty = OnDuty(self.store, Duty.STEPS)

    def loop(self) -> DutyLoop:
        """Give the loop that looks for as long as the bot runs; it is woken where a step was recorded."""
        return DutyLoop("steps", self.step, self.observer, after_failure_s=LONGEST_PAUSE_S)

    async def step(self) -> float:
        """Take what is due further; returns the seconds until the next look. Raises NotOnDuty, StoreUnavailable."""
        await self.look()
        return await self._on_duty.run(_pause_s)

    async def look(self) -> int:
        """Take what is due further, at most AT_ONCE steps; returns how many. Raises NotOnDuty, StoreUnavailable."""
        due = await self._on_duty.run(lambda tx: tx.steps.due(AT_ONCE))
        for ended in await asyncio.gather(*map(self._take, due), return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended
        return len(due)

    async def _take(self, step: StepExecution) -> None:
        try:
            match step.state:
                case StepState.NEW:
                    await self.runner.act(step)
                case StepState.ACTING:
                    await self._on_duty.run(partial(follow_step, step_id=step.id))
                case _:
                    await self.runner.report(step)
        except (NotOnDuty, StoreUnavailable):
            raise
        except Exception as error:  # noqa: BLE001 - a bug about one step must not stop the others
            self.observer.on_bug(error)
            await self._on_duty.run(partial(look_again, step=step, at_least_s=LONGEST_PAUSE_S))


def _pause_s(tx: Transaction) -> float:
    return pause_until(tx.steps.next_at(), tx.now, shortest_s=SHORTEST_PAUSE_S, longest_s=LONGEST_PAUSE_S)
