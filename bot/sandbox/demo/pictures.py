"""Pictures of the demo: a few ready ones that either side can send, drawn here, and the bytes of what was sent.

Only pictures are given to the page as they are; anything else is offered as a download.
https://www.w3.org/TR/png-3/
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from aiohttp import web

from bot.sandbox.volt.pictures import CARD_TEXT

WIDTH, HEIGHT = 240, 180
SHOWN_AS_THEY_ARE = frozenset({"image/png", "image/jpeg", "image/gif"})
MAX_UPLOAD_BYTES = 2_000_000
"""Limit of a viewer's file in bytes; more than a text may carry, so that the bot's refusal can be seen."""

Colour = tuple[int, int, int]
Scene = Callable[[float, float], Colour]


class Ready(NamedTuple):
    """Ready file, which can be sent without an upload."""

    label: str
    mimetype: str


READY = {
    "parcel.png": Ready("Parcel", "image/png"),
    "lake.png": Ready("Lake", "image/png"),
    "hills.png": Ready("Hills", "image/png"),
    "sunset.png": Ready("Sunset", "image/png"),
    "dana.vcf": Ready("Contact card", "text/vcard"),
}


@cache
def bytes_of(name: str) -> bytes:
    """Return the bytes of a name in READY. Raises KeyError for any other."""
    return CARD_TEXT.encode() if name == "dana.vcf" else _png(SCENES[name])


def _mixed(first: Colour, second: Colour, part: float) -> Colour:
    red, green, blue = (round(one + (other - one) * part) for one, other in zip(first, second, strict=True))
    return red, green, blue


def _landscape(sky: tuple[Colour, Colour], sun: tuple[float, float, Colour], near: tuple[Colour, Colour]) -> Scene:
    sun_x, sun_y, light = sun

    def colour(x: float, y: float) -> Colour:
        if y > 0.78 + 0.05 * math.sin(x * 7 + 1):
            return near[1]
        if y > 0.6 + 0.1 * math.sin(x * 5 - 1):
            return near[0]
        if math.hypot((x - sun_x) * WIDTH / HEIGHT, y - sun_y) < 0.1:
            return light
        return _mixed(sky[0], sky[1], round(y * 24) / 24)

    return colour


def _parcel(x: float, y: float) -> Colour:
    if not (0.22 < x < 0.78 and 0.26 < y < 0.82):
        return (214, 226, 232) if y < 0.7 else (186, 202, 210)
    if 0.46 < x < 0.54:
        return (226, 200, 150)
    if 0.27 < x < 0.42 and 0.62 < y < 0.75:
        return (244, 240, 232)
    return (186, 138, 88) if y < 0.4 else (170, 122, 74)


SCENES: dict[str, Scene] = {
    "parcel.png": _parcel,
    "lake.png": _landscape(
        ((150, 200, 236), (226, 240, 248)), (0.72, 0.22, (255, 246, 214)), ((74, 110, 128), (58, 132, 178))
    ),
    "hills.png": _landscape(
        ((136, 190, 228), (222, 238, 244)), (0.25, 0.24, (255, 240, 190)), ((116, 168, 108), (72, 128, 78))
    ),
    "sunset.png": _landscape(
        ((98, 72, 132), (246, 168, 110)), (0.55, 0.5, (255, 226, 160)), ((82, 52, 88), (48, 34, 58))
    ),
}


def _png(scene: Scene) -> bytes:
    rows = bytearray()
    for y in range(HEIGHT):
        rows.append(0)  # each row starts with its filter: none
        for x in range(WIDTH):
            rows += bytes(scene(x / WIDTH, y / HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


async def give_ready(request: web.Request) -> web.Response:
    """GET /ready/NAME, at the page's address and at Volt's: a phone's pictures have to be at Volt's address."""
    name = request.match_info["name"]
    if name not in READY:
        return web.json_response({"error": "there is no such picture"}, status=404)
    return given(bytes_of(name), READY[name].mimetype)


def given(data: bytes, mimetype: str) -> web.Response:
    """Return bytes: a picture as it is, anything else as a download that no browser opens."""
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    if mimetype in SHOWN_AS_THEY_ARE:
        return web.Response(body=data, content_type=mimetype, headers=headers)
    return web.Response(
        body=data, content_type="application/octet-stream", headers=headers | {"Content-Disposition": "attachment"}
    )


def ready_shapes() -> list[dict[str, Any]]:
    """Return the ready files as the page offers them."""
    return [{"name": name, "label": one.label, "kind": one.mimetype} for name, one in READY.items()]
