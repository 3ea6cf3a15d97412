"""Characters that cost, that show nothing, or that hide something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.letters import without_unseen
from bot.domain.segments import segments
from bot.domain.text import clean, for_phone, is_blank, tidy

SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
ALPHABET = (
    "a1é©न☎️👩🏽🏴\u200c\u200d\u200e\u200f\ufe0e\ufe0f\u20e3"
    "\u00ad\u034f\u061c\u2060\u3164\ufffc\U000e0067\U000e007f —“”א漢\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See you at\u00a05", "See you at 5"),
        ("10\u202f000\u2009km and\u2003more\u3000here", "10 000 km and more here"),
        ("“curly” quotes, ‘single’ ones, it’s „low“", '"curly" quotes, \'single\' ones, it\'s "low"'),
        ("« Bonjour » and «toi», »so«, ‹x›", '"Bonjour" and "toi", "so", \'x\''),
        ("9–5, well‑known, −3, – a dash", "9-5, well-known, -3, - a dash"),
        ("wait—what", "wait - what"),
        ("5′ 10″", "5' 10\""),
        ("so…", "so..."),
        ("• milk\n• eggs", "- milk\n- eggs"),
        ("cafe\u0301", "café"),
        ("𝗕𝗼𝗹𝗱 ﬁt ＯＫ", "Bold fit OK"),
        ("zero\u200bwidth\u2060 soft\u00adhyphen\ufeff", "zerowidth softhyphen"),
        ("joined \u200dloosely", "joined loosely"),
        ("call \u200e+1 555\u200f", "call +1 555"),
    ],
)
def test_what_only_looks_different_becomes_plain(text: str, expected: str) -> None:
    """Spaces, quotes, dashes, ellipses, styled letters and unseen characters do not make a text cost more."""
    assert for_phone(text) == expected
    assert segments(for_phone(text)).encoding == "GSM-7"


def test_a_no_break_space_costs_no_segment() -> None:
    """A text of 109 characters with a no-break space is one segment."""
    assert segments(for_phone("a" * 50 + "\u00a0" + "b" * 58)).count == 1


@pytest.mark.parametrize(
    "text",
    [
        "“Hi” – see you 😀",
        "São – “Paulo”",
        "1½ cups",
        "10 ₹",
        "Москва – «да»",
        "see https://x.example/a–b’c…d",
        "x.example/“a”b",
        "漢字\u3000漢字",
    ],
)
def test_what_stays_unicode_stays_as_written(text: str) -> None:
    """Where the meaning could change, or nothing is saved, every visible character is the author's."""
    assert for_phone(text) == text


def test_quotes_around_an_address_are_no_part_of_it() -> None:
    """An address is not touched, and what stands around it is."""
    assert for_phone("“https://x.example/a” – look") == '"https://x.example/a" - look'


@pytest.mark.parametrize(
    "text", ["👩‍👩‍👧", "❤️‍🔥", "1️⃣ #️⃣", SCOTLAND, "क्\u200dष", "می\u200cخواهم", "©️", "\u200fשלום\u200e 5", "葛\U000e0100"]
)
def test_what_works_unseen_stays(text: str) -> None:
    """Joiners, selectors, flags' tags and marks of direction stay where a script or an emoji needs them."""
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ok\U000e0073\U000e0065\U000e006e\U000e0064\U000e007f", "ok"),
        ("S\u200dT\u200cO\ufe0fP", "STOP"),
        ("😀\ufe00\ufe01\ufe02\U000e0100\U000e0101", "😀\ufe00"),
        ("photo \ufffc", "photo "),
        ("x\u034f\u200c\u00a0\u034f", "x\u00a0"),
    ],
)
def test_what_hides_something_goes(text: str, expected: str) -> None:
    """Tags, piles of selectors and joiners between plain letters carry words nobody sees, and go."""
    assert clean(text) == expected


@pytest.mark.parametrize("text", ["\u3164", "\u2800\u00a0", "\u115f\u1160", "\u034f\u200b"])
def test_fillers_are_blank(text: str) -> None:
    """A text of letters that show nothing is no text."""
    assert is_blank(text)


@given(st.text(st.sampled_from(ALPHABET)))
def test_cleaning_once_is_enough(text: str) -> None:
    """Nothing unseen is left that a second look would drop, and tidying is as final."""
    assert without_unseen(without_unseen(text)) == without_unseen(text)
    assert tidy(tidy(text)) == tidy(text)
    assert for_phone(for_phone(text)) == for_phone(text)
    assert segments(for_phone(text)).count <= max(segments(text).count, 1)
