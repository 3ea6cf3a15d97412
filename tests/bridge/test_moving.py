"""Conversations that go on in another channel, on a clock of their own: when they leave, what goes along, and once."""

from __future__ import annotations

from bot.bridge.channel_ids import settle_in
from bot.bridge.conversations.moving import ask_to_move
from bot.bridge.conversations.settings import set_route
from bot.bridge.reconcile.echoes import settle_by_echo
from bot.domain.conversation import Route
from bot.domain.ids import ChannelId, ConversationId, MessageTs
from bot.domain.message import OwnPost
from bot.domain.phone import E164
from bot.domain.retry_policy import BLOCKED_RETRY_S
from bot.ports.repositories import Ledger
from bot.sandbox.slack.state.model import Message as Post
from tests.claims import take_jobs
from tests.harness.on_a_clock import Bench
from tests.harness.posts import said, seen
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, MARCO

SALES, VIP = ChannelId("C0SALES"), ChannelId("C0VIP")
DANAS = ConversationId(1)


async def begin(bench: Bench, home: ChannelId = CHANNEL) -> None:
    """Give the bench two more channels, and say where conversations open."""
    bench.slack.add_channel(SALES, "sales")
    bench.slack.add_channel(VIP, "vip")
    await bench.store.run(lambda ledger: settle_in(ledger, home))


async def pay(bench: Bench) -> None:
    """Make what is due; a move makes no call, so what follows from one is asked for again."""
    for _ in range(3):
        await bench.pay()


async def hear_from(bench: Bench, contact: E164, text: str) -> None:
    """Take in a text, and show it where it belongs."""
    await bench.hear_from(contact, text)
    await pay(bench)


async def hear(bench: Bench, text: str) -> None:
    """Take in a text of Dana's."""
    await hear_from(bench, DANA, text)


def posts(bench: Bench, channel: str) -> list[Post]:
    """Return the bot's posts in a channel."""
    return [one for one in bench.slack.channels[channel].messages if one.bot_id]


def texts(bench: Bench, channel: str) -> list[str]:
    """Return the customers' texts that a channel shows."""
    return [text for post in posts(bench, channel) if post.is_reply for text in said(post)]


def lines(bench: Bench, channel: str) -> list[str]:
    """Return what people read in a channel under headers."""
    return [seen(post) for post in posts(bench, channel) if post.is_reply]


async def test_out_of_reach_twice(bench: Bench) -> None:
    """A channel that the bot is not in any more is left at the second refusal, not at the first."""
    await begin(bench)
    await bench.store.run(lambda ledger: settle_in(ledger, SALES))
    bench.slack.channels[CHANNEL].is_member = False
    await hear(bench, "one")
    assert texts(bench, SALES) == []
    bench.wait(11)
    await hear(bench, "two")
    assert texts(bench, SALES) == ["one", "two"]
    assert texts(bench, CHANNEL) == ["Hello"]


async def test_back_in_time(bench: Bench) -> None:
    """A bot that is invited back before the second refusal goes on in the old thread."""
    await begin(bench)
    await bench.store.run(lambda ledger: settle_in(ledger, SALES))
    bench.slack.channels[CHANNEL].is_member = False
    await hear(bench, "one")
    bench.slack.channels[CHANNEL].is_member = True
    bench.wait(11)
    await hear(bench, "two")
    assert texts(bench, CHANNEL) == ["Hello", "one", "two"]
    assert posts(bench, SALES) == []


async def test_nowhere_else_to_go(bench: Bench) -> None:
    """Where the settings name the gone channel itself texts wait, and go on in the old thread once it is back."""
    await begin(bench)
    bench.slack.channels[CHANNEL].is_archived = True
    for text in ("one", "two"):
        await hear(bench, text)
        bench.wait(11)
    bench.slack.channels[CHANNEL].is_archived = False
    await hear(bench, "three")
    assert texts(bench, CHANNEL) == ["Hello", "one", "two", "three"]
    assert len([post for post in posts(bench, CHANNEL) if not post.is_reply]) == 1


async def test_all_that_wait_follow(bench: Bench) -> None:
    """One refusal is enough for all conversations that wait for the channel; each goes where it would open today."""
    await begin(bench)
    await hear_from(bench, DANA, "order please")
    await hear_from(bench, MARCO, "order please")
    bench.slack.channels[CHANNEL].is_archived = True
    await hear_from(bench, DANA, "one")
    await hear_from(bench, MARCO, "two")
    await bench.store.run(lambda ledger: settle_in(ledger, SALES))
    await bench.store.run(lambda ledger: set_route(ledger, Route("keyword", "order", VIP), AVA))
    bench.wait(BLOCKED_RETRY_S)
    await pay(bench)
    assert (texts(bench, SALES), texts(bench, VIP)) == (["one"], ["two"])


