"""A few tiny pictures a customer can send: PNG files drawn with the standard library, one gradient each.

https://www.w3.org/TR/png-3/
"""

from __future__ import annotations

import struct
import zlib

SIZE = 96
COLOURS: dict[str, tuple[int, int, int]] = {
    "parcel.png": (176, 124, 72),
    "garden.png": (84, 150, 92),
    "lake.png": (72, 128, 184),
    "sunset.png": (222, 122, 88),
}


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
