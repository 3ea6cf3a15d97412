"""Calls: under a token that works, within the budget, and failing in a way that says what is certain."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.providers.glific.calls.call_budget import CALLS_A_MINUTE, FOR_TEXTS, MARGIN, MINUTE_S, CallBudget
from bot.providers.glific.calls.error_mapping import SAID_NO
from bot.providers.glific.calls.graphql import GlificGraphql
from bot.sandbox import GlificStandIn
from bot.sandbox.glific.rules import old_glific
from tests.providers.glific.stage import DANA, Bot, Labels
from tests.providers.glific.test_session import failure_of


@pytest.fixture
async def calls(bot: Bot) -> GlificGraphql:
    """Give calls by a session."""
    return await bot.calls(await bot.session())


async def send(calls: GlificGraphql, glific: GlificStandIn, body: str = "hi") -> object:
    """Send a text to Dana."""
    contact = glific.contact_of(DANA)
    assert contact is not None
    wanted = {"receiverId": str(contact.id), "type": "TEXT", "body": body}
    return await calls.send("Send", "createAndSendMessage", input=wanted)


async def test_a_call_gives_what_its_field_holds(calls: GlificGraphql, labels: Labels) -> None:
    """A call logs in by itself, and returns the field it asked for."""
    found = await calls.read("ContactByPhone", "contactByPhone", phone=DANA)
    assert isinstance(found, dict)
    assert found["contact"]["name"] == "Dana Berg"
    assert labels() == ["login", "ContactByPhone"]


async def test_a_token_that_dies_in_the_middle_costs_nothing(
    calls: GlificGraphql, glific: GlificStandIn, labels: Labels
) -> None:
    """Texts under a token that has ended are refused, and leave once under the next one; there is one renewal."""
    await send(calls, glific, "first")
    glific.sessions.end_access()
    await asyncio.gather(*(send(calls, glific, f"text {number}") for number in range(10)))
    assert sorted(one.body or "" for one in glific.outbound(DANA)) == ["first", *(f"text {n}" for n in range(10))]
    assert labels().count("renew") == 1


async def test_a_session_that_ends_at_once_is_said(calls: GlificGraphql, glific: GlificStandIn) -> None:
    """Where a new token is not accepted either, an admin has to look; nothing is tried for ever."""
    glific.rules.statuses = [(401, "no"), (401, "no")]
    error = await failure_of(calls.read("CurrentUser", "currentUser"))
    assert isinstance(error, Retryable)
    assert (error.code, error.scope) == ("invalid_token", FailureScope.DESTINATION)


async def test_words_in_place_of_data_are_no_evidence_about_a_text(calls: GlificGraphql, glific: GlificStandIn) -> None:
    """A refusal and a fault after the deed look alike and may be in any language: for a text both are unknown."""
    glific.rules.errors, glific.rules.internal = ["24 घंटे 15555550145"], 0
    refused = await failure_of(send(calls, glific))
    glific.rules.internal = 1
    done = await failure_of(send(calls, glific))
    assert [(type(one), one.code) for one in (refused, done)] == [(OutcomeUnknown, SAID_NO)] * 2
    assert DANA not in refused.user_message
    assert len(glific.outbound(DANA)) == 1


async def test_words_in_place_of_data_refuse_a_reading(calls: GlificGraphql, glific: GlificStandIn) -> None:
    """For a call that may be repeated they are a rejection."""
    glific.rules.errors = ["Unauthorized"]
    error = await failure_of(calls.read("CurrentUser", "currentUser"))
    assert (type(error), error.code) == (Rejected, "refused")
    assert '"Unauthorized"' in error.user_message


async def test_errors_within_the_result_are_certain(calls: GlificGraphql, glific: GlificStandIn) -> None:
    """What is missing is "not_found", and a field that is not accepted is named; neither has sent anything."""
    error = await failure_of(calls.read("ContactByPhone", "contactByPhone", phone="1"))
    assert (type(error), error.code) == (Rejected, "not_found")
    wanted = {"receiverId": "999", "type": "TEXT", "body": "hi"}
    assert (await failure_of(calls.send("Send", "createAndSendMessage", input=wanted))).code == "not_found"
    wanted = {"url": "https://example.com/a.png"}
    error = await failure_of(calls.read("CreateMedia", "createMessageMedia", input=wanted))
    assert (error.code, '"source_url"' in error.user_message) == ("invalid", True)


async def test_an_old_glific_is_said_to_be_old(calls: GlificGraphql, glific: GlificStandIn) -> None:
    """A document that Glific does not know was not executed: it says that Glific is too old."""
    glific.rules.unknown_fields = old_glific()
    error = await failure_of(calls.read("ContactByPhone", "contactByPhone", phone=DANA))
    assert (type(error), error.code) == (Rejected, "too_old")
    assert "older than the bot needs" in error.user_message


@pytest.mark.parametrize(
    ("status", "kind", "scope"),
    [
        (403, Retryable, FailureScope.DESTINATION),
        (404, Retryable, FailureScope.DESTINATION),
        (302, Retryable, FailureScope.DESTINATION),
        (429, Retryable, FailureScope.RATE_LIMIT),
        (503, Retryable, FailureScope.RATE_LIMIT),
        (413, Rejected, None),
        (500, OutcomeUnknown, None),
        (502, OutcomeUnknown, None),
        (200, OutcomeUnknown, None),
    ],
)
async def test_a_status_says_what_is_certain(
    calls: GlificGraphql, glific: GlificStandIn, status: int, kind: type[CallFailed], scope: FailureScope | None
) -> None:
    """Statuses that come before anything is done are certain failures; a broken server leaves the outcome open."""
    glific.rules.statuses = [(status, "a page")]
    error = await failure_of(send(calls, glific))
    assert type(error) is kind
    assert getattr(error, "scope", None) is scope


async def test_glifics_own_limit_is_waited_for(calls: GlificGraphql, glific: GlificStandIn) -> None:
    """Above Glific's limit a call is a temporary failure with a time to wait, though Glific names none."""
    glific.rules.calls_a_minute = 0
    error = await failure_of(send(calls, glific))
    assert isinstance(error, Retryable)
    assert (error.code, error.retry_after_s is not None) == ("http_429", True)


