"""When an owed call is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.retry import DELAYS_S, delay_s


@pytest.mark.parametrize(
    ("attempts", "expected"), [(1, 1.0), (2, 2.0), (5, 15.0), (9, 300.0), (10, 300.0), (10_000, 300.0), (0, 1.0)]
)
def test_delays_follow_the_table(attempts: int, expected: float) -> None:
    """The delay after each attempt is its row of the table, and the last row repeats."""
    assert delay_s(attempts) == expected


def test_delays_grow() -> None:
    """No later delay is shorter than an earlier one."""
    assert list(DELAYS_S) == sorted(DELAYS_S)


@given(st.integers(1, 100), st.floats(0, 1e6))
def test_the_other_side_is_never_called_too_early(attempts: int, asked_s: float) -> None:
    """Where the other side asks for a time, that is waited for; never no time at all."""
    assert delay_s(attempts, asked_s) >= max(asked_s, 0.1)


@given(st.integers(), st.none() | st.floats(allow_nan=False))
def test_a_delay_is_always_positive(attempts: int, asked_s: float | None) -> None:
    """Whatever the numbers, the next attempt is not at once."""
    assert delay_s(attempts, asked_s) >= 0.1
