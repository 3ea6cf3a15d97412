"""Takeover: ends the seats of bots that are not heard of any more, so that others may look into their calls.

A seat is silent while its count of batches stands still, by this bot's own steady clock: the server's may be set.
Refuses to end anybody before this bot has been connected for as long as a seat may be silent: after the database was
away every count has stood still. A bot that only was frozen finds its seat ended, and writes nothing more by it.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import structlog

from bot.call_deadline import steady
from bot.ports.observer import FleetEvent, FleetEventKind
from bot.store.sql.connection import Connection

SILENCE_S = 15.0
"""Seconds after which a bot is not heard of any more; it shows that it lives at least every few."""

_log = structlog.get_logger(__name__)


class Connected(Protocol):
    """What is connected to the server."""

    @property
    def connected_s(self) -> float:
        """For how many seconds."""


class Look(NamedTuple):
    """What a look has found: the batches of the other seats, how many were ended, and calls to be taken over."""

    batches: dict[int, int]
    ended: int
    calls: int


class Takeover:
    """Watches the other seats. `clock` is in seconds and steady: the server's may be set."""

    def __init__(
        self,
        engine: Connected,
        tell: Callable[[FleetEvent], None],
        *,
        silence_s: float = SILENCE_S,
        clock: Callable[[], float] = steady,
    ) -> None:
        self._engine, self._tell, self._silence_s, self._clock = engine, tell, silence_s, clock
        self._seen: dict[int, tuple[int, float]] = {}

    def look(self, connection: Connection) -> Look:
        """End the seats that are silent; a unit of work that may run again."""
        rows = connection.execute(connection.statements["other_seats"], {}).fetchall()
        batches = {row["id"]: row["batch"] for row in rows}
        silent = [(seat, batch) for seat, batch in batches.items() if self._is_silent(seat, batch)]
        ended = [seat for seat, batch in silent if _end(connection, seat, batch)]
        calls = int(connection.execute(connection.statements["count_abandoned"], {}).fetchone()["count"])
        return Look(batches, len(ended), calls)

    def keep(self, look: Look) -> None:
        """Remember what a look has found, once that is kept, and tell of it."""
        now = self._clock()
        self._seen = {
            seat: known if (known := self._seen.get(seat)) and known[0] == batch else (batch, now)
            for seat, batch in look.batches.items()
        }
        if look.ended:
            _log.warning("store.took_over", seats=look.ended, calls=look.calls)
            self._tell(FleetEvent(FleetEventKind.TOOK_OVER, count=look.calls))

    def _is_silent(self, seat: int, batch: int) -> bool:
        known = self._seen.get(seat)
        if known is None or known[0] != batch or self._engine.connected_s < self._silence_s:
            return False
        return self._clock() - known[1] >= self._silence_s


def _end(connection: Connection, seat: int, batch: int) -> bool:
    found = connection.execute(connection.statements["end_seat"], {"id": seat, "batch": batch})
    return found.rowcount > 0
