"""Figures: times in buckets, and what is read from the counts."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.figures import (
    EPOCH,
    LONGEST_BUCKET,
    SHORTEST_S,
    Figure,
    FigureRow,
    bucket_of,
    by_person,
    middle_s,
    spans_of,
    totals,
)
from bot.domain.ids import UserId

LONGEST_S = 80 * 86_400.0


@given(st.floats(SHORTEST_S, LONGEST_S))
def test_a_bucket_stands_for_its_times(seconds: float) -> None:
    """What stands for a bucket is within 10 % of each time that is counted in it."""
    assert abs(middle_s(bucket_of(seconds)) - seconds) <= 0.1 * seconds


@given(st.floats(0, 1e12), st.floats(0, 1e12))
def test_longer_times_are_never_in_lower_buckets(one: float, other: float) -> None:
    """Buckets keep the order of times, and there is a last one."""
    assert (bucket_of(one) <= bucket_of(other)) is True or one > other
    assert 0 <= bucket_of(one) <= LONGEST_BUCKET


@given(st.lists(st.floats(SHORTEST_S, LONGEST_S), min_size=1, max_size=50), st.sampled_from([0.5, 0.9, 1.0]))
def test_shares(times: list[float], share: float) -> None:
    """The time within which a share was answered is that of the sorted times, within a bucket."""
    read = totals([FigureRow(Figure.FIRST_ANSWER, 1, bucket=bucket_of(one)) for one in times])
    exact = sorted(times)[-(-len(times) * int(share * 10) // 10) - 1]
    found = read.seconds(Figure.FIRST_ANSWER, share)
    assert found is not None
    assert abs(found - exact) <= 0.1 * exact
    assert read.counts[Figure.FIRST_ANSWER] == len(times)


def test_days_are_a_teams_own() -> None:
    """Days have the hours that they have where the team lives, also where clocks are set; no hour is left out."""
    day = date(2026, 11, 1)  # 25 hours in New York
    summer, winter = spans_of(day, day, ZoneInfo("America/New_York"))
    assert (summer.ahead, winter.ahead, winter.until - summer.since) == (-4, -5, 25)
    assert summer.until == winter.since
    for span in (summer, winter):
        for hour in range(span.since, span.until):
            assert EPOCH + timedelta(days=(hour + span.ahead) // 24) == day


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 40), st.sampled_from(sorted(available_timezones())))
def test_spans_follow_each_other(first: date, more: int, name: str) -> None:
    """In every zone the spans of some days follow each other and hold each hour once."""
    spans = spans_of(first, first + timedelta(days=more), ZoneInfo(name))
    assert all(one.until == other.since for one, other in pairwise(spans))
    assert abs(sum(one.until - one.since for one in spans) - 24 * (more + 1)) <= 25
    days = [EPOCH + timedelta(days=(hour + one.ahead) // 24) for one in spans for hour in range(one.since, one.until)]
    assert all(first <= day <= first + timedelta(days=more) for day in days)
    assert days == sorted(days)


def test_a_day_begins_with_its_first_hour() -> None:
    """Where clocks are at half past, the hour in which a day begins belongs to the day before."""
    (span,) = spans_of(date(2026, 11, 30), date(2026, 11, 30), ZoneInfo("Asia/Kolkata"))
    assert (span.since % 24, span.until - span.since, span.ahead) == (19, 24, 5)
    assert EPOCH + timedelta(days=span.last_day) == date(2026, 11, 30)


def test_nobody_is_no_person() -> None:
    """What nobody in Slack did is no person's."""
    rows = [FigureRow(Figure.TEXT_OUT, 2), FigureRow(Figure.TEXT_OUT, 3, person=UserId("U0AVA"))]
    assert {person: one.counts[Figure.TEXT_OUT] for person, one in by_person(rows).items()} == {"U0AVA": 3}
    assert totals([]).seconds(Figure.FIRST_ANSWER, 0.5) is None
