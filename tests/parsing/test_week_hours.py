"""Hours of a week as people type them: read in one way, or refused with what to write instead."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.goals import Goal
from bot.domain.hours import Span, WeeklyHours
from bot.parsing.holidays import is_day_off, known_region
from bot.parsing.week_hours import WrongHours, read_hours, read_length
from bot.slack.render.hours_words import goal_text, hours_text, length_text


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("mon-fri 9-17 Europe/Berlin", "Mon-Fri 09:00-17:00 (Europe/Berlin)"),
        ("Monday to Friday 9:30 am – 5 pm UTC", "Mon-Fri 09:30-17:00 (UTC)"),
        (
            "mon-thu 9-12,13-17; sat,sun 10-14 america/new_york holidays us-ny",
            "Mon-Thu 09:00-12:00 and 13:00-17:00, Sat-Sun 10:00-14:00 (America/New_York), not on holidays of US-NY",
        ),
        ("daily 22-6 UTC", "Mon-Sun 22:00-06:00 (UTC)"),
        ("daily 21-05 UTC", "Mon-Sun 21:00-05:00 (UTC)"),
        ("fri-mon 0-24 UTC", "Mon, Fri-Sun 00:00-24:00 (UTC)"),
        ("mon wed fri 8-12 UTC", "Mon, Wed, Fri 08:00-12:00 (UTC)"),
        ("24/7 UTC", "Mon-Sun 00:00-24:00 (UTC)"),
        ("weekdays 12pm-12am UTC", "Mon-Fri 12:00-24:00 (UTC)"),
        ("every day 9-17 Europe/Berlin holidays of DE", "Mon-Sun 09:00-17:00 (Europe/Berlin), not on holidays of DE"),
    ],
)
def test_hours_are_read(typed: str, written: str) -> None:
    """What people type is read, and written back in full."""
    assert hours_text(read_hours(typed)) == written


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "There are no hours in that."),
        ("9-17 Europe/Berlin", "Say on which days"),
        ("mon-fri Europe/Berlin", "Say at what time"),
        ("mon-fri 9-5 Europe/Berlin", "can be a day or a night"),
        ("mon 9-5pm UTC", "can be read in two ways"),
        ("mon 9-9 UTC", "is no time at all"),
        ("mon 24-6 UTC", "begins at the end of a day"),
        ("mon 25-26 UTC", "no such time"),
        ("mon 9:75-10 UTC", "no such time"),
        ("mon 13pm-14pm UTC", "no such time"),
        ("mon 9 UTC", "I cannot read the times"),
        ("mon-fri 9-17", "Write the time zone"),
        ("mon-fri 9-17 Berlin", "Did you mean Europe/Berlin?"),
        ("mon-fri 9-17 Europe/Brlin", "Did you mean Europe/Berlin?"),
        ("mon-fri 9-17 Mars/Olympus", "I do not know the time zone"),
        ("mon-fri 9-17 ../../etc/passwd", "I do not know the time zone"),
        ("funday 9-17 UTC", "I do not know the day"),
        ("mon-fri 9-17 UTC holidays Atlantis", "I know no holidays"),
        ("mon-fri 9-17 UTC holidays DE-XX", "I know no holidays"),
        ("mon-fri 9-17 UTC holidays", "Say whose holidays."),
        ("mon 9-17 " * 60, "too many words"),
    ],
)
def test_wrong_hours_are_refused(typed: str, why: str) -> None:
    """What is missing, wrong or unclear is refused, with words that say what to do."""
    with pytest.raises(WrongHours, match=why.replace("?", r"\?").replace(".", r"\.")):
        read_hours(typed)


@pytest.mark.parametrize(
    ("typed", "minutes", "rest"),
    [("15m mon", 15, "mon"), ("2h", 120, ""), ("1h30m x", 90, "x"), ("90 minutes x", 90, "x"), ("1 h 5 min", 65, "")],
)
def test_lengths_are_read(typed: str, minutes: int, rest: str) -> None:
    """A length of time in front of words is read, in minutes and hours."""
    assert read_length(typed) == (minutes, rest)


@pytest.mark.parametrize("typed", ["15", "soon", "0m", "9999h", "", "m", "15x", "15mon-fri", "-5m"])
def test_wrong_lengths_are_refused(typed: str) -> None:
    """A number alone, none, and what is too short or too long are refused."""
    with pytest.raises(WrongHours):
        read_length(typed)


@given(st.text(max_size=60) | st.text("mon-fri 0123456789:;,/apUTC", max_size=40))
def test_anything_typed_is_read_or_refused(typed: str) -> None:
    """No words raise anything else, and what is read is hours that can be written."""
    for read in (read_hours, read_length):
        with suppress(WrongHours):
            assert read(typed)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 1_439), st.integers(1, 1_440)), min_size=1, max_size=4),
    st.sampled_from(["Europe/Berlin", "America/New_York", "UTC"]),
    st.sampled_from(["", "DE", "US-NY"]),
)
def test_what_is_written_is_read_as_the_same(chosen: list[tuple[int, int, int]], zone: str, region: str) -> None:
    """Hours as the bot writes them are read as the same hours, but for nights that look like days: 10:30-10:00."""
    spans = {Span(day, start, start + length) for day, start, length in chosen if length < 1_440}
    spans = {span for span in spans if span.end < 34 * 60 or span.start >= 13 * 60}
    if not spans:
        return
    hours = WeeklyHours(tuple(sorted(spans)), zone, region)
    read = read_hours(hours_text(hours))
    assert {_shape(span) for span in read.spans} == {_shape(span) for span in spans}
    assert (read.zone, read.region) == (zone, region)


def _shape(span: Span) -> tuple[int, int, int]:
    return span.day, span.start, span.end % 1_440


def test_holidays_of_countries_and_regions() -> None:
    """A holiday of a region is one there, and not in all of its country."""
    womens_day = date(2026, 3, 8)
    assert is_day_off("DE-BE", womens_day)
    assert not is_day_off("DE", womens_day)
    assert is_day_off("DE", date(2030, 12, 25))
    assert not is_day_off("ZZ", womens_day)
    assert known_region("de-be") == "DE-BE"
    assert known_region("de_zz") is None


def test_goals_in_words() -> None:
    """A goal is written with its time and its hours."""
    assert goal_text(Goal("channel", "C1", 90)) == "within 1 hour 30 minutes, in office hours or else at any time"
    assert length_text(1) == "1 minute"
    assert length_text(120) == "2 hours"
