"""Media of the stand-in: what WhatsApp takes, fetched from its public address with no credentials.

Limits in KB and kinds as validateMedia knows them. Every result is recorded at the message, also the bad ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp

from bot.sandbox.volt.model import FetchedMedia

MediaCheck = Callable[[str, str], Awaitable[str | None]]

FETCH_LIMIT_S = 10.0
LIMITS_KB = {"image": 5120, "video": 16384, "audio": 16384, "document": 102400, "sticker": 100}
TYPES = {
    "image": ("image/jpeg", "image/png"),
    "video": ("video/mp4", "video/3gpp"),
    "audio": ("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/wav"),
    "document": ("application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "sticker": ("image/webp",),
}


async def fetch(url: str, kind: str) -> FetchedMedia:
    """Fetch an address once; status 0 where no whole answer came. What is too large is cut one byte past the limit."""
    limit = LIMITS_KB[kind] * 1024
    try:
        async with (
            asyncio.timeout(FETCH_LIMIT_S),
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(url) as answer,
        ):
            data = bytearray()
            async for chunk in answer.content.iter_chunked(2**16):
                data += chunk
                if len(data) > limit:
                    break
            return FetchedMedia(url, answer.status, answer.content_type, bytes(data[: limit + 1]))
    except (TimeoutError, aiohttp.ClientError, ValueError, OSError):
        return FetchedMedia(url, 0, "", b"")


def fault_of(media: FetchedMedia, kind: str) -> str | None:
    """Say why WhatsApp does not take a file; None where it does. The words are ours."""
    if media.status != 200:
        return "This media URL is invalid"
    if media.content_type not in TYPES[kind]:
        return f"Media content-type is not valid for {kind}"
    if len(media.data) > LIMITS_KB[kind] * 1024:
        return f"Size is too big for the {kind}. Maximum size limit is {LIMITS_KB[kind]}KB"
    return None


async def check(url: str, kind: str) -> str | None:
    """Look at the file behind an address."""
    if kind not in LIMITS_KB:
        return f"{kind} is not a valid media type"
    return fault_of(await fetch(url, kind), kind)
