"""Texts of customers in Slack: shown as they are, whatever they say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text import clean
from bot.slack.text.escaping import MAX_BLOCK_CHARS, escape, plain, rich_text

BAIT = (
    "<!channel>",
    "@everyone",
    "*bold*",
    ":wave:",
    "<@U0123ABCD>",
    "<https://x.example|bank>",
    "#general",
    "`a`",
    "&lt;",
)


def only_element(block: dict[str, Any]) -> dict[str, Any]:
    """Take the one element of the one section."""
    (section,) = block["elements"]
    (element,) = section["elements"]
    assert (block["type"], section["type"]) == ("rich_text", "rich_text_section")
    assert isinstance(element, dict)
    return element


@pytest.mark.parametrize("text", BAIT)
def test_bait_stays_text(text: str) -> None:
    """What looks like a mention, a link, a format or a code comes out as literally these characters, unstyled."""
    assert only_element(rich_text(text)) == {"type": "text", "text": text}
    assert plain(text) == {"type": "plain_text", "text": text, "emoji": False}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<!channel> & Co", "&lt;!channel&gt; &amp; Co"),
        ("&lt;", "&amp;lt;"),
        ("*bold* :wave: 'quoted' \"twice\"", "*bold* :wave: 'quoted' \"twice\""),
        ("a\u202eb\x00c", "abc"),
        ("", ""),
    ],
)
def test_escape(text: str, expected: str) -> None:
    """Ampersand and angle brackets are escaped, and only these; hidden characters go."""
    assert escape(text) == expected


@given(st.text())
def test_escaped_text_holds_no_markup(text: str) -> None:
    """No angle bracket survives, and unescaping brings back what was written."""
    escaped = escape(text)
    assert not set("<>") & set(escaped)
    back = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert escape(back) == escaped


def test_hidden_characters_are_stripped() -> None:
    """Control and direction-override characters are removed; the spacing stays."""
    assert only_element(rich_text(" a\u202e\x07b\r\n\n\n\tc "))["text"] == " ab\n\n\n c "
    assert plain("a\u2066b")["text"] == "ab"


@pytest.mark.parametrize("text", ["", "  \n", "\x00", "\u202e"])
def test_empty_text_is_refused(text: str) -> None:
    """Slack shows no empty text, so asking for it is a mistake of the caller."""
    with pytest.raises(ValueError, match="empty"):
        rich_text(text)
    with pytest.raises(ValueError, match="empty"):
        plain(text)


def test_a_text_that_just_fits_is_whole() -> None:
    """3,000 characters are shown whole."""
    assert only_element(rich_text("a" * 3000))["text"] == "a" * 3000


def test_a_long_text_is_cut_with_words() -> None:
    """A longer text is cut on a grapheme boundary and says how long it is."""
    shown = only_element(rich_text("👩‍👩‍👧" * 1000))["text"]
    body, ending = shown.split("…")
    assert ending == " (cut, the whole text has 5,000 characters)"
    assert set(body.split("👩‍👩‍👧")) == {""}
    assert MAX_BLOCK_CHARS - 5 < len(shown) <= MAX_BLOCK_CHARS


@given(st.text().map(lambda text: f"x{text}" * 100))
def test_blocks_are_never_too_long(text: str) -> None:
    """Whatever the text, Slack's limit holds, and what is shown begins as the text does."""
    shown = plain(text)["text"]
    assert len(shown) <= MAX_BLOCK_CHARS
    assert clean(text).startswith(shown.partition("… (cut")[0])
