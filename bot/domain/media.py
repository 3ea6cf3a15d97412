"""Media types of files by their first bytes. What a file says of itself is believed only where both agree. Pure.

Unknown types have no name: such bytes are neither shown nor sent. Signatures: https://mimesniff.spec.whatwg.org/ and,
for the boxes of phones' pictures and films, ISO/IEC 14496-12.
"""

import codecs
import re
from dataclasses import dataclass, field

HEAD = 1_024
"""Bytes that are enough to tell the type; fewer do where there are no more."""

HTML = "text/html"

ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "video/quicktime": "mov",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "text/vcard": "vcf",
    "text/plain": "txt",
    "application/pdf": "pdf",
}
"""Endings of file names, for every type that is known here."""

_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"%PDF-", "application/pdf"),
)
_BRANDS = (
    (re.compile(rb"heic|heix|heim|heis|hevc|mif1|msf1"), "image/heic"),
    (re.compile(rb"3g[p2s].?"), "video/3gpp"),
    (re.compile(rb"M4A |M4B "), "audio/mp4"),
    (re.compile(rb"qt  "), "video/quicktime"),
    (re.compile(rb"isom|iso[2-9]|mp4[12]|avc1|MSNV|M4V |dash|f4v "), "video/mp4"),
)
_PAGE = re.compile(rb"\s*(<!doctype\s+html|<html|<head|<body|<script|<title|<!--)", re.IGNORECASE)
_NO_WORDS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_BOM = b"\xef\xbb\xbf"

_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/binary"})
_ALSO = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "image/heif": "image/heic",
    "text/x-vcard": "text/vcard",
    "text/directory": "text/vcard",
    "application/x-pdf": "application/pdf",
    "application/ogg": "audio/ogg",
}


def sniff_type(start: bytes) -> str:
    """Return the type of a file by its first bytes (HEAD of them, or all); "" for an unknown one."""
    for mark, kind in _STARTS:
        if start.startswith(mark):
            return kind
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    if start[4:8] == b"ftyp":
        return next((kind for brand, kind in _BRANDS if brand.fullmatch(start[8:12])), "")
    return _kind_of_text(start[:HEAD].removeprefix(_BOM))


def _kind_of_text(start: bytes) -> str:
    if _PAGE.match(start):
        return HTML
    if start[:11].upper() == b"BEGIN:VCARD":
        return "text/vcard"
    try:
        words = codecs.getincrementaldecoder("utf-8")().decode(start)  # the last character may be torn
    except UnicodeDecodeError:
        return ""
    return "text/plain" if words.strip() and not _NO_WORDS.search(words) else ""


def normalize_type(stated: str) -> str:
    """Reduce a stated type to one name: no parameters, no second names for the same."""
    name = stated.partition(";")[0].strip().lower()
    return _ALSO.get(name, name)


def types_match(stated: str, found: str) -> bool:
    """Tell whether a type found by first bytes matches the stated one; films and sounds share boxes."""
    name = normalize_type(stated)
    if not found or HTML in (found, name):
        return False
    if name in _SAYS_NOTHING or name == found:
        return True
    if found == "text/vcard":
        return name == "text/plain"
    family, kin = name.partition("/")[0], found.partition("/")[0]
    return family == kin != "text" or {family, kin} == {"audio", "video"}


def is_picture(kind: str) -> bool:
    """Tell whether a type is shown as a picture."""
    return kind.startswith("image/")


@dataclass(frozen=True)
class Media:
    """A picture or file and its type, which its first bytes agree with."""

    type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Attachment:
    """Attachment of a text from a phone, as it waits to be shown. `number` counts from 1.

    `failure` is why it will not be shown, in a word of ours or of Slack's, else "". `media` is there until it is shown.
    """

    number: int
    failure: str = ""
    media: Media | None = None
