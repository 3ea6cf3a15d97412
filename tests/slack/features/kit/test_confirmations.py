"""A button that texts people: it takes effect once, and what is not known is never guessed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.bridge.confirmations import OutcomeLost, end_confirmation
from bot.call_deadline import steady
from bot.domain.confirmation import PendingConfirmation
from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.domain.retry_policy import LEAVE_S
from bot.ports.storage import Transaction
from bot.slack.context import UserError
from bot.slack.features.kit.confirmations import (
    NOT_NOW,
    PRESSED_BEFORE,
    TOO_OLD,
    RetryAllowed,
    call_once,
    cancel,
    claim_press,
    outcome_of,
    read_open_confirmation,
    store_confirmation,
)
from tests.harness.handlers import Handlers
from tests.harness.world import ACCOUNT, AVA, DANA

KIND = "schedule"
REFUSALS: list[tuple[CallFailed, str]] = [
    (Rejected("802", "Volt says <no>."), "Volt says &lt;no&gt;."),
    (Retryable("busy", "It will be tried again."), NOT_NOW),
    (Retryable("invalid_token", "Renew it.", scope=FailureScope.DESTINATION), "Renew it."),
]


def nothing(_tx: Transaction) -> None:
    """Begin nothing."""


async def failing(error: CallFailed) -> None:
    """Stand for a call that fails."""
    raise error


async def taken(handlers: Handlers) -> PendingConfirmation:
    """Keep a question and press its button."""
    ask_id = await store_confirmation(handlers.context, KIND, AVA, "{}")
    ask, _ = await claim_press(handlers.context, ask_id, KIND, nothing)
    return ask


async def test_one_turn(handlers: Handlers) -> None:
    """Of many presses at once one gets the turn; the others are told that it was pressed before."""
    ask_id = await store_confirmation(handlers.context, KIND, AVA, "{}")
    presses = (claim_press(handlers.context, ask_id, KIND, nothing) for _ in range(5))
    found = await asyncio.gather(*presses, return_exceptions=True)
    refused = [str(one) for one in found if isinstance(one, UserError)]
    assert refused == [PRESSED_BEFORE] * 4
    assert await outcome_of(handlers.context, ask_id) == PRESSED_BEFORE


@pytest.mark.parametrize(("ask_id", "kind"), [("unknown", KIND), ("", "wave")])
async def test_a_question_that_is_not_there(handlers: Handlers, ask_id: str, kind: str) -> None:
    """A button whose question is gone, or is another one, is too old; nothing is known of its outcome."""
    kept = await store_confirmation(handlers.context, KIND, AVA, "{}")
    with pytest.raises(UserError, match=TOO_OLD):
        await read_open_confirmation(handlers.context, ask_id or kept, kind)
    assert await outcome_of(handlers.context, ask_id or kept) == ""


async def test_what_became_of_it_is_said(handlers: Handlers) -> None:
    """Who presses a button that was decided about reads what became of it."""
    ask_id = await store_confirmation(handlers.context, KIND, AVA, "{}")
    await cancel(handlers.context, ask_id, KIND, "Cancelled.")
    with pytest.raises(UserError, match=r"Cancelled\."):
        await claim_press(handlers.context, ask_id, KIND, nothing)


@pytest.mark.parametrize(("error", "words"), REFUSALS)
async def test_a_certain_refusal_gives_the_turn_back(handlers: Handlers, error: CallFailed, words: str) -> None:
    """Where certainly nothing was done the button counts again, what was noted is taken back, and words say why."""
    ask, undone = await taken(handlers), list[str]()
    with pytest.raises(RetryAllowed) as caught:
        await call_once(handlers.context, ask, failing(error), lambda _tx: undone.append("undone"))
    assert str(caught.value) == words
    assert undone == ["undone"]
    await claim_press(handlers.context, ask.id, KIND, nothing)


async def test_a_lost_answer_keeps_the_turn(handlers: Handlers) -> None:
    """Where the answer is lost the turn is spent, and nothing is taken back."""
    ask, undone = await taken(handlers), list[str]()
    call = failing(OutcomeUnknown("timeout", "No answer."))
    with pytest.raises(OutcomeLost):
        await call_once(handlers.context, ask, call, lambda _tx: undone.append("undone"))
    assert undone == []
    with pytest.raises(UserError, match="we do not know whether it was done"):
        await claim_press(handlers.context, ask.id, KIND, nothing)


async def test_what_was_pressed_leaves_soon_or_not_at_all(handlers: Handlers) -> None:
    """A bot that was frozen after the press makes no call when it goes on; the button counts again."""
    ask, undone, before = await taken(handlers), list[str](), len(handlers.volt.requests)
    assert ask.leave_by is not None
    assert steady() < ask.leave_by <= steady() + LEAVE_S
    late = replace(ask, leave_by=steady() - 1)
    call = handlers.bridge.provider.schedule_text(ACCOUNT, [DANA], "See you", datetime.now(UTC) + timedelta(days=1))
    with pytest.raises(RetryAllowed, match=NOT_NOW):
        await call_once(handlers.context, late, call, lambda _tx: undone.append("undone"))
    assert handlers.volt.requests[before:] == []
    assert undone == ["undone"]
    await claim_press(handlers.context, ask.id, KIND, nothing)


async def test_what_was_done_is_written_down(handlers: Handlers) -> None:
    """What Volt did is written down, and what the unit found is given back."""
    ask = await taken(handlers)
    await handlers.context.units.run_until_written(end_confirmation, ask.id, "Scheduled.")
    assert await outcome_of(handlers.context, ask.id) == "Scheduled."
