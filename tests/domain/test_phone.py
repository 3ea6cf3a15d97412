"""E.164 numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidNumber
from bot.domain.phone import parse_e164


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_e164_is_taken_as_it_is(number: str) -> None:
    """A plus sign and 7 to 15 digits, the first not zero, is a number."""
    assert parse_e164(number) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5555550145",
        "+05555550145",
        "+123456",
        "+1234567890123456",
        "+1 555 555 0145",
        "+15555550145\n",
        " +15555550145",
        "+١٥٥٥٥٥٥٠١٤٥",
        "++15555550145",
        "tel:+15555550145",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """Whatever is not exactly E.164 is refused, with words that say what it should be."""
    with pytest.raises(InvalidNumber, match=r"is not E\.164: a plus sign"):
        parse_e164(text)


def test_a_refusal_does_not_repeat_everything() -> None:
    """The refusal shows the start of what was given, however long that is."""
    with pytest.raises(InvalidNumber) as refused:
        parse_e164("9" * 10_000)
    assert len(str(refused.value)) < 200
