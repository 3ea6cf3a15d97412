"""What happened to a text, told after it is on the disk: for the log and the counters of whoever runs the bot.

Holds the kinds of news and nothing about how they are shown. News names a text by its message key, never by a number
or by words, so that it may be logged.
"""

from dataclasses import dataclass
from enum import Enum

from bot.domain.ids import MessageKey


class MessageEventKind(Enum):
    """What can happen to a text."""

    ACCEPTED = "accepted"  # taken in; detail: inbound, outbound, or elsewhere
    SHOWN = "shown"  # it stands in its thread; detail: the kind of post
    STATUS = "status"  # an outbound text moved; detail: its new delivery status
    RETRY = "retry"  # a call about it is made again; detail: the kind, then why
    SET_ASIDE = "set_aside"  # a call about it was given up; detail: the kind, then why
    LOOKED = "looked"  # its outcome was looked into; detail: what was found


@dataclass(frozen=True)
class MessageEvent:
    """One thing that happened. `key` is empty where it is about no text; `seconds` since the text was taken in."""

    what: MessageEventKind
    key: MessageKey | None
    detail: str = ""
    why: str = ""
    seconds: float | None = None