async def test_a_lost_answer_leaves_the_outcome_open(bot: Bot, glific: GlificStandIn) -> None:
    """An answer that is cut or late is unknown, a refused connection is certain."""
    calls = await bot.calls(await bot.session(), timeout_s=0.5)
    glific.rules.drop_answers = 1
    assert type(await failure_of(send(calls, glific, "cut"))) is OutcomeUnknown
    glific.rules.hang = 1
    assert (await failure_of(send(calls, glific, "hung"))).code == "timeout"
    elsewhere = await bot.calls(await bot.session(), url="http://127.0.0.1:9")
    assert (await failure_of(send(elsewhere, glific, "nowhere"))).code == "unreachable"
    assert [one.body for one in glific.outbound(DANA)] == ["cut"]


async def test_before_the_start_and_after_the_end_nothing_leaves(bot: Bot, glific: GlificStandIn) -> None:
    """A call without a connection pool is a temporary failure."""
    session = await bot.session()
    calls = GlificGraphql(glific.url, session)
    assert (await failure_of(send(calls, glific))).code == "closed"


def test_reading_leaves_room_for_texts() -> None:
    """Reading stops before the minute is used up, texts go on, and the wait is until the oldest call is forgotten."""
    now = 100.0
    budget = CallBudget(clock=lambda: now)
    most = CALLS_A_MINUTE - MARGIN
    for _ in range(most - FOR_TEXTS):
        budget.take(is_text=False)
    now += 10
    with pytest.raises(Retryable) as caught:
        budget.take(is_text=False)
    assert (caught.value.code, caught.value.retry_after_s) == ("own_limit", MINUTE_S - 10)
    for _ in range(FOR_TEXTS):
        budget.take(is_text=True)
    with pytest.raises(Retryable):
        budget.take(is_text=True)
    now += MINUTE_S - 10
    budget.take(is_text=False)


async def test_the_budget_is_kept_before_glific_is_asked(bot: Bot, labels: Labels) -> None:
    """A call above the budget never leaves."""
    calls = await bot.calls(await bot.session(), budget=CallBudget(MARGIN + 1))
    await calls.read("CurrentUser", "currentUser")
    assert (await failure_of(calls.read("CurrentUser", "currentUser"))).code == "own_limit"
    assert labels() == ["login", "CurrentUser"]
