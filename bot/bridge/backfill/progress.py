"""How far each record has been read: Slack's by channels, the provider's by account numbers of ours.

A mark moves only once all before it was read. What could not be read keeps its own, and holds up no other's.
"""

from datetime import datetime, timedelta

from bot.domain.ids import ChannelId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros, from_micros
from bot.ports.storage import Transaction

OVERLAP = timedelta(minutes=10)
"""Each look sees ten minutes that the last one saw too: events may still have been on their way."""

BEGAN = "began"
"""The fact that tells when the bot was started for the very first time: old conversations are no news."""


def progress_of(tx: Transaction, record: ChannelId | E164) -> Micros | None:
    """Tell up to when a channel or an account was read; None where it never was."""
    value = tx.settings.value(_fact(record))
    return None if value is None else Micros(int(value))


def set_progress(tx: Transaction, record: ChannelId | E164, read_until: Micros) -> None:
    """Note that all of a record up to then was read."""
    tx.settings.set_value(_fact(record), str(read_until))


def unread_since(tx: Transaction, record: ChannelId | E164, reach: timedelta) -> datetime:
    """Tell from when on a record has to be read, at most so far back.

    A moment that lies ahead, because the clock was set back meanwhile, says nothing.
    """
    now, mark = from_micros(tx.now), progress_of(tx, record)
    known = [from_micros(int(tx.settings.value(BEGAN) or 0))]
    if mark is not None:
        known.append(from_micros(mark) - OVERLAP)
    return max([now - reach, *(moment for moment in known if moment <= now)])


def is_first_start(tx: Transaction) -> bool:
    """Tell whether nothing can have been missed yet, and note when that was."""
    if tx.settings.value(BEGAN) is not None:
        return False
    tx.settings.set_value(BEGAN, str(tx.now))
    return True


def age_s(tx: Transaction, record: ChannelId | E164) -> float | None:
    """Tell how long ago a record was read to its end; None for never, or where that cannot be told."""
    mark = progress_of(tx, record)
    return None if mark is None or mark > tx.now else (tx.now - mark) / 1_000_000


def _fact(record: ChannelId | E164) -> str:
    return f"read until {record}"
