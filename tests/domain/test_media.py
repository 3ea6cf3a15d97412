"""What a file is by its first bytes, and whether that is what it says it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.media import ENDINGS, HEAD, HTML, sniff_type, types_match


def box(brand: bytes) -> bytes:
    """Make the first box of a film or a phone's picture."""
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x02\x00"


KNOWN = [
    (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
    (b"GIF87a..", "image/gif"),
    (b"GIF89a..", "image/gif"),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
    (box(b"heic"), "image/heic"),
    (box(b"mif1"), "image/heic"),
    (box(b"isom"), "video/mp4"),
    (box(b"mp42"), "video/mp4"),
    (box(b"3gp4"), "video/3gpp"),
    (box(b"qt  "), "video/quicktime"),
    (box(b"M4A "), "audio/mp4"),
    (b"#!AMR\n", "audio/amr"),
    (b"ID3\x03", "audio/mpeg"),
    (b"\xff\xfb\x90", "audio/mpeg"),
    (b"OggS\x00", "audio/ogg"),
    (b"%PDF-1.7", "application/pdf"),
    (b"BEGIN:VCARD\r\nVERSION:3.0", "text/vcard"),
    (b"\xef\xbb\xbfbegin:vcard\n", "text/vcard"),
    (b"Hello", "text/plain"),
    ("Grüße".encode()[:-1] + b"\xc3", "text/plain"),
    (b"<!DOCTYPE html><html>", HTML),
    (b"  \n<HTML>", HTML),
    (b"\xef\xbb\xbf<html>", HTML),
    (b"", ""),
    (b"\x00\x01\x02\x03", ""),
    (b"MZ\x90\x00", ""),
    (b"PK\x03\x04", ""),
    (box(b"zzzz"), ""),
    (b"RIFF\x00\x00\x00\x00WAVE", ""),
]


@pytest.mark.parametrize(("start", "kind"), KNOWN)
def test_types(start: bytes, kind: str) -> None:
    """The first bytes tell the type; what nobody knows has none."""
    assert sniff_type(start) == kind
    assert kind in (*ENDINGS, HTML, "")


@given(st.binary(max_size=2 * HEAD))
def test_any_bytes(start: bytes) -> None:
    """Any bytes can be looked at, and more of them change nothing."""
    assert sniff_type(start) in (*ENDINGS, HTML, "")


@pytest.mark.parametrize(
    ("said", "found", "is_same"),
    [
        ("image/jpeg", "image/jpeg", True),
        ("IMAGE/JPG; charset=binary", "image/jpeg", True),
        ("image/png", "image/jpeg", True),
        ("", "image/png", True),
        ("application/octet-stream", "video/mp4", True),
        ("audio/3gpp", "video/3gpp", True),
        ("text/x-vcard", "text/vcard", True),
        ("text/plain", "text/vcard", True),
        ("text/plain", "text/plain", True),
        ("image/png", "text/plain", False),
        ("text/html", "image/png", False),
        ("image/png", HTML, False),
        ("", HTML, False),
        ("", "", False),
        ("application/json", "text/plain", False),
        ("video/mp4", "image/png", False),
        ("text/css", "text/plain", False),
    ],
)
def test_agreement(said: str, found: str, *, is_same: bool) -> None:
    """A file is believed where its first bytes are of the kind it says it is; a page never is."""
    assert types_match(said, found) is is_same
