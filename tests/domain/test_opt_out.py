"""Words that may ask for no more texts: a person is asked, nothing is stopped."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.opt_out import is_opt_out, may_opt_out

NEAR = [
    "Stop. Thank you",
    "please stop texting me",
    "STOP please",
    "Please stop!",
    "stop it",
    "ok, unsubscribe me",
    "How do I unsubscribe?",
    "Please cancel",
    "I never signed up. STOP",
    "don’t text me anymore",
    "Do not contact me again",
    "I don't want to receive your messages",
    "no more texts",
    "no more marketing messages please",
    "remove me from your list",
    "take me off this list",
    "opt me out",
    "I want to opt out",
    "I revoke my consent to be texted",
    "stop sending me these",
    "Stop all messages",
    "quit messaging us",
    "leave me alone",
]
NONE = [
    "We have got to STOP this",
    "Liked “STOP”",
    'Loved "STOP"',
    "Laughed at “please stop texting me”",
    "👍 to “STOP”",
    "\u200a👍\u200a to “\u200aSTOP\u200a”",
    "Reacted 😂 to “Reply STOP to opt out”",
    "A aimé « STOP »",
    "The bus stop is closed",
    "I will stop by at 5",
    "Please stop by when it is ready",
    "I want to cancel my order",
    "Can you cancel my appointment?",
    "That was the end.",
    "Please don't stop texting me",
    "Why did you stop sending them?",
    "I got your text. Thanks",
    "I never get your messages",
    "I don't get texts after five",
    "",
]


@pytest.mark.parametrize("text", NEAR)
def test_near_misses_are_asked_about(text: str) -> None:
    """Words that a person would take for a wish to be left alone are no keyword, and are asked about."""
    assert not is_opt_out(text)
    assert may_opt_out(text)


@pytest.mark.parametrize("text", NONE)
def test_other_words_are_not(text: str) -> None:
    """Quoted keywords, as phones send for a tap on a heart, and the same words in another sense ask for nothing."""
    assert not is_opt_out(text)
    assert not may_opt_out(text)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    """Whatever a contact writes can be looked at."""
    assert may_opt_out(text) in (True, False)


@pytest.mark.parametrize("part", ["w", "漢", "w.", "\n", "revoke ", "a\u200d"])
def test_a_long_text_takes_no_longer_than_its_length(part: str) -> None:
    """The longest text that a webhook brings is read in a moment, whatever it is made of."""
    begun = time.process_time()
    assert not may_opt_out(part * (60_000 // len(part)))
    assert time.process_time() - begun < 5
