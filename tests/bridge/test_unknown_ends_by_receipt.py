"""A receipt proves that a text left whose answer nobody has: the doubt is over, and what waited for its end goes on."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.bridge.messages.outbound import accept_reply
from bot.bridge.messages.receipts import record_receipt
from bot.bridge.outbox.failures import record_failure
from bot.bridge.outbox.results import Prepared, record_result
from bot.bridge.requests import Attempt, Prepare
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import OutcomeUnknown
from bot.domain.ids import ChannelId, ConversationId, MessageTs, UserId
from bot.domain.message import Message, Receipt
from bot.domain.outbox import PREPARE_LIMIT, SEND_LIMIT, EntryKind
from bot.domain.thread_events import Reply
from bot.domain.timestamps import Micros
from bot.store.group_commit import GroupCommit
from bot.store.sql.store import SqlStore
from bot.store.sql.transaction import SqlTransaction
from tests.harness.claims import take_jobs
from tests.harness.twice import engine_on
from tests.harness.world import ACCOUNT
from tests.harness.world import DANA as CONTACT

CHANNEL, THREAD, TS = ChannelId("C1"), MessageTs("1700000000.000100"), MessageTs("1700000001.000100")
AT = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def store_in(folder: Path) -> SqlStore:
    """Make a store whose clock stands still."""
    return SqlStore(GroupCommit(engine_on(folder / "bot.db")), lambda: Micros(1_700_000_002_000_000))


def reply(tx: SqlTransaction) -> Message:
    """Enqueue one text."""
    conversation = tx.conversations.add(ACCOUNT, CONTACT, CHANNEL)
    tx.conversations.set_thread(conversation.id, THREAD)
    return accept_reply(tx, conversation, Reply("e", CHANNEL, THREAD, TS, UserId("U1"), ("Hi",)))


def hand_over(tx: SqlTransaction) -> Attempt:
    """Let the text leave."""
    (attempt,), _ = take_jobs(tx, {PREPARE_LIMIT: 1})
    assert isinstance(attempt.call, Prepare)
    record_result(tx, attempt, Prepared(("Hi",), attempt.call.pieces))
    tx.finish()
    (attempt,), _ = take_jobs(tx, {SEND_LIMIT: 1})
    return attempt


def delivered(message: Message) -> Receipt:
    """Report the text as delivered, by our key."""
    return Receipt("r1", DeliveryStatus.DELIVERED, ACCOUNT, CONTACT, AT, message.key, provider_id="p1")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    """Give an open store."""
    store = store_in(tmp_path)
    await store.start()
    yield store
    await store.close()


async def test_text_reported_before_a_crash_is_not_in_doubt_after_it(tmp_path: Path, store: SqlStore) -> None:
    """A text that a receipt proved while it was being handed over is not looked for, nor sent again, after a crash."""
    message = await store.run(reply)
    await store.run(hand_over)
    await store.run(lambda tx: record_receipt(tx, delivered(message), channel=CHANNEL))
    await store.close()
    after = store_in(tmp_path)
    await after.start()
    entries = await after.run(lambda tx: tx.outbox.of_message(message.id))
    assert [entry for entry in entries if entry.kind is EntryKind.SEND] == []
    await after.close()


async def test_text_from_elsewhere_is_shown_once_a_receipt_ends_the_doubt(store: SqlStore) -> None:
    """A report about a text from elsewhere that waited for our send in doubt is shown when a receipt ends the doubt."""
    message = await store.run(reply)
    attempt = await store.run(hand_over)
    await store.run(lambda tx: record_failure(tx, attempt, OutcomeUnknown("timeout", "No answer.")))
    elsewhere = Receipt("r0", DeliveryStatus.SENT, ACCOUNT, CONTACT, AT, provider_id="p0", text="From elsewhere")
    await store.run(lambda tx: record_receipt(tx, elsewhere, channel=CHANNEL))
    await store.run(lambda tx: record_receipt(tx, delivered(message), channel=CHANNEL))
    texts = await store.run(lambda tx: tx.messages.recent(ConversationId(1)))
    assert [text.body for text in texts] == ["From elsewhere", "Hi"]
