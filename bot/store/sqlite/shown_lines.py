"""Shown lines: what a thread shows about a subject."""

from bot.domain.ids import ConversationId
from bot.domain.shown import Shown
from bot.store.sqlite import rows
from bot.store.sqlite.session import Repository


class ShownLines(Repository):
    """Shown lines: what a thread shows about a subject."""

    def get(self, conversation_id: ConversationId, subject: str) -> Shown | None:
        """Read what is shown about a subject."""
        row = self._one("shown_line", id=conversation_id, subject=subject)
        return None if row is None else Shown(row["ts"], rows.status(row["status"]), row["channel"])

    def set(self, conversation_id: ConversationId, subject: str, shown: Shown) -> None:
        """Note what is shown about a subject."""
        status = shown.status.value if shown.status else None
        channel = shown.channel
        self._do("set_shown_line", id=conversation_id, subject=subject, ts=shown.ts, status=status, channel=channel)
