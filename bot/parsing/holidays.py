"""Holidays of countries and their regions, by the library `holidays`.

A region is written as a country with or without a part of it: DE, DE-BE, US-NY. Knows no school holidays.
"""

from datetime import date
from functools import lru_cache

import holidays

MAX_YEARS = 500


def known_region(typed: str) -> str | None:
    """Return how a region is written; None where there is no such country, or no such part of it."""
    country, _, part = typed.strip().upper().replace("_", "-").partition("-")
    parts = holidays.list_supported_countries().get(country)
    if parts is None or (part and part not in parts):
        return None
    return f"{country}-{part}" if part else country


def is_day_off(region: str, day: date) -> bool:
    """Tell whether a day is a holiday in a region; one that is not known any more has none."""
    return day in _days_of(region, day.year)


@lru_cache(maxsize=MAX_YEARS)
def _days_of(region: str, year: int) -> frozenset[date]:
    country, _, part = region.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=year)
    except NotImplementedError:
        return frozenset()
    return frozenset(found)
