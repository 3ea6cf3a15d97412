"""Pictures that a customer can send: tiny PNGs drawn here, a contact card, and two files that should be refused.

https://www.w3.org/TR/png-3/ and https://www.rfc-editor.org/rfc/rfc2426
"""

from __future__ import annotations

import struct
import zlib

from aiohttp import web

SIZE = 96
COLOURS: dict[str, tuple[int, int, int]] = {
    "parcel.png": (176, 124, 72),
    "garden.png": (84, 150, 92),
    "lake.png": (72, 128, 184),
    "sunset.png": (222, 122, 88),
}


CARD = "dana.vcf"
HUGE = "huge.png"
PAGE = "page.html"
NAMES = frozenset({*COLOURS, CARD, HUGE, PAGE})
HUGE_SIZE = 12_000_000
CARD_TEXT = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Berg;Dana;;;\r\nFN:Dana Berg\r\nTEL:+15555550145\r\nEND:VCARD\r\n"
PAGE_TEXT = "<!DOCTYPE html><html><body>Sign in to see this picture</body></html>"


async def serve(request: web.Request) -> web.StreamResponse:
    """Answer with the thing of this name, or 404."""
    name = request.match_info["name"]
    if name == HUGE:
        return await _stream(request)
    if name == CARD:
        return web.Response(text=CARD_TEXT, content_type="text/vcard")
    if name == PAGE:
        return web.Response(text=PAGE_TEXT, content_type="text/html")
    if name not in COLOURS:
        return web.Response(status=404)
    return web.Response(body=draw(name), content_type="image/png")


async def _stream(request: web.Request) -> web.StreamResponse:
    """Send a picture too large for anybody, in pieces and without saying its length beforehand."""
    response = web.StreamResponse(headers={"Content-Type": "image/png"})
    await response.prepare(request)
    start, piece = draw("lake.png"), bytes(2**16)
    await response.write(start)
    for sent in range(len(start), HUGE_SIZE, len(piece)):
        await response.write(piece[: HUGE_SIZE - sent])
    await response.write_eof()
    return response


def draw(name: str) -> bytes:
    """Return the picture as PNG; raise KeyError for a name that is not in COLOURS."""
    red, green, blue = COLOURS[name]
    rows = bytearray()
    for y in range(SIZE):
        rows.append(0)  # each row starts with its filter: none
        for x in range(SIZE):
            light = 0.55 + 0.45 * (SIZE - y) / SIZE - 0.1 * x / SIZE
            rows += bytes((int(red * light), int(green * light), int(blue * light)))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
