"""A channel in trouble keeps its own calls waiting and no others, is tried by one call at a time, and goes on alone."""

from __future__ import annotations

from functools import partial

import pytest

from bot.bridge.conversations.state import close
from bot.bridge.messages.inbound import record_inbound
from bot.bridge.outbox.turns import FairQueue
from bot.domain.ids import ChannelId, ConversationId
from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.domain.retry_policy import BLOCKED_RETRY_S
from bot.domain.timestamps import from_micros
from bot.sandbox.slack.state.model import Channel
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA

PRIVATE = ChannelId("G0PRIVATE")
TALKS = 12


async def text(harness: Harness, number: int, words: str) -> None:
    """Take in a text of a contact whose conversation is in the private channel."""
    contact = E164(f"+1555556{number:04}")
    inbound = Inbound(f"e{words}{number}", f"c{words}{number}", ACCOUNT, contact, words, (), from_micros(harness.now))
    await harness.store.run(lambda tx: record_inbound(tx, inbound, channel=PRIVATE))


async def texts(harness: Harness, words: str) -> None:
    """Take in a text of each of them."""
    for number in range(TALKS):
        await text(harness, number, words)


@pytest.fixture
async def private(harness: Harness) -> Channel:
    """Give a channel with conversations that the bot is no member of any more."""
    channel = harness.slack.channels[PRIVATE] = Channel(PRIVATE, "private", is_private=True)
    await texts(harness, "first")
    await harness.pay()
    harness.wait(60)
    channel.is_member = False
    return channel


def tries(harness: Harness, since: int) -> list[str]:
    """List what was asked of the private channel."""
    return [one.method for one in harness.slack.calls[since:] if one.args.get("channel") == PRIVATE]


def shown_there(private: Channel, words: str) -> int:
    """Count the texts that stand in the private channel."""
    return sum(one.text == words for one in private.messages)


async def close_all(harness: Harness) -> None:
    """Close every conversation, Dana's in the other channel first: each header has to be edited."""
    for number in range(1, TALKS + 2):
        await harness.store.run(partial(lambda number, tx: close(tx, ConversationId(number), AVA), number))


async def test_a_channel_in_trouble_holds_itself_only(harness: Harness, private: Channel) -> None:
    """Posts and edits of all its conversations wait after one failure; others are edited at once; none is lost."""
    before = len(harness.slack.calls)
    await text(harness, 0, "second")
    await harness.pay()
    assert tries(harness, before) == ["chat.postMessage"]
    await texts(harness, "third")
    await close_all(harness)
    await harness.pay()
    assert tries(harness, before) == ["chat.postMessage"]
    assert "Closed" in str(harness.posts()[0].blocks)
    for _ in range(3):
        harness.wait(BLOCKED_RETRY_S + 0.1)
        await harness.pay()
    assert len(tries(harness, before)) == 4
    private.is_member = True
    harness.wait(BLOCKED_RETRY_S + 0.1)
    await harness.pay()
    assert shown_there(private, "third") == TALKS - 1  # one contact's two texts stand in one post
    await harness.look(60)
    assert not await harness.store.run(lambda tx: [one for one in tx.outbox.rate_limits() if one.key.startswith("@")])


async def test_many_edits_at_once(harness: Harness, private: Channel) -> None:
    """Where edits of a channel left together, each is tried once at most, and nothing of it while they wait."""
    await close_all(harness)
    await harness.pay()
    before = len(harness.slack.calls)
    await texts(harness, "second")
    await harness.pay()
    assert tries(harness, before) == []


async def test_a_restart_holds_it_still(harness: Harness, private: Channel) -> None:
    """After a restart a channel in trouble is still left alone."""
    await text(harness, 0, "second")
    await harness.pay()
    await texts(harness, "third")
    before = len(harness.slack.calls)
    harness.caller.limiter.forget()
    harness.turns = FairQueue()
    await harness.store.run(lambda tx: tx.resume())
    await harness.pay()
    assert tries(harness, before) == []


async def test_marks_come_later(harness: Harness) -> None:
    """A mark that a channel does not take keeps no post waiting, and is shown once the channel takes it."""
    harness.slack.rules.errors = {"reactions.add": ["not_in_channel"] * 2}
    await harness.answer("It is ready")
    await harness.hear("Thank you")
    assert "Thank you" in harness.lines()
    await harness.look(5)
    assert harness.phone() == ["Hi", "It is ready"]
    reply = [one for one in harness.slack.channels["C0SUPPORT"].messages if one.text == "It is ready"]
    for _ in range(4):
        await harness.look(BLOCKED_RETRY_S + 0.1)
    assert set(reply[0].reactions) == {"outbox_tray"}
