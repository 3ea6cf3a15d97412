"""Time zones: moments in words, and the effect of a change of the clocks. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.text import counted

MAX_CITIES = 3
"""Limit of cities that one line names."""


def in_zone(day: date, clock: time, zone: ZoneInfo) -> list[datetime]:
    """Find the moments at which a local clock shows this: none where it is put forward, two where it is put back."""
    naive = datetime.combine(day, clock.replace(tzinfo=None))
    both = [naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    real = [moment for moment in both if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive]
    return real if len({moment.utcoffset() for moment in real}) > 1 else real[:1]


def clock_change_text(day: date, clock: time, zone: ZoneInfo, found: list[datetime]) -> str:
    """Write why a local time is no moment, and how to write it."""
    when = f"{clock:%H:%M} on {day:%A}, {day.day} {day:%B}"
    if found:
        first, second = (f"{moment:%H:%M} ({moment.tzname()}, {moment.astimezone(UTC):%H:%M} UTC)" for moment in found)
        return (
            f"{when} comes twice ({city(zone)} time), because the clocks are put back: {first} and {second}. "
            'Choose a time an hour earlier or later, or write it like "in 5 hours".'
        )
    naive = datetime.combine(day, clock.replace(tzinfo=None))
    both = sorted(naive.replace(tzinfo=zone, fold=fold).astimezone(UTC).astimezone(zone) for fold in (0, 1))
    before, after = (f"{moment:%H:%M}" for moment in both)
    return (
        f"{when} does not exist ({city(zone)} time), because the clocks are put forward. "
        f"Choose {before} or {after} instead."
    )


def city(zone: ZoneInfo) -> str:
    """Name a zone as people do: "New York"."""
    return zone.key.rpartition("/")[2].replace("_", " ") or "UTC"


def moment_text(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Write a moment: "Tuesday, 1 December at 09:00 (New York time)"."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    year = f" {local.year}" if local.year != today.year else ""
    where = "UTC" if city(zone) == "UTC" else f"{city(zone)} time"
    return f"{local:%A}, {local.day} {local:%B}{year} at {local:%H:%M} ({where})"


def distance_text(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Write how far away a moment is: "in 10 days"."""
    return _ahead(at - now, at.astimezone(zone), now.astimezone(zone))


def hours_elsewhere(at: datetime, there: tuple[datetime, ...]) -> str:
    """Write the hour at that moment elsewhere: "02:00 in London"; "" if it is the same hour as here.

    `there` is in the order of the clocks. Many places are not named: the span of their hours is written.
    """
    if all(moment.utcoffset() == at.utcoffset() for moment in there):
        return ""
    hours = list(dict.fromkeys(f"{moment:%H:%M}" for moment in there))
    places = dict.fromkeys(city(moment.tzinfo) for moment in there if isinstance(moment.tzinfo, ZoneInfo))
    if len(places) <= MAX_CITIES:
        return f"{' or '.join(hours)} in {' or '.join(places)}"
    return hours[0] if len(hours) == 1 else f"between {hours[0]} and {hours[-1]}, depending on where they are"


def _ahead(span: timedelta, local: datetime, today: datetime) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 60:
        return f"in {counted(max(minutes, 1), 'minute')}"
    if minutes < 6 * 60 and minutes % 60:
        return f"in {counted(minutes // 60, 'hour')} {counted(minutes % 60, 'minute')}"
    if minutes < 24 * 60:
        return f"in {counted(round(minutes / 60), 'hour')}"
    days = (local.date() - today.date()).days
    return "tomorrow" if days == 1 else f"in {counted(days, 'day')}"
