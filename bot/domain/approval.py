"""What should make us ask before a text leaves: it cannot be taken back from a phone. Pure.

Facts about one text and its contact in, reasons to ask out. Knows no clock: the contact's hour is passed in.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import time

from bot.domain.message import ApprovalReason
from bot.domain.text import segments

MOST_SEGMENTS = 3
"""Segments that need no asking: each is paid for."""

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
"""Hosts that hide where a link leads. Carriers take texts with them for spam.

Source: https://www.ctia.org, "Messaging Principles and Best Practices", 2023, section 5.3.2 (public URL shorteners).
"""

_HOST = re.compile(r"(?:https?://|(?<![\w@./-]))((?:[a-z0-9-]+\.)+[a-z]{2,24})(?=/)", re.IGNORECASE)

_WORD = re.compile(r"\S+")
_STRUCK = re.compile(r"(?<!\w)~(?=[^\s~])[^~]*(?<!\s)~|~(?=[^\s~])[^~]*(?<!\s)~(?!\w)")


@dataclass(frozen=True)
class QuietHours:
    """The hours in which nobody wants a text, from one time of day to another; it may span midnight."""

    start: time
    end: time

    def holds(self, at: time) -> bool:
        """Tell whether a time of day lies in it."""
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True)
class ContactFacts:
    """What is known about the contact of a text. `hours` is the time of day there, in each zone it may be in."""

    is_opted_out: bool = False
    is_blocked: bool = False
    is_repeated: bool = False
    overtakes: bool = False
    quiet: QuietHours | None = None
    hours: tuple[time, ...] = ()


FEW_PLACES = 3
"""A number may be in so many zones and is asked about if it is night in one of them: they are neighbours."""


def _is_night(quiet: QuietHours, hours: Collection[time]) -> bool:
    """Tell whether to mind the night: a whole country is asked about only when it is night in half of its zones.

    Australian mobiles may be on Christmas Island; nobody in Sydney wants to be asked at noon for that.
    """
    nights = sum(quiet.holds(hour) for hour in hours)
    return nights > 0 if len(hours) <= FEW_PLACES else 2 * nights >= len(hours)


def approval_reasons(parts: Collection[str], about: ContactFacts) -> tuple[ApprovalReason, ...]:
    """List why a person should have a second look, the weightiest first; nothing for an ordinary text."""
    is_night = about.quiet is not None and _is_night(about.quiet, about.hours)
    found = {
        ApprovalReason.OPTED_OUT: about.is_opted_out,
        ApprovalReason.BLOCKED: about.is_blocked,
        ApprovalReason.OVERTAKES: about.overtakes,
        ApprovalReason.REPEATED: about.is_repeated,
        ApprovalReason.NIGHT: is_night,
        ApprovalReason.SHORT_LINK: any(has_short_link(part) for part in parts),
        ApprovalReason.STRUCK: has_struck_words(" ".join(parts)),
        ApprovalReason.LONG: sum(segments(part).count for part in parts) > MOST_SEGMENTS,
    }
    return tuple(ask for ask, is_so in found.items() if is_so)


def has_short_link(text: str) -> bool:
    """Tell whether a text has a link that a shortener made."""
    hosts = (found.group(1).lower().removeprefix("www.") for found in _HOST.finditer(text))
    return any(host in SHORTENERS for host in hosts)


def has_struck_words(text: str) -> bool:
    """Tell whether words stand between two tildes; in "9~5, 10~6" and in addresses a tilde means something else."""
    return _STRUCK.search(_WORD.sub(lambda word: "" if "/~" in word[0] else word[0], text)) is not None
