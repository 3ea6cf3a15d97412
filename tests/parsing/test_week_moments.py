"""Moments of each week, as people type them."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing.calendar_days import AmbiguousTime
from bot.parsing.week_moments import WEEKDAYS, read_week_moment


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", (0, time(9))),
        ("monday 9:00", (0, time(9))),
        ("Fri at 16.30", (4, time(16, 30))),
        ("every sunday, 12 am", (6, time(0))),
        ("tuesdays 12:15 pm", (1, time(12, 15))),
        ("we", (2, time(9))),
    ],
)
def test_read(words: str, expected: tuple[int, time]) -> None:
    """A weekday is known by its beginning, and the time is 9:00 where none is said."""
    assert read_week_moment(words) == expected


@pytest.mark.parametrize(
    "words", ["t 9:00", "someday", "monday 9", "monday 25:00", "monday 9:60", "friday 13 pm", "9:00"]
)
def test_refused(words: str) -> None:
    """What is no such moment, or could be two, is refused with words that say how to write it."""
    with pytest.raises(AmbiguousTime, match=r"such as|like"):
        read_week_moment(words)


@given(st.integers(0, 6), st.integers(0, 23), st.integers(0, 59))
def test_written_and_read(day: int, hour: int, minute: int) -> None:
    """Every time of every weekday can be written."""
    assert read_week_moment(f"{WEEKDAYS[day]} {hour}:{minute:02}") == (day, time(hour, minute))
