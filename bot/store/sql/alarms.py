"""Alarms: moments at which something is to be done."""

from bot.domain.alarms import Alarm, AlarmKind
from bot.domain.timestamps import Micros
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository


class Alarms(Repository):
    """Alarms of a workspace."""

    def set(self, alarm: Alarm) -> None:
        """Set an alarm, or move it."""
        self._do(
            "set_alarm",
            kind=alarm.kind,
            subject=alarm.subject,
            due_at=alarm.due_at,
            conversation_id=alarm.conversation_id,
        )

    def clear(self, kind: AlarmKind, subject: str) -> bool:
        """Clear an alarm."""
        return self._do("clear_alarm", kind=kind, subject=subject).rowcount > 0

    def get(self, kind: AlarmKind, subject: str) -> Alarm | None:
        """Read an alarm."""
        row = self._one("alarm", kind=kind, subject=subject)
        return None if row is None else _alarm(row)

    def due(self, limit: int) -> list[Alarm]:
        """List alarms whose time has come."""
        return [_alarm(row) for row in self._all("due_alarms", limit=limit)]

    def next_at(self) -> Micros | None:
        """Tell when the next one is due."""
        at: int | None = self._existing("next_alarm")["at"]
        return None if at is None else Micros(at)

    def put_off(self, alarm: Alarm, until: Micros) -> None:
        """Try one again later."""
        self._do("put_off_alarm", kind=alarm.kind, subject=alarm.subject, until=until)


def _alarm(row: Row) -> Alarm:
    return Alarm(row["kind"], row["subject"], row["due_at"], row["conversation_id"])
