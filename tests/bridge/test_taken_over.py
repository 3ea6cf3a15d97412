"""Calls of another bot that were taken over: it may only be frozen, so a look-up counts once it can send no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.bridge.outbox.failures import record_failure
from bot.bridge.reconcile.conclusions import Case, conclude
from bot.bridge.requests import Attempt
from bot.domain.conversation import Conversation
from bot.domain.errors import OutcomeUnknown
from bot.domain.ids import ThreadRef
from bot.domain.message import Message
from bot.domain.outbox import EntryKind, EntryState
from bot.domain.retry_policy import (
    ABSENT_AT_PROVIDER_S,
    ABSENT_IN_SLACK_S,
    AT_WORK_S,
    LEAVE_S,
    SURELY_S,
    TAKEN_OVER,
    NotFound,
)
from bot.domain.timestamps import from_micros
from bot.ports.storage import Transaction
from tests.bridge.test_late_calls import claim, owe, posts_with, reply
from tests.harness.on_a_clock import Harness

BOUND_S = LEAVE_S + AT_WORK_S + SURELY_S


async def take_over(harness: Harness, kind: EntryKind) -> Attempt:
    """Let a call be claimed by a bot that freezes, and taken over by us."""
    attempt = await owe(harness, kind)
    gone = OutcomeUnknown(TAKEN_OVER, "It was taken over.")
    await harness.store.run(lambda tx: record_failure(tx, attempt, gone))
    return attempt


def look_ups(harness: Harness) -> int:
    """Count the requests that ask Volt for a conversation."""
    return sum(request.operation == "Conversation" for request in harness.volt.requests)


async def test_a_text_is_not_looked_up_while_it_may_still_leave(harness: Harness) -> None:
    """Until a frozen bot can send no more, nobody looks; from then on absence has to hold as long as ever."""
    await take_over(harness, EntryKind.SEND)
    before = look_ups(harness)
    await harness.look(1)
    await harness.look(BOUND_S - 2)
    assert look_ups(harness) == before
    await harness.look(2)
    assert look_ups(harness) == before + 1
    assert harness.phone() == ["Hi"]
    waited_s = 0.0
    while waited_s < ABSENT_AT_PROVIDER_S - 1:
        waited_s += 2
        await harness.look(2)
    assert harness.phone() == ["Hi"]
    for _ in range(4):
        await harness.look(10)
    assert harness.phone() == ["Hi", "It is ready"]


async def test_a_text_that_the_frozen_bot_sends_after_all(harness: Harness) -> None:
    """What the frozen bot still sends before its deadline is found, and goes out once."""
    attempt = await take_over(harness, EntryKind.SEND)
    await harness.look(LEAVE_S - 1)
    await harness.caller.perform(replace(attempt, leave_by=None))
    for _ in range(8):
        await harness.look(10)
    assert harness.phone() == ["Hi", "It is ready"]


async def test_a_post_that_the_frozen_bot_makes_after_all(harness: Harness) -> None:
    """A post that was absent until the frozen bot made it is not made again."""
    attempt = await take_over(harness, EntryKind.POST_TEXT)
    for _ in range(4):
        await harness.look(1)
    await harness.caller.perform(replace(attempt, leave_by=None))
    for _ in range(4):
        await harness.look(BOUND_S)
    assert len(posts_with(harness, "Good morning")) == 1


async def test_a_post_that_was_not_made(harness: Harness) -> None:
    """A post that is absent once it could not be made any more is made once."""
    await take_over(harness, EntryKind.POST_TEXT)
    await harness.look(BOUND_S - 1)
    assert not posts_with(harness, "Good morning")
    for _ in range(3):
        await harness.look(ABSENT_IN_SLACK_S + 1)
    assert len(posts_with(harness, "Good morning")) == 1


async def test_a_preparation_that_the_frozen_bot_ends_after_all(harness: Harness) -> None:
    """A preparation that another bot makes anew counts once: what the frozen bot has prepared is let go."""
    thread = harness.posts()[0].ts
    await harness.store.run(lambda tx: reply(tx, thread))
    attempt = await claim(harness, EntryKind.PREPARE)
    gone = OutcomeUnknown(TAKEN_OVER, "It was taken over.")
    await harness.store.run(lambda tx: record_failure(tx, attempt, gone))
    assert await harness.caller.perform(replace(attempt, leave_by=None)) is None
    for _ in range(4):
        await harness.look(10)
    assert harness.phone() == ["Hi", "It is ready"]


async def test_an_attempt_is_concluded_by_its_own_look_up(harness: Harness) -> None:
    """What was found out about one attempt says nothing about a later one of the same entry."""
    attempt = await take_over(harness, EntryKind.SEND)
    entry = await harness.store.run(lambda tx: tx.outbox.by_key(attempt.entries[0].key))
    assert entry is not None
    await harness.run_sql("UPDATE outbox SET attempts = attempts + 1 WHERE state = 'unknown'")
    case = Case(entry, *await harness.store.run(lambda tx: _about(tx, attempt)))
    await harness.store.run(lambda tx: conclude(tx, case, NotFound.ABSENT, is_absent=True, is_late=False))
    left = await harness.store.run(lambda tx: tx.outbox.by_key(entry.key))
    assert left is not None
    assert left.state is EntryState.UNKNOWN


def _about(
    tx: Transaction, attempt: Attempt
) -> tuple[Conversation, Message | None, tuple[Message, ...], datetime, ThreadRef]:
    entry = attempt.entries[0]
    conversation = tx.conversations.get(entry.conversation_id)
    place = ThreadRef(conversation.channel, conversation.thread_ts)
    return conversation, tx.messages.get(entry.message_id or 0), (), from_micros(tx.now), place
