"""Hours of a week as people type them, such as `mon-fri 9-17 Europe/Berlin`, and lengths of time such as `15m`. Pure.

Refuses whatever could be read in two ways: WrongHours says what is wrong and how to write it. One word tells days from
times, several of either may follow one another, and the zone and whose holidays count stand behind them. Hours as the
bot writes them can be typed again.
"""

import difflib
import re
from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

from bot.domain.errors import VoltBotError
from bot.domain.hours import DAY_MINUTES, Span, WeeklyHours
from bot.domain.text import truncate
from bot.parsing.holidays import known_region

MAX_SPANS = 70
MAX_CHARS = 300
MAX_MINUTES = 7 * DAY_MINUTES

EXAMPLE = "mon-fri 9-17 Europe/Berlin"

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ALSO = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_NUMBER_OF = {name: day for names in (_DAYS, _LONG) for day, name in enumerate(names)} | _ALSO
_SETS = {"daily": range(7), "everyday": range(7), "weekdays": range(5), "weekends": range(5, 7)}

_HOLIDAYS = re.compile(r"\b(?:not\s+on\s+)?holidays?(?:\s+(?:of|in))?(?:\s+(?P<region>\S+))?\s*$", re.IGNORECASE)
_CLOCK = r"(?P<{0}hour>\d{{1,2}})(?::(?P<{0}minute>\d{{2}}))?(?P<{0}half>[ap]m?)?"
_TIMES = re.compile(f"{_CLOCK.format('a')}-{_CLOCK.format('b')}", re.IGNORECASE)
_LENGTH = re.compile(
    r"(?:(?P<hours>\d{1,4})\s*h(?:ours?|rs?)?)?\s*(?:(?P<minutes>\d{1,5})\s*m(?:in(?:ute)?s?)?)?(?=\s|$)", re.IGNORECASE
)


class WrongHours(VoltBotError):
    """No hours, or no length of time; str() says why and how to write it. It repeats what was typed: escape it."""


def read_hours(words: str, *, zone: str = "") -> WeeklyHours:
    """Read hours; `zone` counts where none is typed. Raises WrongHours."""
    words = _tidy(words)
    if len(words) > MAX_CHARS:
        raise WrongHours(f"These are too many words for hours. Write them like {EXAMPLE}.")
    words, region = _without_region(words)
    words, typed_zone = _without_zone(words)
    spans = tuple(sorted(set(_spans(words))))
    if not spans:
        raise WrongHours(f"There are no hours in that. Write days and times, such as {EXAMPLE}.")
    if len(spans) > MAX_SPANS:
        raise WrongHours("These are too many times of a week. Write fewer, longer ones.")
    if not (typed_zone or zone):
        raise WrongHours(f"Write the time zone behind the hours, such as {EXAMPLE}.")
    return WeeklyHours(spans, typed_zone or zone, region)


def read_length(words: str) -> tuple[int, str]:
    """Read a length of time in front of words: the minutes, and what follows. Raises WrongHours."""
    words = words.strip()
    found = _LENGTH.match(words)
    if found is None or not (found["hours"] or found["minutes"]):
        first = _echo(words.partition(" ")[0])
        if re.match(r"\d+(\s|$)", words):
            raise WrongHours(f"`{first}` can be minutes or hours. Write {first}m or {first}h.")
        raise WrongHours("Say within what time people should have an answer, such as 15m, 2h or 1h30m.")
    minutes = int(found["hours"] or 0) * 60 + int(found["minutes"] or 0)
    if not 1 <= minutes <= MAX_MINUTES:
        raise WrongHours("A goal is at least a minute and at most 168 hours.")
    return minutes, words[found.end() :].strip()


def _tidy(words: str) -> str:
    words = re.sub(r"[‐‑‒–—]", "-", " ".join(words.replace("(", " ").replace(")", " ").split()))
    words = re.sub(r"(?<=\d) and (?=\d)", ",", words)
    words = re.sub(r"(\d)\s+([ap]m)\b", r"\1\2", words, flags=re.IGNORECASE)
    words = re.sub(r"\bevery\s+day\b", "daily", words, flags=re.IGNORECASE)
    words = re.sub(r"(?<=\w)\s+(?:to|until)\s+(?=\w)", "-", words, flags=re.IGNORECASE)
    return re.sub(r"\s*-\s*", "-", words)


def _without_region(words: str) -> tuple[str, str]:
    found = _HOLIDAYS.search(words)
    if found is None:
        return words, ""
    typed = found["region"] or ""
    region = known_region(typed) if typed else None
    if region is None:
        what = f"I know no holidays of `{_echo(typed)}`." if typed else "Say whose holidays."
        raise WrongHours(f"{what} Write the country's two letters, and maybe its region, such as DE, DE-BE or US-NY.")
    return words[: found.start()].strip(" ,;"), region


