"""Provider grants port: what is asked of a provider with a token or a login, before it is stored or later."""

from collections.abc import Sequence
from dataclasses import dataclass, field
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


LOGIN_REFUSED = "login_refused"
"""Code of a rejection because the provider does not take phone and password."""

ADDRESS_REFUSED = "address_refused"
"""Code of a rejection because the provider is not at the address."""


@dataclass(frozen=True)
class TypedLogin:
    """Login as somebody typed it: where the provider is, and who logs in there."""

    address: str
    phone: E164
    password: str = field(repr=False)


@dataclass(frozen=True)
class CheckedLogin:
    """Login that the provider accepts. `grant` is what is stored of it, sealed.

    `tenant` is whose login it is, by a name that no other has; `organization` is what it is called.
    """

    grant: str = field(repr=False)
    tenant: str
    organization: str


class LoginGrants(Protocol):
    """Grants at a provider, each a login. All methods but `tenant` raise CallFailed with words for an admin."""

    @property
    def profile(self) -> ProviderProfile: ...

    async def checked(self, typed: TypedLogin) -> CheckedLogin:
        """Log in, and check that the login may do what the bot needs. Safe to repeat."""

    async def alive(self, grant: str) -> None:
        """Check that a stored login is still accepted. Safe to repeat."""

    def tenant(self, grant: str) -> str:
        """Name the tenant of a stored login; "" for what cannot be read."""
