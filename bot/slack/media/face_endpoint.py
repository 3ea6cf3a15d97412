"""Face endpoint, where Slack fetches a customer's initials: GET /face/DW-3.png, one or two letters and a colour.

The address does not identify anybody, so it is public. Every other address gets a 404. The letters are drawn here, from
strokes with round ends: a font and a drawing library would be larger than the rest of the bot.
Source: https://www.w3.org/TR/png-3/
"""

import math
import re
import struct
import zlib
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import pairwise

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.slack.render.faces import COLOUR_COUNT, PATH

SIDE = 96
"""Side of the picture in pixels; Slack shows 36, and twice as many on a fine screen."""

_NAME = re.compile("([A-Z]{1,2})-([0-9])[.]png")
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}

_COLOURS = ("7a3e9d", "1f6f54", "a1471f", "2a5db0", "8c2f4f", "4f5d1f", "0f6b7a", "5a4636")
"""Background colours; white letters can be read on each of them."""

_STROKES = {
    "A": "06-20-46 14-34",
    "B": "00-06-36-45-44-33-42-41-30-00 03-33",
    "C": "41-30-10-01-05-16-36-45",
    "D": "00-06-26-44-42-20-00",
    "E": "40-00-06-46 03-33",
    "F": "40-00-06 03-33",
    "G": "41-30-10-01-05-16-36-45-43-23",
    "H": "00-06 40-46 03-43",
    "I": "20-26",
    "J": "40-45-36-16-05",
    "K": "00-06 40-03-46",
    "L": "00-06-46",
    "M": "06-00-23-40-46",
    "N": "06-00-46-40",
    "O": "10-30-41-45-36-16-05-01-10",
    "P": "06-00-30-41-42-33-03",
    "Q": "10-30-41-45-36-16-05-01-10 24-46",
    "R": "06-00-30-41-42-33-03 23-46",
    "S": "41-30-10-01-02-13-33-44-45-36-16-05",
    "T": "00-40 20-26",
    "U": "00-05-16-36-45-40",
    "V": "00-26-40",
    "W": "00-16-22-36-40",
    "X": "00-46 40-06",
    "Y": "00-23-40 23-26",
    "Z": "00-40-06-46",
}
"""Strokes of each letter: lines between points, x from 0 to 4 and y from 0 to 6."""

_UNIT, _THICK, _GAP = 6.4, 3.6, 12.8
"""Lengths in pixels: a step between points, half a stroke, and the gap between two letters."""

_SHADES = 15

Point = tuple[float, float]


def add_face_route(app: web.Application, around: Callable[[Handler], Handler]) -> None:
    """Add the route, its handler wrapped for telemetry."""
    app.router.add_get(f"{PATH}{{name}}", around(_handle), allow_head=True)


async def _handle(request: web.Request) -> web.Response:
    found = _NAME.fullmatch(request.match_info["name"])
    if found is None or int(found[2]) >= COLOUR_COUNT:
        return web.Response(status=404, text="not here")
    return web.Response(body=draw_initials(found[1], int(found[2])), content_type="image/png", headers=_KEPT)


@lru_cache(maxsize=256)
def draw_initials(letters: str, colour: int) -> bytes:
    """Draw one or two capital letters in white on a colour, as a PNG."""
    drawn = [_drawn(letter) for letter in letters]
    width = sum(len(rows[0]) for rows in drawn)
    left = (SIDE - width) // 2
    empty = bytes(SIDE)
    band = [bytes(left) + b"".join(rows[y] for rows in drawn) for y in range(len(drawn[0]))]
    top = (SIDE - len(band)) // 2
    rows = [empty] * top + [row.ljust(SIDE, b"\0") for row in band] + [empty] * (SIDE - top - len(band))
    return _png(rows, bytes.fromhex(_COLOURS[colour]))


@cache
def _drawn(letter: str) -> list[bytes]:
    """Draw a letter, a byte a pixel: from 0 for nothing to a full stroke."""
    lines = [_points(line) for line in _STROKES[letter].split()]
    widths = [x for line in lines for x, _ in line]
    start, margin = min(widths), _GAP / 2
    columns = round(max(widths) - start + _GAP)
    pairs = [pair for line in lines for pair in pairwise(line)]

    def shade(x: int, y: int) -> int:
        at = (x + 0.5 - margin + start, y + 0.5 - margin)
        away = min(_distance(at, one, other) for one, other in pairs)
        return round(_SHADES * min(1.0, max(0.0, _THICK + 0.5 - away)))

    return [bytes(shade(x, y) for x in range(columns)) for y in range(round(6 * _UNIT + _GAP))]


def _points(line: str) -> list[Point]:
    return [(int(point[0]) * _UNIT, int(point[1]) * _UNIT) for point in line.split("-")]


def _distance(at: Point, one: Point, other: Point) -> float:
    """Measure the distance of a point from the line between two others."""
    along = (other[0] - one[0], other[1] - one[1])
    share = ((at[0] - one[0]) * along[0] + (at[1] - one[1]) * along[1]) / (along[0] ** 2 + along[1] ** 2)
    share = min(1.0, max(0.0, share))
    return math.hypot(at[0] - one[0] - share * along[0], at[1] - one[1] - share * along[1])


def _png(rows: list[bytes], colour: bytes) -> bytes:
    """Encode rows of shades between a colour and white as a PNG."""
    palette = bytes(part + (255 - part) * shade // _SHADES for shade in range(_SHADES + 1) for part in colour)
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 3, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    parts = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
