"""Approval: why a text is held until a person agrees, since no text can be taken back from a phone. Pure.

Facts about one text and its contact go in, reasons come out. Knows no clock: the contact's hour is passed in.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import time
from enum import Enum

from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile


class ApprovalReason(Enum):
    """A reason to hold a reply until a person agrees."""

    CONFIRM = "confirm"  # its thread is in mode confirm
    MENTION = "mention"  # a line of it begins with a mention, so it may be for a colleague
    OPTED_OUT = "opted_out"
    BLOCKED = "blocked"
    SHORT_LINK = "short_link"
    STRUCK = "struck"  # some of its words were struck out
    LONG = "long"
    NIGHT = "night"
    REPEATED = "repeated"
    OVERTAKES = "overtakes"  # an earlier reply is still held
    WINDOW = "window"  # the provider takes free text only for a time after the contact wrote, and that is over
    ALLOWANCE = "allowance"  # its author has sent as many as one person may in an hour
    SUSPENDED = "suspended"  # nothing could be texted for a time, after it was written or before it left
    RESTORED = "restored"  # it was written after the backup that the database was restored from


def current_reasons(reasons: Iterable[ApprovalReason], *, is_stopped: bool) -> tuple[ApprovalReason, ...]:
    """Return the approval reasons as they are now: whether the contact wants texts may have changed."""
    others = tuple(reason for reason in reasons if reason is not ApprovalReason.OPTED_OUT)
    return (ApprovalReason.OPTED_OUT, *others) if is_stopped else others


MAX_SEGMENTS = 3
"""Segments that need no approval: each is paid for."""

SHORTENERS = frozenset(
    {
        "bit.ly",
        "buff.ly",
        "cutt.ly",
        "goo.gl",
        "is.gd",
        "lnkd.in",
        "ow.ly",
        "rb.gy",
        "rebrand.ly",
        "shorturl.at",
        "t.co",
        "t.ly",
        "tiny.cc",
        "tinyurl.com",
        "v.gd",
    }
)
"""Hosts of short links, which hide where a link leads. Carriers take texts with them for spam.

Source: https://www.ctia.org, "Messaging Principles and Best Practices", 2023, section 5.3.2 (public URL shorteners).
"""

_HOST = re.compile(r"(?:https?://|(?<![\w@./-]))((?:[a-z0-9-]+\.)+[a-z]{2,24})(?=/)", re.IGNORECASE)

_WORD = re.compile(r"\S+")
_STRUCK = re.compile(r"(?<!\w)~(?=[^\s~])[^~]*(?<!\s)~|~(?=[^\s~])[^~]*(?<!\s)~(?!\w)")


@dataclass(frozen=True)
class QuietHours:
    """Quiet hours, in which nobody wants a text: from one time of day to another, maybe over midnight."""

    start: time
    end: time

    def holds(self, at: time) -> bool:
        """Tell whether a time of day lies in these hours."""
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True)
class ContactFacts:
    """Facts about the contact of a text. `hours` is the time of day there, in each zone that it may be in."""

    is_opted_out: bool = False
    is_blocked: bool = False
    is_repeated: bool = False
    overtakes: bool = False
    is_over_allowance: bool = False
    is_window_shut: bool = False
    quiet: QuietHours | None = None
    hours: tuple[time, ...] = ()


FEW_ZONES = 3
"""Time zones of a number that count each: so few are neighbours, and night in one of them is a reason."""


def is_night(quiet: QuietHours, hours: Collection[time]) -> bool:
    """Tell whether it is night; for the number of a whole country only when it is night in half of its zones.

    Australian mobiles may be on Christmas Island; at noon in Sydney that is no reason.
    """
    nights = sum(quiet.holds(hour) for hour in hours)
    return nights > 0 if len(hours) <= FEW_ZONES else 2 * nights >= len(hours)


def approval_reasons(
    parts: Collection[str], contact: ContactFacts, profile: ProviderProfile = UNKNOWN_PROVIDER
) -> tuple[ApprovalReason, ...]:
    """List the approval reasons of a text, the weightiest first; none for an ordinary text."""
    found = {
        ApprovalReason.OPTED_OUT: contact.is_opted_out,
        ApprovalReason.BLOCKED: contact.is_blocked,
        ApprovalReason.ALLOWANCE: contact.is_over_allowance,
        ApprovalReason.WINDOW: contact.is_window_shut,
        ApprovalReason.OVERTAKES: contact.overtakes,
        ApprovalReason.REPEATED: contact.is_repeated,
        ApprovalReason.NIGHT: contact.quiet is not None and is_night(contact.quiet, contact.hours),
        ApprovalReason.SHORT_LINK: profile.filters_short_links and any(has_short_link(part) for part in parts),
        ApprovalReason.STRUCK: has_struck_words(" ".join(parts)),
        ApprovalReason.LONG: _is_long(parts, profile),
    }
    return tuple(reason for reason, is_so in found.items() if is_so)


def _is_long(parts: Collection[str], profile: ProviderProfile) -> bool:
    """Tell whether a text costs more than is paid without asking; where its length costs nothing, it never does."""
    sizes = (profile.measure(part) for part in parts)
    return sum(size.count for size in sizes if size is not None) > MAX_SEGMENTS


def has_short_link(text: str) -> bool:
    """Tell whether a short link is in a text."""
    hosts = (found.group(1).lower().removeprefix("www.") for found in _HOST.finditer(text))
    return any(host in SHORTENERS for host in hosts)


def has_struck_words(text: str) -> bool:
    """Tell whether struck words, between two tildes, are in a text; those in "9~5, 10~6" and in addresses are none."""
    return _STRUCK.search(_WORD.sub(lambda word: "" if "/~" in word[0] else word[0], text)) is not None
