"""Fitting one picture: as it is without its metadata where it may go so, else drawn anew as a JPEG that fits.

Refuses in a word: "broken", "too_many_points", "animation", "too_large". Blocking and hungry: it belongs into a process
of its own (worker.py). An animation is never made into a still, as that is not what its author chose. The same picture
and limit give the same bytes. Clear backgrounds become white, as in Slack; wide colours become those of every screen.
"""

import io
from collections.abc import Callable, Iterator

import pillow_heif
from PIL import Image, ImageCms, ImageOps

from bot.domain.media import Media
from bot.domain.pictures import JPEG, PictureLimit
from bot.pictures.metadata import Bare, bare_gif, bare_jpeg, bare_png

MOST_POINTS = 50_000_000
"""Points of a picture that is opened; the largest of usual phones have 49 million."""

MOST_FRAME_POINTS = 400_000_000
"""Points of all frames of an animation together."""

LONGEST_SIDE = 8_192
"""Longest side of a picture that goes as it is."""

SIDES = (2_048, 1_600, 1_280, 1_024, 768, 512, 320)
QUALITIES = (85, 75, 60)

_FORMATS = {JPEG: "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP", "image/heic": "HEIF"}
_BARE: dict[str, Callable[[bytes], Bare]] = {JPEG: bare_jpeg, "image/png": bare_png, "image/gif": bare_gif}
_ORIENTATION = 0x0112
_UPRIGHT = (None, 0, 1)
_FOR_PRINT = ("CMYK", "YCCK")


class Refused(Exception):
    """The picture cannot be made to fit; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def fit(picture: Media, limit: PictureLimit) -> Media:
    """Make a picture fit. Raises Refused."""
    Image.MAX_IMAGE_PIXELS = None  # counted here, where it is an error and no warning
    pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    try:
        return _fitted(picture, limit)
    except Refused:
        raise
    except MemoryError as error:
        raise Refused("too_many_points") from error
    except Exception as error:
        raise Refused("broken") from error  # whatever a library says of bytes from outside


def _fitted(picture: Media, limit: PictureLimit) -> Media:
    bare = _BARE[picture.type](picture.data) if picture.type in _BARE else None
    with Image.open(io.BytesIO(picture.data), formats=[_FORMATS[picture.type]]) as image:
        points = image.width * image.height
        if points > MOST_POINTS:
            raise Refused("too_many_points")
        frames = bare.frames if bare else getattr(image, "n_frames", 1) if picture.type == "image/webp" else 1
        if frames > 1 and points * frames > MOST_FRAME_POINTS:
            raise Refused("too_many_points")
        orientation = image.getexif().get(_ORIENTATION)
        may_stay = bare is not None and picture.type in limit.types and len(bare.data) <= limit.most_bytes
        if may_stay and (frames > 1 or _may_stay(image, orientation)):
            assert bare is not None
            image.load()
            return Media(picture.type, bare.data)
        if frames > 1:
            raise Refused("animation")
        return Media(JPEG, _drawn(image, limit.most_bytes))


def _may_stay(image: Image.Image, orientation: int | None) -> bool:
    is_upright = orientation in _UPRIGHT
    return is_upright and max(image.size) <= LONGEST_SIDE and image.mode not in _FOR_PRINT


def _drawn(image: Image.Image, most_bytes: int) -> bytes:
    """Draw a picture as a JPEG of so many bytes at most."""
    image.draft("RGB" if image.mode not in _FOR_PRINT else image.mode, (SIDES[0], SIDES[0]))
    image.load()
    profile = image.info.get("icc_profile")
    whole = _plain_mode(image)
    whole.thumbnail((SIDES[0], SIDES[0]), Image.Resampling.LANCZOS, reducing_gap=3.0)
    upright = ImageOps.exif_transpose(whole)
    flat = _on_white(_usual_colours(upright, profile))
    for drawn in _smaller(flat):
        for quality in QUALITIES:
            out = io.BytesIO()
            drawn.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= most_bytes:
                return out.getvalue()
    raise Refused("too_large")


def _plain_mode(image: Image.Image) -> Image.Image:
    """Return the picture with a byte for each colour, and with its clear parts."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda shade: shade * (1 / 256)).convert("L")
    is_clear = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info
    if is_clear:
        return image.convert("RGBA")
    return image if image.mode in ("RGB", "L", "CMYK") else image.convert("RGB")


def _usual_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Turn colours into those of every screen; a profile that cannot be read is left out."""
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            mode = "RGBA" if image.mode == "RGBA" else "RGB"
            turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            turned = None
        if turned is not None:
            return turned
    return image if image.mode in ("RGB", "RGBA", "L") else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        flat = image.copy()
    else:
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A"))
    flat.info.clear()  # a JPEG is written with the comment and the profile that stand there
    return flat


def _smaller(image: Image.Image) -> Iterator[Image.Image]:
    """Yield the picture, each time smaller."""
    yield image
    for side in SIDES[1:]:
        if max(image.size) > side:
            image.thumbnail((side, side), Image.Resampling.LANCZOS)
            yield image
