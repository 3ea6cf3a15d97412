"""Grants at Volt: tokens and numbers checked, webhooks registered, for connections that have no runtime yet.

Each call has a session of its own, for the token may be typed wrongly. Volt lists neither organizations nor numbers, so
a number is checked by asking for its inbox: Volt gives the inboxes of the token's own organization only.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.domain.phone import E164
from bot.domain.provider_records import AccountRecord, WebhookRecord
from bot.ports.provider_grants import FOREIGN_NUMBER, TOKEN_REFUSED
from bot.providers.volt.client import VoltClient
from bot.providers.volt.error_codes import FAILURES

CHECK_TIMEOUT_S = 10.0

_ACCOUNT_FAULTS = ("101", "104", "199")
"""Volt's codes for an account that is disabled, blocked or closed."""

_TOKEN = "Volt does not accept this token. Copy it whole, or make a new one in Volt → Settings → Developers."  # noqa: S105
_FOREIGN = "Volt does not let this token use that number: it belongs to another organization, or was mistyped."
_SHARED = "That number is one of several that share an account."
_INACTIVE = "Volt says that this organization is not active, so it cannot text. Ask Volt to switch it on."
_MOVED = "There is no Volt at the address that the bot calls. Whoever runs the bot has to check VOLT_API_URL."
_NOT_NOW = "Volt cannot be reached just now. Please try again in a minute."
_UNKNOWN = "Volt did not answer clearly. Please try again in a minute."
_PROBE = "Volt could not reach the bot at its address. Whoever runs the bot has to check that PUBLIC_URL leads to it."


async def _unopened(_url: str) -> None:
    """Open no window: no door of ours is tried."""


class VoltGrants:
    """ProviderGrants (bot.ports.provider_grants) at Volt.

    `open_window` is told an address right before Volt tries it: the bot has to answer 200 there.
    """

    def __init__(self, url: str, open_window: Callable[[str], Awaitable[None]] = _unopened) -> None:
        self._url = url
        self._open_window = open_window

    async def account(self, token: str, number: E164) -> AccountRecord:
        """Check that the token is accepted, and that its organization can send from the number."""
        async with self._client(token) as client:
            await client.webhooks()  # first: what fails here is not about the number
            try:
                found = await client.account_record(number)
            except Rejected as error:
                raise _refused_number(error) from error
        if not found.is_active:
            raise Rejected("inactive", _INACTIVE)
        if found.number != number:
            raise Rejected(FOREIGN_NUMBER, f"{_SHARED} Write the account's main number, {found.number}.")
        return found

    async def registrations(self, token: str) -> Sequence[WebhookRecord]:
        """List the registered webhooks."""
        async with self._client(token) as client:
            return await client.webhooks()

    async def register(self, token: str, url: str) -> WebhookRecord:
        """Register an address for all events, unless it is registered already."""
        async with self._client(token) as client:
            for known in await client.webhooks():
                if known.url == url:
                    return known
            await self._open_window(url)
            try:
                return await client.register_webhook(url)
            except Rejected as error:
                raise Rejected(error.code, f"{_PROBE} {error.user_message}") from error

    async def deregister(self, token: str, webhook_id: str) -> bool:
        """Remove a registration; False where there was none."""
        async with self._client(token) as client:
            return await client.delete_webhook(webhook_id)

    @asynccontextmanager
    async def _client(self, token: str) -> AsyncIterator[VoltClient]:
        """Open a session for one call, whose failures are worded for an admin who waits."""
        client = VoltClient(self._url, token, timeout_s=CHECK_TIMEOUT_S)
        await client.start()
        try:
            yield client
        except CallFailed as error:
            raise _reworded(error) from error
        finally:
            await client.close()


def _refused_number(error: Rejected) -> Rejected:
    """Say why a number is not accepted, with the words of Volt's own code where the whole account is at fault."""
    if error.code in _ACCOUNT_FAULTS:
        return Rejected("inactive", FAILURES[error.code][1])
    return Rejected(FOREIGN_NUMBER, _FOREIGN)


def _reworded(error: CallFailed) -> CallFailed:
    if error.code == "invalid_token":
        return Rejected(TOKEN_REFUSED, _TOKEN)
    if isinstance(error, OutcomeUnknown):
        return OutcomeUnknown(error.code, _UNKNOWN)
    if isinstance(error, Retryable):
        is_moved = error.scope is FailureScope.DESTINATION
        return Retryable(error.code, _MOVED if is_moved else _NOT_NOW, scope=error.scope)
    return error
