"""Moments as people type them in front of a text: which one it is, and where it ends. Pure.

Refuses whatever could be read in two ways (AmbiguousTime says how to write it): a text at the wrong hour cannot be
taken back. moment_grammar.py has the forms, calendar_days.py reads the day. dateparser and parsedatetime were tried:
the first reads "21 nov" as November 2021 and drops the hour of "tomorrow at 9", the second moves "tomorrow" to nine
o'clock, and has had no release since 2020.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.text import truncate
from bot.parsing.calendar_days import MAX_AHEAD, AmbiguousTime, count_of, day_from_now, day_of
from bot.parsing.moment_grammar import (
    BARE_HOUR,
    CLOCK_FIRST,
    FRONTS,
    GOES_ON,
    LONG,
    NEXT,
    ONLY_DAY,
    PART_OF_DAY,
    QUOTED,
    SLASHED,
)
from bot.parsing.time_zones import clock_change_text, in_zone

SOONEST = timedelta(minutes=1)

HOW = 'Write the time in quotes, such as "tomorrow 9am", and the text behind it.'
_ASK_TIME = 'Say at what time, such as "{day} 9am" or "{day} 14:30".'


@dataclass(frozen=True)
class ParsedTime:
    """Parsed time: a moment, aware and in the reader's zone, and the text behind it."""

    at: datetime
    text: str


def parse_leading_time(line: str, now: datetime, zone: ZoneInfo) -> ParsedTime:
    """Split "WHEN text", `"WHEN" text`, "WHEN: text" or WHEN on its own line. `now` is aware. Raises AmbiguousTime.

    The text keeps its spacing; only white space before it is dropped.
    """
    line = line.strip()
    quoted = QUOTED.match(line)
    if quoted:
        return ParsedTime(read_moment(quoted["when"], now, zone), line[quoted.end() :].lstrip())
    for mark in re.finditer(r":\s+|\s*\n", line[:100]):
        if _whole(line[: mark.start()]):
            return ParsedTime(read_moment(line[: mark.start()], now, zone), line[mark.end() :].lstrip())
    found = _longest(line)
    if found is None:
        if _whole(line):
            return ParsedTime(read_moment(line, now, zone), "")
        raise _no_front(line)
    rest = line[found.end() :]
    _refuse_going_on(line, found)
    return ParsedTime(_moment(found, now, zone), re.sub(r"^\s*[,;–—-]?\s+|^[,;]\s*", "", rest))


