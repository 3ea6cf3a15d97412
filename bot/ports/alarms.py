"""Alarms port: moments at which something is to be done, kept in the database."""

from typing import Protocol

from bot.domain.alarms import Alarm, AlarmKind
from bot.domain.timestamps import Micros


class Alarms(Protocol):
    """Alarms of a workspace."""

    def set(self, alarm: Alarm) -> None:
        """Set an alarm; one of the same kind and subject is moved."""

    def clear(self, kind: AlarmKind, subject: str) -> bool:
        """Clear an alarm; False where there is none."""

    def get(self, kind: AlarmKind, subject: str) -> Alarm | None: ...

    def due(self, limit: int) -> list[Alarm]:
        """Alarms whose time has come, the earliest first."""

    def next_at(self) -> Micros | None:
        """When the next one is due; None where there is none."""

    def put_off(self, alarm: Alarm, until: Micros) -> None:
        """Try one again later, because its handler failed; what its time was stays known."""
