"""Hours of a week: when they are open, how much of a time falls into them, and what clocks that are changed do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.goals import Goal
from bot.domain.hours import Span, WeeklyHours, after_counted, closed_since, counted, is_open, no_days_off
from bot.domain.timestamps import Micros, add_seconds, to_micros

BERLIN = "Europe/Berlin"
DAYTIME = WeeklyHours(tuple(Span(day, 9 * 60, 17 * 60) for day in range(5)), BERLIN)
MINUTE, HOUR = 60_000_000, 3_600_000_000


def at(text: str, zone: str = BERLIN) -> Micros:
    """Return the moment of a local time."""
    return to_micros(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-12-01 09:00", True),
        ("2026-12-01 16:59", True),
        ("2026-12-01 17:00", False),
        ("2026-12-01 08:59", False),
        ("2026-12-05 12:00", False),
    ],
)
def test_open_from_the_first_minute_to_the_last(moment: str, *, expected: bool) -> None:
    """Hours are open from their first minute until their last is over, by the clocks of their zone."""
    assert is_open(DAYTIME, at(moment), no_days_off) is expected


def test_a_night_goes_over_midnight() -> None:
    """A span that ends in the next day belongs to the day on which it begins."""
    night = WeeklyHours((Span(4, 22 * 60, 30 * 60),), BERLIN)
    assert is_open(night, at("2026-12-05 05:59"), no_days_off)
    assert not is_open(night, at("2026-12-05 06:00"), no_days_off)
    assert not is_open(night, at("2026-12-04 05:00"), no_days_off)


def test_closed_since_the_last_hours() -> None:
    """A closed period begins when the last hours ended, also over a weekend and a holiday."""
    friday = at("2026-12-04 17:00")
    for moment in ("2026-12-04 17:00", "2026-12-06 12:00", "2026-12-07 08:59"):
        assert closed_since(DAYTIME, at(moment), no_days_off) == friday
    assert closed_since(DAYTIME, at("2026-12-07 09:00"), no_days_off) is None
    of_germany = WeeklyHours(DAYTIME.spans, BERLIN, "DE")
    assert closed_since(of_germany, at("2026-12-07 12:00"), lambda _, day: day == date(2026, 12, 7)) == friday
    assert closed_since(of_germany, at("2026-12-07 12:00"), lambda *_: True) == 0


def test_hours_of_days_on_which_the_clocks_change() -> None:
    """An hour that does not exist is not open, an hour that comes twice is open twice."""
    always = WeeklyHours(tuple(Span(day, 0, 24 * 60) for day in range(7)), BERLIN)
    spring, autumn = ("2026-03-29", "2026-03-30"), ("2026-10-25", "2026-10-26")
    for hours, (first, last) in ((23, spring), (25, autumn)):
        assert counted(always, at(f"{first} 00:00"), at(f"{last} 00:00"), no_days_off) == hours * HOUR
    early = WeeklyHours((Span(6, 2 * 60, 3 * 60),), BERLIN)
    assert counted(early, at("2026-03-29 00:00"), at("2026-03-30 00:00"), no_days_off) == 0
    assert counted(early, at("2026-10-25 00:00"), at("2026-10-26 00:00"), no_days_off) == 2 * HOUR
    part = WeeklyHours((Span(6, 150, 240),), BERLIN)  # from half past two, which does not exist, to four
    assert counted(part, at("2026-03-29 00:00"), at("2026-03-30 00:00"), no_days_off) == HOUR


def test_a_goal_counts_in_its_hours_only() -> None:
    """Fifteen minutes from five minutes before the end are over ten minutes into the next day that is open."""
    goal = Goal("channel", "C1", 15, DAYTIME)
    assert goal.missed_at(at("2026-12-04 16:55"), no_days_off) == at("2026-12-07 09:10")
    assert goal.soon_at(at("2026-12-04 16:55"), no_days_off) == at("2026-12-07 09:05")
    assert goal.missed_at(at("2026-12-05 12:00"), no_days_off) == at("2026-12-07 09:15")
    assert goal.missed_at(at("2026-12-05 12:00"), lambda *_: True) is not None  # no region: no holidays
    closed = Goal("channel", "C1", 15, WeeklyHours(DAYTIME.spans, BERLIN, "DE"))
    assert closed.missed_at(at("2026-12-05 12:00"), lambda *_: True) is None


SPANS = st.builds(
    lambda day, start, length: Span(day, start, start + length),
    st.integers(0, 6),
    st.integers(0, 1_439),
    st.integers(60, 1_440),
)
HOURS = st.builds(
    lambda spans, zone: WeeklyHours(tuple(spans), zone),
    st.lists(SPANS, min_size=1, max_size=6),
    st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)).map(  # noqa: DTZ001 - Hypothesis wants naive bounds
    lambda naive: to_micros(naive.replace(second=0, microsecond=0, tzinfo=UTC))
)


@given(HOURS, MOMENTS, st.integers(0, 2_000))
def test_counted_is_every_minute_that_is_open(hours: WeeklyHours, since: Micros, minutes: int) -> None:
    """What is counted between two moments is as much as there are open minutes, looked at one by one."""
    until = add_seconds(since, minutes * 60)
    plain = sum(is_open(hours, Micros(since + minute * MINUTE), no_days_off) for minute in range(min(minutes, 2_000)))
    assert counted(hours, since, until, no_days_off) == plain * MINUTE


@given(HOURS, MOMENTS, st.integers(1, 3_000))
def test_after_counted_is_the_inverse(hours: WeeklyHours, since: Micros, minutes: int) -> None:
    """The moment after so much time has exactly so much before it, and lies at the end of an open time."""
    then = after_counted(hours, since, minutes * MINUTE, no_days_off)
    assert then is not None
    assert counted(hours, since, then, no_days_off) == minutes * MINUTE
    assert is_open(hours, Micros(then - 1), no_days_off)


@given(HOURS, MOMENTS)
def test_closed_since_is_the_end_of_the_last_opening(hours: WeeklyHours, moment: Micros) -> None:
    """Since that moment nothing was open, and just before it something was; all of a period agree about it."""
    since = closed_since(hours, moment, no_days_off)
    if since is None:
        assert is_open(hours, moment, no_days_off)
        return
    assert counted(hours, since, moment, no_days_off) == 0
    assert is_open(hours, Micros(since - 1), no_days_off)
    assert closed_since(hours, since, no_days_off) == since


def test_plain_days() -> None:
    """A time that spans years is counted by its horizon only."""
    far = add_seconds(at("2026-12-01 09:00"), timedelta(days=300).total_seconds())
    assert counted(DAYTIME, at("2026-12-01 09:00"), far, no_days_off) > 200 * 8 * HOUR
