"""Hours of a week and lengths of time in words. Pure."""

from itertools import groupby

from bot.domain.goals import Goal
from bot.domain.hours import DAY_MINUTES, WeeklyHours
from bot.domain.text import counted

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def hours_text(hours: WeeklyHours) -> str:
    """Write hours: "Mon-Fri 09:00-17:00, Sat 10:00-14:00 (Europe/Berlin), not on holidays of DE-BE"."""
    times = {day: tuple((one.start, one.end) for one in hours.spans if one.day == day) for day in range(7)}
    days = [(day, spans) for day, spans in times.items() if spans]
    parts = []
    for spans in dict.fromkeys(spans for _, spans in days):
        names = _days([day for day, other in days if other == spans])
        parts.append(f"{names} {' and '.join(f'{_clock(start)}-{_clock(end)}' for start, end in spans)}")
    holidays = f", not on holidays of {hours.region}" if hours.region else ""
    return f"{', '.join(parts)} ({hours.zone}){holidays}"


def _days(days: list[int]) -> str:
    """Write days, those that follow one another as first and last."""
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0])]
    written = [_DAYS[run[0]] if len(run) == 1 else f"{_DAYS[run[0]]}-{_DAYS[run[-1]]}" for run in runs]
    return ", ".join(written)


def _clock(minutes: int) -> str:
    if minutes == DAY_MINUTES:
        return "24:00"
    return f"{minutes % DAY_MINUTES // 60:02}:{minutes % 60:02}"


def length_text(minutes: int) -> str:
    """Write a length of time: "1 hour 30 minutes"."""
    hours, rest = divmod(minutes, 60)
    parts = [counted(hours, "hour")] if hours else []
    return " ".join([*parts, counted(rest, "minute")] if rest else parts)


def goal_text(goal: Goal) -> str:
    """Write a goal: within what time, and in which hours."""
    within = f"within {length_text(goal.minutes)}"
    return (
        f"{within}, in office hours or else at any time"
        if goal.hours is None
        else f"{within}, {hours_text(goal.hours)}"
    )
