"""Metadata taken off pictures without drawing them anew: JPEG, PNG and GIF, of which every point stays as it is.

Kept is what the picture is shown by: colours, gamma, transparency, the loop of an animation. Dropped is everything
else: EXIF with its places and times, comments, small previews (which may show what was cut off), and what stands behind
the end, such as the film of a live picture. Raises Broken for what ends too early or is put together otherwise.
Sources: https://www.w3.org/TR/png-3/, https://www.w3.org/Graphics/GIF/spec-gif89a.txt, and ITU-T T.81, annex B.
"""

import re
import struct
from dataclasses import dataclass


class Broken(Exception):
    """The picture is damaged or not complete."""


@dataclass(frozen=True)
class Bare:
    """A picture without metadata, and how many frames it has."""

    data: bytes
    frames: int = 1


_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
"""A marker in JPEG data, past stuffed bytes and restart markers."""

_JFIF = b"JFIF\0"
_JFIF_BYTES = 14
_ALONE = frozenset((0x01, 0xD8))

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_SHOWN_BY = frozenset(
    (
        b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs "  # a picture
        b"acTL fcTL fdAT"  # an animation
    ).split()
)

_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def bare_jpeg(data: bytes) -> Bare:
    """Take the metadata off a JPEG."""
    if not data.startswith(b"\xff\xd8"):
        raise Broken
    kept, at = [b"\xff\xd8"], 2
    while True:
        if data[at : at + 1] != b"\xff":
            raise Broken
        while data[at + 1 : at + 2] == b"\xff":  # fill bytes
            at += 1
        marker = _byte(data, at + 1)
        if marker == 0xD9:
            return Bare(b"".join((*kept, b"\xff\xd9")))
        if marker in _ALONE:
            at += 2
            continue
        end = at + 2 + _number(data, at + 2, 2)
        kept.append(_jpeg_segment(marker, data[at + 4 : end], data[at:end]))
        at = end
        if marker == 0xDA:  # behind it stands the picture itself
            found = _MARKER.search(data, end)
            if found is None:
                raise Broken
            kept.append(data[end : found.start()])
            at = found.start()


def _jpeg_segment(marker: int, body: bytes, whole: bytes) -> bytes:
    """Return what is left of a segment."""
    if marker == 0xFE:  # a comment
        return b""
    if not 0xE0 <= marker <= 0xEF:
        return whole
    if marker == 0xE0 and body.startswith(_JFIF) and len(body) >= _JFIF_BYTES:
        without_preview = body[: _JFIF_BYTES - 2] + b"\0\0"
        return b"\xff\xe0" + struct.pack(">H", len(without_preview) + 2) + without_preview
    is_profile = marker == 0xE2 and body.startswith(b"ICC_PROFILE\0")
    is_colour = marker == 0xEE and body.startswith(b"Adobe")
    return whole if is_profile or is_colour else b""


def bare_png(data: bytes) -> Bare:
    """Take the metadata off a PNG."""
    if not data.startswith(_PNG_START):
        raise Broken
    kept, at, frames = [_PNG_START], len(_PNG_START), 1
    while True:
        size, kind = _number(data, at, 4), data[at + 4 : at + 8]
        end = at + 12 + size
        if end > len(data):
            raise Broken
        if kind == b"acTL":
            frames = _number(data, at + 8, 4)
        if kind in _PNG_SHOWN_BY:
            kept.append(data[at:end])
        at = end
        if kind == b"IEND":
            return Bare(b"".join(kept), max(1, frames))


def bare_gif(data: bytes) -> Bare:
    """Take the metadata off a GIF."""
    at = 13 + _palette_bytes(_byte(data, 10))
    kept, frames = [data[:at]], 0
    while (mark := _byte(data, at)) != 0x3B:
        if mark == 0x2C:
            blocks = at + 10 + _palette_bytes(_byte(data, at + 9)) + 1
            frames += 1
        elif mark == 0x21:
            blocks = at + 2
        else:
            raise Broken
        end = _end_of_blocks(data, blocks)
        label = data[at + 1 : at + 2]
        is_loop = label == b"\xff" and data[at + 3 : at + 14] in _LOOPS
        if mark == 0x2C or label == b"\xf9" or is_loop:
            kept.append(data[at:end])
        at = end
    return Bare(b"".join((*kept, b";")), max(1, frames))


def _palette_bytes(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _end_of_blocks(data: bytes, at: int) -> int:
    while size := _byte(data, at):
        at += 1 + size
    return at + 1


def _byte(data: bytes, at: int) -> int:
    return _number(data, at, 1)


def _number(data: bytes, at: int, width: int) -> int:
    found = data[at : at + width]
    if len(found) != width:
        raise Broken
    return int.from_bytes(found)
