"""A channel in trouble keeps its own calls waiting and no others, is tried by one call at a time, and goes on alone."""

from __future__ import annotations

from functools import partial

import pytest

from bot.bridge.conversations.state import close
from bot.bridge.messages.inbound import record_inbound
from bot.bridge.outbox.slots import Turns
from bot.domain.ids import ChannelId, ConversationId
from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.domain.retry_policy import BLOCKED_RETRY_S
from bot.domain.timestamps import moment_of
from bot.sandbox.slack.state.model import Channel
from tests.harness.on_a_clock import Bench
from tests.harness.world import ACCOUNT, AVA

PRIVATE = ChannelId("G0PRIVATE")
TALKS = 12


async def text(bench: Bench, number: int, words: str) -> None:
    """Take in a text of a contact whose conversation is in the private channel."""
    contact = E164(f"+1555556{number:04}")
    inbound = Inbound(f"e{words}{number}", f"c{words}{number}", ACCOUNT, contact, words, (), moment_of(bench.now))
    await bench.store.run(lambda ledger: record_inbound(ledger, inbound, channel=PRIVATE))


async def texts(bench: Bench, words: str) -> None:
    """Take in a text of each of them."""
    for number in range(TALKS):
        await text(bench, number, words)


@pytest.fixture
async def private(bench: Bench) -> Channel:
    """Give a channel with conversations that the bot is no member of any more."""
    channel = bench.slack.channels[PRIVATE] = Channel(PRIVATE, "private", is_private=True)
    await texts(bench, "first")
    await bench.pay()
    bench.wait(60)
    channel.is_member = False
    return channel


def tries(bench: Bench, since: int) -> list[str]:
    """List what was asked of the private channel."""
    return [one.method for one in bench.slack.calls[since:] if one.args.get("channel") == PRIVATE]


def shown_there(private: Channel, words: str) -> int:
    """Count the texts that stand in the private channel."""
    return sum(one.text == words for one in private.messages)


async def close_all(bench: Bench) -> None:
    """Close every conversation, Dana's in the other channel first: each header has to be edited."""
    for number in range(1, TALKS + 2):
        await bench.store.run(partial(lambda number, ledger: close(ledger, ConversationId(number), AVA), number))


async def test_a_channel_in_trouble_holds_itself_only(bench: Bench, private: Channel) -> None:
    """Posts and edits of all its conversations wait after one failure; others are edited at once; none is lost."""
    before = len(bench.slack.calls)
    await text(bench, 0, "second")
    await bench.pay()
    assert tries(bench, before) == ["chat.postMessage"]
    await texts(bench, "third")
    await close_all(bench)
    await bench.pay()
    assert tries(bench, before) == ["chat.postMessage"]
    assert "Closed" in str(bench.posts()[0].blocks)
    for _ in range(3):
        bench.wait(BLOCKED_RETRY_S + 0.1)
        await bench.pay()
    assert len(tries(bench, before)) == 4
    private.is_member = True
    bench.wait(BLOCKED_RETRY_S + 0.1)
    await bench.pay()
    assert shown_there(private, "third") == TALKS - 1  # one contact's two texts stand in one post
    await bench.look(60)
    assert not await bench.store.run(lambda ledger: [one for one in ledger.paces() if one.key.startswith("@")])


async def test_many_edits_at_once(bench: Bench, private: Channel) -> None:
    """Where edits of a channel left together, each is tried once at most, and nothing of it while they wait."""
    await close_all(bench)
    await bench.pay()
    before = len(bench.slack.calls)
    await texts(bench, "second")
    await bench.pay()
    assert tries(bench, before) == []


async def test_a_restart_holds_it_still(bench: Bench, private: Channel) -> None:
    """After a restart a channel in trouble is still left alone."""
    await text(bench, 0, "second")
    await bench.pay()
    await texts(bench, "third")
    before = len(bench.slack.calls)
    bench.caller.pacer.forget()
    bench.turns = Turns()
    await bench.store.run(lambda ledger: ledger.resume())
    await bench.pay()
    assert tries(bench, before) == []


async def test_marks_come_later(bench: Bench) -> None:
    """A mark that a channel does not take keeps no post waiting, and is shown once the channel takes it."""
    bench.slack.rules.errors = {"reactions.add": ["not_in_channel"] * 2}
    await bench.answer("It is ready")
    await bench.hear("Thank you")
    assert "Thank you" in bench.lines()
    await bench.look(5)
    assert bench.phone() == ["Hi", "It is ready"]
    reply = [one for one in bench.slack.channels["C0SUPPORT"].messages if one.text == "It is ready"]
    for _ in range(4):
        await bench.look(BLOCKED_RETRY_S + 0.1)
    assert set(reply[0].reactions) == {"outbox_tray"}
