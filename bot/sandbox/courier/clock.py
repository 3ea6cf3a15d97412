"""Clock of the stand-in: the machine's, moved on demand, so that an hour can pass within a test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.sandbox.clock import clock


class Clock:
    """Clock that goes forward only."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the present moment."""
        return clock.now() + self.ahead

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        if by < timedelta():
            raise ValueError("the clock goes forward only")
        self.ahead += by


def text_of(moment: datetime) -> str:
    """Write a moment as the API does: UTC, whole seconds, no zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def moment_of(text: str) -> datetime:
    """Read a moment as a filter gives it. Raises ValueError."""
    found = datetime.fromisoformat(text.replace(" ", "T"))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
