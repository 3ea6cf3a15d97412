"""Provider port: sends texts, and looks up what became of them. Implemented in bot/providers."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from bot.domain.phone import E164
from bot.domain.provider_messages import Accepted, OutgoingText, RemoteConversation, RemoteText

T = TypeVar("T")


class Provider(Protocol):
    """Provider of texts: the way to phones."""

    longest_text: int

    async def send(self, outgoing: OutgoingText) -> Accepted:
        """Send one text: one HTTP request, no retries. NOT safe to repeat after OutcomeUnknown.

        Raises Rejected, Retryable or OutcomeUnknown.
        """

    async def contact_name(self, account: E164, contact: E164) -> str:
        """Look up the name the contact is saved under, or "". Safe to repeat. Raises CallFailed."""

    async def list_texts(self, account: E164, contact: E164) -> Sequence[RemoteText]:
        """List the newest texts between the account number and the contact. Safe to repeat. Raises CallFailed."""

    async def inbox(self, account: E164) -> Sequence[RemoteConversation]:
        """List the conversations with the newest texts. Safe to repeat. Raises CallFailed."""

    async def find_text(self, account: E164, provider_id: str, legacy_id: str, contact: E164) -> RemoteText | None:
        """Look one text up by its id. Safe to repeat. Raises CallFailed."""
