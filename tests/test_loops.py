"""Background tasks: a step is repeated, a bug in it is reported and outlived, and an end is an end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.loops import PeriodicTask, cancel

NEVER_S = 3_600.0
"""A pause that no test waits for."""


class Steps:
    """A step that does what it is told: each entry is a pause, an error to raise, or None."""

    def __init__(self, *outcomes: float | Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.taken = 0
        self.bugs: list[Exception] = []
        self.done = asyncio.Event()

    async def take(self) -> float | None:
        """Take one step; the last outcome is told by `done`."""
        self.taken += 1
        outcome = self.outcomes.pop(0)
        if not self.outcomes:
            self.done.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def task_of(steps: Steps, *, after_bug_s: float = 0.0, first_in_s: float = 0.0) -> PeriodicTask:
    """Make a task of these steps."""
    return PeriodicTask("steps", steps.take, steps.bugs.append, after_bug_s=after_bug_s, first_in_s=first_in_s)


async def settled(turns: int = 10) -> None:
    """Let everything happen that can happen without time passing."""
    for _ in range(turns):
        await asyncio.sleep(0)


async def test_a_step_is_repeated() -> None:
    """A step is taken again after each pause, and not again while the pause lasts."""
    steps = Steps(0.0, 0.001, NEVER_S)
    task = task_of(steps)
    task.start()
    await steps.done.wait()
    await settled()
    assert steps.taken == 3
    await task.stop()


async def test_the_last_step() -> None:
    """Where a step says that nothing more is to do the task ends by itself, and stopping it is no error."""
    steps = Steps(0.0, None)
    task = task_of(steps)
    task.start()
    await steps.done.wait()
    await settled()
    task.wake()
    await settled()
    assert steps.taken == 2
    await task.stop()
    await task.finish()


async def test_a_bug_is_reported_and_outlived() -> None:
    """A step that raises is reported each time, and the next step is taken all the same."""
    bugs = [ValueError("one"), KeyError("two")]
    steps = Steps(*bugs, NEVER_S)
    task = task_of(steps)
    task.start()
    await steps.done.wait()
    await task.stop()
    assert steps.bugs == bugs


async def test_after_a_bug_it_waits_as_long_as_was_said() -> None:
    """A step that always raises keeps nobody busy: the pause after a bug is kept."""
    steps = Steps(ValueError("bug"), NEVER_S)
    task = task_of(steps, after_bug_s=NEVER_S)
    task.start()
    await settled()
    assert steps.taken == 1
    await task.stop()


async def test_waking_cuts_a_pause_short() -> None:
    """Whoever wakes the task has the next step taken now."""
    steps = Steps(NEVER_S, NEVER_S)
    task = task_of(steps)
    task.start()
    await settled()
    task.wake()
    await steps.done.wait()
    await task.stop()


async def test_an_event_of_somebody_else_wakes_it_too() -> None:
    """A task may be given the event that another part sets, made before the task itself."""
    steps, wake = Steps(NEVER_S, NEVER_S), asyncio.Event()
    task = PeriodicTask("steps", steps.take, steps.bugs.append, after_bug_s=0, wake=wake)
    task.start()
    await settled()
    wake.set()
    await steps.done.wait()
    await task.stop()


async def test_what_wakes_it_during_a_step_is_not_lost() -> None:
    """Where something new comes while a step is under way, the pause after that step is cut short."""
    begun, may_end, again = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def step() -> float:
        if begun.is_set():
            again.set()
        begun.set()
        await may_end.wait()
        return NEVER_S

    task = PeriodicTask("steps", step, _raise, after_bug_s=0)
    task.start()
    await begun.wait()
    task.wake()
    may_end.set()
    await again.wait()
    await task.stop()


async def test_the_first_step_may_have_to_wait() -> None:
    """A task that begins later takes no step before, but when it is woken."""
    steps = Steps(NEVER_S)
    task = task_of(steps, first_in_s=NEVER_S)
    task.start()
    await settled()
    assert steps.taken == 0
    task.wake()
    await steps.done.wait()
    await task.stop()


async def test_finishing_lets_a_step_end() -> None:
    """What is under way when the task is told to finish comes to its end, and no other step follows."""
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), []

    async def step() -> float:
        begun.set()
        await may_end.wait()
        ended.append(task.is_ending)
        return 0.0

    task = PeriodicTask("steps", step, _raise, after_bug_s=0)
    task.start()
    await begun.wait()
    finishing = asyncio.create_task(task.finish())
    await settled()
    assert not finishing.done()
    may_end.set()
    await finishing
    assert ended == [True]


async def test_finishing_ends_a_pause() -> None:
    """A task that waits for its next step need not be waited for."""
    steps = Steps(NEVER_S)
    task = task_of(steps)
    task.start()
    await steps.done.wait()
    await task.finish()
    assert steps.taken == 1


async def test_stopping_cancels_a_step() -> None:
    """A step that would never end is cancelled, and is over once the task has been stopped."""
    begun, cancelled = asyncio.Event(), []

    async def step() -> float:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise
        return 0.0

    task = PeriodicTask("steps", step, _raise, after_bug_s=0)
    task.start()
    await begun.wait()
    await task.stop()
    assert cancelled == [True]


async def test_a_step_that_takes_no_notice_of_being_cancelled() -> None:
    """A step that goes on although it was cancelled is the last one."""
    begun, taken = asyncio.Event(), []

    async def step() -> float:
        taken.append(True)
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return 0.0
        return 0.0

    task = PeriodicTask("steps", step, _raise, after_bug_s=0)
    task.start()
    await begun.wait()
    await task.stop()
    assert taken == [True]


@pytest.mark.parametrize("end", [PeriodicTask.stop, PeriodicTask.finish])
async def test_ended_before_it_began(end: Callable[[PeriodicTask], Awaitable[None]]) -> None:
    """A task that was ended before its start takes no step, whether it is started afterwards or not."""
    steps = Steps(NEVER_S)
    task = task_of(steps)
    await end(task)
    task.start()
    await settled()
    assert steps.taken == 0
    await task.stop()


async def test_cancelling_raises_what_the_task_raised() -> None:
    """What went wrong in a task before it could be cancelled is not lost."""

    async def fail() -> None:
        raise ValueError("bug")

    failing = asyncio.create_task(fail())
    await settled()
    with pytest.raises(ValueError, match="bug"):
        await cancel(failing)


async def test_whoever_waits_for_the_end_may_be_cancelled() -> None:
    """Being cancelled while a task ends is not mistaken for the end of that task."""
    may_end = asyncio.Event()

    async def linger() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await may_end.wait()

    lingering = asyncio.create_task(linger())
    await settled()
    ending = asyncio.create_task(cancel(lingering))
    await settled()
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert not lingering.done()
    may_end.set()
    await lingering


def _raise(error: Exception) -> None:
    raise error
