"""A plain model of a day: what is due about each contact, counted in office hours from tick to tick.

Knows nothing of the bot: no table, no alarm, no kill. Only what people were told to expect.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.timestamps import to_micros

TICK = timedelta(minutes=5)
OPENS, CLOSES = 9, 17
WITHIN, SOON = timedelta(minutes=15), timedelta(minutes=10)

TOLD, WOKEN, FOLLOWED, ANSWERED = "told", "woken", "followed", "answered automatically"


def is_open(at: datetime) -> bool:
    """Tell whether the office is open."""
    return OPENS <= at.hour < CLOSES


def closed_since(at: datetime) -> datetime:
    """Tell when the office closed last."""
    today = at.replace(hour=CLOSES, minute=0, second=0, microsecond=0)
    return today if at >= today else today - timedelta(days=1)


def after(since: datetime, span: timedelta) -> datetime:
    """Tell when so much time has passed in office hours, step by step."""
    at = since
    while span > timedelta():
        span -= TICK if is_open(at) else timedelta()
        at += TICK
    return at


@dataclass
class Contact:
    """A contact, as a plain model sees them."""

    number: str
    since: datetime | None = None
    is_taken: bool = False
    is_told: bool = False
    is_missed: bool = False
    snoozed_until: datetime | None = None
    follow_up_at: datetime | None = None
    answered_at: datetime | None = None
    has_stopped: bool = False
    has_written: bool = False
    is_closed: bool = False
    thread: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    replies: list[str] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)

    def begin(self, at: datetime) -> None:
        """Wait since now, unless they wait already."""
        self.snoozed_until = self.follow_up_at = None
        self.is_closed = False
        if self.since is None:
            self.since, self.is_told, self.is_missed = at, False, False

    def end(self) -> None:
        """Wait no more."""
        self.since, self.snoozed_until = None, None

    def ring(self, at: datetime) -> bool:
        """Count what is due; True where a goal is missed now."""
        if self.follow_up_at is not None and self.follow_up_at <= at:
            self.follow_up_at = None
            self.counts[FOLLOWED] += 1
        if self.since is None:
            return False
        if self.snoozed_until is None and self.is_taken and not self.is_told and after(self.since, SOON) == at:
            self.is_told = not self.is_missed
            self.counts[TOLD] += self.is_told
        if self.snoozed_until is not None and self.snoozed_until <= at:
            self.snoozed_until = None
            self.counts[WOKEN] += 1
        if self.snoozed_until is not None or self.is_missed or after(self.since, WITHIN) > at:
            return False
        self.is_missed = True
        self.missed.append(to_micros(self.since))
        return True
