"""Team port: who is on duty, what each has, who is writing, and the notes of hand-overs."""

from typing import Protocol

from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, UserId
from bot.domain.team import Colleague, OpenForm
from bot.domain.timestamps import Micros


class Team(Protocol):
    """Team of a workspace."""

    def colleagues(self) -> list[Colleague]:
        """Whoever was ever on duty or away, by their ids."""

    def save(self, colleague: Colleague) -> None:
        """Store what is known of one, in place of what was."""

    def assignees(self) -> list[UserId]:
        """Who has conversations that are not closed."""

    def count_held(self, user: UserId) -> int:
        """How many conversations that are not closed somebody has."""

    def held(self, user: UserId, limit: int) -> list[Conversation]:
        """The first of them."""

    def add_note(self, audit_id: int, conversation_id: ConversationId, note: str) -> None:
        """Store what was said when a conversation was handed over."""

    def note(self, audit_id: int) -> str:
        """What was said then; "" for nothing."""

    def open_forms(self, conversation_id: ConversationId) -> list[OpenForm]:
        """The forms in which people write to a contact, one of each person, that still count."""

    def save_form(self, conversation_id: ConversationId, form: OpenForm) -> None:
        """Store one, in place of another of the same person."""

    def drop_form(self, user: UserId, view_id: str) -> None:
        """Remove what is known of a form, by Slack's id of it."""

    def drop_old_forms(self, latest: Micros) -> None:
        """Remove those that count no more, or for longer than until then."""
