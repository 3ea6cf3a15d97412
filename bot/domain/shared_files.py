"""Shared files: files of replies that a phone does not show in a text, and that a link in the text leads to. Pure."""

from dataclasses import dataclass

from bot.domain.ids import UserId
from bot.domain.thread_events import SlackFile
from bot.domain.timestamps import Micros

OPEN_DAYS = 7
OPEN_FOR_S = OPEN_DAYS * 86_400.0
"""Time for which a link leads to its file, from when its text leaves."""

MOST_BYTES = 100_000_000
"""Limit of a file that is opened by a link: a phone on a slow network loads it within a quarter of an hour."""

SIGNATURE_LETTERS = 16
"""Letters at the end of a link that its signature takes; those before them are the same under each key."""


@dataclass(frozen=True)
class SharedFile:
    """File that a link leads to. `until` is None before its text has left, `ended_by` is who stopped sharing it."""

    number: int
    file: SlackFile
    until: Micros | None = None
    ended_by: UserId | None = None

    def is_open(self, now: Micros) -> bool:
        """Tell whether its link leads to it at this moment."""
        return self.ended_by is None and self.until is not None and now < self.until


def with_link(text: str, link: str) -> str:
    """Put a link on a line of its own under a text, unless it stands in the text already."""
    if link[:-SIGNATURE_LETTERS] in text:
        return text
    return f"{text}\n{link}" if text else link
