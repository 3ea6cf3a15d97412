"""Team: who is on duty, what each has, who is writing, and the notes of hand-overs."""

from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, UserId
from bot.domain.team import Colleague, OpenForm
from bot.domain.timestamps import Micros
from bot.store.sql import rows
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository


class Team(Repository):
    """Team of a workspace."""

    def colleagues(self) -> list[Colleague]:
        """List whoever was ever on duty or away."""
        return [_colleague(row) for row in self._all("colleagues")]

    def save(self, colleague: Colleague) -> None:
        """Store what is known of one."""
        self._do(
            "save_colleague",
            user=colleague.user,
            may_act=int(colleague.may_act),
            is_in_group=int(colleague.is_in_group),
            marked=None if colleague.marked is None else int(colleague.marked),
            away_until=colleague.away_until,
            turn=colleague.turn,
        )

    def assignees(self) -> list[UserId]:
        """List who has conversations that are not closed."""
        return [row["assignee"] for row in self._all("assignees")]

    def count_held(self, user: UserId) -> int:
        """Count the conversations that are not closed of one person."""
        count: int = self._existing("count_held_by", user=user)["count"]
        return count

    def held(self, user: UserId, limit: int) -> list[Conversation]:
        """List the first of them."""
        return [rows.conversation(row) for row in self._all("held_by", user=user, limit=limit)]

    def add_note(self, audit_id: int, conversation_id: ConversationId, note: str) -> None:
        """Store what was said when a conversation was handed over."""
        self._do("add_hand_over_note", audit_id=audit_id, conversation_id=conversation_id, note=note)

    def note(self, audit_id: int) -> str:
        """Read what was said then."""
        row = self._one("hand_over_note", audit_id=audit_id)
        return "" if row is None else str(row["note"])

    def open_forms(self, conversation_id: ConversationId) -> list[OpenForm]:
        """List the forms in which people write to a contact."""
        found = self._all("open_forms", conversation_id=conversation_id)
        return [OpenForm(row["user_id"], row["since"], row["until"], row["view_id"]) for row in found]

    def save_form(self, conversation_id: ConversationId, form: OpenForm) -> None:
        """Store one."""
        self._do(
            "save_open_form",
            conversation_id=conversation_id,
            user=form.user,
            view_id=form.view_id,
            since=form.since,
            until=form.until,
        )

    def drop_form(self, user: UserId, view_id: str) -> None:
        """Remove one."""
        self._do("drop_open_form", user=user, view_id=view_id)

    def drop_old_forms(self, latest: Micros) -> None:
        """Remove the old ones."""
        self._do("drop_open_forms", latest=latest)


def _colleague(row: Row) -> Colleague:
    marked = row["marked"]
    return Colleague(
        row["user_id"],
        may_act=bool(row["may_act"]),
        is_in_group=bool(row["is_in_group"]),
        marked=None if marked is None else bool(marked),
        away_until=row["away_until"],
        turn=row["turn"],
    )
