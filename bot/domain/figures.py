"""Figures: how much was texted, and how long people waited, as counts by hour, account and person. Pure.

They hold no number of a contact and no words, so they stay when a person is erased or texts are forgotten. A time is
counted in a bucket of a quarter of an octave, so a median read from the counts is right within 9 %, and the figures of
many days and people can be added.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum

from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros, from_micros, to_micros

SHORTEST_S = 10.0
"""Times up to this share the first bucket: nobody answers sooner by hand."""

LONGEST_BUCKET = 79
"""The last bucket begins after about three months; what took longer is counted there."""

HOUR_US = 3_600_000_000
EPOCH = date(1970, 1, 1)
NOBODY = UserId("")
"""Person of what nobody in Slack did: a contact's text, or one from the provider's own pages."""
NO_ACCOUNT = E164("")


class Figure(Enum):
    """What is counted. The last two have buckets of time."""

    TEXT_IN = "in"
    TEXT_OUT = "out"
    MISSED = "missed"  # goals
    FIRST_ANSWER = "answer"  # from the contact's first text until a person's first one
    RESOLUTION = "resolution"  # from the contact's first text until a person closed the conversation


@dataclass(frozen=True)
class FigureRow:
    """Count of one figure; fields that were not asked for are empty."""

    figure: Figure
    count: int
    day: int = 0  # since 1970, where the team lives
    bucket: int = 0
    account: E164 = NO_ACCOUNT
    person: UserId = NOBODY


@dataclass(frozen=True)
class FiguresRead:
    """Figures of some days, added up in two ways: by day, and by account and person.

    Where several days are together, they stand under the last of them.
    """

    by_day: Sequence[FigureRow]
    by_owner: Sequence[FigureRow]


@dataclass
class Totals:
    """Totals of some span, account or person. `times` counts answers and resolutions by bucket."""

    counts: Counter[Figure] = field(default_factory=Counter)
    times: dict[Figure, Counter[int]] = field(default_factory=dict)

    def add(self, row: FigureRow) -> None:
        """Add a row."""
        self.counts[row.figure] += row.count
        if row.figure in (Figure.FIRST_ANSWER, Figure.RESOLUTION):
            self.times.setdefault(row.figure, Counter())[row.bucket] += row.count

    def seconds(self, figure: Figure, share: float) -> float | None:
        """Return the time within which this share of them was done; None where there was none."""
        times = self.times.get(figure)
        if not times:
            return None
        wanted = math.ceil(share * times.total())
        for bucket in sorted(times):
            wanted -= times[bucket]
            if wanted <= 0:
                return middle_s(bucket)
        raise AssertionError("a share is at most 1")


def bucket_of(seconds: float) -> int:
    """Return the bucket in which a time is counted."""
    if seconds <= SHORTEST_S:
        return 0
    return min(LONGEST_BUCKET, 1 + math.floor(4 * math.log2(seconds / SHORTEST_S)))


def middle_s(bucket: int) -> float:
    """Return the time that stands for a bucket, in seconds."""
    return SHORTEST_S if bucket == 0 else SHORTEST_S * 2 ** ((bucket - 0.5) / 4)


def hour_of(moment: Micros) -> int:
    """Return the hour in which something is counted."""
    return moment // HOUR_US


def totals(rows: Iterable[FigureRow]) -> Totals:
    """Add rows."""
    found = Totals()
    for row in rows:
        found.add(row)
    return found


@dataclass(frozen=True)
class HourSpan:
    """Span of hours since 1970, UTC, in which clocks are not set: `ahead` hours more are the local time."""

    since: int
    until: int  # the first hour after it
    ahead: int

    @property
    def last_day(self) -> int:
        """The local day of its last hour, since 1970."""
        return (self.until - 1 + self.ahead) // 24


def spans_of(first: date, last: date, zone: tzinfo) -> list[HourSpan]:
    """Split days into spans, none where no hour begins on them.

    Where clocks are at half past, an hour is counted on the day in which it begins.
    """
    begin, end = (_first_hour(day, zone) for day in (first, last + timedelta(days=1)))
    spans: list[HourSpan] = []
    for since in range(begin, end, 24):
        for span in _unset(since, min(since + 24, end), zone):
            if spans and spans[-1].ahead == span.ahead:
                spans[-1] = replace(spans[-1], until=span.until)
            else:
                spans.append(span)
    return spans


def _unset(since: int, until: int, zone: tzinfo) -> list[HourSpan]:
    """Split some hours where clocks are set; hour by hour only if they are."""
    ahead = _ahead(since, zone)
    if _ahead(until - 1, zone) == ahead:
        return [HourSpan(since, until, ahead)]
    return [HourSpan(hour, hour + 1, _ahead(hour, zone)) for hour in range(since, until)]


def _first_hour(day: date, zone: tzinfo) -> int:
    """Return the first hour that begins on a day."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return -(-to_micros(midnight) // HOUR_US)


def _ahead(hour: int, zone: tzinfo) -> int:
    offset = from_micros(Micros(hour * HOUR_US)).astimezone(zone).utcoffset()
    return 0 if offset is None else offset // timedelta(hours=1)


def by_day(rows: Iterable[FigureRow]) -> Mapping[date, Totals]:
    """Add rows by day."""
    found: dict[date, Totals] = {}
    for row in rows:
        found.setdefault(EPOCH + timedelta(days=row.day), Totals()).add(row)
    return found


def by_account(rows: Iterable[FigureRow]) -> Mapping[E164, Totals]:
    """Add rows by account."""
    found: dict[E164, Totals] = {}
    for row in rows:
        found.setdefault(row.account, Totals()).add(row)
    return found


def by_person(rows: Iterable[FigureRow]) -> Mapping[UserId, Totals]:
    """Add rows by person; what nobody did is left out."""
    found: dict[UserId, Totals] = {}
    for row in rows:
        if row.person != NOBODY:
            found.setdefault(row.person, Totals()).add(row)
    return found
