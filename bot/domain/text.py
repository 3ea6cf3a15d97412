"""Text as phones show it: cleaned, cut, and split into numbered parts. Pure.

"Characters" are Python's, one per code point.
What a reader takes for one character (here: a grapheme) is never cut, by the rules for extended grapheme clusters of
https://www.unicode.org/reports/tr29/, as the library regex knows them: marks, conjuncts, joined emoji, flags, Hangul.
Tailored in one place: white space never takes a mark, so that white space at a cut can be dropped.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

from bot.domain.letters import plain_forms, with_plain_spaces, without_unseen
from bot.domain.segments import is_gsm, segments

_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_BIDI = "\u202a-\u202e\u2066-\u2069"
_HIDDEN = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x9f{_BIDI}]")
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(map(chr, range(0xFE00, 0xFE10)))
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_SENTENCE_END = re.compile(r"""[.!?…]+["')\]”’»]*(?=\s)|[。！？]+[」』）]*|(?=\n)""")  # CJK on purpose

_GRAPHEME = "\r\n|[\ud800-\udbff][\udc00-\udfff]|\\s|\\X"


def counted(number: int, one: str, many: str = "") -> str:
    """Count something in words: "1 text", "1,200 texts"; `many` where it is not `one` and an s."""
    return f"1 {one}" if number == 1 else f"{number:,} {many or f'{one}s'}"


def clean(text: str) -> str:
    """Remove control, bidirectional-override and unseen characters; line breaks become newlines, a tab a space.

    Half a surrogate pair, which no encoder would take, becomes the replacement character.
    """
    text = _HIDDEN.sub("", _BREAKS.sub("\n", text).replace("\t", " "))
    return without_unseen(_LONE_SURROGATE.sub("\ufffd", text))


def is_blank(text: str) -> bool:
    """Tell whether nothing of a text can be seen: spaces, joiners, variation selectors, marks of direction, fillers."""
    return all(unicodedata.category(char)[0] in "ZC" or char in _BLANKS for char in text)


def tidy(text: str) -> str:
    """Clean a text, make Latin spaces plain, keep at most one empty line in a row, drop white space around it."""
    return re.sub(r"\n{3,}", "\n\n", with_plain_spaces(clean(text))).strip()


def for_phone(text: str) -> str:
    """Tidy a text; what only looks different becomes plain where the text then fits into GSM-7 and costs no more."""
    text = tidy(text)
    if text.isascii():
        return text
    plain = plain_forms(text).strip()
    return plain if is_gsm(plain) and segments(plain).count <= segments(text).count else text


def ellipsized(text: str, longest: int) -> str:
    """Shorten a text for showing to at most `longest` characters (1 or more), the last one then being an ellipsis."""
    return text if len(text) <= longest else f"{truncate(text, longest - 1).rstrip()}…"


def truncate(text: str, longest: int) -> str:
    """Take at most `longest` characters off the front without tearing a grapheme; may be empty."""
    return text if len(text) <= longest else text[: max(_boundaries(text, longest), default=0)]


def split(text: str, longest: int) -> tuple[str, ...]:
    """Split a text into parts of at most `longest` characters, numbered "(1/3) " in front; one that fits stays whole.

    Cuts at the end of a sentence if one lies in the second half of a part, else at the end of a word, else between
    graphemes; only a grapheme longer than a part is torn. Only white space at a cut is lost.
    Raises ValueError where `longest` leaves no room beside the numbers.
    """
    if len(text) <= longest:
        return (text,)
    text = text.strip()
    if len(text) <= longest:
        return (text,)
    for digits in range(1, longest):
        room = longest - len("(/) ") - 2 * digits
        if room < 1:
            break
        parts = list(split_pages(text, room))
        if len(parts) < 10**digits:
            return tuple(f"({number}/{len(parts)}) {part}" for number, part in enumerate(parts, 1))
    raise ValueError(f"a text of {len(text)} characters cannot be split into numbered parts of {longest}")


def split_pages(text: str, longest: int) -> Iterator[str]:
    """Cut a text into parts of at most `longest` characters, as `split` does, without numbers."""
    while len(text) > longest:
        cut = _cut_at(text, longest)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    yield text


def _cut_at(text: str, room: int) -> int:
    """Find how many characters the next part takes of a text longer than the room."""
    allowed = set(_boundaries(text, room))
    window = text[: room + 1]
    sentences = [end for match in _SENTENCE_END.finditer(window) if (end := match.end()) in allowed]
    if sentences and sentences[-1] * 2 >= room:
        return sentences[-1]
    words = [place for place in allowed if text[place].isspace()]
    return max(words or allowed, default=room)


@cache
def _graphemes() -> Any:
    import regex  # noqa: PLC0415 - 3 MB that a bot needs at the first text beyond ASCII only

    return regex.compile(_GRAPHEME)


def _boundaries(text: str, longest: int) -> Iterator[int]:
    """Yield the places, from 1 to `longest`, at which the text may be cut; the text is longer than that."""
    start = text[: longest + 1]
    if start.isascii() and "\r" not in start:
        return iter(range(1, longest + 1))
    ends = (found.end() for found in _graphemes().finditer(start))
    return (end for end in ends if end <= longest)
