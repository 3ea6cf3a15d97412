"""Timestamps in whole microseconds since 1970, UTC: they compare exactly, sort in SQL, and hold a Slack ts. Pure."""

from datetime import UTC, datetime, timedelta
from typing import NewType

Micros = NewType("Micros", int)
"""Timestamp in whole microseconds since 1970, UTC."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(moment: datetime) -> Micros:
    """Turn an aware datetime into microseconds."""
    return Micros((moment - _EPOCH) // timedelta(microseconds=1))


def from_micros(micros: int) -> datetime:
    """Turn microseconds into an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


EARLIEST = to_micros(datetime(2000, 1, 1, tzinfo=UTC))
AHEAD_S = 86_400.0


def believed(stated: int, now: Micros) -> Micros:
    """Return the time at which something happened as it was told; where that cannot be right, it happened just now.

    Nobody texted before 2000, and no clock is ahead of ours by more than a day.
    """
    return Micros(stated) if EARLIEST <= stated <= add_seconds(now, AHEAD_S) else now


def add_seconds(micros: int, seconds: float) -> Micros:
    """Add seconds to a timestamp."""
    return Micros(micros + round(seconds * 1_000_000))
