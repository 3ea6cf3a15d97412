"""Provider grants port: what is asked of a provider with a token or a login, before it is stored or later."""

from collections.abc import Mapping, Sequence
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
"""Code of a rejection because the provider does not take what somebody logs in with."""

ADDRESS_REFUSED = "address_refused"
"""Code of a rejection because the provider is not at the address."""


@dataclass(frozen=True)
class LoginField:
    """Field of a login: its name, what stands over and under it, and what is said where nothing was typed.

    What is typed into one that `is_secret` is never shown again; one that `is_phone` is read as a phone number.
    """

    name: str
    label: str
    hint: str
    missing: str
    placeholder: str = ""
    longest: int = 200
    is_secret: bool = False
    is_phone: bool = False


def password_field(name: str) -> LoginField:
    """Make the field of a password, which is the same everywhere."""
    hint, missing = "It is stored sealed, and shown to nobody.", "Type the password."
    return LoginField(name, "Password", hint, missing, longest=500, is_secret=True)


@dataclass(frozen=True)
class LoginForm:
    """Form of a login. `line` is the field that says which line it is; `by_code` the one that a rejection is about.

    A rejection of another code is about the field `user`. `afterwards` is what happens once it is connected, with
    {channel} for the channel; `warning` is what an admin is told before. `needs_address`: without an address of ours
    nothing that people write comes here.
    """

    fields: tuple[LoginField, ...]
    line: str
    user: str
    by_code: Mapping[str, str]
    afterwards: str
    warning: str = ""
    needs_address: bool = False

    @property
    def number(self) -> str:
        """Name the field that says which number of ours it is."""
        return next((field.name for field in self.fields if field.is_phone), self.line)

    def field_of(self, code: str) -> str:
        """Name the field that a rejection is about."""
        return self.by_code.get(code, self.user)


@dataclass(frozen=True)
class TypedLogin:
    """Login as somebody typed it, by the names of the fields; a phone number is E.164."""

    values: Mapping[str, str] = field(repr=False)

    def __getitem__(self, name: str) -> str:
        return self.values[name]


@dataclass(frozen=True)
class CheckedLogin:
    """Login that the provider accepts. `grant` is what is stored of it, sealed.

    `tenant` is which line it is, by a name that no other has; `organization` is what it is called, and `number` ours.
    """

    grant: str = field(repr=False)
    tenant: str
    organization: str
    number: E164


class LoginGrants(Protocol):
    """Grants at a provider, each a login. All methods but `tenant` raise CallFailed with words for an admin."""

    @property
    def profile(self) -> ProviderProfile: ...
    @property
    def form(self) -> LoginForm: ...

    async def checked(self, typed: TypedLogin) -> CheckedLogin:
        """Log in, and check that the login may do what the bot needs. Safe to repeat."""

    async def alive(self, grant: str) -> None:
        """Check that a stored login is still accepted. Safe to repeat."""

    def tenant(self, grant: str) -> str:
        """Name the tenant of a stored login; "" for what cannot be read."""
