"""Pictures made to fit: what stays as it is, what is drawn anew, and what is refused."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from bot.domain.media import Media
from bot.domain.pictures import ANY_PROVIDER, PictureLimit, share
from bot.pictures.fitting import Refused, fit
from bot.pictures.metadata import Bare, Broken, bare_gif, bare_jpeg, bare_png
from tests.harness.drawn import GIF, JPEG, PNG, WHERE, encoded, exif, moving, noise, opened

SMS = PictureLimit(frozenset({"image/jpeg", "image/png", "image/gif", "text/vcard"}), 1_000_000)
WHATSAPP = PictureLimit(frozenset({"image/jpeg", "image/png"}), 1_000_000)
SMALL = PictureLimit(SMS.types, 40_000)


def code_of(kind: str, data: bytes, limit: PictureLimit = SMS) -> str:
    """Tell why a picture is refused."""
    with pytest.raises(Refused) as refused:
        fit(Media(kind, data), limit)
    return refused.value.code


def outcome(kind: str, data: bytes) -> bytes | str:
    """Make a picture fit, or tell why it is refused."""
    try:
        return fit(Media(kind, data), SMS).data
    except Refused as refused:
        return refused.code


@pytest.mark.parametrize(("kind", "data"), [("image/jpeg", JPEG), ("image/png", PNG), ("image/gif", GIF)])
def test_what_fits_stays(kind: str, data: bytes) -> None:
    """A picture that fits and says nothing besides itself goes byte for byte."""
    assert fit(Media(kind, data), SMS) == Media(kind, data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_metadata_is_dropped(kind: str, orientation: int) -> None:
    """Of where and how a picture was taken nothing is left, and it stands upright by itself."""
    made = encoded(noise(60, 40), kind, exif=exif(orientation))
    fitted = fit(Media({"HEIF": "image/heic"}.get(kind, f"image/{kind.lower()}"), made), SMS)
    assert WHERE.encode() in made
    assert WHERE.encode() not in fitted.data
    seen = opened(fitted.data)
    assert len(seen.getexif()) == 0
    assert seen.size == ((40, 60) if orientation in (6, 8) else (60, 40))


def test_upright_pictures_lose_no_point() -> None:
    """Metadata is taken off an upright JPEG, PNG or GIF without drawing it anew."""
    for kind, options in (("JPEG", {"exif": exif(), "comment": WHERE}), ("PNG", {"exif": exif()}), ("GIF", {})):
        made = encoded(noise(), kind, **options)
        fitted = fit(Media(f"image/{kind.lower()}", made), SMS)
        assert opened(fitted.data).tobytes() == opened(made).tobytes()


def test_what_stands_beside_a_jpeg_is_dropped() -> None:
    """Neither a small preview, nor a note of a program, nor a film behind the end goes along; colours do."""
    preview = b"\xff\xe0" + struct.pack(">H", 19) + b"JFIF\0\1\1\0\0\1\0\1\1\1" + b"abc"
    note = b"\xff\xed\0\x0aSECRET\0\0"
    colours = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = encoded(noise(), "JPEG", icc_profile=colours)
    made = plain[:2] + preview + note + plain[2:] + b"\0\0ftypFILM"
    fitted = fit(Media("image/jpeg", made), SMS).data
    assert not any(word in fitted for word in (b"abc", b"SECRET", b"FILM"))
    assert opened(fitted).info["icc_profile"] == colours


def test_a_png_with_words_in_it() -> None:
    """The words and times of a PNG do not go along."""
    words = b"Comment\0SECRET"
    chunk = struct.pack(">I", len(words)) + b"tEXt" + words + struct.pack(">I", zlib.crc32(b"tEXt" + words))
    made = PNG[:33] + chunk + PNG[33:] + b"BEHIND"
    assert fit(Media("image/png", made), SMS).data == PNG


@pytest.mark.parametrize(
    ("kind", "name", "mode"),
    [
        ("JPEG", "image/jpeg", "RGB"),
        ("JPEG", "image/jpeg", "CMYK"),
        ("JPEG", "image/jpeg", "L"),
        ("PNG", "image/png", "RGB"),
        ("PNG", "image/png", "RGBA"),
        ("PNG", "image/png", "LA"),
        ("PNG", "image/png", "I;16"),
        ("WEBP", "image/webp", "RGBA"),
        ("HEIF", "image/heic", "RGB"),
        ("HEIF", "image/heic", "RGBA"),
    ],
)
def test_too_large_ones_are_drawn_anew(kind: str, name: str, mode: str) -> None:
    """Every kind of picture is made into a JPEG of the usual colours that fits, the same each time."""
    is_deep = mode == "I;16"
    made = encoded(Image.new(mode, (3_000, 2_000), 40_000) if is_deep else noise(400, 300, mode), kind)
    limit = PictureLimit(SMS.types, 10_000) if is_deep else SMALL
    fitted = fit(Media(name, made), limit)
    assert fitted.type == "image/jpeg"
    assert len(fitted.data) <= limit.most_bytes
    assert opened(fitted.data).mode in ("RGB", "L")
    assert fit(Media(name, made), limit) == fitted


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
def test_clear_becomes_white(kind: str) -> None:
    """Where a picture is clear, the JPEG is white; what is drawn on it stays."""
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((0, 0, 31, 63), fill=(200, 0, 0, 255))
    name = {"PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}[kind]
    seen = opened(fit(Media(name, encoded(image, kind)), PictureLimit(frozenset({"image/jpeg"}), 50_000)).data)
    left, right = seen.getpixel((8, 32)), seen.getpixel((56, 32))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 180
    assert max(left[1:3]) < 40
    assert min(right) > 245


def test_gifs() -> None:
    """A GIF that stands still is made into a JPEG where none is taken; one that moves is never made to stand still."""
    assert fit(Media("image/gif", GIF), WHATSAPP).type == "image/jpeg"
    assert fit(Media("image/gif", moving()), SMS).type == "image/gif"
    assert getattr(opened(fit(Media("image/gif", moving()), SMS).data), "n_frames", 1) == 3
    assert code_of("image/gif", moving(), WHATSAPP) == "animation"
    assert code_of("image/gif", moving(), PictureLimit(SMS.types, 500)) == "animation"
    assert code_of("image/webp", moving("WEBP")) == "animation"


def test_wide_colours() -> None:
    """A profile of colours is taken into the JPEG; one that cannot be read is left out, and the picture goes."""
    wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (wide, b"nonsense", wide[:200]):
        fitted = fit(Media("image/webp", encoded(noise(), "WEBP", icc_profile=profile)), SMS)
        assert "icc_profile" not in opened(fitted.data).info


# --- hostile ones


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    """Write a PNG that says that it is this large."""
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", data), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (2**31 - 1, 2**31 - 1), (1_000_000, 100)])
def test_bombs(width: int, height: int) -> None:
    """A picture of more points than phones make is refused before one of them is drawn."""
    assert code_of("image/png", png_of(width, height)) == "too_many_points"


def test_a_real_bomb() -> None:
    """A small file that unpacks into very much is refused."""
    assert code_of("image/png", encoded(Image.new("1", (20_000, 20_000)), "PNG")) == "too_many_points"


def test_frames_without_an_end() -> None:
    """An animation of too many points in all its frames is refused."""
    frame = b"\x2c" + struct.pack("<HHHH", 0, 0, 4_000, 4_000) + b"\0\x02\x01\x00\0"
    made = b"GIF89a" + struct.pack("<HH", 4_000, 4_000) + b"\x80\0\0" + bytes(6) + frame * 5_000 + b";"
    assert code_of("image/gif", made) == "too_many_points"


def test_odd_sides() -> None:
    """A picture that is far longer than wide is made smaller."""
    fitted = fit(Media("image/png", encoded(Image.new("L", (1, 60_000)), "PNG")), SMS)
    assert opened(fitted.data).size == (1, 2_048)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("HEIF", "image/heic"),
    ],
)
@pytest.mark.parametrize("part", [0.02, 0.5, 0.95])
def test_what_ends_too_early(kind: str, name: str, part: float) -> None:
    """A picture that is not complete is refused."""
    made = encoded(noise(200, 150), kind)
    assert code_of(name, made[: int(len(made) * part)]) == "broken"


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "image/gif", "image/webp", "image/heic"])
def test_what_is_something_else(kind: str) -> None:
    """A picture of another kind than it says is refused, and so is what is none."""
    for data in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\0\0\0\x18ftypheic" + bytes(400), b"<html>"):
        assert code_of(kind, data) == "broken"
    other = PNG if kind != "image/png" else JPEG
    assert code_of(kind, other) == "broken"


def test_words_that_unpack_without_an_end() -> None:
    """A PNG whose words unpack into very much goes without them, or not at all."""
    packed = b"Comment\0\0" + zlib.compress(bytes(80_000_000), 9)
    chunk = struct.pack(">I", len(packed)) + b"zTXt" + packed + struct.pack(">I", zlib.crc32(b"zTXt" + packed))
    assert outcome("image/png", PNG[:33] + chunk + PNG[33:]) in ("broken", PNG)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([JPEG, PNG, GIF]), st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=4)), max_size=4))
def test_damaged_pictures(picture: bytes, changes: list[tuple[int, bytes]]) -> None:
    """Whatever is changed in a picture, it is made to fit or refused in a word of ours."""
    made = bytearray(picture)
    for place, data in changes:
        made[place % len(made) : place % len(made) + len(data)] = data
    kind = {JPEG: "image/jpeg", PNG: "image/png", GIF: "image/gif"}[picture]
    found = outcome(kind, bytes(made))
    assert isinstance(found, bytes) or found in ("broken", "too_many_points", "animation", "too_large")


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([(bare_jpeg, JPEG), (bare_png, PNG), (bare_gif, GIF)]),
    st.integers(0, 6_000),
    st.binary(max_size=40),
)
def test_bare_pictures(taken: tuple[Callable[[bytes], Bare], bytes], place: int, data: bytes) -> None:
    """What is left of any bytes is never longer than they were, and has nothing more to take off."""
    bare, picture = taken
    try:
        found = bare(picture[:place] + data + picture[place:])
    except Broken:
        return
    assert len(found.data) <= len(picture) + len(data)
    assert bare(found.data) == found


def test_shares() -> None:
    """Each picture gets its share of what is left."""
    assert share(ANY_PROVIDER, 900, 3).most_bytes == 300
