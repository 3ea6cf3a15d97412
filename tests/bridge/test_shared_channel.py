"""Two workspaces on one database that share a channel, its threads and a contact: each takes each text once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.bridge.messages.inbound import record_inbound
from bot.bridge.messages.outbound import record_reply
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, ConversationId, MessageTs
from bot.domain.message import Inbound, Message
from bot.domain.outbox import Lane, lane_of
from bot.domain.thread_events import Reply
from bot.domain.workspaces import WorkspaceId
from bot.ports.storage import Transaction
from bot.store.sql.store import SqlStore
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, CHANNEL, MARCO

SECOND = WorkspaceId(2)
THREAD, TS = MessageTs("1700000000.000100"), MessageTs("1700000000.000200")


@pytest.fixture
def stores(harness: Harness) -> tuple[SqlStore, SqlStore]:
    """Give the stores of both workspaces."""
    return harness.store, harness.store.of(SECOND)


def heard(harness: Harness) -> Inbound:
    """Make the same event of the provider each time."""
    at = datetime.fromtimestamp(harness.now / 1_000_000, UTC)
    return Inbound("event", "content", ACCOUNT, MARCO, "Hello", (), at, "legacy", "provider")


def take_in(tx: Transaction, inbound: Inbound) -> bool:
    """Take the event in, and let its thread be known by the same ts in every workspace."""
    is_new = record_inbound(tx, inbound, channel=CHANNEL)
    conversation = tx.conversations.find(ACCOUNT, MARCO)
    assert conversation is not None
    tx.conversations.set_thread(conversation.id, THREAD)
    return is_new


def texts(tx: Transaction) -> list[Message]:
    """List the texts of Marco's conversation, the oldest first."""
    conversation = tx.conversations.find(ACCOUNT, MARCO)
    assert conversation is not None
    return tx.messages.recent(conversation.id)[::-1]


async def test_an_event_is_taken_once_in_each(harness: Harness, stores: tuple[SqlStore, SqlStore]) -> None:
    """An event and a text with the same ids come to both workspaces: each takes its own once, and only once."""
    inbound = heard(harness)
    for store in stores:
        assert await store.run(lambda tx: take_in(tx, inbound))
    for store in stores:
        assert not await store.run(lambda tx: record_inbound(tx, inbound, channel=CHANNEL))
        assert [text.body for text in await store.run(texts)] == ["Hello"]
    first, second = [(await store.run(texts))[0] for store in stores]
    assert first.key == second.key
    assert first.conversation_id != second.conversation_id


async def test_a_reply_in_a_shared_channel_is_one_of_each(harness: Harness, stores: tuple[SqlStore, SqlStore]) -> None:
    """One channel, one thread ts, one message ts and one event id in both workspaces: two replies, counted apart."""
    inbound = heard(harness)
    for number, store in enumerate(stores):
        await store.run(lambda tx: take_in(tx, inbound))
        reply = Reply("event", CHANNEL, THREAD, TS, AVA, (f"words {number}",))
        await store.run(lambda tx, reply=reply: record_reply(tx, reply))  # type: ignore[misc]
        await store.run(lambda tx, reply=reply: record_reply(tx, reply))  # type: ignore[misc]
    for number, store in enumerate(stores):
        (reply_text,) = await store.run(lambda tx: tx.messages.at(CHANNEL, TS))
        assert reply_text.pieces == (f"words {number}",)
        assert reply_text.status is DeliveryStatus.QUEUED
        counted = await store.run(
            lambda tx, text=reply_text: tx.messages.reply_count(text.conversation_id, text.turn)  # type: ignore[misc]
        )
        assert counted.queued == 1
        lane = lane_of(ConversationId(reply_text.conversation_id), Lane.OUT)
        assert [len(await one.run(lambda tx, lane=lane: tx.outbox.open_in(lane))) for one in stores] == [  # type: ignore[misc]
            int(one is store) for one in stores
        ]


async def test_what_one_says_later_changes_nothing_of_the_other(
    harness: Harness, stores: tuple[SqlStore, SqlStore]
) -> None:
    """A conversation that is moved, and a channel that gets a new id, go on as they were in the other workspace."""
    inbound = heard(harness)
    for store in stores:
        await store.run(lambda tx: take_in(tx, inbound))
    await stores[1].run(lambda tx: tx.conversations.rename_channel(CHANNEL, ChannelId("C0NEW")))
    found = [await store.run(lambda tx: tx.conversations.at(CHANNEL, THREAD)) for store in stores]
    assert found[0] is not None
    assert found[1] is None
