"""Doubt in a channel that goes on talking: all of it is read, however long, before a post is made a second time."""

from __future__ import annotations

from bot.domain.phone import E164
from bot.domain.retry_policy import GIVE_UP_S
from bot.sandbox.slack.state.model import Message
from tests.bridge.test_clock_steps import set_clock
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import BEN, CHANNEL, MARCO

BUSY = 2_300
"""Messages: more than the pace lets us read at once."""


def chat(harness: Harness, count: int, *, thread_ts: str | None = None, ago_s: int = 0) -> None:
    """Let people talk, beside our threads or in one."""
    for _ in range(count):
        seconds, _, rest = harness.slack.next_ts().partition(".")
        ts = f"{int(seconds) - ago_s}.{rest}"
        harness.slack.channels[CHANNEL].messages.append(Message(CHANNEL, ts, "Lunch?", BEN, thread_ts=thread_ts))


def headers(harness: Harness) -> list[str]:
    """Return the headers that stand in the channel."""
    return [seen(one).split("\n")[0] for one in harness.posts() if one.thread_ts in (None, one.ts)]


async def strand(harness: Harness) -> None:
    """Let the bot be killed while calls to Slack are under way: their answers never come."""
    await harness.run_sql("UPDATE outbox SET state = 'in_flight' WHERE state = 'unknown'")
    await harness.store.run(lambda tx: tx.resume())
    harness.reconciler = harness.new_reconciler()


def reads(harness: Harness) -> int:
    """Count the pages of history that Slack was asked for."""
    return sum(call.method in ("conversations.history", "conversations.replies") for call in harness.slack.calls)


async def test_a_header_in_a_channel_full_of_talk(harness: Harness) -> None:
    """A header whose answer was lost is found behind two thousand messages, and not made again."""
    harness.slack.rules.drop_answers = 1
    await harness.hear_from(MARCO, "Hi, Marco here")
    chat(harness, BUSY)
    harness.wait(GIVE_UP_S + 60)
    await strand(harness)
    for _ in range(40):
        await harness.look(2)
    assert len(headers(harness)) == 2
    assert "Hi, Marco here" in [seen(one) for one in harness.posts()][-1]


async def test_a_text_in_a_thread_full_of_talk(harness: Harness) -> None:
    """A text that was never posted is posted once all of its thread was read, and not marked as perhaps a repeat."""
    harness.slack.rules.errors = {"chat.postMessage": ["fatal_error"]}
    chat(harness, 400, thread_ts=harness.posts()[0].ts)
    await harness.hear("in doubt")
    chat(harness, BUSY, thread_ts=harness.posts()[0].ts)
    harness.wait(GIVE_UP_S + 60)
    await strand(harness)
    for _ in range(60):
        await harness.look(2)
    assert [line for line in harness.lines() if "in doubt" in line] == ["in doubt"]


async def test_what_is_found_settles_at_once(harness: Harness) -> None:
    """Of several headers in doubt the one that is found first settles, while the channel is read on for the other."""
    harness.slack.rules.errors = {"chat.postMessage": ["fatal_error"]}
    await harness.hear_from(MARCO, "Hi, Marco here")
    chat(harness, BUSY)
    harness.slack.rules.drop_answers = 1
    await harness.hear_from(E164("+15555550147"), "Hi, Pat here")
    chat(harness, 100)
    await strand(harness)
    await harness.look()
    assert "Hi, Pat here" in harness.lines()[-1]
    assert "Hi, Marco here" not in "\n".join(harness.lines())
    for _ in range(60):
        await harness.look(3)
    assert "Hi, Marco here" in harness.lines()[-1]
    assert len(headers(harness)) == 3


async def test_only_since_the_call_left(harness: Harness) -> None:
    """A look goes back to the moment when the call left, not to when it was put into the outbox."""
    harness.wait(-700)
    harness.slack.rules.errors = {"chat.postMessage": ["is_archived"]}
    await harness.hear_from(MARCO, "Hi, Marco here")
    chat(harness, BUSY, ago_s=600)
    harness.wait(700)
    harness.slack.rules.drop_answers = 1
    await harness.pay()
    before = reads(harness)
    assert await harness.look(1) == 1
    assert reads(harness) == before + 1
    assert len(headers(harness)) == 2


async def test_a_clock_set_before_the_call_left(harness: Harness) -> None:
    """A header that was pending before our clock was set far ahead is found by Slack's clock."""
    harness.slack.rules.errors = {"chat.postMessage": ["is_archived"]}
    await harness.hear_from(MARCO, "Hi, Marco here")
    await set_clock(harness, 3_600)
    harness.slack.rules.drop_answers = 1
    harness.wait(20)
    await harness.pay()
    assert await harness.look(1) == 1
    await harness.look(60)
    assert len(headers(harness)) == 2


async def test_slow_reading_is_no_reason_to_repeat(harness: Harness) -> None:
    """A post in doubt is not made again because Slack puts off our looks for longer than ten minutes."""
    harness.slack.rules.drop_answers = 1
    await harness.hear("there")
    harness.slack.rules.errors = {"conversations.replies": ["ratelimited"]}
    await harness.look(GIVE_UP_S + 60)
    await harness.look(30)
    await harness.look(60)
    assert [line for line in harness.lines() if "there" in line] == ["there"]
