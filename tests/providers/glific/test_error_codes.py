"""Why WhatsApp did not deliver, in words."""

from __future__ import annotations

import json
import re

import pytest

from bot.providers.glific.wire.error_codes import WORDS, failure
from bot.providers.glific.wire.messages import message_from_wire


def failed(errors: object) -> object:
    """Give a message that WhatsApp did not deliver."""
    at = "2026-11-29T10:00:00Z"
    shape = {"id": "7", "flow": "OUTBOUND", "updatedAt": at, "bspStatus": "ERROR", "errors": json.dumps(errors)}
    return message_from_wire(shape).failure


@pytest.mark.parametrize("code", WORDS)
def test_words_are_sentences_for_an_agent(code: str) -> None:
    """Each code says what happened and what to do, without the code, in sentences that are not long."""
    words = WORDS[code]
    assert code not in words
    assert len(words) <= 130
    assert len(re.findall(r"[.:](?: |$)", words)) >= 2
    assert "!" not in words


@pytest.mark.parametrize(
    "errors",
    [
        {"payload": {"code": 131026, "reason": "Message Undeliverable."}, "type": "failed"},
        {"code": "131026"},
        {"payload": {"payload": {"errorCode": 131026}}},
    ],
)
def test_a_code_is_found_wherever_it_stands(errors: object) -> None:
    """Where a code stands is not documented: it is found as a number or a text, at any depth that is usual."""
    assert failed(errors) == failure("131026")


def test_what_is_not_known_is_quoted() -> None:
    """A code outside the table gets the provider's own words, and what has no words says so."""
    unknown = failed({"payload": {"code": 999999, "reason": "Odd weather"}})
    assert 'It said: "Odd weather"' in unknown.user_message  # type: ignore[attr-defined]
    assert failure("999999") is None


def test_what_may_be_sent_again_and_what_opts_out() -> None:
    """Send again stands where it can help only; an opt-out that WhatsApp reports counts as one."""
    assert {code for code in WORDS if (found := failure(code)) and found.allows_manual_retry} >= {"1003", "130429"}
    assert {code for code in WORDS if (found := failure(code)) and found.is_opt_out} == {"1012"}
