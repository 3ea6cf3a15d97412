"""What could not be read is not taken for read: it keeps its mark, and holds up no other's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.bridge.backfill.backfill import Backfill
from bot.bridge.backfill.progress import progress_of
from bot.bridge.backfill.read_budget import ReadBudget, RoundIncomplete
from bot.bridge.backfill.slack_side import SlackBackfill
from bot.bridge.rate_limit import LookupLimiter
from bot.domain.ids import ChannelId, MessageTs
from bot.ports.storage import Transaction
from bot.sandbox.slack.state.model import Channel, Message
from tests.bridge.test_backfill import catch_up, catcher, reply_unheard, unheard
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, MARCO

SALES = ChannelId("C0SALES")


@pytest.fixture
async def started(harness: Harness) -> Harness:
    """Give a harness that began half an hour ago by Slack's clock, and has been up since."""
    harness.wait(-1_800)
    assert await catch_up(harness)
    harness.wait(1_800)
    return harness


async def rounds(harness: Harness, caught: Backfill, count: int = 1) -> None:
    """Let rounds pass, five minutes apart."""
    for _ in range(count):
        await caught.round()
        await harness.pay()
        harness.wait(300)


async def marco_in(harness: Harness, channel: ChannelId) -> str:
    """Have a conversation with Marco that shows in another channel; return its thread."""
    harness.slack.channels[channel] = Channel(channel, "sales")
    thread = MessageTs(await harness.slack.say(BEN, channel, "Marco"))

    def begin(tx: Transaction) -> None:
        tx.conversations.set_thread(tx.conversations.add(ACCOUNT, MARCO, channel).id, thread)

    await harness.store.run(begin)
    await harness.hear_from(MARCO, "Hi, Marco here")
    return thread


async def test_a_channel_without_the_bot_for_a_while(started: Harness) -> None:
    """What is written while the bot is out of a channel is texted once it is in again, however long that took."""
    caught = catcher(started)
    await rounds(started, caught)
    started.slack.channels[CHANNEL].is_member = False
    await reply_unheard(started, "It is ready")
    await rounds(started, caught, 5)
    assert "not_in_channel" in started.troubles
    started.slack.channels[CHANNEL].is_member = True
    await rounds(started, caught)
    assert started.phone() == ["Hi", "It is ready"]


async def test_one_channel_holds_up_no_other(started: Harness) -> None:
    """While one channel cannot be read the others are, and neither is read twice."""
    header = await marco_in(started, SALES)
    caught = catcher(started)
    await rounds(started, caught)
    started.slack.channels[CHANNEL].is_member = False
    await reply_unheard(started, "It is ready")
    await started.slack.say(AVA, SALES, "Welcome", thread_ts=header)
    await rounds(started, caught, 3)
    assert [one.body for one in started.volt.outbound(MARCO)] == ["Welcome"]
    started.slack.channels[CHANNEL].is_member = True
    await catch_up(started)  # as after a restart
    assert started.phone() == ["Hi", "It is ready"]
    assert [one.body for one in started.volt.outbound(MARCO)] == ["Welcome"]


async def test_a_thread_that_cannot_be_read(started: Harness) -> None:
    """A thread that Slack fails to show is read in a later round, also after a restart."""
    await reply_unheard(started, "It is ready")
    started.slack.rules.errors = {"conversations.replies": ["fatal_error", *["no_permission"] * 5]}
    assert not await catch_up(started)
    caught = catcher(started)
    await rounds(started, caught, 5)
    assert started.phone() == ["Hi"]
    await rounds(started, catcher(started))
    assert started.phone() == ["Hi", "It is ready"]


async def test_a_thread_below_many_others(started: Harness) -> None:
    """After a start a reply is found however many threads were begun since."""
    messages = started.slack.channels[CHANNEL].messages
    messages += (Message(CHANNEL, started.slack.next_ts(), "Lunch?", BEN) for _ in range(700))
    await started.run_sql("UPDATE conversation SET last_inbound_at = NULL, last_outbound_at = NULL")
    await started.run_sql("UPDATE message SET created_at = created_at - 90000000000")
    await reply_unheard(started, "It is ready")
    await rounds(started, catcher(started))
    assert started.phone() == ["Hi", "It is ready"]


async def test_a_round_that_had_its_share(started: Harness) -> None:
    """What one round has no look left for is read by the next, and counts as unread until then."""
    messages = started.slack.channels[CHANNEL].messages
    messages += (Message(CHANNEL, started.slack.next_ts(), "Lunch?", BEN) for _ in range(450))
    await reply_unheard(started, "It is ready")
    replies = SlackBackfill(started.store, started.workspace, CHANNEL, timedelta(hours=24))
    before = await started.store.run(lambda tx: progress_of(tx, CHANNEL))
    reading = LookupLimiter(lambda: started.now)
    for looks in (2, 1):
        with pytest.raises(RoundIncomplete):
            await replies.read(ReadBudget(reading, started.observer, left=looks))
        assert await started.store.run(lambda tx: progress_of(tx, CHANNEL)) == before
    await replies.read(ReadBudget(reading, started.observer, left=1))
    await started.pay()
    assert started.phone() == ["Hi", "It is ready"]
    assert await started.store.run(lambda tx: progress_of(tx, CHANNEL)) == started.now


async def test_an_account_that_cannot_be_read(started: Harness) -> None:
    """A text from while Volt refused our token is shown once it takes it again."""
    caught = catcher(started)
    await rounds(started, caught)
    unheard(started, "Are you there?", ago_s=20)
    started.volt.rules.statuses = [(401, None)] * 8
    await rounds(started, caught, 4)
    started.volt.rules.statuses = []
    await rounds(started, caught)
    assert any("Are you there?" in line for line in started.lines())


async def test_an_inbox_row_that_names_nobody(started: Harness) -> None:
    """Where a row of Volt's inbox does not say whose it is, the conversations that we know are read."""
    caught = catcher(started)
    await rounds(started, caught)
    await started.hear("Still there")
    unheard(started, "Are you there?", ago_s=20)
    started.volt.rules.nameless_rows = True
    started.wait(30)
    await rounds(started, caught)
    assert any("Are you there?" in line for line in started.lines())


async def test_a_text_that_may_still_come_by_itself(started: Harness) -> None:
    """A text too young to be taken from the record is looked at again as soon as it is old enough, once."""
    caught = catcher(started)
    unheard(started, "Just now", ago_s=2)
    assert await caught.round()
    assert caught.pause_s <= 15
    started.wait(caught.pause_s)
    assert await caught.round()
    await started.pay()
    assert any("Just now" in line for line in started.lines())
    assert caught.pause_s == 300


async def test_a_mark_that_lies_ahead(started: Harness) -> None:
    """A bot whose clock was set back while it was away still finds what was written meanwhile."""
    started.wait(7_200)
    await catch_up(started)
    started.wait(-7_200)
    await reply_unheard(started, "It is ready")
    await catch_up(started)
    assert started.phone() == ["Hi", "It is ready"]
