"""Media fetcher of the stand-in for Volt: the pictures of a text from their public addresses, with no credentials.

Taken: JPEG, PNG, GIF and vCard, as Volt's reference says; a million bytes in all, which is the limit of its likely
carrier. Every other result is recorded too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp

from bot.sandbox.volt.model import FetchedMedia

MEDIA_LIMIT = 1_000_000
"""Limit of all the media of one text, in bytes."""

FETCH_LIMIT_S = 10.0
TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "text/vcard", "text/x-vcard"})


async def fetch_all(urls: Sequence[str]) -> list[FetchedMedia]:
    """Fetch each address once, in order."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False) as session:
        return [await _fetch(session, url) for url in urls]


def are_good(fetched: Sequence[FetchedMedia]) -> bool:
    """Tell whether a text may be sent with these."""
    size = sum(len(one.data) for one in fetched)
    return size <= MEDIA_LIMIT and all(one.status == 200 and one.content_type in TYPES for one in fetched)


async def _fetch(session: aiohttp.ClientSession, url: str) -> FetchedMedia:
    """Fetch one address; a status of 0 where no whole answer came. What is too large is cut one byte past the limit."""
    try:
        async with asyncio.timeout(FETCH_LIMIT_S), session.get(url) as answer:
            data = bytearray()
            async for chunk in answer.content.iter_chunked(2**16):
                data += chunk
                if len(data) > MEDIA_LIMIT:
                    break
            return FetchedMedia(url, answer.status, answer.content_type, bytes(data[: MEDIA_LIMIT + 1]))
    except (TimeoutError, aiohttp.ClientError, ValueError, OSError):
        return FetchedMedia(url, 0, "", b"")
