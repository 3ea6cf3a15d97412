"""What one piece of work costs does not grow with what is stored: counted in steps of SQLite, the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.bridge.enqueue import enqueue_line, enqueue_prepare
from bot.bridge.messages import muting
from bot.bridge.messages.inbound import record_inbound
from bot.bridge.messages.outbound import new_text
from bot.bridge.messages.receipts import apply_report
from bot.bridge.thread_content import line_of
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageTs
from bot.domain.message import Inbound, Message
from bot.domain.outbox import EntryKind, Lane, lane_of
from bot.domain.phone import E164
from bot.domain.subjects import Receipts
from bot.domain.thread_content import ReceiptSummary
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction
from bot.store.sql.transaction import SqlTransaction
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.only_writer import OnlyWriter
from tests.harness.world import ACCOUNT, CHANNEL

FEW, MANY = 10, 400
BEGUN = Micros(1_700_000_000_000_000)


class Database:
    """An empty database whose steps are counted, and a clock that moves on with each text."""

    def __init__(self, connection: OnlyWriter) -> None:
        self.connection = connection
        self.tx = SqlTransaction(connection, BEGUN)
        self.texts = 0

    def steps(self, work: Callable[[Transaction], object]) -> int:
        """Count the steps of one piece of work."""
        counted = 0

        def count() -> int:
            nonlocal counted
            counted += 1
            return 0

        self.tx.finish()
        tx = SqlTransaction(self.connection, self.tx.now)
        self.connection.set_progress_handler(count, 1)
        work(tx)
        tx.finish()
        self.connection.set_progress_handler(None, 1)
        return counted

    def next_inbound(self, contact: int = 0) -> Inbound:
        """Make one more text of a contact."""
        self.texts += 1
        self.tx.now = Micros(self.tx.now + 1_000_000)
        at = datetime.fromtimestamp(self.tx.now / 1e6, UTC)
        return Inbound(f"e{self.texts}", f"c{self.texts}", ACCOUNT, E164(f"+1555{contact:07d}"), "Hello", (), at)

    def hear(self, contact: int = 0) -> Conversation:
        """Take in one more text of a contact."""
        heard = self.next_inbound(contact)
        record_inbound(self.tx, heard, channel=CHANNEL)
        found = self.tx.conversations.find(ACCOUNT, heard.contact)
        assert found is not None
        return found

    def reply(self, conversation: Conversation, status: DeliveryStatus) -> Message:
        """Write one more reply, which is this far."""
        self.texts += 1
        text = new_text(self.tx, conversation, author=None, sort_key=self.texts)
        settled_at = None if status is DeliveryStatus.QUEUED else self.texts
        text = replace(text, channel=CHANNEL, ts=MessageTs(f"1.{self.texts:06d}"), status=status, status_at=settled_at)
        text = self.tx.messages.add(text)
        if status is DeliveryStatus.QUEUED:
            enqueue_prepare(self.tx, text, undo_window_s=30)
        return text


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Give a database that is thrown away."""
    connection = open_for_writing(tmp_path / "bot.db")
    connection.execute("BEGIN IMMEDIATE")
    yield Database(connection)
    connection.execute("ROLLBACK")
    connection.close()


@pytest.mark.parametrize("status", [DeliveryStatus.QUEUED, DeliveryStatus.SENT, DeliveryStatus.DELIVERED])
def test_receipts_line_does_not_grow_with_the_replies(database: Database, status: DeliveryStatus) -> None:
    """The line of receipts and a report that moves it cost the same behind few replies of a round and behind many."""
    conversation = database.hear()
    database.tx.conversations.set_thread(conversation.id, MessageTs("1.0"))
    enqueue_line(database.tx, conversation.id, Receipts(conversation.turn))
    entry = database.tx.outbox.pending(
        lane_of(conversation.id, Lane.ABOUT), EntryKind.LINE, Receipts(conversation.turn)
    )
    assert entry is not None
    said, costs = [], []
    for more in (FEW, MANY - FEW):
        for _ in range(more):
            database.reply(conversation, status)
        last = database.reply(conversation, DeliveryStatus.SENT)
        costs.append(database.steps(lambda tx: said.append(line_of(tx, entry))))
        costs.append(database.steps(lambda tx, last=last: _report(tx, last)))  # type: ignore[misc]
    assert costs[2] <= costs[0] * 1.05
    assert costs[3] <= costs[1] * 1.05
    assert isinstance(said[-1], ReceiptSummary)
    assert said[-1].delivered + said[-1].sent + said[-1].waiting == MANY + 2


def _report(tx: Transaction, text: Message) -> None:
    assert apply_report(tx, tx.messages.get(text.id), DeliveryStatus.DELIVERED)


def test_a_text_does_not_grow_with_those_nobody_answered(database: Database) -> None:
    """One more text of a contact who writes a lot costs the same behind few texts that nobody answered and many."""
    costs = []
    for number in (2 * muting.MANY, MANY):
        while database.texts < number:
            database.hear()
        more = database.next_inbound()
        costs.append(database.steps(lambda tx, more=more: record_inbound(tx, more, channel=CHANNEL)))  # type: ignore[misc]
    assert costs[1] <= costs[0] * 1.05


def test_recent_conversations_do_not_grow_with_the_old_ones(database: Database) -> None:
    """To find the conversations of the last hour costs the same behind few older texts and behind many."""
    costs = []
    for number in (FEW, MANY):
        while database.texts < number:
            database.hear(database.texts)
        since = Micros(database.tx.now + 1)
        newest = [database.hear(contact).id for contact in (7, 8, 7)]
        costs.append(database.steps(lambda tx, since=since: tx.conversations.recent(since, 9)))  # type: ignore[misc]
        found = [conversation.id for conversation in database.tx.conversations.recent(since, 9)]
        assert sorted(found) == sorted(set(newest))
    assert costs[1] <= costs[0] * 1.05
