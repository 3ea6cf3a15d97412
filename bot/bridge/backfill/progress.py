"""Progress of the backfill: up to when each record was read; Slack's by channel, the provider's by account.

Progress moves only once all before it was read. A record that could not be read keeps its own, and holds up no other.
"""

from datetime import datetime, timedelta

from bot.domain.ids import ChannelId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros, from_micros
from bot.ports.storage import Transaction

OVERLAP = timedelta(minutes=10)
"""Time that is read twice, by two reads in a row: events may still have been on their way."""

BEGAN = "began"
"""Stored value: when the bot was started for the very first time. Old conversations are not new."""


def progress_of(tx: Transaction, record: ChannelId | E164) -> Micros | None:
    """Return up to when the record of a channel or an account was read; None where it never was."""
    value = tx.settings.value(_fact(record))
    return None if value is None else Micros(int(value))


def set_progress(tx: Transaction, record: ChannelId | E164, read_until: Micros) -> None:
    """Record that all of a record up to then was read."""
    tx.settings.set_value(_fact(record), str(read_until))


def unread_since(tx: Transaction, record: ChannelId | E164, lookback: timedelta) -> datetime:
    """Return from when on a record has to be read, at most so far back.

    A moment that lies ahead, because the clock was set back meanwhile, says nothing.
    """
    now, mark = from_micros(tx.now), progress_of(tx, record)
    known = [from_micros(int(tx.settings.value(BEGAN) or 0))]
    if mark is not None:
        known.append(from_micros(mark) - OVERLAP)
    return max([now - lookback, *(moment for moment in known if moment <= now)])


def is_first_start(tx: Transaction) -> bool:
    """Tell whether nothing can have been missed yet, and record when that was."""
    if tx.settings.value(BEGAN) is not None:
        return False
    tx.settings.set_value(BEGAN, str(tx.now))
    return True


def age_s(tx: Transaction, record: ChannelId | E164) -> float | None:
    """Return how long ago a record was read to its end; None for never, or where that cannot be told."""
    mark = progress_of(tx, record)
    return None if mark is None or mark > tx.now else (tx.now - mark) / 1_000_000


def _fact(record: ChannelId | E164) -> str:
    return f"read until {record}"
