"""Message events: what happened to a text, told after it is stored, for the log and the counters.

Holds the kinds of events and nothing about how they are shown. An event names a text by its message key, never by a
number or by words, so that it may be logged.
"""

from dataclasses import dataclass
from enum import Enum

from bot.domain.ids import MessageKey


class MessageEventKind(Enum):
    """Kind of a message event."""

    ACCEPTED = "accepted"  # taken in; detail: inbound, outbound, or elsewhere
    SHOWN = "shown"  # it stands in its thread; detail: the kind of entry
    STATUS = "status"  # an outbound text moved; detail: its new delivery status
    RETRY = "retry"  # an entry about it is retried; detail: the kind, then why
    SET_ASIDE = "set_aside"  # an entry about it was dead-lettered; detail: the kind, then why
    LOOKED = "looked"  # its outcome was looked up; detail: what was found


@dataclass(frozen=True)
class MessageEvent:
    """Message event. `key` is None where it is about no text; `seconds` since the text was accepted."""

    what: MessageEventKind
    key: MessageKey | None
    detail: str = ""
    why: str = ""
    seconds: float | None = None