async def test_nothing_new_opens_no_thread(bench: Bench) -> None:
    """A header that would only look different opens no thread elsewhere, and is not asked for over and over."""
    await begin(bench)
    bench.slack.channels[CHANNEL].is_archived = True
    await bench.store.run(lambda ledger: settle_in(ledger, SALES))
    await pay(bench)
    bench.wait(5)
    await pay(bench)
    calls = len(bench.slack.calls)
    bench.wait(60)
    await pay(bench)
    assert (posts(bench, SALES), len(bench.slack.calls)) == ([], calls)


async def test_a_move_waits_for_what_is_under_way(bench: Bench) -> None:
    """While a post is under way or in doubt the conversation stays; what follows it goes to the new thread."""
    await begin(bench)
    bench.slack.rules.drop_answers = 1
    await hear(bench, "in doubt")
    await bench.store.run(lambda ledger: ask_to_move(ledger, DANAS, SALES, AVA))
    await hear(bench, "behind it")
    assert posts(bench, SALES) == []
    bench.wait(16)
    await bench.look()
    bench.wait(1)
    await pay(bench)
    assert (texts(bench, CHANNEL), texts(bench, SALES)) == (["Hello", "in doubt"], ["behind it"])


async def test_the_newest_wish_counts(bench: Bench) -> None:
    """Of two moves asked for before the first is done only the second is made; a move back begins a new thread."""
    await begin(bench)

    def both(ledger: Ledger) -> None:
        assert ask_to_move(ledger, DANAS, SALES, AVA)
        assert ask_to_move(ledger, DANAS, VIP, AVA)

    await bench.store.run(both)
    await pay(bench)
    await hear(bench, "there")
    assert (posts(bench, SALES), texts(bench, VIP)) == ([], ["there"])
    await bench.store.run(lambda ledger: ask_to_move(ledger, DANAS, CHANNEL, AVA))
    await pay(bench)
    await hear(bench, "back")
    assert texts(bench, CHANNEL) == ["Hello", "back"]
    assert len([post for post in posts(bench, CHANNEL) if not post.is_reply]) == 2


async def test_a_channel_that_takes_no_line(bench: Bench) -> None:
    """Where the old channel takes nothing any more a person's move goes on all the same, and nothing asks it again."""
    await begin(bench)
    bench.wait(5)
    await pay(bench)
    bench.slack.channels[CHANNEL].is_member = False
    await bench.store.run(lambda ledger: ask_to_move(ledger, DANAS, SALES, AVA))
    await hear(bench, "there")
    bench.wait(2)
    await pay(bench)
    assert texts(bench, SALES) == ["there"]
    assert any("moved this conversation here" in line for line in lines(bench, SALES))
    calls = len(bench.slack.calls)
    bench.wait(60)
    await pay(bench)
    assert len(bench.slack.calls) == calls


async def test_a_post_that_comes_late_into_the_old_channel(bench: Bench) -> None:
    """Slack's echo from a channel that was left settles nothing that is owed in the new one."""
    await begin(bench)
    await bench.store.run(lambda ledger: ask_to_move(ledger, DANAS, SALES, AVA))

    def header(ledger: Ledger) -> str:
        take_jobs(ledger, {"move": 1})
        ledger.line_up()
        return next(one.key for one in ledger.open_in(f"in:{DANAS}"))

    key = await bench.store.run(header)
    late = OwnPost(CHANNEL, MessageTs("1700000000.000100"), (key,))
    assert not await bench.store.run(lambda ledger: settle_by_echo(ledger, late))
    await pay(bench)
    await hear(bench, "there")
    assert texts(bench, SALES) == ["there"]


async def test_a_route_that_was_changed(bench: Bench) -> None:
    """A route that is changed takes known conversations along only where their channel is gone."""
    await begin(bench)
    await bench.store.run(lambda ledger: set_route(ledger, Route("number", ACCOUNT, VIP), AVA))
    await hear(bench, "one")
    assert texts(bench, CHANNEL) == ["Hello", "one"]
    bench.slack.channels[CHANNEL].is_archived = True
    await hear(bench, "two")
    assert texts(bench, VIP) == ["two"]
