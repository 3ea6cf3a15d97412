"""Grants at Glific: logins that are checked before anything is stored, for connections that have no runtime yet.

Each check logs in anew, for phone and password may be typed wrongly. What a manager types leads to the public internet
by https only, unless the bot itself runs beside stand-ins. No password is in what is raised.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypedDict

import aiohttp

from bot.domain.errors import CallFailed, OutcomeUnknown, Rejected, Retryable
from bot.domain.phone import E164
from bot.domain.url_safety import is_global, may_be_public, parts_of
from bot.ports.provider_grants import ADDRESS_REFUSED, LOGIN_REFUSED, CheckedLogin, TypedLogin
from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.calls.error_mapping import INSIDE, TOO_OLD
from bot.providers.glific.calls.graphql import GlificGraphql
from bot.providers.glific.calls.session import GlificSession, Login
from bot.providers.glific.grant import GlificGrant, address_of, read_grant
from bot.providers.glific.login_form import ADDRESS, FORM, PASSWORD, PHONE
from bot.providers.glific.profile import PROFILE
from bot.providers.public_internet import MakesConnector, public_connector

CHECK_TIMEOUT_S = 8.0

LOW_ROLE = "low_role"
SUSPENDED = "suspended"
"""Codes of rejections because of the user's role, or of the organisation."""

_NO_ADDRESS = "This is no address of Glific. Write what stands in your browser there, such as https://demo.glific.com."
_NO_GLIFIC = (
    "There is no Glific at this address. Write what stands in your browser there, such as https://demo.glific.com."
)
_LOGIN = "Glific does not accept this phone or password. Try them in Glific's own page first."
_SUSPENDED = "Glific has suspended this organisation. Ask Glific to switch it on again, then connect it."
_ROLE = (
    "This user may not see phone numbers in Glific. Give it the role manager there, in Staff Management, then connect "
    "it again."
)
_OLD = "This Glific is older than the bot needs. Ask whoever runs it to update it."
_BUSY = "Glific is busy: somebody has tried to log in too often. Wait a minute, and try again."
_NOT_NOW = "Glific cannot be reached at this address just now. Check the address, or try again in a minute."


_REJECTIONS = {
    "invalid_login": (LOGIN_REFUSED, _LOGIN),
    "suspended": (SUSPENDED, _SUSPENDED),
    TOO_OLD: (TOO_OLD, _OLD),
    "unreadable_answer": (ADDRESS_REFUSED, _NO_GLIFIC),
    INSIDE: (ADDRESS_REFUSED, _NO_GLIFIC),
}
"""What a failure means to an admin who types a login, by its code."""


class _Limits(TypedDict):
    timeout_s: float
    connector: MakesConnector


class GlificGrants:
    """LoginGrants (bot.ports.provider_grants) at Glific. `allows_local`: addresses of this machine are taken, too.

    `conceal` is told each password that is typed, so that no log shows it.
    """

    profile = PROFILE
    form = FORM

    def __init__(self, *, allows_local: bool = False, conceal: Callable[[str], None] | None = None) -> None:
        self._allows_local, self._conceal = allows_local, conceal

    async def checked(self, typed: TypedLogin) -> CheckedLogin:
        """Log in, and check that the user may do what the bot needs. Raises CallFailed."""
        if self._conceal is not None:
            self._conceal(typed[PASSWORD])
        url, phone = await self._address(typed[ADDRESS]), E164(typed[PHONE])
        grant = GlificGrant(url, phone.removeprefix("+"), typed[PASSWORD])
        async with self._client(grant) as client:
            organization = await client.organization()
            await client.find_contact(phone)  # a Glific that is too old does not know how
        if organization.is_hidden:
            raise Rejected(LOW_ROLE, _ROLE)
        return CheckedLogin(grant.written(), grant.tenant, organization.name or grant.tenant, phone)

    async def alive(self, grant: str) -> None:
        """Check that a stored login is still accepted. Raises CallFailed."""
        try:
            known = read_grant(grant)
        except ValueError:
            raise Rejected(LOGIN_REFUSED, _LOGIN) from None
        async with self._client(known) as client:
            await client.user()

    def tenant(self, grant: str) -> str:
        """Name the tenant of a stored login; "" for what cannot be read."""
        try:
            return read_grant(grant).tenant
        except ValueError:
            return ""

    async def _address(self, typed: str) -> str:
        """Read an address and see where it leads. Raises Rejected."""
        try:
            url = address_of(typed)
        except ValueError:
            raise Rejected(ADDRESS_REFUSED, _NO_ADDRESS) from None
        if not self._allows_local and not await _is_public(url):
            raise Rejected(ADDRESS_REFUSED, _NO_GLIFIC)
        return url

    @asynccontextmanager
    async def _client(self, grant: GlificGrant) -> AsyncIterator[GlificClient]:
        """Log in for a few calls, whose failures are worded for an admin who waits; at the end log out."""
        login = Login(grant.phone, grant.password)
        limits: _Limits = {
            "timeout_s": CHECK_TIMEOUT_S,
            "connector": aiohttp.TCPConnector if self._allows_local else public_connector,
        }
        session = GlificSession(grant.url, login, **limits)
        calls = GlificGraphql(grant.url, session, **limits)
        await session.start()
        await calls.start()
        try:
            yield GlificClient(calls)
        except CallFailed as error:
            raise _reworded(error) from None
        finally:
            await calls.close()
            await session.close()


async def _is_public(url: str) -> bool:
    """Tell whether an address is https, and all that its host stands for is on the public internet."""
    parts = parts_of(url)
    if parts is None or parts.scheme != "https" or not may_be_public(url) or parts.hostname is None:
        return False
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(is_global(str(address[4][0])) for address in found)


def _reworded(error: CallFailed) -> CallFailed:
    if error.code in _REJECTIONS:
        return Rejected(*_REJECTIONS[error.code])
    if error.code.startswith(("http_3", "http_404", "http_405")):
        return Rejected(ADDRESS_REFUSED, _NO_GLIFIC)
    if isinstance(error, OutcomeUnknown | Retryable):
        return Retryable(error.code, _BUSY if error.code == "http_429" else _NOT_NOW)
    return error
