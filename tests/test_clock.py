"""A clock that is set while the bot runs: nothing stops, nothing comes early."""

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import STEP_S, Clock

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND


class Hands:
    """The time of day, which people set, and the time since the start, which nobody does."""

    def __init__(self) -> None:
        self.wall, self.steady = START, 0

    def pass_(self, seconds: float) -> None:
        """Let time pass."""
        self.wall += round(seconds * SECOND)
        self.steady += round(seconds * SECOND)


def clock_of(hands: Hands) -> Clock:
    """Make a clock that reads these hands."""
    return Clock(lambda: hands.wall, lambda: hands.steady)


def test_a_step_is_told_once_and_then_followed() -> None:
    """A time of day that was set changes nothing until it is noticed; then it is told until it is followed."""
    for hours in (3_600, -3_600):
        hands = Hands()
        clock = clock_of(hands)
        hands.pass_(5)
        before = clock.now()
        hands.wall += hours * SECOND
        assert clock.now() == before
        assert clock.step_s() == hours
        assert clock.now() == before
        clock.follow(hours)
        assert clock.now() == before + hours * 1_000_000
        assert clock.step_s() == 0


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(-0.9, 0.9)), max_size=30))
def test_drift_never_takes_time_back(changes: list[tuple[float, float]]) -> None:
    """Small corrections of the time of day are never told as a step by themselves, and never lead back."""
    hands = Hands()
    clock = clock_of(hands)
    last = clock.now()
    for passed, drift in changes:
        hands.pass_(passed)
        hands.wall += round(drift * SECOND)
        step = clock.step_s()
        assert step == 0 or abs(step) >= STEP_S
        clock.follow(step)
        assert step != 0 or clock.now() >= last
        last = clock.now()
