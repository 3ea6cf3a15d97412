"""Media fetcher: gets attachments without credentials, from the public internet only.

A sender chooses these addresses, so nothing inside our own network may be reached by them: every address is checked
before it is asked, after every redirect, and once more on the socket that is about to connect, so that a name cannot
lead elsewhere between the two. Exempt are the origins of VOLT_API_URL and GLIFIC_API_URL, which serve both where a
stand-in or a proxy replaces the provider, and for a fetcher of our own files that of PUBLIC_URL. Refuses pages, what is
too large, and what is not what it says. Logs nothing.
"""

import asyncio
from contextlib import AbstractAsyncContextManager

import aiohttp
from yarl import URL

from bot.domain.errors import Rejected, Retryable
from bot.domain.media import HEAD, HTML, Media, normalize_type, sniff_type, types_match
from bot.domain.url_safety import may_be_public, origin_of
from bot.http_limits import TooManyRedirects, follow
from bot.providers.public_internet import is_not_public, public_connector

LARGEST = 10 * 2**20
"""Bytes. Carriers take 5 MB at most, mostly much less."""

TIMEOUT_S = 10.0
"""Seconds for one attachment, with its redirects."""

CONNECT_TIMEOUT_S = 5.0
_LATER = frozenset({408, 425, 429})
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "volt-bot"}


class MediaFetcher:
    """bot.ports.media.Fetcher over HTTP. `trusted_urls` name the origins whose addresses are not looked at."""

    def __init__(self, *trusted_urls: str, timeout_s: float = TIMEOUT_S, largest: int = LARGEST) -> None:
        self._trusted = frozenset(origin for url in trusted_urls if (origin := origin_of(url)) is not None)
        self._timeout_s = timeout_s
        self._largest = largest
        self._trusted_session: aiohttp.ClientSession | None = None
        self._public_session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the sessions. Calls nobody yet."""
        self._trusted_session = _session(aiohttp.TCPConnector(force_close=True))
        self._public_session = _session(public_connector(force_close=True))

    async def close(self) -> None:
        """Close the sessions."""
        for session in (self._trusted_session, self._public_session):
            if session is not None:
                await session.close()
        self._trusted_session = self._public_session = None

    async def fetch(self, url: str) -> Media:
        """Fetch one attachment; see bot.ports.media.Fetcher."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._follow(url)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            failed = _failed(error)
        raise failed  # out here, so that it does not carry the library's error along: that one quotes the address

    async def _follow(self, url: str) -> Media:
        try:
            return await follow(url, self._ask, self._read)
        except TooManyRedirects:
            raise Rejected("redirects", "The address leads from one to the next.") from None

    def _ask(self, url: str) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self._session_for(url).get(URL(url, encoded=True), headers=_HEADERS, allow_redirects=False)

    def _session_for(self, url: str) -> aiohttp.ClientSession:
        """Choose the session by the address. Raises Rejected where it must not be asked."""
        if self._trusted_session is None or self._public_session is None:
            raise Retryable("closed", "The bot is starting or stopping.")
        if origin_of(url) in self._trusted:
            return self._trusted_session
        if origin_of(url) is None:
            raise Rejected("unreadable", "The address is none that can be fetched.")
        if not may_be_public(url):
            raise Rejected("internal", "The address is not on the public internet.")
        return self._public_session

    async def _read(self, answer: aiohttp.ClientResponse) -> Media:
        _check(answer.status)
        said = answer.headers.get("Content-Type", "")
        if normalize_type(said) == HTML:
            raise Rejected("page", "A web page came instead of a picture.")
        if (answer.content_length or 0) > self._largest:
            raise Rejected("too_large", "It is too large.")
        data = bytearray()
        kind = ""
        async for chunk in answer.content.iter_chunked(2**16):
            data += chunk
            if not kind and len(data) >= HEAD:
                kind = _kind(said, data)
            if len(data) > self._largest:
                raise Rejected("too_large", "It is too large.")
        return Media(kind or _kind(said, data), bytes(data))


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S),
        auto_decompress=False,  # what unpacks to many times its size would be counted too late
        trust_env=False,
    )


def _check(status: int) -> None:
    if status >= 500 or status in _LATER:
        raise Retryable(f"http_{status}", "The place where the picture lies has trouble.")
    if status != 200:
        raise Rejected("gone", "It is not there.")


def _kind(said: str, data: bytearray) -> str:
    """Sniff the type. Raises Rejected where it is not known, or is not what the headers say."""
    found = sniff_type(bytes(data[:HEAD]))
    if found == HTML:
        raise Rejected("page", "A web page came instead of a picture.")
    if not types_match(said, found):
        raise Rejected("type", "It is no picture or file that is known here, or not what it says it is.")
    return found


def _failed(error: Exception) -> Rejected | Retryable:
    if is_not_public(error):
        return Rejected("internal", "The address is not on the public internet.")
    if isinstance(error, aiohttp.InvalidURL) or (isinstance(error, ValueError) and not isinstance(error, OSError)):
        return Rejected("unreadable", "The address is none that can be fetched.")
    code = "timeout" if isinstance(error, TimeoutError) else "unreachable"
    return Retryable(code, "The place where the picture lies did not answer.")
