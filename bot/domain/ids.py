"""Identifiers: one type for each, so that a channel can never be handed over as a thread.

An identifier is opaque to everyone but the side that made it. A Slack ts is text, never a float, because a float loses
the digits that tell two messages apart.
"""

import re
from dataclasses import dataclass
from typing import NewType

ChannelId = NewType("ChannelId", str)
"""A Slack channel. Slack's API calls it a conversation, which means something else here."""

MessageTs = NewType("MessageTs", str)
"""A Slack message within its channel, such as "1726133700.887259"."""

UserId = NewType("UserId", str)
"""A person in Slack."""

MessageKey = NewType("MessageKey", str)
"""Our own id of one text, stored before anything is sent; 32 hex digits. A provider may carry it and give it back."""

PostKey = NewType("PostKey", str)
"""Our own id of one outbox entry; a post in Slack carries it in its metadata."""

ConversationId = NewType("ConversationId", int)
"""One account number with one contact."""

EntryId = NewType("EntryId", int)
"""One outbox entry."""


@dataclass(frozen=True)
class ThreadRef:
    """Reference to a thread; without a thread it is the channel, where a post opens one."""

    channel: ChannelId
    thread_ts: MessageTs | None = None


_TS = re.compile("[0-9]+[.][0-9]{1,6}")


def micros(ts: MessageTs) -> int:
    """Turn a Slack ts into whole microseconds, which sort and compare exactly.

    Raises ValueError for anything that is not digits, a dot and one to six digits.
    """
    if not _TS.fullmatch(ts):
        raise ValueError(f"not a Slack ts: {ts[:40]!r}")
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int(fraction.ljust(6, "0"))
