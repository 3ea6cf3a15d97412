"""Takeover: ends the seats of bots that are not heard of any more, so that others may look into their calls.

Refuses to end anybody before this bot has been connected for as long as a seat may be silent: after the database was
away every seat looks old. A bot that only was frozen finds its seat ended, and writes nothing more by it.
"""

from collections.abc import Callable
from typing import Protocol

import structlog

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


class Takeover:
    """Looks for seats to end, as a unit of work that may run again."""

    def __init__(self, engine: Connected, tell: Callable[[FleetEvent], None], *, silence_s: float = SILENCE_S) -> None:
        self._engine, self._tell, self._silence_s = engine, tell, silence_s

    def look(self, connection: Connection) -> int:
        """End the seats that are silent; gives how many calls of ended bots wait to be taken over."""
        ended = 0
        if self._engine.connected_s >= self._silence_s:
            statement, values = connection.statements["end_seats"], {"silence_s": self._silence_s}
            ended = len(connection.execute(statement, values).fetchall())
        calls = int(connection.execute(connection.statements["count_abandoned"], {}).fetchone()["count"])
        if ended:
            _log.warning("store.took_over", seats=ended, calls=calls)
            self._tell(FleetEvent(FleetEventKind.TOOK_OVER, count=calls))
        return calls
