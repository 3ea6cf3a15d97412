"""Watching a stand-in: the hops on the wire, the change notifier, and waiting for a state.

Holds no network code. Nothing here prints or logs; texts stay in memory, secrets are removed from a hop when noted.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.sandbox.clock import clock

T = TypeVar("T")
Listener = Callable[[str, Any], None]

SECRET_KEYS = frozenset({"token", "authorization", "client_secret", "refresh_token", "code"})
SECRET_STARTS = ("xoxb-", "xoxp-", "xoxe", "xapp-", "Bearer ")


@dataclass(frozen=True, slots=True)
class Hop:
    """Hop: one request and its answer. `at` is Unix seconds at its start; status 0 means that no answer came."""

    at: float
    direction: str
    label: str
    status: int
    request: Any
    answer: Any
    elapsed_ms: float


class Changes:
    """Change notifier; a Condition without its lock, for one event loop."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def notify_all(self) -> None:
        """Wake every waiter; needs no lock and never blocks."""
        waiting, self._waiting = self._waiting, set()
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self) -> None:
        """Return at the next change."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)


class Watched:
    """Watched state, which others wait for and listen to."""

    def __init__(self) -> None:
        self.changed = Changes()
        self.wire: deque[Hop] = deque(maxlen=1000)
        self.listeners: list[Listener] = []

    def tell(self, kind: str, thing: Any) -> None:
        """Notify that a thing of a kind ("message", "hop", "phone", or other words for the notifier alone) changed."""
        for listener in list(self.listeners):
            listener(kind, thing)
        self.changed.notify_all()

    def note_hop(self, direction: str, label: str, *, started_at: float, status: int, pair: tuple[Any, Any]) -> None:
        """Remember one request and its answer (the pair), secrets cut."""
        request, answer = pair
        elapsed_ms = (clock.unix_time() - started_at) * 1000
        hop = Hop(started_at, direction, label, status, cut_secrets(request), cut_secrets(answer), elapsed_ms)
        self.wire.append(hop)
        self.tell("hop", hop)

    async def until(self, predicate: Callable[[], T], timeout_s: float = 10) -> T:
        """Wait until the predicate is true and return what it gave; raise TimeoutError that describes the state."""
        try:
            async with asyncio.timeout(timeout_s):
                while not (found := predicate()):
                    await self.changed.wait()
                return found
        except TimeoutError:
            raise TimeoutError(f"not within {timeout_s} s; {self.describe()}") from None

    def describe(self) -> str:
        """Return the state in one line, without texts or numbers of people."""
        return f"{len(self.wire)} hops"


def cut_secrets(value: Any) -> Any:
    """Return the value with tokens replaced, at any depth."""
    if isinstance(value, dict):
        return {key: "(cut)" if str(key).lower() in SECRET_KEYS else cut_secrets(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [cut_secrets(item) for item in value]
    if isinstance(value, str) and value.startswith(SECRET_STARTS):
        return "(cut)"
    return value
