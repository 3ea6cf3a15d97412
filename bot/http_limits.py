"""HTTP within limits: redirects that are checked one by one, and request bodies of a bounded time and size.

Both matter where a stranger chooses the address or sends the body. Knows neither Slack nor Volt; the caller words the
refusal.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar
from urllib.parse import urljoin

import aiohttp
from aiohttp import web

MAX_REDIRECTS = 3
_MOVED = frozenset({301, 302, 303, 307, 308})

T = TypeVar("T")


class TooManyRedirects(Exception):
    """Redirects lead on and on."""


class BodyLate(Exception):
    """Body that did not arrive in time."""


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


async def read_body(request: web.Request, *, max_bytes: int, timeout_s: float) -> bytes:
    """Read a body within a time, and stop where it gets too long, whatever its headers say.

    Raises BodyLate, BodyBroken or aiohttp's own HTTPRequestEntityTooLarge.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > max_bytes:
                    raise web.HTTPRequestEntityTooLarge(max_bytes)
    except TimeoutError:
        raise BodyLate from None
    except (web.RequestPayloadError, ConnectionError):
        raise BodyBroken from None
    return bytes(body)
