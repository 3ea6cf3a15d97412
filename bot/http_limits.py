"""HTTP within limits: redirects that are checked one by one, and request bodies of a bounded time and size.

All bodies that are being read together take no more than a budget: above it the largest of them is given up, which is
none that Slack or a provider sends.

Both matter where a stranger chooses the address or sends the body. Knows neither Slack nor a provider; the caller words
the refusal.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from typing import TypeVar
from urllib.parse import urljoin

import aiohttp
from aiohttp import web

MAX_REDIRECTS = 3

MOST_BYTES_AT_ONCE = 4 * 2**20
"""Bytes of all bodies that are being read; one of Slack or a provider has a few thousand mostly, in one piece."""

_MOVED = frozenset({301, 302, 303, 307, 308})

T = TypeVar("T")


class TooManyRedirects(Exception):
    """Redirects lead on and on."""


class BodyLate(Exception):
    """Body that did not arrive in time."""


class BodyBudget:
    """Budget of bytes that all bodies together may hold while they are being read; for one event loop."""

    def __init__(self, most_bytes: int = MOST_BYTES_AT_ONCE) -> None:
        self._most_bytes = most_bytes
        self._held: dict[asyncio.Timeout, int] = {}
        self.bytes = 0

    @contextmanager
    def reading(self, limit: asyncio.Timeout) -> Iterator[None]:
        """Count a body while it is read; `limit` is what ends that."""
        self._held[limit] = 0
        try:
            yield
        finally:
            self.bytes -= self._held.pop(limit)

    def take(self, limit: asyncio.Timeout, size: int) -> None:
        """Count so many bytes more; where it gets too much, end the largest bodies, of equal ones the oldest."""
        self._held[limit] += size
        self.bytes += size
        while self.bytes > self._most_bytes:
            largest = max(self._held, key=self._held.__getitem__)
            self.bytes -= self._held[largest]
            self._held[largest] = 0
            largest.reschedule(asyncio.get_running_loop().time())


_ALL_BODIES = BodyBudget()


class BodyBroken(Exception):
    """Body that was cut off, or is not in the encoding that it claims."""


async def follow(
    url: str,
    ask: Callable[[str], AbstractAsyncContextManager[aiohttp.ClientResponse]],
    read: Callable[[aiohttp.ClientResponse], Awaitable[T]],
) -> T:
    """Follow redirects to an answer and read it. `ask` checks each address itself, and must not follow any.

    Raises TooManyRedirects, ValueError for an address that is none, and whatever `ask` and `read` raise.
    """
    for _ in range(MAX_REDIRECTS + 1):
        async with ask(url) as answer:
            target = answer.headers.get("Location", "")
            if answer.status not in _MOVED or not target:
                return await read(answer)
            url = urljoin(url, target)
    raise TooManyRedirects


async def read_body(
    request: web.Request, *, max_bytes: int, timeout_s: float, budget: BodyBudget = _ALL_BODIES
) -> bytes:
    """Read a body within a time, and stop where it gets too long, whatever its headers say.

    BodyLate stands for one, too, that is given up because all together hold too much.
    Raises BodyLate, BodyBroken or aiohttp's own HTTPRequestEntityTooLarge.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s) as limit:
            with budget.reading(limit):
                async for chunk in request.content.iter_any():
                    body += chunk
                    budget.take(limit, len(chunk))
                    if len(body) > max_bytes:
                        raise web.HTTPRequestEntityTooLarge(max_bytes)
    except TimeoutError:
        raise BodyLate from None
    except (web.RequestPayloadError, ConnectionError):
        raise BodyBroken from None
    return bytes(body)


async def hung_up(request: web.Request, response: web.Response) -> web.Response:
    """Answer and end the connection: aiohttp would go on reading the broken body, and log what it finds as a fault."""
    with suppress(ConnectionError):
        await response.prepare(request)
        await response.write_eof()
    request.protocol.force_close()
    return response
