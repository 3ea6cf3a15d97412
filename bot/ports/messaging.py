"""What the bridge asks of the world: a Workspace to post in, a Provider to send by, a Store to remember with.

Each method says whether it may be repeated safely and which errors it raises; anything else that escapes an adapter
is a bug there. Implemented in bot/slack, bot/providers and bot/store; stood in for only at the network, by bot/sandbox.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from bot.domain.phone import E164
from bot.domain.provider_messages import Accepted, OutgoingText, RemoteConversation, RemoteText

T = TypeVar("T")


class Provider(Protocol):
    """The carrier's side."""

    longest_text: int

    async def send(self, outgoing: OutgoingText) -> Accepted:
        """Send one text: one HTTP request, no repeats. NOT safe to repeat after OutcomeUnknown.

        Raises Refused, NotNow or OutcomeUnknown.
        """

    async def contact_name(self, account: E164, contact: E164) -> str:
        """Look up the name the contact is saved under, or "". Safe to repeat. Raises CallFailed."""

    async def list_texts(self, account: E164, contact: E164) -> Sequence[RemoteText]:
        """List the newest texts between the account number and the contact. Safe to repeat. Raises CallFailed."""

    async def inbox(self, account: E164) -> Sequence[RemoteConversation]:
        """List the conversations with the newest texts. Safe to repeat. Raises CallFailed."""

    async def find_text(self, provider_id: str, legacy_id: str, contact: E164) -> RemoteText | None:
        """Look one text up by its id. Safe to repeat. Raises CallFailed."""