def _without_zone(words: str) -> tuple[str, str]:
    front, _, last = words.rpartition(" ")
    if "/" not in last and last.lower() not in _zones():
        if last and not _is_of_hours(last):
            raise WrongHours(_no_zone(last))
        return words, ""
    if last == "24/7":
        return words, ""
    zone = _zones().get(last.lower())
    if zone is None:
        raise WrongHours(_no_zone(last))
    return front.strip(" ,;"), zone


def _is_of_hours(word: str) -> bool:
    parts = [part for part in re.split(r"[,;-]", word.lower()) if part]
    return bool(parts) and all(part in _NUMBER_OF or part in _SETS or part[:1].isdigit() for part in parts)


@cache
def _zones() -> dict[str, str]:
    """List the time zones by their names in small letters, without old names that look like something else."""
    return {name.lower(): name for name in available_timezones() if "/" in name or name == "UTC"}


def _no_zone(typed: str) -> str:
    cities = {name.rpartition("/")[2].lower(): name for name in sorted(_zones().values(), reverse=True)}
    wanted = typed.rpartition("/")[2].lower().replace(" ", "_")
    near = difflib.get_close_matches(wanted, cities, n=1, cutoff=0.75)
    guess = f" Did you mean {cities[near[0]]}?" if near else " Write it like Europe/Berlin or America/New_York."
    return f"I do not know the time zone `{_echo(typed)}`.{guess}"


def _spans(words: str) -> Iterator[Span]:
    days: list[int] = []
    has_times = False
    for word in filter(None, (part.strip(",") for part in re.split(r"[\s;]+", words.lower()))):
        if word == "24/7":
            yield from (Span(day, 0, DAY_MINUTES) for day in range(7))
            has_times = True
        elif word[0].isdigit():
            if not days:
                raise WrongHours(f"Say on which days in front of `{_echo(word)}`, such as {EXAMPLE}.")
            for times in filter(None, word.split(",")):
                start, end = _times(times)
                yield from (Span(day, start, end) for day in days)
            has_times = True
        else:
            found = [day for part in filter(None, word.split(",")) for day in _days(part)]
            days = found if has_times else [*days, *found]
            has_times = False
    if days and not has_times:
        raise WrongHours(f"Say at what time on these days, such as {EXAMPLE}.")


def _days(part: str) -> list[int]:
    if part in _SETS:
        return list(_SETS[part])
    first, _, last = part.partition("-")
    if first not in _NUMBER_OF or (last and last not in _NUMBER_OF) or part.endswith("-"):
        raise WrongHours(f"I do not know the day `{_echo(part)}`. Write mon, tue, wed, thu, fri, sat, sun or daily.")
    start = _NUMBER_OF[first]
    end = _NUMBER_OF[last] if last else start
    return [(start + ahead) % 7 for ahead in range((end - start) % 7 + 1)]


def _times(part: str) -> tuple[int, int]:
    found = _TIMES.fullmatch(part)
    if found is None:
        raise WrongHours(f"I cannot read the times `{_echo(part)}`. Write them like 9-17, 8:30-18 or 9am-5pm.")
    if bool(found["ahalf"]) is not bool(found["bhalf"]):
        raise WrongHours(f"`{_echo(part)}` can be read in two ways. Write am or pm behind both times, such as 9am-5pm.")
    start, end = _clock(found, "a", part), _clock(found, "b", part)
    if start == DAY_MINUTES:
        raise WrongHours(f"`{_echo(part)}` begins at the end of a day. Write 0 for midnight in front.")
    if start == end:
        raise WrongHours(f"`{_echo(part)}` is no time at all. Write 0-24 for the whole day.")
    if end < start and _is_unclear(found):
        raise WrongHours(
            f"`{_echo(part)}` can be a day or a night. Write it like 9-17 or 9am-5pm, or 21-05 for a night."
        )
    return start, end if end > start else end + DAY_MINUTES


def _is_unclear(found: re.Match[str]) -> bool:
    """Tell whether an end before its start may be meant as an afternoon: 9-5, but not 22-6 or 21-05."""
    return not found["ahalf"] and int(found["ahour"]) <= 12 and not found["bhour"].startswith("0")


def _clock(found: re.Match[str], which: str, part: str) -> int:
    hour, minute = int(found[f"{which}hour"]), int(found[f"{which}minute"] or 0)
    half = (found[f"{which}half"] or "")[:1].lower()
    is_real = minute < 60 and (1 <= hour <= 12 if half else hour < 24 or (hour, minute) == (24, 0))
    if not is_real:
        raise WrongHours(f"There is no such time as in `{_echo(part)}`. Write it like 9-17, 8:30-18 or 9am-5pm.")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 60 + minute


def _echo(text: str) -> str:
    return truncate(text.replace("`", ""), 40)
