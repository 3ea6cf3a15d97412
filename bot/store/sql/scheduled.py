"""Scheduled texts: what the provider sends later."""

from bot.domain.ids import ConversationId
from bot.domain.scheduled import ScheduledText
from bot.domain.timestamps import Micros
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository


class Scheduled(Repository):
    """Scheduled texts: what the provider sends later."""

    def add(self, text: ScheduledText) -> None:
        """Add a text that the provider sends later, or may send."""
        self._do(
            "add_scheduled",
            id=text.id,
            conversation_id=text.conversation_id,
            body=text.body,
            author=text.author,
            send_at=text.send_at,
            is_certain=int(text.is_certain),
        )

    def get(self, scheduled_id: str) -> ScheduledText | None:
        """Read a scheduled text."""
        row = self._one("scheduled", id=scheduled_id)
        return None if row is None else _scheduled(row)

    def due_between(self, conversation_id: ConversationId, since: Micros, until: Micros) -> list[ScheduledText]:
        """List texts due between these moments that no sent text was matched with yet."""
        found = self._all("scheduled_between", conversation_id=conversation_id, since=since, until=until)
        return [_scheduled(row) for row in found]

    def match(self, scheduled_id: str, message_id: int) -> None:
        """Note which sent text a scheduled text became."""
        self._do("match_scheduled", id=scheduled_id, message_id=message_id)

    def confirm(self, scheduled_id: str) -> None:
        """Confirm that the provider has a scheduled text."""
        self._do("confirm_scheduled", id=scheduled_id)

    def remove(self, scheduled_id: str) -> None:
        """Remove a scheduled text that the provider certainly did not take."""
        self._do("remove_scheduled", id=scheduled_id)


def _scheduled(row: Row) -> ScheduledText:
    return ScheduledText(
        id=row["id"],
        conversation_id=row["conversation_id"],
        body=row["body"],
        author=row["author"],
        send_at=row["send_at"],
        is_certain=bool(row["is_certain"]),
    )
