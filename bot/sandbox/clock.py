"""Clock of all stand-ins of a process: the machine's, until a demo lets hours pass. It goes forward only.

A bot beside them reads how far it is ahead from a file of eight bytes (`serve --clock-from`), so that Slack, the phones
and the bot agree about the time.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

BYTES = 8


class Clock:
    """Clock that can be moved; it tells nothing of how far it is ahead but by the file that it keeps."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._file: Path | None = None

    def keep_in(self, file: Path) -> None:
        """Tell a bot by this file from now on."""
        self._file = file
        self._tell()

    def move(self, by: timedelta) -> None:
        """Let time pass. Raises ValueError where it would go back."""
        if by < timedelta():
            raise ValueError("the clock goes forward only")
        self._ahead += by
        self._tell()

    def reset(self) -> None:
        """Go on as the machine's clock does: the demo has ended."""
        self._ahead, self._file = timedelta(), None

    @property
    def ahead_s(self) -> float:
        """How far it is ahead of the machine's clock, in seconds."""
        return self._ahead.total_seconds()

    def now(self) -> datetime:
        """Return the present moment."""
        return datetime.now(UTC) + self._ahead

    def unix_time(self) -> float:
        """Return the present moment in seconds since 1970."""
        return time.time() + self._ahead.total_seconds()

    def _tell(self) -> None:
        if self._file is not None:
            ahead_ns = self._ahead // timedelta(microseconds=1) * 1_000
            with self._file.open("r+b" if self._file.exists() else "wb") as kept:  # in place: the bot has it open
                kept.write(ahead_ns.to_bytes(BYTES, "little"))


clock = Clock()
"""The one of this process."""
