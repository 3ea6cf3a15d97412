"""Segments, splitting, tidying and showing of texts."""

import itertools
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.segments import Segments, segments
from bot.domain.text import clean, counted, ellipsized, split, tidy, truncate

FAMILY = "👩‍👩‍👧"
WAVE = "👋🏽"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
GRAPHEMES = (
    "a",
    "é",
    "e\u0301",
    "न\u093f",
    FAMILY,
    WAVE,
    "🇺🇸",
    "❤\ufe0f",
    SCOTLAND,
    "1\ufe0f\u20e3",
    "\u1112\u1161\u11ab",
    "\u1112\ud55c",
    "กำ",
    "ນຳ",
    "क्ष",
    "स्त्री",
    "ক্\u200dষ",
)
NUMBER = re.compile(r"\((\d+)/(\d+)\) ")


def unnumbered(parts: tuple[str, ...]) -> list[str]:
    """Take the numbers off the parts, checking that they count."""
    if len(parts) == 1:
        return list(parts)
    found = [NUMBER.match(part) for part in parts]
    assert [match and match.groups() for match in found] == [
        (str(place), str(len(parts))) for place in range(1, len(parts) + 1)
    ]
    return [part[match.end() :] for part, match in zip(parts, found, strict=True) if match]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments(0, "GSM-7", 160)),
        ("a", Segments(1, "GSM-7", 159)),
        ("a" * 160, Segments(1, "GSM-7", 0)),
        ("a" * 161, Segments(2, "GSM-7", 145)),
        ("a" * 306, Segments(2, "GSM-7", 0)),
        ("a" * 307, Segments(3, "GSM-7", 152)),
        ("ÄÖÜäöüß¿¡ñ@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞ\n\r", Segments(1, "GSM-7", 123)),
        ("€" * 80, Segments(1, "GSM-7", 0)),
        ("[]{}\\~^|€\f", Segments(1, "GSM-7", 140)),
        ("a" * 152 + "€" + "a" * 10, Segments(2, "GSM-7", 141)),
        ("ç", Segments(1, "UCS-2", 69)),
        ("’" + "a" * 69, Segments(1, "UCS-2", 0)),
        ("’" + "a" * 70, Segments(2, "UCS-2", 63)),
        ("😀" * 35, Segments(1, "UCS-2", 0)),
        ("😀" * 36, Segments(2, "UCS-2", 61)),
    ],
)
def test_segments(text: str, expected: Segments) -> None:
    """Segments hold 160 or 153 septets, or 70 or 67 UTF-16 units, and no character is torn between two."""
    assert segments(text) == expected


@given(st.text())
def test_segments_have_room_for_all_of_it(text: str) -> None:
    """The segments hold what the text takes and what is left; at most one unit is wasted in each but the last."""
    cost = segments(text)
    if cost.encoding == "GSM-7":
        units, alone, each = sum(1 + (char in "\f^{}\\[~]|€") for char in text), 160, 153
    else:
        units, alone, each = len(text.encode("utf-16-le", "surrogatepass")) // 2, 70, 67
    room = alone if cost.count <= 1 else each * cost.count
    assert 0 <= room - units - cost.left <= max(cost.count - 1, 0)


def test_a_text_that_fits_stays_whole() -> None:
    """A text of exactly the longest length is one part without a number, kept as it is."""
    text = "  " + "a" * 36 + "  "
    assert split(text, 40) == (text,)


def test_white_space_around_needs_no_second_part() -> None:
    """A text that fits once the white space around it is gone is one part."""
    assert split("  " + "a" * 40 + "\n", 40) == ("a" * 40,)


def test_split_cuts_at_sentence_ends() -> None:
    """A sentence that ends in the second half of a part ends the part."""
    text = "The first sentence is here. The second one follows! Is a third one needed? Yes."
    assert split(text, 40) == (
        "(1/3) The first sentence is here.",
        "(2/3) The second one follows!",
        "(3/3) Is a third one needed? Yes.",
    )


def test_split_cuts_at_word_ends_where_no_sentence_ends() -> None:
    """Without a sentence end in reach the cut falls between words, however early."""
    parts = split("one. two three four five six seven", 24)
    assert unnumbered(parts) == ["one. two three", "four five six", "seven"]


def test_split_cuts_a_long_word_where_it_must() -> None:
    """A word longer than a part is cut anywhere, and nothing of it is lost."""
    parts = split("x" * 95, 40)
    assert [len(part) for part in parts] == [40, 40, 33]
    assert "".join(unnumbered(parts)) == "x" * 95


def test_split_numbers_more_than_nine_parts() -> None:
    """Ten parts need two digits, and still no part is too long."""
    parts = split("word " * 100, 40)
    assert len(parts) > 9
    assert max(map(len, parts)) <= 40
    assert " ".join(unnumbered(parts)).split() == ["word"] * 100


@pytest.mark.parametrize(
    ("length", "count", "last"), [(900, 9, "(9/9) "), (901, 10, "(10/10) "), (980, 10, "(10/10) ")]
)
def test_split_numbers_exactly_ten_parts(length: int, count: int, last: str) -> None:
    """The tenth part is where numbers take two digits: every part makes room for them, and nothing is lost."""
    parts = split("x" * length, 106)
    assert len(parts) == count
    assert parts[-1].startswith(last)
    assert parts[0].startswith(f"(1/{count}) ")
    assert max(map(len, parts)) <= 106
    assert "".join(unnumbered(parts)) == "x" * length


