"""Figures port: counts that are kept with what they count."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.figures import Figure, FiguresRead, HourSpan
from bot.domain.ids import ConversationId, UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros


class Figures(Protocol):
    """Figures of a workspace, and since when each conversation is under way."""

    def count(self, figure: Figure, account: E164, person: UserId, bucket: int = 0) -> None:
        """Count one more in this hour."""

    def begin(self, conversation_id: ConversationId) -> None:
        """Note that a conversation is under way from now on, unless it is."""

    def answer(self, conversation_id: ConversationId) -> Micros | None:
        """Note that a person answered; returns since when the contact waited, None unless it is the first answer."""

    def end(self, conversation_id: ConversationId) -> Micros | None:
        """Note that a conversation is closed; returns since when it was under way, None where it was not."""

    def read(self, spans: Sequence[HourSpan], days_together: int = 1) -> FiguresRead:
        """Read the figures of days, as spans_of gives them, with so many days together, counted from the last."""
