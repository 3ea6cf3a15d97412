"""Time that neither stops nor jumps while the bot runs.

Waiting times are stored as moments, so a clock that somebody sets would end them early or never. This one starts at
the time of day and goes on steadily; when the time of day has been set meanwhile, it says by how much, once, and then
follows. Whoever keeps moments moves them along.
"""

import time
from collections.abc import Callable

from bot.domain.moment import Micros

STEP_S = 1.0
"""A difference beyond this is a step; less is drift, which is taken over silently where it leads forward."""


class Clock:
    """A steady clock. `wall` and `steady` give nanoseconds: since 1970, and since any fixed moment."""

    def __init__(self, wall: Callable[[], int] = time.time_ns, steady: Callable[[], int] = time.monotonic_ns) -> None:
        self._wall = wall
        self._steady = steady
        self._ahead = wall() - steady()
        self.stepped_s = 0.0

    def now(self) -> Micros:
        """Tell the time in microseconds since 1970; never less than before, but for a step that was told."""
        return Micros((self._steady() + self._ahead) // 1_000)

    def step_s(self) -> float:
        """Follow the time of day; returns by how many seconds it has been set since the last look, else 0.

        `stepped_s` sums up all steps, forward or back: so unsure is every moment noted before.
        """
        step = self._wall() - self._steady() - self._ahead
        seconds = step / 1e9
        if abs(seconds) < STEP_S:
            self._ahead += max(0, step)
            return 0.0
        self._ahead += step
        self.stepped_s += abs(seconds)
        return seconds
