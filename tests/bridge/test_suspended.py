"""A time in which nothing could be texted: what waited then leaves only when a person says so."""

from __future__ import annotations

import pytest

from bot.bridge.messages.actions import approve
from bot.bridge.messages.outbound import record_reply
from bot.bridge.recovery.suspended import resume, suspend
from bot.domain.ids import MessageKey, MessageTs
from bot.domain.thread_events import Reply
from bot.ports.storage import Transaction
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import AVA, CHANNEL


async def write(harness: Harness, text: str) -> None:
    """Take in a reply that waits to leave."""
    thread = MessageTs(harness.posts()[0].ts)
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, text, thread_ts=thread))
    await harness.store.run(lambda tx: record_reply(tx, Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))))


async def test_a_reply_that_waited_asks_before_it_leaves(harness: Harness) -> None:
    """A reply that was ready when texting stopped is asked about afterwards, and texted once when a person agrees."""
    await harness.hear("Hi")
    await write(harness, "It is ready")
    await harness.store.run(suspend)
    assert await harness.store.run(resume) == 1
    await harness.pay()
    assert "It is ready" not in harness.phone()
    (line,) = [one for one in harness.posts() if "[Send]" in seen(one)]
    assert "Volt was not connected here for a time, so this was not texted." in seen(line)
    await harness.press(approve, line, AVA)
    for _ in range(4):  # Volt's record is looked at first
        await harness.look(60)
    assert harness.phone().count("It is ready") == 1


@pytest.mark.parametrize("kind", ["prepare", "send"])
async def test_a_reply_that_a_person_agreed_to_asks_again(harness: Harness, kind: str) -> None:
    """A reply that a person agreed to, and that waits to be made ready or looked up, is asked about all the same."""
    await harness.hear("Hi")
    await write(harness, "It is ready")
    await harness.store.run(suspend)
    await harness.store.run(resume)
    await harness.pay()
    await harness.store.run(lambda tx: approve(tx, *_asked(tx), AVA))
    while kind not in await harness.store.run(_waiting):
        for attempt in await harness.claim():
            await harness.caller.perform(attempt)
    await harness.store.run(suspend)
    assert await harness.store.run(resume) == 1
    for _ in range(8):
        await harness.look(60)
    assert "It is ready" not in harness.phone()
    (line,) = [one for one in harness.posts() if "[Send]" in seen(one)]
    await harness.press(approve, line, AVA)
    for _ in range(8):
        await harness.look(60)
    assert harness.phone().count("It is ready") == 1


def _asked(tx: Transaction) -> tuple[MessageKey, str]:
    """Name the reply that is asked about, and its words' version."""
    (draft,) = tx.messages.undecided()
    return draft.key, draft.version


def _waiting(tx: Transaction) -> list[str]:
    return [entry.kind.value for entry in tx.outbox.all_open()]


async def test_a_text_of_unknown_outcome_is_looked_up_and_then_asked_about(harness: Harness) -> None:
    """A text that may have left when texting stopped is looked up first; where it is absent, a person is asked."""
    await harness.hear("Hi")
    harness.volt.rules.statuses = [(500, None)]
    await harness.answer("It is ready")
    await harness.store.run(suspend)
    await harness.store.run(resume)
    for _ in range(8):
        await harness.look(60)
        await harness.pay()
    assert "It is ready" not in harness.phone()
    assert [one for one in harness.posts() if "[Send]" in seen(one)]


async def test_nothing_is_held_where_nothing_stopped(harness: Harness) -> None:
    """A restart of a connected workspace holds nothing."""
    await harness.hear("Hi")
    await write(harness, "It is ready")
    assert await harness.store.run(resume) == 0
    await harness.pay()
    assert harness.phone()[-1] == "It is ready"
