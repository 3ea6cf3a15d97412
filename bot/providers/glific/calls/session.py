"""Session of one Glific user: logs in, renews the pair of tokens, and gives out a token that works.

A renewal ends both old tokens at once, so there is one at a time, and the new pair is stored sealed before it is used:
a bot that is killed in between logs in again. Several bots may share what is stored; who finds that another one has
renewed takes that pair. A session that nobody can go on with is logged out of, as far as Glific lets us. Nothing here
shows a token or the password.
Source: https://glific.github.io/slate and https://github.com/glific/glific
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.domain.errors import CallFailed, FailureScope, MalformedPayload, Retryable, StoreUnavailable
from bot.providers.glific.calls.error_mapping import failed_session, failed_session_connection
from bot.providers.glific.calls.tokens import TokenPair, pair_from_wire, read_pair
from bot.providers.http_trace import HttpTrace
from bot.providers.public_internet import MakesConnector
from bot.providers.refused_login import RefusedLogin
from bot.providers.session_shelf import SessionShelf
from bot.time_of_day import unix_time

LOGIN_PATH = "/api/v1/session"
RENEW_PATH = "/api/v1/session/renew"

LOGOUT_TIMEOUT_S = 3.0
"""Seconds that a logout may take in all: whoever closes a connection waits for it."""

_NOT_STORED = "The bot cannot keep its login at Glific just now, so it does not use it yet."
_NOT_READ = "The bot cannot look up its login at Glific just now."
_DISCONNECTED = "This line is connected no more."
_UNREADABLE = "Glific's answer to the login cannot be read. An admin has to check GLIFIC_API_URL."


@dataclass(frozen=True)
class Login:
    """Login of a Glific user: the phone, with or without a plus sign, and the password."""

    phone: str
    password: str = field(repr=False)


class GlificSession:
    """Session with a Glific tenant at `url`, such as "https://api.example.glific.com".

    Without a shelf nothing is stored, and every start logs in. `wall` gives unix time, `connector` what leads to the
    address.
    """

    def __init__(
        self,
        url: str,
        login: Login,
        *,
        shelf: SessionShelf | None = None,
        wall: Callable[[], float] = unix_time,
        timeout_s: float = 15.0,
        connector: MakesConnector = aiohttp.TCPConnector,
    ) -> None:
        self._url = url.rstrip("/")
        self._user = {"phone": login.phone.removeprefix("+"), "password": login.password}
        self._login = f"{self._url} {self._user['phone']}"
        self._shelf = shelf
        self._wall = wall
        self._timeout_s = timeout_s
        self._connector = connector
        self._http: aiohttp.ClientSession | None = None
        self._turn = asyncio.Lock()
        self._pair: TokenPair | None = None
        self._not_stored: TokenPair | None = None
        self._refused = RefusedLogin(wall)

    async def start(self) -> None:
        """Open the connection pool. Calls nobody yet."""
        self._http = aiohttp.ClientSession(
            connector=self._connector(),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._timeout_s),
        )

    async def close(self) -> None:
        """Close the connection pool. A session that is stored lives on, for the next start; any other is ended."""
        if self._http is None:
            return
        try:
            # best effort: what is not ended now ends by itself, in a month
            with contextlib.suppress(TimeoutError, CallFailed):
                async with asyncio.timeout(LOGOUT_TIMEOUT_S):
                    await self._end_unless_stored()
        finally:
            await self._http.close()
            self._http = None

    async def _end_unless_stored(self) -> None:
        if self._not_stored is None and self._pair is None:
            return
        stored = await self._stored()
        pair = self._not_stored or (self._pair if stored is None else None)
        if pair is not None:
            await self._log_out(pair)

    async def token(self) -> str:
        """Give an access token that has a while to live. Raises Retryable, Rejected."""
        if self._pair is not None and self._pair.is_fresh(self._wall()):
            return self._pair.access
        return await self._another("")

    async def token_after(self, dead: str) -> str:
        """Give an access token other than one that Glific does not accept any more. Raises Retryable, Rejected."""
        return await self._another(dead)

    async def _another(self, dead: str) -> str:
        async with self._turn:
            for known in (self._pair, await self._stored()):
                if known is not None and known.access != dead and known.is_fresh(self._wall()):
                    self._pair = known
                    return known.access
            pair = self._waiting() or await self._renewed() or await self._logged_in()
            await self._store(pair)
            self._pair = pair
            return pair.access

    def _waiting(self) -> TokenPair | None:
        """Return the pair that could not be stored yet, while it can be used."""
        pair = self._not_stored
        return pair if pair is not None and pair.is_fresh(self._wall()) else None

    async def _stored(self) -> TokenPair | None:
        """Read the pair that is stored; None where there is none of this login."""
        found = await self._read()
        if found is not None and found == self._not_stored:
            self._not_stored = None  # the store took it, though its answer was lost
        return found if found is not None and found.login == self._login else None

    async def _read(self) -> TokenPair | None:
        if self._shelf is None:
            return None
        try:
            written = await self._shelf.read()
        except StoreUnavailable:
            raise Retryable("not_read", _NOT_READ, scope=FailureScope.RATE_LIMIT) from None
        try:
            return None if written is None else read_pair(written)
        except ValueError:
            return None  # a login is all it takes

    async def _store(self, pair: TokenPair) -> None:
        if self._shelf is None:
            return
        self._not_stored = pair
        try:
            is_kept = await self._shelf.keep(pair.text())
        except StoreUnavailable:
            raise Retryable("not_stored", _NOT_STORED, scope=FailureScope.RATE_LIMIT) from None
        self._not_stored = None
        if not is_kept:
            await self._log_out(pair)
            raise Retryable("closed", _DISCONNECTED)

    async def _renewed(self) -> TokenPair | None:
        """Renew the newest pair we know; None where that has ended, and nobody else has renewed it."""
        newest = self._not_stored or await self._stored() or self._pair
        if newest is None:
            return None
        try:
            return await self._post(RENEW_PATH, headers={"Authorization": newest.renewal})
        except Retryable as error:
            if error.code != "invalid_login":
                raise
        other = await self._stored()
        return other if other is not None and other.access != newest.access else None

    async def _logged_in(self) -> TokenPair:
        pair = await self._refused.unless_refused(lambda: self._post(LOGIN_PATH, json={"user": self._user}))
        await self._end_former()
        return pair

    async def _end_former(self) -> None:
        """End the stored session of a login that this one has replaced at the same tenant."""
        former = None
        with contextlib.suppress(CallFailed):  # a login that was made goes on, whatever is stored
            former = await self._read()
        if former is not None and former.login != self._login and former.login.startswith(f"{self._url} "):
            await self._log_out(former)

    async def _log_out(self, pair: TokenPair) -> None:
        """End a session at Glific as far as it lets us; nothing depends on it."""
        with contextlib.suppress(CallFailed, aiohttp.ClientError, OSError):
            async with asyncio.timeout(LOGOUT_TIMEOUT_S):
                if not pair.is_fresh(self._wall()):
                    pair = await self._post(RENEW_PATH, headers={"Authorization": pair.renewal})
                await self._delete({"Authorization": pair.access})

    async def _delete(self, headers: Mapping[str, str]) -> None:
        if self._http is not None:
            async with self._http.delete(f"{self._url}{LOGIN_PATH}", allow_redirects=False, headers=headers):
                return

    async def _post(self, path: str, **request: Any) -> TokenPair:
        """Make one request for a pair. Raises CallFailed; nothing that it was given is in what is raised."""
        if self._http is None:
            raise Retryable("closed", "The bot is starting or stopping.")
        failed: CallFailed
        try:
            async with self._http.post(f"{self._url}{path}", allow_redirects=False, **request) as answer:
                if answer.status == 200:
                    return pair_from_wire(await answer.json(content_type=None), self._wall(), self._login)
                retry_after = answer.headers.get("Retry-After", "")
                failed = failed_session(answer.status, HttpTrace(answer.status, retry_after))
        except (MalformedPayload, ValueError):
            failed = Retryable("unreadable_answer", _UNREADABLE, scope=FailureScope.DESTINATION)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failed = failed_session_connection(error)
        # raised out here, so that it does not carry the library's error along
        raise failed
