"""Pictures as phones and people make them, of noise, which no format makes small."""

from __future__ import annotations

import io
import random
from functools import cache
from typing import Any

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()

WHERE = "Cupertino 37.33"
"""What metadata gives away."""


@cache
def _noise(width: int, height: int, mode: str) -> Image.Image:
    bands = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, (width, height), random.Random(7).randbytes(width * height * bands))


def noise(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Draw noise, the same each time."""
    return _noise(width, height, mode).copy()


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Write a picture."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> bytes:
    """Write where and how a picture was taken."""
    found = Image.Exif()
    found[0x0112], found[0x010F] = orientation, WHERE
    return found.tobytes()


def opened(data: bytes) -> Image.Image:
    """Open a picture."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def moving(kind: str = "GIF", frames: int = 3) -> bytes:
    """Draw an animation."""
    drawn = [noise(40 + step, 30).resize((40, 30)) for step in range(frames)]
    return encoded(drawn[0], kind, save_all=True, append_images=drawn[1:], duration=80, loop=0)


JPEG = encoded(noise(), "JPEG")
PNG = encoded(noise(), "PNG")
GIF = encoded(noise(), "GIF")
