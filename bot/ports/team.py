"""Team port: who is on duty, what each has, and the notes of hand-overs."""

from typing import Protocol

from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, UserId
from bot.domain.team import Colleague


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
