"""Reachability of Slack and of the provider: when each was heard of last, and its last failure."""

import time

from bot.domain.destination import Destination

PROBE_S = 15.0
"""How long the last answer of a destination is good for, before /readyz asks it something."""

RECENT_S = 60.0
"""A failure that nothing has confirmed for this long is over: pending calls are tried again more often than that."""


class Reachability:
    """Last answer and last failure of each destination, until a call succeeds there or the failure is old."""

    def __init__(self) -> None:
        self._heard_at: dict[Destination, float] = {}
        self._failures: dict[Destination, tuple[float, str]] = {}

    def note_heard(self, destination: Destination) -> None:
        """Note that a destination was heard of, whatever it said, or is being asked."""
        self._heard_at[destination] = time.monotonic()

    def note_success(self, destination: Destination) -> None:
        """Note that a destination works."""
        self.note_heard(destination)
        self._failures.pop(destination, None)

    def note_failure(self, destination: Destination, reason: str) -> None:
        """Note that a destination does not work; `reason` is a sentence for people."""
        self.note_heard(destination)
        self._failures[destination] = (time.monotonic(), reason)

    def is_due(self, destination: Destination) -> bool:
        """Tell whether a destination was not heard of lately, so that it should be asked."""
        return self._heard_at.get(destination, 0.0) <= time.monotonic() - PROBE_S

    def failing(self) -> dict[Destination, str]:
        """Give the recent failures, one sentence for each destination."""
        recent = time.monotonic() - RECENT_S
        return {name: reason for name, (at, reason) in sorted(self._failures.items()) if at > recent}
