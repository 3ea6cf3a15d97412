"""When the status of a text is asked for: a minute, an hour and a day after it left, until it is confirmed. Pure.

A status callback mostly tells sooner. Each time is asked once; who was off meanwhile asks once for all that is past.
"""

from datetime import datetime, timedelta

ASKED_AFTER = (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))

ASKED_UNTIL = ASKED_AFTER[-1] + timedelta(hours=6)
"""How long after it left a text is asked about at the latest, where the bot was off at the last time."""


def next_ask(left_at: datetime, asked_at: datetime | None) -> datetime | None:
    """Return when a text is asked about next; None where that is over. `asked_at` is when it was asked about last."""
    times = (left_at + after for after in ASKED_AFTER)
    return next((time for time in times if asked_at is None or asked_at < time), None)


def is_due(left_at: datetime, asked_at: datetime | None, now: datetime) -> bool:
    """Tell whether a text is to be asked about now."""
    at = next_ask(left_at, asked_at)
    return at is not None and at <= now <= left_at + ASKED_UNTIL
