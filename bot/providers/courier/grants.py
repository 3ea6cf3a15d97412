"""Grants at Carium: credentials and numbers checked, for connections that have no runtime yet.

A token is the credentials as one text (credentials.py). Each check has a session of its own, for the password may be
typed wrongly, and stores nothing. There are no webhooks to be registered: each text brings its own addresses.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.domain.errors import CallFailed, OutcomeUnknown, Rejected, Retryable
from bot.domain.phone import E164
from bot.domain.provider_records import AccountRecord, WebhookRecord
from bot.ports.provider_grants import FOREIGN_NUMBER, TOKEN_REFUSED
from bot.providers.courier.account import CourierAccount, CourierLine
from bot.providers.courier.credentials import CourierCredentials, read_credentials
from bot.providers.courier.error_mapping import INVALID_LOGIN, SECOND_FACTOR
from bot.providers.courier.json_api import CourierCalls
from bot.providers.courier.profile import PROFILE
from bot.providers.courier.session import CourierSession, Login

CHECK_TIMEOUT_S = 10.0

_UNREADABLE = "These are no credentials of Carium's. Fill in the form again."
_NO_WEBHOOKS = "Carium has no webhooks to register: each text brings the address for its answer."
_NOT_NOW = "Carium cannot be reached just now. Please try again in a minute."


class CourierGrants:
    """ProviderGrants (bot.ports.provider_grants) at Carium, whose API is at `url`."""

    profile = PROFILE

    def __init__(self, url: str) -> None:
        self._url = url

    async def account(self, token: str, number: E164) -> AccountRecord:
        """Check that the login is accepted, and that its organization can send from the number."""
        line = await self.line(token)
        if line.number != number:
            words = f"These ids are of another number, {line.number}. Write that one, or check the ids."
            raise Rejected(FOREIGN_NUMBER, words)
        return AccountRecord(number, organization=_credentials(token).organization_id)

    async def line(self, token: str) -> CourierLine:
        """Find out which number the credentials are for. Raises CallFailed with words for an admin."""
        own = _credentials(token)
        async with self._account(own) as account:
            return await account.line()

    async def registrations(self, token: str) -> Sequence[WebhookRecord]:  # noqa: ARG002
        """List the registered webhooks, which are none."""
        return ()

    async def register(self, token: str, url: str) -> WebhookRecord:  # noqa: ARG002
        """Refuse to register an address."""
        raise Rejected("no_webhooks", _NO_WEBHOOKS)

    async def deregister(self, token: str, webhook_id: str) -> bool:  # noqa: ARG002
        """Remove a registration, of which there is none."""
        return False

    @asynccontextmanager
    async def _account(self, own: CourierCredentials) -> AsyncIterator[CourierAccount]:
        """Open a session for one check, whose failures are worded for an admin who waits."""
        login = Login(own.username, own.password)
        session = CourierSession(self._url, login, timeout_s=CHECK_TIMEOUT_S)
        calls = CourierCalls(self._url, session, timeout_s=CHECK_TIMEOUT_S)
        await session.start()
        await calls.start()
        try:
            yield CourierAccount(calls, own)
        except CallFailed as error:
            raise _reworded(error) from error
        finally:
            await calls.close()
            await session.close()


def _credentials(token: str) -> CourierCredentials:
    try:
        own = read_credentials(token)
    except ValueError:
        raise Rejected(TOKEN_REFUSED, _UNREADABLE) from None
    if faults := own.faults():
        raise Rejected(TOKEN_REFUSED, " ".join(faults))
    return own


def _reworded(error: CallFailed) -> CallFailed:
    if error.code in (INVALID_LOGIN, SECOND_FACTOR):
        return Rejected(TOKEN_REFUSED, error.user_message)
    if isinstance(error, (Retryable, OutcomeUnknown)) and error.code in ("unreachable", "timeout", "no_answer"):
        return Retryable(error.code, _NOT_NOW)
    return error
