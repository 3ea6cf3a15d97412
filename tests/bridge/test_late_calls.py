"""Calls that were held up on our side: they certainly have not left, and go again as if nobody had tried."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.bridge.messages.outbound import record_reply
from bot.bridge.outbox.failures import record_failure
from bot.bridge.requests import Attempt
from bot.call_deadline import steady
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import TooLate
from bot.domain.ids import MessageTs
from bot.domain.outbox import EntryKind, OutboxEntry
from bot.domain.phone import E164
from bot.domain.retry_policy import LEAVE_S, leave_within_s
from bot.domain.thread_events import Reply
from bot.ports.storage import Transaction
from bot.sandbox.slack.state.model import Message as Post
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import AVA, CHANNEL

OTHER = E164("+15555560177")

OVER = -1.0
"""Seconds from now until a deadline that is over."""


async def claim(harness: Harness, kind: EntryKind) -> Attempt:
    """Make every call that is due but those of a kind; return the first of that kind, claimed."""
    for _ in range(20):
        attempts = await harness.claim()
        found = [one for one in attempts if one.entries[0].kind is kind]
        for attempt in attempts:
            if attempt not in found[:1]:
                await harness.caller.perform(attempt)
        if found:
            return found[0]
    raise AssertionError(f"nothing of kind {kind} came up")


def reply(tx: Transaction, thread: str) -> None:
    """Write a reply in a thread."""
    record_reply(tx, Reply("e", CHANNEL, MessageTs(thread), MessageTs("1800000000.000001"), AVA, ("It is ready",)))


async def owe(harness: Harness, kind: EntryKind) -> Attempt:
    """Let something happen that leads to such a call, and claim it."""
    if kind is EntryKind.SEND:
        thread = harness.posts()[0].ts
        await harness.store.run(lambda tx: reply(tx, thread))
    else:
        await harness.take_in(OTHER, "Good morning")
    return await claim(harness, kind)


def of_entries(attempt: Attempt) -> list[OutboxEntry]:
    """Give the entries of an attempt."""
    return list(attempt.entries)


@pytest.mark.parametrize("kind", [EntryKind.OPEN_THREAD, EntryKind.POST_TEXT, EntryKind.SEND])
async def test_a_late_call_goes_again_uncounted(harness: Harness, kind: EntryKind) -> None:
    """A call whose deadline is over reaches nobody, is pending again without an attempt, and is then made once."""
    attempt = await owe(harness, kind)
    slack, volt = len(harness.slack.calls), len(harness.volt.requests)
    failure = await harness.caller.perform(replace(attempt, leave_by=steady() + OVER))
    assert isinstance(failure, TooLate)
    assert len(harness.slack.calls) == slack
    assert not [one for one in harness.volt.requests[volt:] if one.operation == "CreateMessage"]
    again = await harness.store.run(lambda tx: [tx.outbox.by_key(entry.key) for entry in of_entries(attempt)])
    assert [(one.state.value, one.attempts) for one in again if one is not None] == [("pending", 0)] * len(again)
    await harness.pay()
    await harness.pay()
    if kind is EntryKind.SEND:
        assert harness.phone() == ["Hi", "It is ready"]
    else:
        assert [seen(post) for post in posts_with(harness, "Good morning")] == ["Good morning"]


def posts_with(harness: Harness, words: str) -> list[Post]:
    """List the posts in threads with these words."""
    return [post for post in harness.posts() if post.is_reply and words in post.text]


async def test_a_late_text_can_be_taken_back(harness: Harness) -> None:
    """A text that was too late to leave is queued again, not in doubt."""
    attempt = await owe(harness, EntryKind.SEND)
    await harness.caller.perform(replace(attempt, leave_by=steady() + OVER))
    status = await harness.store.run(lambda tx: tx.messages.get(attempt.entries[0].message_id or 0).status)
    assert status is DeliveryStatus.QUEUED


async def test_a_call_that_has_left_in_part_counts(harness: Harness) -> None:
    """A call of several requests whose later one was too late counts as an attempt: it waits longer each time."""
    attempt = await owe(harness, EntryKind.POST_TEXT)
    await harness.store.run(lambda tx: record_failure(tx, attempt, TooLate(is_first=False)))
    again = await harness.store.run(lambda tx: tx.outbox.by_key(attempt.entries[0].key))
    assert again is not None
    assert (again.state.value, again.attempts, again.error) == ("pending", 1, "late")


async def test_what_an_echo_has_completed_is_not_put_back(harness: Harness) -> None:
    """An entry that was completed meanwhile is not made pending by the end of a late call."""
    attempt = await owe(harness, EntryKind.POST_TEXT)
    entry = attempt.entries[0]
    await harness.store.run(lambda tx: tx.outbox.complete(entry))
    await harness.store.run(lambda tx: record_failure(tx, attempt, TooLate(is_first=True)))
    assert await harness.store.run(lambda tx: tx.outbox.by_key(entry.key)) is None


def test_every_kind_that_shows_or_sends_has_a_deadline() -> None:
    """Only what reads, or removes what must go anyway, may leave whenever."""
    free = {kind for kind in EntryKind if leave_within_s(kind) is None}
    assert free == {EntryKind.PREPARE, EntryKind.FETCH, EntryKind.ERASE, EntryKind.MOVE}
    assert leave_within_s(EntryKind.SEND) == LEAVE_S