def read_moment(words: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Read words that are a moment and nothing else. `now` is aware. Raises AmbiguousTime."""
    words = " ".join(words.split())
    found = _whole(words)
    if found is None:
        raise _no_front(words)
    return _moment(found, now, zone)


def _longest(line: str) -> re.Match[str] | None:
    flat = re.sub(r"[^\S\n]", " ", line)
    found = [match for form in FRONTS if (match := form.match(flat))]
    return max(found, key=lambda match: match.end(), default=None)


def _whole(words: str) -> re.Match[str] | None:
    words = " ".join(words.split())
    return next((match for form in (*FRONTS, CLOCK_FIRST) if (match := form.fullmatch(words))), None)


def _refuse_going_on(line: str, found: re.Match[str]) -> None:
    """Refuse a text whose first words could belong to the moment."""
    rest = line[found.end() :]
    if rest and not re.match(r"\s|[,;]", rest):
        raise AmbiguousTime(f"It is not clear where the time ends in `{_echo(line)}`. {HOW}")
    if GOES_ON.match(rest.lstrip()):
        raise AmbiguousTime(
            f"It is not clear where the time ends and the text begins in `{_echo(line)}`. {HOW} "
            "Times are read in your own time zone."
        )


def _no_front(line: str) -> AmbiguousTime:
    """Write what is missing or unclear."""
    flat = " ".join(line.split())
    if slashed := SLASHED.match(flat):
        return AmbiguousTime(f'`{slashed[0]}` can be two dates. Write it like "1 dec" or "2026-12-01".')
    if following := NEXT.match(flat):
        return AmbiguousTime(f'`{following[0]}` can be two days. Write the date, such as "1 dec 9am".')
    if hours := BARE_HOUR.match(flat):
        return AmbiguousTime(f"`{hours[0]}` can be morning or evening. Write 9am, 9pm or 21:00.")
    if part := PART_OF_DAY.match(flat):
        return AmbiguousTime(f"`{part[0]}` has no time. {_ASK_TIME.format(day='tomorrow')}")
    if day := ONLY_DAY.match(flat):
        return AmbiguousTime(f"`{day[0]}` has no time. {_ASK_TIME.format(day=day[0])}")
    examples = 'Write it first, like "tomorrow 9am", "in 2 hours", "monday 14:30" or "2026-12-01 08:00".'
    return AmbiguousTime(f"There is no time that I can read. {examples}")


def _echo(line: str) -> str:
    return truncate(" ".join(line.replace("`", "").split()), 40)


# --- which moment


def _moment(found: re.Match[str], now: datetime, zone: ZoneInfo) -> datetime:
    parts = {name: value.lower() for name, value in found.groupdict().items() if value}
    local = now.astimezone(zone)
    if "half_hour" in parts or ("first" in parts and not re.fullmatch(LONG, parts["first_unit"])):
        at = (now.astimezone(UTC) + _span(parts)).astimezone(zone)
    elif "first" in parts:
        at = in_zone_or_refuse(day_from_now(local, parts, "first"), local.time(), zone)
    else:
        at = _at_clock(parts, local, zone)
    return check_moment(at.replace(microsecond=0), now)


def _span(parts: dict[str, str]) -> timedelta:
    if "half_hour" in parts:
        return timedelta(minutes=30)
    total = timedelta()
    for count, unit in (("first", "first_unit"), ("second", "second_unit")):
        if count in parts:
            number = count_of(parts[count])
            total += timedelta(minutes=number) if parts[unit].startswith("m") else timedelta(hours=number)
    return total


def _at_clock(parts: dict[str, str], local: datetime, zone: ZoneInfo) -> datetime:
    clock = _clock(parts)
    day = day_of(parts, local, clock)
    if day is not None:
        return in_zone_or_refuse(day, clock, zone)
    at = in_zone_or_refuse(local.date(), clock, zone)  # a time alone is its next one
    return at if at > local else in_zone_or_refuse(local.date() + timedelta(days=1), clock, zone)


def in_zone_or_refuse(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Combine a date, a time and a zone. Raises AmbiguousTime where the clocks change just then."""
    found = in_zone(day, clock, zone)
    if len(found) != 1:
        raise AmbiguousTime(clock_change_text(day, clock, zone, found))
    return found[0]


def _clock(parts: dict[str, str]) -> time:
    word = parts.get("clock")
    if word is None:
        return time(20)  # "tonight"
    if word == "midnight":
        raise AmbiguousTime('`midnight` can be the start or the end of a day. Write "00:00" or "23:59".')
    if word in ("noon", "midday"):
        return time(12)
    hour, minute = int(parts.get("hour") or parts["hour24"]), int(parts.get("minute") or parts.get("minute24") or 0)
    half = parts.get("half", "")[:1]
    if minute > 59 or (hour not in range(1, 13) if half else hour > 23):
        raise AmbiguousTime(f"There is no such time as `{word}`. Write it like 9am, 9:30pm or 21:30.")
    return time(hour % 12 + (12 if half == "p" else 0) if half else hour, minute)


def check_moment(at: datetime, now: datetime) -> datetime:
    """Check that a moment is not over, too soon or too far ahead. Both are aware. Raises AmbiguousTime."""
    if at <= now:
        raise AmbiguousTime(f"{at:%H:%M} on {at:%A}, {at.day} {at:%B} is over.")
    if at < now + SOONEST:
        raise AmbiguousTime("That is less than a minute ahead. Send it with `/volt send`, or choose a later time.")
    if at > now + MAX_AHEAD:
        raise AmbiguousTime("That is more than a year ahead. Choose a time within a year.")
    return at
