"""Slack's times as numbers that sort."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import MessageTs, micros

MOMENTS = st.integers(0, 99_999_999_999_999_999)


@pytest.mark.parametrize(
    ("ts", "expected"),
    [
        ("1726133700.887259", 1_726_133_700_887_259),
        ("1726133700.000001", 1_726_133_700_000_001),
        ("3.0", 3_000_000),
        ("3.5", 3_500_000),
        ("0.000000", 0),
    ],
)
def test_micros(ts: str, expected: int) -> None:
    """A ts is whole seconds and the digits of a fraction."""
    assert micros(MessageTs(ts)) == expected


@pytest.mark.parametrize("ts", ["", "now", ".5", "-1.000000", "1.0000001", "1,5", "1e9", "١.0", "1.x", "1.5.5", " 1.5"])
def test_what_is_no_ts_is_refused(ts: str) -> None:
    """Anything but digits, a dot and at most six digits is refused."""
    with pytest.raises(ValueError, match="not a Slack ts"):
        micros(MessageTs(ts))


@pytest.mark.parametrize("ts", ["17", "17.", "1.+1", "1.-5", "1.1_1", "1. 5", "1.\u0663"])
def test_a_fraction_is_digits(ts: str) -> None:
    """What int() would forgive is still no ts."""
    with pytest.raises(ValueError, match="not a Slack ts"):
        micros(MessageTs(ts))


@given(MOMENTS, MOMENTS)
def test_order_is_the_order_of_time(one: int, other: int) -> None:
    """Every microsecond is told apart, and sorts as it should, where a float would lose digits."""
    first, second = (micros(MessageTs(f"{moment // 1_000_000}.{moment % 1_000_000:06}")) for moment in (one, other))
    assert (first, second) == (one, other)


@given(st.text(max_size=30) | st.text(st.sampled_from("0123456789."), max_size=20))
def test_anything_is_a_time_or_refused(ts: str) -> None:
    """Whatever the text, the answer is a number of microseconds or ValueError."""
    try:
        moment = micros(MessageTs(ts))
    except ValueError:
        return
    assert moment >= 0
