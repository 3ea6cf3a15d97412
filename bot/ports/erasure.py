"""Erasure of a person, as its use case sees it within one transaction."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.ids import ConversationId, ThreadRef
from bot.domain.message import Message
from bot.domain.phone import E164
from bot.domain.timestamps import Micros


class Erasure(Protocol):
    """Erasure: what is stored about a contact is removed, so that none of its bytes is left in the file."""

    def drop_calls(self, conversation_id: ConversationId) -> bool:
        """Remove the calls of a conversation that are not under way; True while one is."""

    def drop_interrupted(self, contact: E164) -> None:
        """Remove the calls of a contact that were under way when the bot ended. No bot may run."""

    def threads(self, conversation_id: ConversationId) -> Sequence[ThreadRef]:
        """The threads that show a conversation, or once did."""

    def count(self, conversation_id: ConversationId) -> tuple[int, int, int]:
        """Count its texts, the messages in Slack that agents wrote for it, and what the provider sends later."""

    def take_name_off(self, conversation_id: ConversationId) -> None:
        """Remove from a conversation whose it is; its texts are found by `forget_texts` from then on."""

    def forget_texts(self, limit: int) -> int:
        """Remove so many texts at most of conversations that have no name any more; returns how many."""

    def forget_number(self, digits: str) -> None:
        """Remove what waits and names a number, and take the number out of what the team keeps."""

    def mentioning(self, digits: Sequence[str]) -> Sequence[Message]:
        """Texts of others that mention a number, written as one of these phrases of digits."""

    def waiting_with(self, digits: str) -> Sequence[Message]:
        """Texts that wait to leave, or for a decision, and have these digits in them."""

    def forget_events(self, part: str) -> None:
        """Remove the provider's events that are not processed yet and have this in them."""

    def events_with(self, digits: str) -> Sequence[tuple[int, str]]:
        """The provider's events that are not processed yet and have these digits in them, each with its id."""

    def save_event(self, event_id: int, body: str) -> None:
        """Change an event that is not processed yet."""

    def save_template_body(self, template_id: int, body: str) -> None:
        """Change the words of a template, and not whose it is."""

    def forget_old_texts(self, before: Micros, limit: int) -> int:
        """Remove so many texts at most that were stored before a moment and owe nothing; returns how many."""

    def forget_old_rest(self, before: Micros) -> None:
        """Remove waves, scheduled texts, settled questions and parked events from before a moment."""

    def forget_marks(self, prefix: str, before: Micros) -> None:
        """Remove stored values whose names begin so and that were set before a moment."""

    def tidy(self, *, begins: bool) -> bool:
        """Take what was removed out of the search indexes, a part at a time; at last out of free pages and the log.

        True where that is done.
        """
