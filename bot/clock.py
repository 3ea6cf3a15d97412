"""Clock that does not jump while the bot runs.

Waiting times are stored as timestamps, so a clock that somebody sets would end them early or never. This one starts at
the time of day and goes on steadily; when the time of day has been set meanwhile, it says by how much, and follows
when it is told to. The stored timestamps are then shifted in the same unit of work.
"""

from collections.abc import Callable

from bot.domain.timestamps import Micros
from bot.time_of_day import steady_ns, time_ns

STEP_S = 1.0
"""A difference beyond this is a step; less is drift, which is followed silently where it leads forward."""


class Clock:
    """Steady clock. `wall` and `steady` give nanoseconds: since 1970, and since any fixed moment."""

    def __init__(self, wall: Callable[[], int] = time_ns, steady: Callable[[], int] = steady_ns) -> None:
        self._wall = wall
        self._steady = steady
        self.ahead = wall() - steady()

    def now(self) -> Micros:
        """Tell the time in microseconds since 1970; never less than before, except after `follow`."""
        return Micros((self._steady() + self.ahead) // 1_000)

    def set_to(self, now: Micros) -> None:
        """Go on from this moment: what time it is says somebody else."""
        self.ahead = now * 1_000 - self._steady()

    def step_s(self) -> float:
        """Tell by how many seconds the time of day has been set since the last `follow`, else 0."""
        step = self._wall() - self._steady() - self.ahead
        if abs(step) < STEP_S * 1e9:
            self.ahead += max(0, step)
            return 0.0
        return step / 1e9

    def follow(self, seconds: float) -> None:
        """Follow a step."""
        self.ahead += round(seconds * 1e9)
