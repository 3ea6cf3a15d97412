"""Time of day: the one place where the machine's clock is read.

A demo lets days pass in a minute: then all of it is ahead by the same time, which nothing but `serve` may set, at its
start. What measures how long something took reads a steady clock of its own, and is not moved.
"""

import mmap
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

BYTES = 8
"""Bytes of a file that says by how many nanoseconds the time is ahead: one number, little-endian, never less."""


def _nothing() -> int:
    return 0


_ahead: Callable[[], int] = _nothing


def ahead_as_in(file: Path) -> Callable[[], int]:
    """Read how far the time is ahead from a file, which somebody else goes on writing. Raises OSError, ValueError."""
    with file.open("rb") as opened:
        shared = mmap.mmap(opened.fileno(), BYTES, access=mmap.ACCESS_READ)  # read as often as the time is
    return lambda: int.from_bytes(shared[:BYTES], "little")


def move(ahead: Callable[[], int]) -> None:
    """Let the time of day be ahead by what this returns, in nanoseconds, from now on."""
    global _ahead  # noqa: PLW0603 - a process has one time of day
    _ahead = ahead


def time_ns() -> int:
    """Tell the time in nanoseconds since 1970."""
    return time.time_ns() + _ahead()


def steady_ns() -> int:
    """Tell nanoseconds since any fixed moment: a time of day that nobody sets, but moved like the other."""
    return time.monotonic_ns() + _ahead()


def unix_time() -> float:
    """Tell the time in seconds since 1970."""
    return time_ns() / 1e9


def utc_now() -> datetime:
    """Tell the time, aware, UTC."""
    return _EPOCH + timedelta(microseconds=time_ns() // 1_000)
