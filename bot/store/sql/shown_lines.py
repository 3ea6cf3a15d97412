"""Shown lines: what a thread shows about a subject."""

from bot.domain.ids import ConversationId
from bot.domain.shown import Shown
from bot.domain.subject_codec import encode
from bot.domain.subjects import Subject
from bot.store.sql import rows
from bot.store.sql.session import Repository


class ShownLines(Repository):
    """Shown lines: what a thread shows about a subject."""

    def get(self, conversation_id: ConversationId, subject: Subject) -> Shown | None:
        """Read what is shown about a subject."""
        row = self._one("shown_line", id=conversation_id, subject=encode(subject))
        return None if row is None else Shown(row["ts"], rows.status(row["status"]), row["channel"])

    def set(self, conversation_id: ConversationId, subject: Subject, shown: Shown) -> None:
        """Note what is shown about a subject."""
        status = shown.status.value if shown.status else None
        place = {"id": conversation_id, "subject": encode(subject), "channel": shown.channel}
        self._do("set_shown_line", **place, ts=shown.ts, status=status)
