"""Reactions of phones that come as texts: what is read as one, which text is quoted, and what is shown then."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.tapbacks import Quotable, Tapback, find_quoted, read_tapback, shown_reaction

HEART, LIKE, LAUGH = "❤️", "👍", "😂"


@pytest.mark.parametrize(
    ("text", "emoji", "quoted", "is_removed"),
    [
        ("Liked “See you at 6”", LIKE, "See you at 6", False),
        ('Liked "See you at 6"', LIKE, "See you at 6", False),
        ("Loved “one\ntwo”", HEART, "one two", False),
        ("Disliked “No”", "👎", "No", False),
        ("Laughed at “ha “ha” ha”", LAUGH, 'ha "ha" ha', False),
        ("Emphasized “Now!”", "‼️", "Now!", False),
        ("Questioned “Who?”", "❓", "Who?", False),
        ("Removed a heart from “Hi”", HEART, "Hi", True),
        ("Removed a question mark from “Hi”", "❓", "Hi", True),
        ("Reacted 🎉 to “We won”", "🎉", "We won", False),
        ("Reacted 👨‍👩‍👧 to “Us”", "👨‍👩‍👧", "Us", False),
        ("👍 to “ok ”", LIKE, "ok", False),
        ("\u200a\u200b👍\u200b to “\u200aok\u200a”\u200a", LIKE, "ok", False),
        ("Removed 🎉 from “We won”", "🎉", "We won", True),
        ("Gefällt „Bis um sechs“", LIKE, "Bis um sechs", False),
        ("A aimé « À demain »", LIKE, "À demain", False),
        ("Le gustó “Hasta luego”", LIKE, "Hasta luego", False),
        ("Loved an image", HEART, "", False),
        ("Laughed at a movie", LAUGH, "", False),
    ],
)
def test_what_is_a_reaction(text: str, emoji: str, quoted: str, is_removed: bool) -> None:  # noqa: FBT001 - a column
    """Each form is read with its emoji and what it quotes."""
    assert read_tapback(text) == Tapback(emoji, quoted, is_removed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Liked",
        "Liked it",
        "I liked “it”",
        "Liked “it” a lot",
        "Loved an image of you",
        "Lovedan image",
        "Reacted badly to “it”",
        "Reacted to “it”",
        "to “it”",
        "He said “it”",
        "Liked “”",
        "5 to “10”",
        "STOP",
    ],
)
def test_what_is_none(text: str) -> None:
    """Any other text is none."""
    assert read_tapback(text) is None


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    """Whatever is read as a reaction has an emoji, and words in front of what it quotes."""
    found = read_tapback(text)
    assert found is None or (found.emoji and len(found.quoted) < len(text))


@given(
    st.text(min_size=1, max_size=200).filter(lambda words: words.split() and not set(words) & set("\u200b\u200e\ufeff"))
)
def test_a_quote_is_found(words: str) -> None:
    """Whatever a text says, a reaction that quotes it is found on it, and on no other."""
    found = read_tapback(f"Liked “{words}”")
    assert found is not None
    assert find_quoted(found, [Quotable(1, words), Quotable(2, f"{words} and more")]) == 1


def test_which_text_is_quoted() -> None:
    """Exactly one text is quoted, whole or by a beginning that is long enough; else none is."""
    texts = [Quotable(1, "See you at six"), Quotable(2, "ok"), Quotable(3, "ok"), Quotable(4, "", has_media=True)]
    assert find_quoted(Tapback(LIKE, "See you at six"), texts) == 1
    assert find_quoted(Tapback(LIKE, "See you at…"), texts) == 1
    assert find_quoted(Tapback(LIKE, "See…"), texts) is None
    assert find_quoted(Tapback(LIKE, "see you at six"), texts) is None
    assert find_quoted(Tapback(LIKE, "ok"), texts) is None
    assert find_quoted(Tapback(LIKE, ""), texts) == 4
    assert find_quoted(Tapback(LIKE, ""), [*texts, Quotable(5, "two", has_media=True)]) is None


def test_what_is_shown() -> None:
    """A newer reaction takes the place of an older one, and only that which is there is removed."""
    assert shown_reaction([]) == ""
    assert shown_reaction([Tapback(LIKE, ""), Tapback(HEART, "")]) == HEART
    assert shown_reaction([Tapback(LIKE, ""), Tapback(LIKE, "", is_removed=True)]) == ""
    assert shown_reaction([Tapback(HEART, ""), Tapback(LIKE, "", is_removed=True)]) == HEART
