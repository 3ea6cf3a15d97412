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
from io import BytesIO
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
    """Ready file, which can be sent without an upload; `by_phone` too, or only by people in Slack."""

    label: str
    mimetype: str
    by_phone: bool = True


READY = {
    "parcel.png": Ready("Parcel", "image/png"),
    "lake.png": Ready("Lake", "image/png"),
    "hills.png": Ready("Hills", "image/png"),
    "sunset.png": Ready("Sunset", "image/png"),
    "dana.vcf": Ready("Contact card", "text/vcard"),
    "photo.heic": Ready("Photo of an iPhone (HEIC)", "image/heic", by_phone=False),
    "contacts.csv": Ready("Contacts (CSV)", "text/csv", by_phone=False),
}

CONTACTS = """First name,Last name,Phone,Order
Maya,Alvarez,(555) 555-0151,A-1041
Tom,Birch,(555) 555-0152,A-1042
Ines,Costa,+1 555 555 0153,A-1043
Noah,Dietz,555-0154,A-1044
Lena,Ek,(555) 555-0155,A-1045
"""
"""Contacts to import; one number is no number, so that it is refused."""


@cache
def bytes_of(name: str) -> bytes:
    """Return the bytes of a name in READY. Raises KeyError for any other."""
    texts = {"dana.vcf": CARD_TEXT, "contacts.csv": CONTACTS}
    if name in texts:
        return texts[name].encode()
    return _heic(_png(SCENES["lake.png"])) if name == "photo.heic" else _png(SCENES[name])


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


def _heic(png: bytes) -> bytes:
    """Write a picture as phones of Apple do."""
    from PIL import Image  # noqa: PLC0415 - only where somebody takes this picture
    from pillow_heif import register_heif_opener  # noqa: PLC0415

    register_heif_opener()
    written = BytesIO()
    Image.open(BytesIO(png)).save(written, format="HEIF")
    return written.getvalue()


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
    return [
        {"name": name, "label": one.label, "kind": one.mimetype, "phone": one.by_phone} for name, one in READY.items()
    ]
