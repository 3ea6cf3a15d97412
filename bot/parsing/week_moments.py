"""Moments of each week in words: a weekday and a time, such as "monday 9:00". Pure.

What could be two times is refused: "9" alone is not taken.
"""

import re
from datetime import time

from bot.parsing.calendar_days import AmbiguousTime

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
USUAL = (0, time(9))
"""Monday at 9:00, where nothing else is said."""

_FORM = re.compile(
    r"(?:(?:every|on)\s+)?(?P<day>[a-z]{2,9}?)s?(?:,?\s+(?:at\s+)?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s?(?P<half>[ap]m)?)?",
    re.IGNORECASE,
)


def read_week_moment(words: str) -> tuple[int, time]:
    """Read a weekday (0 is Monday) and a time, by default 9:00; "" is Monday. Raises AmbiguousTime."""
    if not words.strip():
        return USUAL
    found = _FORM.fullmatch(words.strip())
    day = found and _weekday(found["day"].lower())
    if found is None or day is None:
        raise AmbiguousTime("Write a day of the week and a time, such as monday 9:00.")
    return day, _clock(found)


def _weekday(word: str) -> int | None:
    """Return the number of a weekday by the beginning of its name; two letters are enough."""
    found = [number for number, name in enumerate(WEEKDAYS) if name.lower().startswith(word)]
    return found[0] if len(found) == 1 else None


def _clock(found: re.Match[str]) -> time:
    hour, minute, half = found["hour"], found["minute"], (found["half"] or "").lower()
    if hour is None:
        return USUAL[1]
    if not minute and not half:
        raise AmbiguousTime(f"Write the time with its minutes, such as {hour}:00.")
    number = int(hour)
    if half and not 1 <= number <= 12:
        raise AmbiguousTime(f"There is no {hour} {half}. Write it like 9 am or 14:30.")
    if half:
        number = number % 12 + (12 if half == "pm" else 0)
    if number > 23 or int(minute or 0) > 59:
        raise AmbiguousTime(f"There is no time {hour}:{minute}. Write it like 9:00 or 14:30.")
    return time(number, int(minute or 0))
