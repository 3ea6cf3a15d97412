"""Calls that were cut off while the bot goes on: looked up as after a crash, so that what waits behind them leaves."""

from __future__ import annotations

from bot.bridge.messages.outbound import record_reply
from bot.bridge.outbox.failures import record_interrupted
from bot.domain.ids import MessageTs
from bot.domain.thread_events import Reply
from tests.harness.on_a_clock import Harness
from tests.harness.world import AVA, CHANNEL


async def write(harness: Harness, text: str) -> None:
    """Take in a reply that waits to leave."""
    thread = MessageTs(harness.posts()[0].ts)
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, text, thread_ts=thread))
    await harness.store.run(lambda tx: record_reply(tx, Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))))


async def cut_off(harness: Harness, kind: str) -> bool:
    """Cut off the next call of a kind before it is made, and make those before it; False where none comes."""
    while claimed := await harness.claim():
        found = [attempt for attempt in claimed if attempt.entries[0].kind.value == kind]
        for attempt in claimed:
            if attempt not in found:
                await harness.caller.perform(attempt)
        if found:
            return True
    return False


async def test_a_text_that_was_cut_off_is_looked_up_and_leaves_once(harness: Harness) -> None:
    """A send that was cut off is unknown, is looked up, and leaves once; the reply behind it follows in its turn."""
    await harness.hear("Hi")
    await write(harness, "First")
    assert await cut_off(harness, "send")
    await write(harness, "Second")
    await harness.pay()
    assert harness.phone() == ["Hi"]
    assert await harness.store.run(record_interrupted) == 1
    for _ in range(8):
        await harness.look(60)
    assert harness.phone() == ["Hi", "First", "Second"]


async def test_what_may_be_repeated_is_made_again(harness: Harness) -> None:
    """A call that may be made twice is made again at once."""
    await harness.hear("Hi")
    await write(harness, "First")
    assert await cut_off(harness, "prepare")
    assert await harness.store.run(record_interrupted) == 1
    await harness.pay()
    assert harness.phone() == ["Hi", "First"]


async def test_nothing_is_interrupted_where_all_calls_ended(harness: Harness) -> None:
    """Where no call was cut off nothing changes."""
    await harness.hear("Hi")
    await harness.answer("First")
    assert await harness.store.run(record_interrupted) == 0
