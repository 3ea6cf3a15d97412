"""Calendar days in words: a weekday, a date, or a number of days or weeks from now. Pure.

Dates of the calendar are read by dateutil. What could be two days is refused.
"""

from datetime import date, datetime, time, timedelta

from dateutil.parser import ParserError, parse

from bot.domain.errors import VoltBotError
from bot.parsing.moment_grammar import COUNTS

MAX_AHEAD = timedelta(days=365)
"""Limit of a moment's distance from now."""


class AmbiguousTime(VoltBotError):
    """No certain moment; str() says why and how to write it. It repeats what was typed: escape it."""


def count_of(word: str) -> int:
    """Read a number in words or digits."""
    return COUNTS[word] if word in COUNTS else int(word)


def day_from_now(local: datetime, parts: dict[str, str], name: str) -> date:
    """Count days or weeks from today. Raises AmbiguousTime."""
    if "second" in parts:
        raise AmbiguousTime('Write days with a time, such as "in 2 days 9am", or hours alone, such as "in 30 hours".')
    unit = parts[f"{name}_unit" if name == "first" else "unit"]
    days = count_of(parts[name]) * (7 if unit.startswith("w") else 1)
    return (local + timedelta(days=min(days, MAX_AHEAD.days + 2))).date()


def day_of(parts: dict[str, str], local: datetime, clock: time) -> date | None:
    """Read the day; None if none was named. Raises AmbiguousTime."""
    today = local.date()
    if near := parts.get("near"):
        if near == "tonight" and clock < time(17):
            raise AmbiguousTime(
                f'{clock:%H:%M} is no time of tonight. Write "tonight 8pm", or "tomorrow {clock:%H:%M}".'
            )
        return today + timedelta(days=1) if near == "tomorrow" else today
    if weekday := parts.get("weekday"):
        return _weekday(weekday, local, clock)
    if "count" in parts:
        return day_from_now(local, parts, "count")
    if iso := parts.get("iso"):
        return _calendar(iso, iso)
    month, number = parts.get("month") or parts.get("month_first"), parts.get("day") or parts.get("day_second")
    return None if month is None else _named(f"{number} {month.rstrip('.')}", parts, today)


def _weekday(word: str, local: datetime, clock: time) -> date:
    number = next(place for place, day in enumerate(("mo", "tu", "we", "th", "fr", "sa", "su")) if word.startswith(day))
    days = (number - local.weekday()) % 7
    if not days and clock > local.time():
        raise AmbiguousTime(f'Today is {local:%A}. Write "today" or the date, such as "{local:%Y-%m-%d}".')
    return local.date() + timedelta(days=days or 7)


def _named(words: str, parts: dict[str, str], today: date) -> date:
    """Choose the next such date; the year may be left out."""
    if year := parts.get("year") or parts.get("year_last"):
        return _calendar(f"{words} {year}", f"{words} {year}")
    for year_near in (today.year, today.year + 1):
        found = _calendar_or_none(f"{words} {year_near}")
        if found is not None and found >= today:
            return found
    return _calendar(f"{words} {today.year + 1}", words)


def _calendar(words: str, echo: str) -> date:
    found = _calendar_or_none(words)
    if found is None:
        raise AmbiguousTime(f"There is no such date as `{echo}`.")
    return found


def _calendar_or_none(words: str) -> date | None:
    try:
        found: datetime = parse(words, default=datetime(2000, 1, 1), ignoretz=True)  # noqa: DTZ001 - a date has no zone
    except (ParserError, OverflowError):
        return None
    return found.date()
