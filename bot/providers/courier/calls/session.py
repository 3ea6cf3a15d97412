"""Session of one user of Carium: logs in, and gives out a token that works.

A token lives for an hour at most, and how one is renewed is not public, so a renewal is another login. There is one at
a time, and the new token is stored sealed before it is used. Several bots may share what is stored: who finds a token
of another bot's takes that, where it is of the same login. Nothing here shows a token or the password.
Source: https://developers.carium.com
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import aiohttp

from bot.domain.errors import CallFailed, FailureScope, MalformedPayload, Retryable, StoreUnavailable
from bot.providers.courier.calls.error_mapping import certain, closed, failed_connection, failed_login, not_stored
from bot.providers.courier.calls.tokens import LIFETIME_S, AccessToken, read_token, token_from_wire
from bot.providers.http_trace import HttpTrace
from bot.providers.refused_login import RefusedLogin
from bot.providers.session_shelf import SessionShelf
from bot.time_of_day import unix_time

LOGIN_PATH = "/identity/v1/login/"

_DISCONNECTED = "This line is connected no more."
_UNREADABLE = "Carium's answer to the login cannot be read. An admin has to check COURIER_API_URL."


@dataclass(frozen=True)
class Login:
    """Login of a user of Carium."""

    username: str
    password: str = field(repr=False)


class CourierSession:
    """Session with Carium at `url`, such as "https://api.carium.com".

    Without a shelf nothing is stored, and every start logs in. `wall` gives unix time.
    """

    def __init__(
        self,
        url: str,
        login: Login,
        *,
        shelf: SessionShelf | None = None,
        wall: Callable[[], float] = unix_time,
        timeout_s: float = 15.0,
    ) -> None:
        self._url = url.rstrip("/")
        self._login = login
        self._shelf = shelf
        self._wall = wall
        self._timeout_s = timeout_s
        self._http: aiohttp.ClientSession | None = None
        self._turn = asyncio.Lock()
        self._token: AccessToken | None = None
        self._not_stored: AccessToken | None = None
        self._refused = RefusedLogin(wall)

    async def start(self) -> None:
        """Open the connection pool. Calls nobody yet."""
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=self._timeout_s)
        )

    async def close(self) -> None:
        """Close the connection pool; the token lives on, for the next start."""
        if self._http is not None:
            await self._http.close()
        self._http = None

    async def token(self) -> str:
        """Give an access token that has a while to live. Raises Retryable, Rejected."""
        if self._token is not None and self._token.is_fresh(self._wall()):
            return self._token.text
        return await self._another("")

    async def token_after(self, dead: str) -> str:
        """Give an access token other than one that Carium does not accept any more. Raises Retryable, Rejected."""
        return await self._another(dead)

    async def _another(self, dead: str) -> str:
        async with self._turn:
            for known in (self._token, await self._stored(), self._not_stored):
                if known is not None and known.text != dead and known.is_fresh(self._wall()):
                    token = known
                    break
            else:
                token = await self._refused.unless_refused(self._post)
                self._not_stored = token
            if token is self._not_stored:
                await self._store(token)
            self._token = token
            return token.text

    async def _stored(self) -> AccessToken | None:
        """Read the token that is stored; None where there is none of this login."""
        if self._shelf is None:
            return None
        try:
            written = await self._shelf.read()
        except StoreUnavailable:
            raise not_stored() from None
        try:
            found = None if written is None else read_token(written)
        except ValueError:
            return None  # a login is all it takes
        return found if found is not None and found.login == self._login.username else None

    async def _store(self, token: AccessToken) -> None:
        if self._shelf is not None:
            try:
                is_kept = await self._shelf.keep(token.written())
            except StoreUnavailable:
                raise not_stored() from None
            if not is_kept:
                raise Retryable("closed", _DISCONNECTED)
        self._not_stored = None

    async def _post(self) -> AccessToken:
        """Log in. Raises CallFailed; nothing that it was given is in what is raised."""
        if self._http is None:
            raise closed()
        body = {
            "username": self._login.username,
            "password": self._login.password,
            "access-token-expiration-seconds": LIFETIME_S,
        }
        asked_at = self._wall()
        failed: CallFailed
        try:
            async with self._http.post(f"{self._url}{LOGIN_PATH}", json=body, allow_redirects=False) as answer:
                document = await _document(answer)
                if 200 <= answer.status < 300:
                    return replace(token_from_wire(document, asked_at), login=self._login.username)
                failed = failed_login(HttpTrace(answer.status, answer.headers.get("Retry-After", "")), document)
        except MalformedPayload:
            failed = Retryable("unreadable_answer", _UNREADABLE, scope=FailureScope.DESTINATION)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failed = certain(failed_connection(error))
        # raised out here, so that it does not carry the library's error along
        raise failed


async def _document(answer: aiohttp.ClientResponse) -> object:
    """Read the JSON of an answer; None where it is none."""
    try:
        found: object = await answer.json(content_type=None)
    except (ValueError, RecursionError):
        return None
    return found
