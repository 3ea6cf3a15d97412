"""Moments as people type them: read for certain, or refused with words that help."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.phone import E164
from bot.parsing.calendar_days import MAX_AHEAD, AmbiguousTime
from bot.parsing.moments import parse_leading_time, read_moment
from bot.parsing.number_zones import moments_in_zones
from bot.parsing.time_zones import distance_text, hours_elsewhere, in_zone, moment_text

NEW_YORK, BERLIN, SYDNEY, KATHMANDU = map(
    ZoneInfo, ("America/New_York", "Europe/Berlin", "Australia/Sydney", "Asia/Kathmandu")
)
ZONES = (NEW_YORK, BERLIN, SYDNEY, KATHMANDU, ZoneInfo("UTC"), ZoneInfo("Australia/Lord_Howe"))
NOW = datetime(2026, 11, 21, 14, 25, tzinfo=NEW_YORK)
"""A Saturday."""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("tomorrow 9am", "2026-11-22 09:00"),
        ("Tomorrow at 9:30 PM", "2026-11-22 21:30"),
        ("tomorrow, 9 a.m.", "2026-11-22 09:00"),
        ("9am tomorrow", "2026-11-22 09:00"),
        ("noon on tuesday", "2026-11-24 12:00"),
        ("in 2 hours", "2026-11-21 16:25"),
        ("in an hour", "2026-11-21 15:25"),
        ("in half an hour", "2026-11-21 14:55"),
        ("in 30 min", "2026-11-21 14:55"),
        ("in 2 hours and 10 minutes", "2026-11-21 16:35"),
        ("in twelve hours", "2026-11-22 02:25"),
        ("in 3 days", "2026-11-24 14:25"),
        ("in two weeks at 9am", "2026-12-05 09:00"),
        ("monday 14:30", "2026-11-23 14:30"),
        ("thurs 8am", "2026-11-26 08:00"),
        ("on friday at noon", "2026-11-27 12:00"),
        ("sat 9am", "2026-11-28 09:00"),
        ("2026-12-01 08:00", "2026-12-01 08:00"),
        ("2026-12-01T08:00", "2026-12-01 08:00"),
        ("1 dec 8am", "2026-12-01 08:00"),
        ("dec 1st, 8am", "2026-12-01 08:00"),
        ("1st of December at 8:15am", "2026-12-01 08:15"),
        ("sept. 5 2027 8am", "2027-09-05 08:00"),
        ("5 may 17:00", "2027-05-05 17:00"),
        ("21 nov 5pm", "2026-11-21 17:00"),
        ("20 nov 5pm", "2027-11-20 17:00"),
        ("today 3pm", "2026-11-21 15:00"),
        ("tonight", "2026-11-21 20:00"),
        ("tonight 9pm", "2026-11-21 21:00"),
        ("9:15", "2026-11-22 09:15"),
        ("17:00", "2026-11-21 17:00"),
        ("at 5pm", "2026-11-21 17:00"),
        ("12am", "2026-11-22 00:00"),
        ("12pm", "2026-11-22 12:00"),
    ],
)
def test_moments(words: str, expected: str) -> None:
    """Moments as people write them are read in their zone, alone or in front of a text in three ways."""
    at = datetime.strptime(expected, "%Y-%m-%d %H:%M").replace(tzinfo=NEW_YORK)
    assert read_moment(words, NOW, NEW_YORK) == at
    for line in (f'"{words}" 12 pieces are ready', f"{words}: 12 pieces are ready", f"{words}\n12 pieces are ready"):
        reading = parse_leading_time(line, NOW, NEW_YORK)
        assert (reading.at, reading.text) == (at, "12 pieces are ready")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("tomorrow 9am Your order is ready", "Your order is ready"),
        ("tomorrow 9am   Two  spaces", "Two  spaces"),
        ("tomorrow 9am, your order", "your order"),
        ("tomorrow 9am - your order", "your order"),
        ("tomorrow 9am on your way, please call", "on your way, please call"),
        ("tomorrow 9am Note: bring it", "Note: bring it"),
        ("tomorrow 9am: Note: bring it", "Note: bring it"),
        ("“tomorrow 9am” 12 pieces", "12 pieces"),
        ("tonight we are closed", "we are closed"),
        ("in 2 hours\nline one\nline two", "line one\nline two"),
        ("tomorrow 9am", ""),
        ("in 2 hours 30 minutes to go", "to go"),
        ("14:26 Hi", "Hi"),
    ],
)
def test_where_the_text_begins(line: str, text: str) -> None:
    """What stands behind the moment is the text, as it was typed."""
    assert parse_leading_time(line, NOW, NEW_YORK).text == text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "no time that I can read"),
        ("Your order is ready", "no time that I can read"),
        ("9 Hi", "no time that I can read"),
        ("in 2h30m Hi", "no time that I can read"),
        ("march 3pm Hi", "no time that I can read"),
        ("tomorrow Hi", "`tomorrow` has no time"),
        ("1 dec Hi", "`1 dec` has no time"),
        ("tomorrow morning Hi", "`tomorrow morning` has no time"),
        ("tomorrow at 9 Hi", "morning or evening"),
        ("12/1 8am Hi", "two dates"),
        ("1.12.2026 8am Hi", "two dates"),
        ("next monday 9am Hi", "two days"),
        ("sat 5pm Hi", "Today is Saturday"),
        ("midnight Hi", "start or the end of a day"),
        ("tomorrow 9am 12 pieces", "where the time ends and the text begins"),
        ("tomorrow 9am EST Hi", "where the time ends and the text begins"),
        ("9am tomorrow Hi", "where the time ends and the text begins"),
        ("9:15 on monday Hi", "where the time ends and the text begins"),
        ("tomorrow 9am or 10am Hi", "where the time ends and the text begins"),
        ("tomorrow 9am may I come", "where the time ends and the text begins"),
        ("tomorrow 9am every day", "where the time ends and the text begins"),
        ("tomorrow 9am-11am Hi", "where the time ends"),
        ("tomorrow 25:00 Hi", "no such time"),
        ("13pm Hi", "no such time"),
        ("9:75 Hi", "no such time"),
        ("2026-02-30 9am Hi", "no such date"),
        ("2026-13-01 9am Hi", "no such date"),
        ("31 sep 9am Hi", "no such date"),
        ("feb 29 2027 9am Hi", "no such date"),
        ("today 1pm Hi", "is over"),
        ("2020-01-01 09:00 Hi", "is over"),
        ("in 0 minutes Hi", "is over"),
        ("in 366 days Hi", "more than a year ahead"),
        ("in 9999 weeks Hi", "more than a year ahead"),
        ("2099-01-01 09:00 Hi", "more than a year ahead"),
        ('"tomorrow 9am please" Hi', "`tomorrow` has no time"),
    ],
)
def test_refused(line: str, words: str) -> None:
    """What is no moment, or could be two, is refused with words that say why; nothing near to it is taken instead."""
    with pytest.raises(AmbiguousTime, match=words):
        parse_leading_time(line, NOW, NEW_YORK)


def test_less_than_a_minute() -> None:
    """A moment less than a minute ahead is not worth scheduling."""
    with pytest.raises(AmbiguousTime, match="less than a minute"):
        read_moment("14:26", NOW + timedelta(seconds=30), NEW_YORK)


@pytest.mark.parametrize(
    ("zone", "words", "fault"),
    [
        (NEW_YORK, "2027-03-14 02:30", "does not exist (New York time), because the clocks are put forward. Choose 01"),
        (NEW_YORK, "2027-11-07 01:30", "comes twice (New York time), because the clocks are put back: 01:30 (EDT, 05"),
        (
            BERLIN,
            "2027-03-28 02:30",
            "does not exist (Berlin time), because the clocks are put forward. Choose 01:30",
        ),
        (BERLIN, "2027-10-31 02:30", "comes twice (Berlin time)"),
        (SYDNEY, "2027-10-03 02:30", "does not exist (Sydney time)"),
        (SYDNEY, "2027-04-04 02:30", "comes twice (Sydney time)"),
        (ZONES[-1], "2027-10-03 02:15", "does not exist (Lord Howe time)"),
    ],
)
def test_where_the_clocks_change(zone: ZoneInfo, words: str, fault: str) -> None:
    """A local time that does not exist, or exists twice, is refused with both; an hour away it is taken."""
    with pytest.raises(AmbiguousTime) as refused:
        read_moment(words, NOW, zone)
    assert fault in str(refused.value)
    assert read_moment(f"{words[:11]}05:00", NOW, zone).hour == 5


def test_hours_go_on_over_a_change_of_clocks() -> None:
    """Hours are hours, whatever the clocks do; days keep the time of day."""
    eve = datetime(2027, 3, 13, 20, 0, tzinfo=NEW_YORK)
    assert read_moment("in 12 hours", eve, NEW_YORK) == eve.astimezone(UTC) + timedelta(hours=12)
    assert read_moment("in 1 day", eve, NEW_YORK) == datetime(2027, 3, 14, 20, 0, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(minutes=2), "Saturday, 21 November at 14:27 (New York time), in 2 minutes"),
        (timedelta(hours=2), "Saturday, 21 November at 16:25 (New York time), in 2 hours"),
        (timedelta(hours=2, minutes=10), "Saturday, 21 November at 16:35 (New York time), in 2 hours 10 minutes"),
        (timedelta(days=1), "Sunday, 22 November at 14:25 (New York time), tomorrow"),
        (timedelta(days=10), "Tuesday, 1 December at 14:25 (New York time), in 10 days"),
        (timedelta(days=60), "Wednesday, 20 January 2027 at 14:25 (New York time), in 60 days"),
    ],
)
def test_said_in_words(ahead: timedelta, words: str) -> None:
    """A moment is said with its day, its time, its zone and how far ahead it is."""
    at = NOW + ahead
    assert f"{moment_text(at, NOW, NEW_YORK)}, {distance_text(at, NOW, NEW_YORK)}" == words


moments = st.datetimes(datetime(2026, 1, 1), datetime(2035, 1, 1), timezones=st.sampled_from(ZONES))  # noqa: DTZ001


@given(moments, st.integers(2, 360), st.integers(0, 24 * 60 - 1), st.sampled_from(("%Y-%m-%d", "%d %b", "%B %d, %Y")))
def test_dates_are_read_as_they_are_written(now: datetime, days: int, minute: int, form: str) -> None:
    """A date written in any of the forms is that date in the zone, unless the clocks change just then."""
    zone = now.tzinfo
    assert isinstance(zone, ZoneInfo)
    day, clock = (now + timedelta(days=days)).date(), (datetime(2000, 1, 1) + timedelta(minutes=minute)).time()  # noqa: DTZ001
    found = in_zone(day, clock, zone)
    words = f"{day.strftime(form)} {clock:%H:%M}"
    if len(found) == 1:
        assert read_moment(words, now, zone) == found[0]
    else:
        with pytest.raises(AmbiguousTime, match=r"comes twice|does not exist"):
            read_moment(words, now, zone)


WORDS = "tomorrow tonight 9am 9 : in 2 hours days monday dec 1 99 2026-12-01 at , - / 31 feb next noon 0 9999 weeks T"
pieces = st.sampled_from([*WORDS.split(), '"', "“", "\n", "half an hour", "٣", "\x00"])
hostile = st.one_of(st.text(max_size=60), st.lists(pieces, max_size=8).map(" ".join), st.lists(pieces).map("".join))


@given(hostile, moments)
def test_whatever_is_typed(line: str, now: datetime) -> None:
    """Whatever is typed is a moment within a year, or is refused with words; nothing else happens."""
    zone = now.tzinfo
    assert isinstance(zone, ZoneInfo)
    try:
        reading = parse_leading_time(line, now, zone)
    except AmbiguousTime:
        return
    assert timedelta(minutes=1) - timedelta(seconds=1) <= reading.at - now <= MAX_AHEAD
    assert line.strip().endswith(reading.text)


def test_the_hour_elsewhere() -> None:
    """An hour elsewhere is said with its place, each once, and not at all where it is the same as here."""
    at = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
    here = at.astimezone(ZoneInfo("America/New_York"))
    london, dublin = (at.astimezone(ZoneInfo(name)) for name in ("Europe/London", "Europe/Dublin"))
    paris = at.astimezone(ZoneInfo("Europe/Paris"))
    assert hours_elsewhere(here, (london,)) == "02:00 in London"
    assert hours_elsewhere(here, (london, dublin, paris)) == "02:00 or 03:00 in London or Dublin or Paris"
    assert hours_elsewhere(here, (at.astimezone(ZoneInfo("America/Detroit")),)) == ""
    assert hours_elsewhere(here, ()) == ""


def test_the_hours_of_many_places() -> None:
    """Of many places the hour is said, or the span of their hours, without their names."""
    at = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
    here = at.astimezone(ZoneInfo("America/New_York"))
    assert hours_elsewhere(here, moments_in_zones(E164("+447400123456"), at)) == "02:00"
    australia = moments_in_zones(E164("+61412345678"), at)
    assert hours_elsewhere(here, australia) == "between 08:30 and 13:00, depending on where they are"
    assert hours_elsewhere(here, moments_in_zones(E164("+18005552368"), at)) == ""
