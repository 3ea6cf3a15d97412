"""Times that cannot be: of a zero, or of a year that no clock shows. What bears one happened when it arrived."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.bridge.messages.inbound import record_inbound
from bot.bridge.messages.outbound import record_reply
from bot.bridge.messages.receipts import record_receipt
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ConversationId, MessageTs
from bot.domain.message import Inbound, Message, Receipt
from bot.domain.thread_events import Reply
from bot.ports.storage import Transaction
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, CHANNEL, MARCO

NEVER = [datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]


async def newest(harness: Harness) -> Message:
    """Read the text that was taken in last."""
    conversations = (ConversationId(1), ConversationId(2))

    def unit(tx: Transaction) -> Message:
        return max(
            (text for conversation in conversations for text in tx.messages.recent(conversation)),
            key=lambda text: text.id,
        )

    return await harness.store.run(unit)


@pytest.mark.parametrize("at", NEVER)
async def test_a_text_from_elsewhere(harness: Harness, at: datetime) -> None:
    """A receipt of such a time shows its text once, behind its header, and leaves nothing pending."""
    receipt = Receipt("r1", DeliveryStatus.DELIVERED, ACCOUNT, MARCO, at, None, "rf_1", "l1", "From the desk")
    await harness.store.run(lambda tx: record_receipt(tx, receipt, channel=CHANNEL))
    assert (await newest(harness)).sort_key == harness.now
    await harness.pay()
    harness.wait(5)
    await harness.pay()
    assert len([one for one in harness.posts() if one.thread_ts in (None, one.ts)]) == 2
    assert [line for line in harness.lines() if "From the desk" in line]
    assert not await harness.store.run(lambda tx: tx.outbox.rate_limits() and tx.outbox.due_lanes(f"post:{CHANNEL}", 9))


@pytest.mark.parametrize("at", NEVER)
async def test_a_text_of_the_contact(harness: Harness, at: datetime) -> None:
    """A text of such a time takes its place at the end."""
    inbound = Inbound("e1", "c1", ACCOUNT, MARCO, "Hi", (), at)
    await harness.store.run(lambda tx: record_inbound(tx, inbound, channel=CHANNEL))
    assert (await newest(harness)).sort_key == harness.now


@pytest.mark.parametrize("ts", ["1.000000", "999999999999.999999"])
async def test_a_reply(harness: Harness, ts: str) -> None:
    """A reply of such a time is texted."""
    thread = MessageTs(harness.posts()[0].ts)
    reply = Reply("e1", CHANNEL, thread, MessageTs(ts), AVA, ("It is ready",))
    await harness.store.run(lambda tx: record_reply(tx, reply))
    assert (await newest(harness)).sort_key == harness.now
    await harness.pay()
    assert harness.phone() == ["Hi", "It is ready"]
