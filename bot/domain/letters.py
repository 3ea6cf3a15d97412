"""Characters that only look different, that show nothing, or that hide something. Pure.

One character outside GSM-7 makes every segment of a text less than half as long, and is paid for. Only what reads the
same is changed: accents, currencies, fractions and the letters of other scripts stay as they are, and so do addresses.
What is invisible by design: https://www.unicode.org/reports/tr44/ (Default_Ignorable_Code_Point).
"""

import re
import unicodedata

_UNSEEN = re.compile(
    "[\u00ad\u034f\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffc\U000e0001]"
    "|(?<![\u3400-\u9fff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]+"  # forms of Chinese letters have a use
)
_TAGS = re.compile("(\U0001f3f4[\U000e0030-\U000e007a]+\U000e007f)|[\U000e0020-\U000e007f]+")  # flags: Scotland's
_JOINED = re.compile("[\u200c\u200d\ufe00-\ufe0f]+")
_KEPT = re.compile("[\ufe00-\ufe0f]?[\u200c\u200d]?")
_KEYCAP = "\u20e3"
_PICTURED = "©®"
_DIRECTIONS = re.compile("[\u061c\u200e\u200f]")

_NARROW_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f]")
_ADDRESS = re.compile(
    r"((?:https?://|www\.)\S*[\w/=&#-]"
    r"|(?<![\w-])(?<![\w-]\.)[\w-]+(?:\.[\w-]+)+/\S*[\w/=&#-])",  # a long word is looked at from its beginning only
    re.IGNORECASE,
)
_SPACED_QUOTATION = re.compile(r"«\s([^«»\n]*?)\s»")
_DASH_BETWEEN_WORDS = re.compile("(?<=[^\\W\\d_])[—―](?=[^\\W\\d_])")
_STYLED = re.compile("[\U0001d400-\U0001d7ff\ufb00-\ufb06\uff01-\uff5e]+")
_LOOSE = re.compile("(?<=\\s)[\u200c\u200d\ufe00-\ufe0f]+")
_BULLET = re.compile(r"^([^\S\n]*)[•◦‣▪●](?=\s)", re.MULTILINE)
_FORMS = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″〝〞", '"'),
        **dict.fromkeys("‘’‚‛‹›′ʼ´`", "'"),
        **dict.fromkeys("‐‑‒–—―−⁃﹘﹣", "-"),
        "…": "...",
        "‥": "..",
        "\u1680": " ",
        "\u3000": " ",
    }
)


def without_unseen(text: str) -> str:
    """Drop characters that show nothing and could hide something, where they have no use.

    Joiners and variation selectors are used in emoji and in many scripts, direction marks beside letters that are
    written from the right.
    """
    if text.isascii():
        return text
    text = _TAGS.sub(lambda found: found[1] or "", _UNSEEN.sub("", text))
    if _DIRECTIONS.search(text) and not any(map(_is_from_the_right, text)):
        text = _DIRECTIONS.sub("", text)
    return _JOINED.sub(_working, text)


def _working(found: re.Match[str]) -> str:
    """Keep those of some joiners and selectors that the character before can use."""
    text, before = found.string, found.string[max(found.start() - 1, 0) : found.start()]
    if text.startswith(_KEYCAP, found.end()) and before in "0123456789#*":
        return found[0][:1]
    if before in _PICTURED or before > "\u024f" or before.isspace():
        kept = _KEPT.match(found[0])
        return kept[0] if kept else ""
    return ""


def _is_from_the_right(char: str) -> bool:
    return unicodedata.bidirectional(char) in ("R", "AL") and not _DIRECTIONS.match(char)


def with_plain_spaces(text: str) -> str:
    """Replace no-break, thin and other Latin spaces by ordinary ones."""
    return _NARROW_SPACES.sub(" ", text)


def plain_forms(text: str) -> str:
    """Replace quotation marks, dashes, ellipses, spaces and styled letters by plain ones, but not in addresses."""
    pieces = _ADDRESS.split(unicodedata.normalize("NFC", text))
    return "".join(piece if place % 2 else _plain(piece) for place, piece in enumerate(pieces))


def _plain(text: str) -> str:
    text = _LOOSE.sub("", text)
    text = _STYLED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = _DASH_BETWEEN_WORDS.sub(" - ", _SPACED_QUOTATION.sub(r'"\1"', text))
    return _BULLET.sub(r"\1-", text).translate(_FORMS)
