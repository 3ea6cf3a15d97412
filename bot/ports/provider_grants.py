"""Provider grants port: what is asked of a provider with a token that is about to be stored, or was stored."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.phone import E164
from bot.domain.provider_profile import ProviderProfile
from bot.domain.provider_records import AccountRecord, WebhookRecord

TOKEN_REFUSED = "token_refused"  # noqa: S105 - a code
"""Code of a rejection because the provider does not take the token."""

FOREIGN_NUMBER = "foreign_number"
"""Code of a rejection because the number is not one of the token's organization."""


class ProviderGrants(Protocol):
    """Grants at a provider, each given by its token. All methods raise CallFailed with words for an admin.

    A rejection bears one of the codes above where it is about the token or the number.
    """

    @property
    def profile(self) -> ProviderProfile: ...

    async def account(self, token: str, number: E164) -> AccountRecord:
        """Check that the token is accepted, and that its organization can send from the number. Safe to repeat."""

    async def registrations(self, token: str) -> Sequence[WebhookRecord]:
        """List the registered webhooks. Safe to repeat."""

    async def register(self, token: str, url: str) -> WebhookRecord:
        """Register an address for all events, unless it is registered already. Safe to repeat."""

    async def deregister(self, token: str, webhook_id: str) -> bool:
        """Remove a registration; False where there was none. Safe to repeat."""
