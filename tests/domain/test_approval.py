"""What should make us ask before a text leaves."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.approval import SHORTENERS, ApprovalReason, ContactFacts, QuietHours, approval_reasons, has_short_link

NIGHT = QuietHours(time(21), time(8))


@pytest.mark.parametrize(
    "text",
    [
        "see https://bit.ly/abc",
        "see bit.ly/abc",
        "(http://www.tinyurl.com/x)",
        "HTTPS://T.CO/Xyz",
        "https://goo.gl/maps/1?x=2",
    ],
)
def test_short_links(text: str) -> None:
    """A link of a shortener is known in any form that a phone makes a link of."""
    assert has_short_link(text)


@pytest.mark.parametrize(
    "text",
    [
        "see https://example.com/bit.ly/abc",
        "write to me@bit.ly/abc",
        "https://notbit.ly/abc",
        "https://bit.ly.example.com/abc",
        "we use bit.ly a lot",
        "at.co/x is ours",
        "",
    ],
)
def test_other_links(text: str) -> None:
    """A host that only looks like a shortener, or a shortener without a page, is none."""
    assert not has_short_link(text)


@pytest.mark.parametrize(
    "text", ["~$500~ $50", "It is ~no\nmore~", "(~so~)", "a ~x~ b", "~never~mind", "~ask @Ann~", "~and/or~ now"]
)
def test_struck_out(text: str) -> None:
    """Words between two tildes were struck out, so a person looks first."""
    assert approval_reasons([text], ContactFacts()) == (ApprovalReason.STRUCK,)


@pytest.mark.parametrize(
    "text", ["~5 to ~6", "9~5, 10~6", "https://a.example/~bo/~ann", "about ~ 5 ~", "~~", "~", "so~", "a.example/~bo/~x"]
)
def test_other_tildes(text: str) -> None:
    """A tilde that says "about" or "to", or stands in an address, strikes nothing out."""
    assert approval_reasons([text], ContactFacts()) == ()


@given(st.text(), st.sampled_from(sorted(SHORTENERS)))
def test_short_links_anywhere(around: str, host: str) -> None:
    """A link of a shortener is found behind any words, and no words raise."""
    assert has_short_link(f"{around} https://{host}/abc")
    has_short_link(around)


@pytest.mark.parametrize(
    ("at", "is_night"),
    [
        (time(20, 59, 59), False),
        (time(21), True),
        (time(23, 59), True),
        (time(0), True),
        (time(7, 59), True),
        (time(8), False),
    ],
)
def test_a_span_over_midnight(at: time, is_night: bool) -> None:  # noqa: FBT001 - a column of the table
    """Quiet hours begin with their first minute, span midnight, and end before their last."""
    assert NIGHT.holds(at) is is_night
    assert QuietHours(NIGHT.end, NIGHT.start).holds(at) is not is_night


def test_reasons() -> None:
    """Each circumstance is a reason by itself; a text without any is not asked about."""
    assert approval_reasons(("Your order is ready",), ContactFacts(quiet=NIGHT, hours=(time(12),))) == ()
    assert approval_reasons(("Hi",), ContactFacts(is_opted_out=True)) == (ApprovalReason.OPTED_OUT,)
    assert approval_reasons(("Hi",), ContactFacts(is_blocked=True)) == (ApprovalReason.BLOCKED,)
    assert approval_reasons(("Hi",), ContactFacts(is_repeated=True)) == (ApprovalReason.REPEATED,)
    assert approval_reasons(("Hi",), ContactFacts(quiet=NIGHT, hours=(time(12), time(23)))) == (ApprovalReason.NIGHT,)
    assert approval_reasons(("Hi",), ContactFacts(hours=(time(23),))) == ()
    assert approval_reasons(("bit.ly/a",), ContactFacts()) == (ApprovalReason.SHORT_LINK,)


def test_length() -> None:
    """Three segments need no asking, in one text or in parts together; four do."""
    assert approval_reasons(("a" * 459,), ContactFacts()) == ()
    assert approval_reasons(("a" * 460,), ContactFacts()) == (ApprovalReason.LONG,)
    assert approval_reasons(("a" * 306, "b" * 306), ContactFacts()) == (ApprovalReason.LONG,)


@pytest.mark.parametrize(
    ("hours", "asks"),
    [((7, 10), True), ((7, 7, 7, 7), True), ((7, 9, 10, 10), False), ((5, 7, 10, 10), True), ((), False)],
)
def test_the_night_of_many_places(hours: tuple[int, ...], asks: bool) -> None:  # noqa: FBT001 - a parameter
    """Of few places one counts in which it is night; of a whole country, half of its zones."""
    about = ContactFacts(quiet=QuietHours(time(21), time(8)), hours=tuple(map(time, hours)))
    assert (ApprovalReason.NIGHT in approval_reasons(("Hello",), about)) is asks
