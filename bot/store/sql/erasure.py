"""Erasure: removes what is stored about a person, also from the search indexes, free pages and the log."""

from collections.abc import Sequence

from bot.domain.dedup import DedupScope
from bot.domain.ids import ConversationId, ThreadRef
from bot.domain.message import Message
from bot.domain.outbox import Lane, lane_of
from bot.domain.phone import E164
from bot.domain.timestamps import Micros
from bot.store.sql import rows
from bot.store.sql.session import Repository

_REMOVAL = (
    "forget_parked_changes",
    "blank_text",
    "forget_attachments",
    "forget_pictures",
    "forget_shared_files",
    "forget_tapback",
    "forget_tapbacks_on",
    "forget_workflow_text",
    "forget_dead_calls",
    "forget_scheduled_as",
    "forget_text",
)
_WITH_NAME = (
    "forget_parked_events",
    "forget_alarms",
    "forget_tags",
    "forget_hand_over_notes",
    "forget_open_forms",
    "forget_case",
    "forget_waiting",
    "forget_goal_notices",
    "forget_follow_up",
    "forget_automatic_answers",
    "forget_own_answer",
    "forget_steps",
    "forget_scheduled",
    "forget_own_channel_names",
    "forget_details",
    "take_name_off",
)
_WITH_NUMBER = (
    "forget_aside_with",
    "forget_confirmations_with",
    "forget_audit_details_with",
    "forget_hand_over_notes_with",
    "forget_steps_with",
    "forget_step_answers_with",
    "forget_lists_with",
    "take_number_out_of_waves",
    "forget_import_rows_with",
    "take_number_out_of_imports",
)

_OLD_REST = (
    "forget_old_waves",
    "forget_old_scheduled",
    "forget_old_hand_over_notes",
    "forget_old_automatic_answers",
    "forget_old_confirmations",
    "forget_old_parked",
    "forget_old_imports",
)


class Erasure(Repository):
    """Erasure of a person."""

    def drop_calls(self, conversation_id: ConversationId) -> bool:
        """Remove what is not under way."""
        self._do("drop_calls", id=conversation_id)
        self._session.touched.update(lane_of(conversation_id, lane) for lane in Lane)
        return self._one("has_calls", id=conversation_id) is not None

    def drop_interrupted(self, contact: E164) -> None:
        """Remove them."""
        self._do("drop_interrupted", contact=contact)

    def threads(self, conversation_id: ConversationId) -> list[ThreadRef]:
        """List its threads."""
        return [ThreadRef(row["channel"], row["ts"]) for row in self._all("threads_of", id=conversation_id)]

    def count(self, conversation_id: ConversationId) -> tuple[int, int, int]:
        """Count what there is."""
        row = self._existing("count_of_conversation", id=conversation_id)
        return row["texts"], row["own"], row["scheduled"]

    def take_name_off(self, conversation_id: ConversationId) -> None:
        """Remove whose it is."""
        for statement in _WITH_NAME:
            self._do(statement, id=conversation_id)
        self._session.forget()

    def forget_texts(self, limit: int) -> int:
        """Remove texts, their words first: the search index is told of those by a trigger."""
        found = self._remove("texts_to_forget", limit=limit)
        if not found:
            self._do("forget_shown_lines")
            self._do("forget_reply_counts")
        return found

    def forget_old_texts(self, before: Micros, limit: int) -> int:
        """Remove old texts."""
        return self._remove("old_texts", before=before, limit=limit)

    def _remove(self, which: str, **values: int) -> int:
        found = [row["id"] for row in self._all(which, **values)]
        for message_id in found:
            self._do("note_erased_text", id=message_id, scope=DedupScope.ERASED_TEXT.value)
            for statement in _REMOVAL:
                self._do(statement, id=message_id)
        if found:
            self._session.forget()
        return len(found)

    def forget_old_rest(self, before: Micros) -> None:
        """Remove what else is old."""
        for statement in _OLD_REST:
            self._do(statement, before=before)

    def forget_number(self, digits: str) -> None:
        """Remove what names a number."""
        for statement in _WITH_NUMBER:
            self._do(statement, digits=digits)

    def mentioning(self, digits: Sequence[str]) -> list[Message]:
        """Find texts by the search index."""
        words = self._session.connection.search.phrases(digits)
        return [rows.message(row) for row in self._all("texts_with", words=words)]

    def waiting_with(self, digits: str) -> list[Message]:
        """List them."""
        return [rows.message(row) for row in self._all("waiting_texts_with", digits=digits)]

    def forget_events(self, part: str) -> None:
        """Remove them."""
        self._do("forget_inbox_events_with", part=part)

    def events_with(self, digits: str) -> list[tuple[int, str]]:
        """List them."""
        return [(row["id"], row["body"]) for row in self._all("inbox_events_with", digits=digits)]

    def save_event(self, event_id: int, body: str) -> None:
        """Change it."""
        self._do("save_inbox_event", id=event_id, body=body)

    def save_template_body(self, template_id: int, body: str) -> None:
        """Change it."""
        self._do("save_template_body", id=template_id, body=body)

    def forget_marks(self, prefix: str, before: Micros) -> None:
        """Remove old values."""
        self._do("forget_marks", prefix=prefix, before=before)

    def tidy(self, *, begins: bool) -> bool:
        """Take what was removed out of the search indexes."""
        return self._session.connection.tidy(begins=begins)
