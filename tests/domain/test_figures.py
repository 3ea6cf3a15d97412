"""Figures: times in buckets, and what is read from the counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.figures import (
    HOUR_US,
    LONGEST_BUCKET,
    SHORTEST_S,
    Figure,
    FigureRow,
    bucket_of,
    by_day,
    by_person,
    middle_s,
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
    """An hour is counted on the day that it is where the team lives, also where clocks are set."""
    zone = ZoneInfo("America/New_York")
    begin = datetime(2026, 11, 1, 3, tzinfo=UTC)
    rows = [
        FigureRow(Figure.TEXT_IN, 1, int((begin + timedelta(hours=n)).timestamp() * 1e6) // HOUR_US) for n in range(27)
    ]
    found = by_day(rows, lambda moment: moment.astimezone(zone).date())
    counted = {day: one.counts[Figure.TEXT_IN] for day, one in found.items()}
    assert counted == {date(2026, 10, 31): 1, date(2026, 11, 1): 25, date(2026, 11, 2): 1}


def test_nobody_is_no_person() -> None:
    """What nobody in Slack did is no person's."""
    rows = [FigureRow(Figure.TEXT_OUT, 2), FigureRow(Figure.TEXT_OUT, 3, person=UserId("U0AVA"))]
    assert {person: one.counts[Figure.TEXT_OUT] for person, one in by_person(rows).items()} == {"U0AVA": 3}
    assert totals([]).seconds(Figure.FIRST_ANSWER, 0.5) is None
