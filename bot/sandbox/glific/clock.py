"""Clock of the stand-in: the machine's, moved on demand, so that a day can pass within a test or a demo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.sandbox.clock import clock

TICK = timedelta(microseconds=1)


class Clock:
    """Clock that never shows the same moment twice, unless it counts whole seconds, as some of Glific's rows do."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.is_coarse = False
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Return the present moment."""
        if self.is_coarse:
            return (clock.now() + self.ahead).replace(microsecond=0)
        self._last = max(clock.now() + self.ahead, self._last + TICK)
        return self._last

    def move(self, by: timedelta) -> None:
        """Let time pass; it never goes back."""
        if by < timedelta():
            raise ValueError("the clock goes forward only")
        self.ahead += by


def text_of(moment: datetime | None) -> str | None:
    """Write a moment as Glific does."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
