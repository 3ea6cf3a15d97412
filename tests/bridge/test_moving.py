"""Conversations that go on in another channel, on a clock of their own: when they leave, what goes along, and once."""

from __future__ import annotations

from bot.bridge.channel_ids import set_default_channel
from bot.bridge.conversations.moving import ask_to_move
from bot.bridge.conversations.settings import set_route
from bot.bridge.reconcile.echoes import complete_by_echo
from bot.domain.ids import ChannelId, ConversationId, MessageTs
from bot.domain.phone import E164
from bot.domain.retry_policy import BLOCKED_RETRY_S
from bot.domain.routing import Route
from bot.domain.thread_events import Echo
from bot.ports.storage import Transaction
from bot.sandbox.slack.state.model import Message as Post
from tests.harness.claims import take_jobs
from tests.harness.on_a_clock import Harness
from tests.harness.posts import said, seen
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, MARCO

SALES, VIP = ChannelId("C0SALES"), ChannelId("C0VIP")
DANAS = ConversationId(1)


async def begin(harness: Harness, home: ChannelId = CHANNEL) -> None:
    """Give the harness two more channels, and say where conversations open."""
    harness.slack.add_channel(SALES, "sales")
    harness.slack.add_channel(VIP, "vip")
    await harness.store.run(lambda tx: set_default_channel(tx, home))


async def pay(harness: Harness) -> None:
    """Make what is due; a move makes no call, so what follows from one is asked for again."""
    for _ in range(3):
        await harness.pay()


async def hear_from(harness: Harness, contact: E164, text: str) -> None:
    """Take in a text, and show it where it belongs."""
    await harness.hear_from(contact, text)
    await pay(harness)


async def hear(harness: Harness, text: str) -> None:
    """Take in a text of Dana's."""
    await hear_from(harness, DANA, text)


def posts(harness: Harness, channel: str) -> list[Post]:
    """Return the bot's posts in a channel."""
    return [one for one in harness.slack.channels[channel].messages if one.bot_id]


def texts(harness: Harness, channel: str) -> list[str]:
    """Return the customers' texts that a channel shows."""
    return [text for post in posts(harness, channel) if post.is_reply for text in said(post)]


def lines(harness: Harness, channel: str) -> list[str]:
    """Return what people read in a channel under headers."""
    return [seen(post) for post in posts(harness, channel) if post.is_reply]


async def test_out_of_reach_twice(harness: Harness) -> None:
    """A channel that the bot is not in any more is left at the second refusal, not at the first."""
    await begin(harness)
    await harness.store.run(lambda tx: set_default_channel(tx, SALES))
    harness.slack.channels[CHANNEL].is_member = False
    await hear(harness, "one")
    assert texts(harness, SALES) == []
    harness.wait(11)
    await hear(harness, "two")
    assert texts(harness, SALES) == ["one", "two"]
    assert texts(harness, CHANNEL) == ["Hello"]


async def test_back_in_time(harness: Harness) -> None:
    """A bot that is invited back before the second refusal goes on in the old thread."""
    await begin(harness)
    await harness.store.run(lambda tx: set_default_channel(tx, SALES))
    harness.slack.channels[CHANNEL].is_member = False
    await hear(harness, "one")
    harness.slack.channels[CHANNEL].is_member = True
    harness.wait(11)
    await hear(harness, "two")
    assert texts(harness, CHANNEL) == ["Hello", "one", "two"]
    assert posts(harness, SALES) == []


async def test_nowhere_else_to_go(harness: Harness) -> None:
    """Where the settings name the gone channel itself texts wait, and go on in the old thread once it is back."""
    await begin(harness)
    harness.slack.channels[CHANNEL].is_archived = True
    for text in ("one", "two"):
        await hear(harness, text)
        harness.wait(11)
    harness.slack.channels[CHANNEL].is_archived = False
    await hear(harness, "three")
    assert texts(harness, CHANNEL) == ["Hello", "one", "two", "three"]
    assert len([post for post in posts(harness, CHANNEL) if not post.is_reply]) == 1


async def test_all_that_wait_follow(harness: Harness) -> None:
    """One refusal is enough for all conversations that wait for the channel; each goes where it would open today."""
    await begin(harness)
    await hear_from(harness, DANA, "order please")
    await hear_from(harness, MARCO, "order please")
    harness.slack.channels[CHANNEL].is_archived = True
    await hear_from(harness, DANA, "one")
    await hear_from(harness, MARCO, "two")
    await harness.store.run(lambda tx: set_default_channel(tx, SALES))
    await harness.store.run(lambda tx: set_route(tx, Route("keyword", "order", VIP), AVA))
    harness.wait(BLOCKED_RETRY_S)
    await pay(harness)
    assert (texts(harness, SALES), texts(harness, VIP)) == (["one"], ["two"])


