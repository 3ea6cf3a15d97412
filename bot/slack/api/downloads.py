"""Downloads of a workspace's files with the bot's token, which is sent to Slack's own hosts only.

Where Slack does not accept the token it answers 200 with a login page, and it redirects between its own hosts. So each
hop is checked here, pages are refused, and the size is checked.
Source: https://docs.slack.dev/reference/objects/file-object
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, TypeVar

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import Rejected, Retryable
from bot.domain.media import HEAD, HTML, Media, normalize_type, sniff_type
from bot.domain.thread_events import SlackFile
from bot.domain.url_safety import origin_of
from bot.http_limits import TooManyRedirects, follow

TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=5)
LONG_DOWNLOAD = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=20)
"""Timeout of a file that somebody else reads: how long that may take, they are told."""

LONG = aiohttp.ClientTimeout(total=300, sock_connect=5, sock_read=20)
"""Timeout of a long table."""

T = TypeVar("T")

_SLACK = "slack.com"


@dataclass(frozen=True)
class _Got:
    data: bytes
    length: int | None


class Downloads:
    """Downloads through the session of a web client, with its token."""

    def __init__(self, web: AsyncWebClient) -> None:
        self._web = web
        self._api = origin_of(web.base_url)

    async def check(self, file: SlackFile) -> None:
        """Read the first bytes of a file and check its size and type. Raises Rejected or Retryable."""
        got = await self._get(file.url, HEAD)
        if got.length is not None and got.length != file.size:
            raise Rejected("size", "The file is not as long as Slack says.")
        _check_type(file, got.data)

    async def download(self, file: SlackFile) -> Media:
        """Download a file of exactly its stated size. Raises Rejected or Retryable."""
        got = await self._get(file.url, file.size + 1)
        if len(got.data) != file.size:
            raise Rejected("size", "The file is not as long as Slack says.")
        _check_type(file, got.data)
        return Media(file.type, got.data)

    async def check_there(self, file: SlackFile) -> None:
        """Check that a file of whatever type can be read whole. Raises Rejected or Retryable."""
        await self._read(file.url, partial(_check_whole, file=file))

    async def stream(self, file: SlackFile, take: Callable[[AsyncIterator[bytes]], Awaitable[None]]) -> None:
        """Give a file of whatever type in small parts, once it is known to be there. Raises Rejected or Retryable.

        `take` is given no part where the file is not what it was, and stops the download by what it raises.
        """

        async def read(answer: aiohttp.ClientResponse) -> None:
            await _check_whole(answer, file=file)
            await take(answer.content.iter_chunked(2**16))

        await self._read(file.url, read, LONG_DOWNLOAD)

    async def fetch(self, url: str, into: BinaryIO, most: int) -> None:
        """Write at most this many bytes of a file to the disk, in small parts. Raises Rejected or Retryable."""
        await self._read(url, partial(_written, into=into, most=most), LONG)

    async def _get(self, url: str, most: int) -> _Got:
        """Read at most this many bytes."""
        return await self._read(url, partial(_read, most=most))

    async def _read(
        self,
        url: str,
        read: Callable[[aiohttp.ClientResponse], Awaitable[T]],
        limits: aiohttp.ClientTimeout = TIMEOUT,
    ) -> T:
        """Ask for a file and read the answer. Raises Rejected or Retryable."""
        try:
            return await follow(url, partial(self._ask, limits=limits), read)
        except TooManyRedirects:
            raise Rejected("redirects", "The file's address leads from one to the next.") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Retryable("unreachable", "Slack did not give the file just now.") from error

    def _ask(self, url: str, limits: aiohttp.ClientTimeout) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Request one address with the token, if it is Slack's."""
        if not self._is_slack(url):
            raise Rejected("elsewhere", "The file's address leads away from Slack.")
        session = self._web.session
        assert session is not None
        headers = {"Authorization": f"Bearer {self._web.token}", "Accept-Encoding": "identity"}
        return session.get(url, headers=headers, allow_redirects=False, timeout=limits)

    def _is_slack(self, url: str) -> bool:
        origin = origin_of(url)
        if origin is None:
            return False
        scheme, host, port = origin
        is_theirs = host == _SLACK or host.endswith(f".{_SLACK}")
        return origin == self._api or (scheme == "https" and port == 443 and is_theirs)


async def _read(answer: aiohttp.ClientResponse, *, most: int) -> _Got:
    _check_answer(answer)
    return _Got(await _first(answer, most), answer.content_length)


async def _written(answer: aiohttp.ClientResponse, *, into: BinaryIO, most: int) -> None:
    _check_answer(answer)
    left = most
    async for chunk in answer.content.iter_chunked(2**16):
        into.write(chunk[:left])
        left -= len(chunk)
        if left <= 0:
            return


async def _check_whole(answer: aiohttp.ClientResponse, *, file: SlackFile) -> None:
    """Check that an answer is the file: of its length, and no login page in place of it."""
    _check_status(answer)
    is_page = normalize_type(answer.headers.get("Content-Type", "")) == HTML
    if is_page and (normalize_type(file.type) != HTML or answer.content_length is None):
        raise Rejected("login", "Slack does not let the bot read the file.")
    if answer.content_length not in (None, file.size):
        raise Rejected("size", "The file is not as long as Slack says.")


def _check_answer(answer: aiohttp.ClientResponse) -> None:
    _check_status(answer)
    if normalize_type(answer.headers.get("Content-Type", "")) == HTML:
        raise Rejected("login", "Slack does not let the bot read the file.")


def _check_status(answer: aiohttp.ClientResponse) -> None:
    if answer.status >= 500 or answer.status == 429:
        raise Retryable(f"http_{answer.status}", "Slack did not give the file just now.")
    if answer.status in (401, 403):
        raise Rejected("login", "Slack does not let the bot read the file.")
    if answer.status != 200:
        raise Rejected("gone", "The file is not there any more.")


async def _first(answer: aiohttp.ClientResponse, most: int) -> bytes:
    data = bytearray()
    async for chunk in answer.content.iter_chunked(2**16):
        data += chunk
        if len(data) >= most:
            break
    return bytes(data[:most])


def _check_type(file: SlackFile, data: bytes) -> None:
    found = sniff_type(data[:HEAD])
    if found == HTML:
        raise Rejected("login", "Slack does not let the bot read the file.")
    if found != file.type:
        raise Rejected("type", "The file is not what Slack says it is.")
