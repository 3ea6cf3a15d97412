"""Senders by name: numbers stay numbers, all else is shown and kept apart."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.phone import can_be_texted
from bot.domain.sender import LONGEST_SENDER, NOBODY, sender_of


@pytest.mark.parametrize("told", ["+15555550145", "40404", "12345678", " +15555550145\n"])
def test_numbers_and_short_codes_stay(told: str) -> None:
    """A full number and a short code are what they were, without white space around them."""
    assert sender_of(told) == told.strip()
    assert can_be_texted(sender_of(told))


@pytest.mark.parametrize(
    "told", ["AMAZON", "+40404", "info@shop.example", "15555550145", "12", "+1 555 555 0145", "Müller"]
)
def test_anything_else_is_a_name(told: str) -> None:
    """What is no number is shown as it is, and cannot be texted."""
    assert sender_of(told) == told
    assert not can_be_texted(sender_of(told))


@pytest.mark.parametrize("told", ["", " ", "\n\t"])
def test_nobody(told: str) -> None:
    """An empty sender is nobody."""
    assert sender_of(told) == NOBODY


LOOKALIKES = (
    *(
        "AMAZON",
        "Amazon",
        "AMA\u200bZON",
        "AMAZON\u202e",
        "AMA ZON",
        "AMA  ZON",
        "AMA\tZON",
        "AMA\u00a0ZON",
        "~",
        "~ ~",
    ),
    *("+15555550145", "+1555555\u200b0145", "\u200b", "\u202e", "\x00", "x" * 40, "x" * 41, "x" * 42, "x" * 10_000),
)


def test_no_two_senders_share_a_name() -> None:
    """Senders that look alike, or begin alike, are kept apart."""
    assert len({sender_of(told) for told in LOOKALIKES}) == len(LOOKALIKES)
    marked = sender_of("AMA\u200bZON")
    assert sender_of(marked) != marked


@given(st.text())
def test_any_sender_can_be_shown(told: str) -> None:
    """Whatever a sender holds, its name is short and has nothing that cannot be seen."""
    name = sender_of(told)
    assert 0 < len(name) <= LONGEST_SENDER + 15
    assert name == name.strip()
    assert not [char for char in name if unicodedata.category(char)[0] == "C"]
