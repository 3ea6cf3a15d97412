"""When a text is asked about: its status until it is confirmed, and its record while its outcome is unknown. Pure.

A status is asked for a minute, an hour and a day after the text left: a callback mostly tells sooner. Each time is
asked once; who was off meanwhile asks once for all that is past. A text whose answer was lost is looked for sooner.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

STATUS_AFTER = (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))

LOST_AFTER = (
    timedelta(seconds=2),
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=2),
)
"""When a text is looked for that may have left; people are asked about it meanwhile, and the record may still tell."""

OFF_FOR = timedelta(hours=6)
"""How long after the last of its times a text is still asked about, where the bot was off then."""


def next_ask(left_at: datetime, asked_at: datetime | None, times: Sequence[timedelta]) -> datetime | None:
    """Return when a text is asked about next; None where that is over. `asked_at` is when it was asked about last."""
    moments = (left_at + after for after in times)
    return next((moment for moment in moments if asked_at is None or asked_at < moment), None)


def is_due(left_at: datetime, asked_at: datetime | None, now: datetime, times: Sequence[timedelta]) -> bool:
    """Tell whether a text is to be asked about now."""
    at = next_ask(left_at, asked_at, times)
    return at is not None and at <= now <= left_at + times[-1] + OFF_FOR
