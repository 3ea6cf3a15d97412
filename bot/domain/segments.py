"""SMS segments: how many a text takes, and in which encoding. Pure.

By 3GPP TS 23.038: https://en.wikipedia.org/wiki/GSM_03.38.
"""

from dataclasses import dataclass
from typing import Literal

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


_GSM_EXTENDED = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True)
class Segments:
    """The segments that a text costs: `count` of them in `encoding`, with room for `left` more units in the last one.

    A unit is a septet in GSM-7 (some characters take two) and a UTF-16 code unit in UCS-2.
    """

    count: int
    encoding: Literal["GSM-7", "UCS-2"]
    left: int


def segments(text: str) -> Segments:
    """Count the SMS segments of a text; the empty text has none.

    A character of two units is not torn apart between segments, so a long text may waste a unit in each.
    """
    if is_gsm(text):
        return _packed([2 if char in _GSM_EXTENDED else 1 for char in text], "GSM-7", (160, 153))
    return _packed([2 if ord(char) > 0xFFFF else 1 for char in text], "UCS-2", (70, 67))


def is_gsm(text: str) -> bool:
    """Tell whether GSM-7 can hold a text."""
    return _GSM.issuperset(text) or (_GSM | _GSM_EXTENDED).issuperset(text)


def _packed(widths: list[int], encoding: Literal["GSM-7", "UCS-2"], room: tuple[int, int]) -> Segments:
    alone, each = room
    total = sum(widths)
    if total <= alone:
        return Segments(min(total, 1), encoding, alone - total)
    count, used = 1, 0
    for width in widths:
        if used + width > each:
            count, used = count + 1, 0
        used += width
    return Segments(count, encoding, each - used)
