"""Hours of a week in a time zone: when they are open, and how much of a span of time falls into them. Pure.

The clocks of the zone count: where they are put forward, an hour that does not exist is not open; where they are put
back, an hour that comes twice is open twice. A span may go over midnight. What a holiday is, is passed in: it closes
the spans that begin on it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.timestamps import Micros, from_micros, to_micros

DAY_MINUTES = 24 * 60

HORIZON_DAYS = 400
"""Days that are looked through for the next or the last opening: more than a year of holidays."""

DaysOff = Callable[[str, date], bool]
"""Function that tells whether a day is a holiday in a region, such as DE or DE-BE."""


def no_days_off(_region: str, _day: date) -> bool:
    """Know no holidays."""
    return False


@dataclass(frozen=True, order=True)
class Span:
    """Span of one day of the week (Monday is 0), in minutes from its midnight; `end` may lie in the next day."""

    day: int
    start: int
    end: int


@dataclass(frozen=True)
class WeeklyHours:
    """Hours of a week. `zone` is a name such as Europe/Berlin, `region` whose holidays count, "" for none."""

    spans: tuple[Span, ...]
    zone: str
    region: str = ""


def is_open(hours: WeeklyHours, at: Micros, days_off: DaysOff) -> bool:
    """Tell whether a moment lies in the hours."""
    day = _local_day(hours, at)
    return any(
        start <= at < end for start, end in (*_of_day(hours, day - _DAY, days_off), *_of_day(hours, day, days_off))
    )


def closed_since(hours: WeeklyHours, at: Micros, days_off: DaysOff) -> Micros | None:
    """Tell since when it is closed; None while it is open, 0 where it was not open for more than a year."""
    if is_open(hours, at, days_off):
        return None
    today = _local_day(hours, at)
    for back in range(HORIZON_DAYS):
        day = today - back * _DAY
        if ends := [end for _, end in _of_day(hours, day, days_off) if end <= at]:
            before = [end for _, end in _of_day(hours, day - _DAY, days_off) if end <= at]
            return max(ends + before)
    return Micros(0)


def counted(hours: WeeklyHours, since: Micros, until: Micros, days_off: DaysOff) -> int:
    """Count the microseconds between two moments that lie in the hours."""
    total = 0
    for start, end in _openings(hours, since, days_off):
        if start >= until:
            break
        total += min(end, until) - start
    return total


def after_counted(hours: WeeklyHours, since: Micros, span: int, days_off: DaysOff) -> Micros | None:
    """Tell when so many microseconds of the hours have passed since a moment; None where it is beyond a year."""
    left = span
    for start, end in _openings(hours, since, days_off):
        if end - start >= left:
            return Micros(start + left)
        left -= end - start
    return None


_DAY = timedelta(days=1)


def _openings(hours: WeeklyHours, since: Micros, days_off: DaysOff) -> Iterator[tuple[Micros, Micros]]:
    """List the openings from a moment on, in order, none of them overlapping another."""
    reached, first = since, _local_day(hours, since) - _DAY
    for ahead in range(HORIZON_DAYS):
        for start, end in _of_day(hours, first + ahead * _DAY, days_off):
            if max(start, reached) < end:
                yield max(start, reached), end
                reached = end


def _of_day(hours: WeeklyHours, day: date, days_off: DaysOff) -> list[tuple[Micros, Micros]]:
    """List the openings that begin on a day."""
    spans = [span for span in hours.spans if span.day == day.weekday()]
    if not spans or (hours.region and days_off(hours.region, day)):
        return []
    made = ((_moment(hours.zone, day, span.start, 0), _moment(hours.zone, day, span.end, 1)) for span in sorted(spans))
    return [(start, end) for start, end in made if start < end]


@lru_cache(maxsize=10_000)
def _moment(zone: str, day: date, minutes: int, fold: int) -> Micros:
    """Return the moment of a local time: of two the one that `fold` says, and of none that of the change."""
    there = ZoneInfo(zone)
    naive = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001 - its zone comes next
    at = naive.replace(tzinfo=there, fold=fold).astimezone(UTC)
    if at.astimezone(there).replace(tzinfo=None) == naive:
        return to_micros(at)
    earlier, later = sorted(naive.replace(tzinfo=there, fold=side).astimezone(UTC) for side in (0, 1))
    before = earlier.astimezone(there).utcoffset()
    while later - earlier > timedelta(seconds=1):
        middle = earlier + (later - earlier) / 2
        earlier, later = (middle, later) if middle.astimezone(there).utcoffset() == before else (earlier, middle)
    return to_micros(later.replace(microsecond=0))


def _local_day(hours: WeeklyHours, at: Micros) -> date:
    return from_micros(at).astimezone(ZoneInfo(hours.zone)).date()
