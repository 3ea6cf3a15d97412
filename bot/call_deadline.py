"""Deadline of a call: the steady moment after which its requests must not leave any more.

Whoever makes a call sets it for all that the call does; the last line before the bytes of a request asks
(outgoing_http.py). A call without one may leave whenever. Knows nothing of what is called.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from bot.domain.errors import TooLate

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@dataclass
class _Deadline:
    """Deadline of one call, and whether a request of it has left."""

    leave_by: float
    has_left: bool = False


_current: ContextVar[_Deadline | None] = ContextVar("deadline", default=None)


def steady() -> float:
    """Tell the time in seconds by a clock that nobody sets; it goes on while the machine sleeps, where there is one."""
    return time.clock_gettime(_CLOCK)


@contextmanager
def leaving_by(moment: float | None) -> Iterator[None]:
    """Let the requests that this block makes leave until that steady moment; None: whenever."""
    token = _current.set(None if moment is None else _Deadline(moment))
    try:
        yield
    finally:
        _current.reset(token)


def note_departure() -> None:
    """Note that a request leaves now. Raises TooLate where it must not leave any more."""
    deadline = _current.get()
    if deadline is None:
        return
    if steady() > deadline.leave_by:
        raise TooLate(is_first=not deadline.has_left)
    deadline.has_left = True
