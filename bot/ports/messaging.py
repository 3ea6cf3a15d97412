"""Provider port: sends texts. What else a connection may be able to do is in capabilities.py."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from bot.domain.phone import E164
from bot.domain.provider_messages import Accepted, OutgoingText
from bot.domain.provider_profile import ProviderProfile
from bot.ports.capabilities import Capabilities

T = TypeVar("T")


class Provider(Protocol):
    """Provider of texts: the way to phones. `profile` holds its names, limits and rules."""

    @property
    def profile(self) -> ProviderProfile: ...
    @property
    def capabilities(self) -> Capabilities: ...

    async def send(self, outgoing: OutgoingText) -> Accepted:
        """Send one text: one HTTP request, no retries. NOT safe to repeat after OutcomeUnknown.

        Raises Rejected, Retryable or OutcomeUnknown.
        """

    async def probe(self) -> None:
        """Ask something harmless, to see that the provider answers. Safe to repeat. Raises CallFailed."""


class Providers(Protocol):
    """Providers of a workspace, by our numbers: a conversation goes by the connection of its number."""

    @property
    def main(self) -> Provider:
        """The provider of the main number."""

    def of(self, account: E164) -> Provider:
        """Return the provider of one of our numbers. Raises Rejected where that is connected no more."""

    def all(self) -> Sequence[Provider]:
        """List the providers, the main one first, each once."""
