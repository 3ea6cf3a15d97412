"""Unread answers port: what contacts answered in a form that the bot does not know, for managers to look at."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.provider_records import UnreadAnswer


class UnreadAnswers(Protocol):
    """Unread answers of one line. Raises StoreUnavailable."""

    async def unread(self) -> Sequence[UnreadAnswer]:
        """List those that nobody has looked at yet, the oldest first, each once."""

    async def note_seen(self, answer_id: str) -> UnreadAnswer | None:
        """Take one off the list, which stays kept; None where it is not there."""
