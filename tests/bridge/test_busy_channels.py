"""Doubt in a channel that goes on talking: all of it is read, however long, before a post is made a second time."""

from __future__ import annotations

from bot.domain.phone import E164
from bot.domain.retry_policy import GIVE_UP_S
from bot.sandbox.slack.state.model import Message
from tests.bridge.test_clock_steps import set_clock
from tests.harness.on_a_clock import Bench
from tests.harness.posts import seen
from tests.harness.world import BEN, CHANNEL, MARCO

BUSY = 2_300
"""Messages: more than the pace lets us read at once."""


def chat(bench: Bench, count: int, *, thread_ts: str | None = None, ago_s: int = 0) -> None:
    """Let people talk, beside our threads or in one."""
    for _ in range(count):
        seconds, _, rest = bench.slack.next_ts().partition(".")
        ts = f"{int(seconds) - ago_s}.{rest}"
        bench.slack.channels[CHANNEL].messages.append(Message(CHANNEL, ts, "Lunch?", BEN, thread_ts=thread_ts))


def headers(bench: Bench) -> list[str]:
    """Return the headers that stand in the channel."""
    return [seen(one).split("\n")[0] for one in bench.posts() if one.thread_ts in (None, one.ts)]


async def strand(bench: Bench) -> None:
    """Let the bot be killed while calls to Slack are under way: their answers never come."""
    await bench.run_sql("UPDATE effect SET state = 'sending' WHERE state = 'unknown'")
    await bench.store.run(lambda ledger: ledger.resume())
    bench.reconciler = bench.new_reconciler()


def reads(bench: Bench) -> int:
    """Count the pages of history that Slack was asked for."""
    return sum(call.method in ("conversations.history", "conversations.replies") for call in bench.slack.calls)


async def test_a_header_in_a_channel_full_of_talk(bench: Bench) -> None:
    """A header whose answer was lost is found behind two thousand messages, and not made again."""
    bench.slack.rules.drop_answers = 1
    await bench.hear_from(MARCO, "Hi, Marco here")
    chat(bench, BUSY)
    bench.wait(GIVE_UP_S + 60)
    await strand(bench)
    for _ in range(40):
        await bench.look(2)
    assert len(headers(bench)) == 2
    assert "Hi, Marco here" in [seen(one) for one in bench.posts()][-1]


async def test_a_text_in_a_thread_full_of_talk(bench: Bench) -> None:
    """A text that was never posted is posted once all of its thread was read, and not marked as perhaps a repeat."""
    bench.slack.rules.errors = {"chat.postMessage": ["fatal_error"]}
    chat(bench, 400, thread_ts=bench.posts()[0].ts)
    await bench.hear("in doubt")
    chat(bench, BUSY, thread_ts=bench.posts()[0].ts)
    bench.wait(GIVE_UP_S + 60)
    await strand(bench)
    for _ in range(60):
        await bench.look(2)
    assert [line for line in bench.lines() if "in doubt" in line] == ["in doubt"]


async def test_what_is_found_settles_at_once(bench: Bench) -> None:
    """Of several headers in doubt the one that is found first settles, while the channel is read on for the other."""
    bench.slack.rules.errors = {"chat.postMessage": ["fatal_error"]}
    await bench.hear_from(MARCO, "Hi, Marco here")
    chat(bench, BUSY)
    bench.slack.rules.drop_answers = 1
    await bench.hear_from(E164("+15555550147"), "Hi, Pat here")
    chat(bench, 100)
    await strand(bench)
    await bench.look()
    assert "Hi, Pat here" in bench.lines()[-1]
    assert "Hi, Marco here" not in "\n".join(bench.lines())
    for _ in range(60):
        await bench.look(3)
    assert "Hi, Marco here" in bench.lines()[-1]
    assert len(headers(bench)) == 3


async def test_only_since_the_call_left(bench: Bench) -> None:
    """A look goes back to the moment when the call left, not to when it was put on the books."""
    bench.wait(-700)
    bench.slack.rules.errors = {"chat.postMessage": ["is_archived"]}
    await bench.hear_from(MARCO, "Hi, Marco here")
    chat(bench, BUSY, ago_s=600)
    bench.wait(700)
    bench.slack.rules.drop_answers = 1
    await bench.pay()
    before = reads(bench)
    assert await bench.look(1) == 1
    assert reads(bench) == before + 1
    assert len(headers(bench)) == 2


async def test_a_clock_set_before_the_call_left(bench: Bench) -> None:
    """A header that was owed before our clock was set far ahead is found by Slack's clock."""
    bench.slack.rules.errors = {"chat.postMessage": ["is_archived"]}
    await bench.hear_from(MARCO, "Hi, Marco here")
    await set_clock(bench, 3_600)
    bench.slack.rules.drop_answers = 1
    bench.wait(20)
    await bench.pay()
    assert await bench.look(1) == 1
    await bench.look(60)
    assert len(headers(bench)) == 2


async def test_slow_reading_is_no_reason_to_repeat(bench: Bench) -> None:
    """A post in doubt is not made again because Slack puts off our looks for longer than ten minutes."""
    bench.slack.rules.drop_answers = 1
    await bench.hear("there")
    bench.slack.rules.errors = {"conversations.replies": ["ratelimited"]}
    await bench.look(GIVE_UP_S + 60)
    await bench.look(30)
    await bench.look(60)
    assert [line for line in bench.lines() if "there" in line] == ["there"]