async def test_nothing_new_opens_no_thread(harness: Harness) -> None:
    """A header that would only look different opens no thread elsewhere, and is not asked for over and over."""
    await begin(harness)
    harness.slack.channels[CHANNEL].is_archived = True
    await harness.store.run(lambda tx: set_default_channel(tx, SALES))
    await pay(harness)
    harness.wait(5)
    await pay(harness)
    calls = len(harness.slack.calls)
    harness.wait(60)
    await pay(harness)
    assert (posts(harness, SALES), len(harness.slack.calls)) == ([], calls)


async def test_a_move_waits_for_what_is_under_way(harness: Harness) -> None:
    """While a post is under way or in doubt the conversation stays; what follows it goes to the new thread."""
    await begin(harness)
    harness.slack.rules.drop_answers = 1
    await hear(harness, "in doubt")
    await harness.store.run(lambda tx: ask_to_move(tx, DANAS, SALES, AVA))
    await hear(harness, "behind it")
    assert posts(harness, SALES) == []
    harness.wait(16)
    await harness.look()
    harness.wait(1)
    await pay(harness)
    assert (texts(harness, CHANNEL), texts(harness, SALES)) == (["Hello", "in doubt"], ["behind it"])


async def test_the_newest_wish_counts(harness: Harness) -> None:
    """Of two moves asked for before the first is done only the second is made; a move back begins a new thread."""
    await begin(harness)

    def both(tx: Transaction) -> None:
        assert ask_to_move(tx, DANAS, SALES, AVA)
        assert ask_to_move(tx, DANAS, VIP, AVA)

    await harness.store.run(both)
    await pay(harness)
    await hear(harness, "there")
    assert (posts(harness, SALES), texts(harness, VIP)) == ([], ["there"])
    await harness.store.run(lambda tx: ask_to_move(tx, DANAS, CHANNEL, AVA))
    await pay(harness)
    await hear(harness, "back")
    assert texts(harness, CHANNEL) == ["Hello", "back"]
    assert len([post for post in posts(harness, CHANNEL) if not post.is_reply]) == 2


async def test_a_channel_that_takes_no_line(harness: Harness) -> None:
    """Where the old channel takes nothing any more a person's move goes on all the same, and nothing asks it again."""
    await begin(harness)
    harness.wait(5)
    await pay(harness)
    harness.slack.channels[CHANNEL].is_member = False
    await harness.store.run(lambda tx: ask_to_move(tx, DANAS, SALES, AVA))
    await hear(harness, "there")
    harness.wait(2)
    await pay(harness)
    assert texts(harness, SALES) == ["there"]
    assert any("moved this conversation here" in line for line in lines(harness, SALES))
    calls = len(harness.slack.calls)
    harness.wait(60)
    await pay(harness)
    assert len(harness.slack.calls) == calls


async def test_a_post_that_comes_late_into_the_old_channel(harness: Harness) -> None:
    """Slack's echo from a channel that was left settles nothing that is owed in the new one."""
    await begin(harness)
    await harness.store.run(lambda tx: ask_to_move(tx, DANAS, SALES, AVA))

    def header(tx: Transaction) -> str:
        take_jobs(tx, {"move": 1})
        tx.outbox.refresh_lanes()
        return next(one.key for one in tx.outbox.open_in(f"in:{DANAS}"))

    key = await harness.store.run(header)
    late = Echo(CHANNEL, MessageTs("1700000000.000100"), (key,))
    assert not await harness.store.run(lambda tx: complete_by_echo(tx, late))
    await pay(harness)
    await hear(harness, "there")
    assert texts(harness, SALES) == ["there"]


async def test_a_route_that_was_changed(harness: Harness) -> None:
    """A route that is changed takes known conversations along only where their channel is gone."""
    await begin(harness)
    await harness.store.run(lambda tx: set_route(tx, Route("number", ACCOUNT, VIP), AVA))
    await hear(harness, "one")
    assert texts(harness, CHANNEL) == ["Hello", "one"]
    harness.slack.channels[CHANNEL].is_archived = True
    await hear(harness, "two")
    assert texts(harness, VIP) == ["two"]
