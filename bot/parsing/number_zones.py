"""Time zones of a phone number, as far as the numbering plans tell. Pure."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from phonenumbers import timezone

from bot.domain.phone import E164
from bot.domain.timestamps import Micros, from_micros
from bot.parsing.phone_numbers import parse_number

MAX_NIGHT_SPREAD_H = 6
"""Limit of a number's zones for a night of its own: in Russia it is night somewhere at nearly every hour."""

MAX_PLACE_SPREAD_H = 12
"""Limit of a number's zones for a place of its own: toll-free numbers reach from Guam to Newfoundland."""


def local_times(number: E164, now: Micros) -> tuple[time, ...]:
    """Return the local times by which it may be night where a number is from; none if they are not known."""
    there = moments_in_zones(number, from_micros(now))
    return tuple(moment.time() for moment in there) if _hours_apart(there) <= MAX_NIGHT_SPREAD_H else ()


def moments_in_zones(number: E164, at: datetime) -> tuple[datetime, ...]:
    """Convert a moment into each zone that a number may be in, from west to east; none if they are not known.

    The spread of the hours decides, not the number of zones: all four of British mobiles show one hour.
    """
    known = parse_number(number)
    names = timezone.time_zones_for_number(known) if known is not None else ()
    zones = [zone for zone in map(_zone, names) if zone is not None]
    there = sorted((at.astimezone(zone) for zone in zones), key=_offset)
    return tuple(there) if _hours_apart(there) <= MAX_PLACE_SPREAD_H else ()


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def _hours_apart(there: Sequence[datetime]) -> float:
    return (_offset(there[-1]) - _offset(there[0])) / timedelta(hours=1) if there else 0


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