def test_split_refuses_what_leaves_no_room() -> None:
    """Parts too short for their own numbers are a mistake of the caller."""
    for longest in (-1, 0, 1, 6):
        with pytest.raises(ValueError, match="cannot be split"):
            split("a b c d e f", longest)


@given(st.text(), st.integers(30, 200))
def test_split_keeps_every_part_short_and_every_character(text: str, longest: int) -> None:
    """No part is longer than allowed, none is empty, and only white space is lost."""
    parts = split(text, longest)
    assert max(map(len, parts)) <= longest
    assert "".join("".join(unnumbered(parts)).split()) == "".join(text.split())
    assert len(parts) == 1 or all(unnumbered(parts))


@given(st.lists(st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=9), min_size=1))
def test_the_words_survive_in_order(words: list[str]) -> None:
    """Words that fit into a part come out whole, and in order."""
    parts = split(" ".join(words), 30)
    assert " ".join(unnumbered(parts)).split() == " ".join(words).split()


@given(st.lists(st.sampled_from(GRAPHEMES), max_size=60), st.integers(30, 60))
def test_no_part_ends_inside_a_grapheme(graphemes: list[str], longest: int) -> None:
    """What a reader takes for one character is never cut, even where a cut must fall inside a word."""
    ends = set(itertools.accumulate(map(len, graphemes)))
    cuts = list(itertools.accumulate(map(len, unnumbered(split("".join(graphemes), longest)))))
    assert not graphemes or set(cuts) <= ends


@given(st.lists(st.sampled_from(["\U0001f1e6", "\U0001f1e7"]), min_size=2, max_size=40), st.integers(1, 20))
def test_flags_are_cut_in_pairs(letters: list[str], longest: int) -> None:
    """A cut never leaves half a flag in front of other flags."""
    text = "".join(letters)
    if longest < len(text):
        assert len(truncate(text, longest)) % 2 == 0


def test_a_grapheme_longer_than_a_part_is_torn() -> None:
    """An endless pile of accents still ends up in parts that are short enough."""
    parts = split("e" + "\u0301" * 100, 40)
    assert "".join(unnumbered(parts)) == "e" + "\u0301" * 100
    assert max(map(len, parts)) <= 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  hello \n", "hello"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\tb", "a b"),
        ("a\n\n\n\n\nb\n\nc", "a\n\nb\n\nc"),
        ("a\x00b\x1b[31mc\x7f\x9f", "ab[31mc"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("e\u0301 👩‍👩‍👧 \u200fשלום", "e\u0301 👩‍👩‍👧 \u200fשלום"),
        ("half \ud83d", "half \ufffd"),
        ("", ""),
    ],
)
def test_tidy(text: str, expected: str) -> None:
    """Control and override characters go, line breaks become newlines of which at most two follow one another."""
    assert tidy(text) == expected


@given(st.text(st.characters()))
def test_tidy_leaves_nothing_to_tidy(text: str) -> None:
    """Tidying twice is tidying once, and what comes out can be sent: no control character, encodable, no long gap."""
    tidied = tidy(text)
    assert tidy(tidied) == tidied
    assert {char for char in tidied if unicodedata.category(char) == "Cc"} <= {"\n"}
    assert "\n\n\n" not in tidied
    assert tidied.encode().decode() == tidied


def test_clean_keeps_the_spacing() -> None:
    """Cleaning, unlike tidying, leaves white space where the writer put it."""
    assert clean("  a\n\n\n\nb ") == "  a\n\n\n\nb "


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("hello", 5, "hello"),
        ("hello!", 5, "hell…"),
        ("hi you", 4, "hi…"),
        ("a" + FAMILY, 5, "a…"),
        (WAVE + "b" * 9, 2, "…"),
        ("🇺🇸🇩🇪x", 4, "🇺🇸…"),
        ("hello", 1, "…"),
        ("a\r\nb", 3, "a…"),
        ("\u200d\u200da", 2, "…"),
        ("xกำy", 3, "x…"),
        ("aक्षbc", 4, "a…"),
    ],
)
def test_shown(text: str, longest: int, expected: str) -> None:
    """A text cut for showing ends in an ellipsis and never inside a grapheme."""
    assert ellipsized(text, longest) == expected


@given(st.text(), st.integers(1, 50))
def test_shown_is_short_enough(text: str, longest: int) -> None:
    """What is shown is never longer than asked for, and is the text itself where that fits."""
    short = ellipsized(text, longest)
    assert len(short) <= longest
    assert short == text if len(text) <= longest else short.endswith("…")


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 texts"), (1, "1 text"), (2, "2 texts"), (1_200, "1,200 texts"), (-1, "-1 texts")]
)
def test_how_many_there_are(number: int, words: str) -> None:
    """One is said in the singular, everything else in the plural."""
    assert counted(number, "text") == words
    assert counted(number, "of us is", "of us are").endswith(" is" if number == 1 else " are")
