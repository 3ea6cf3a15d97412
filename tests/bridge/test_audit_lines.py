"""The audit trail knows who had a text sent again or corrected, and who said that one had arrived."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.bridge.messages.actions import confirm_arrived, send_again, send_correction
from bot.bridge.messages.outbound import new_text
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageKey, MessageTs
from bot.domain.message import Failure
from bot.ports.operations import Operations
from bot.ports.storage import Transaction
from bot.store.postgres.address import read_address
from bot.store.postgres.operations import PostgresOperations
from bot.store.sqlite.operations import SqliteOperations
from tests.harness.on_a_clock import Harness
from tests.harness.world import AVA, BEN, CHANNEL, DANA


@pytest.fixture
def operations(harness: Harness, on_postgres: str | None) -> Operations:
    """Give what the command line does with the harness's database."""
    return SqliteOperations(harness.database) if on_postgres is None else PostgresOperations(read_address(on_postgres))


async def test_a_detail_that_is_stored_without_nul(harness: Harness, operations: Operations) -> None:
    """A line that came with a NUL is as it was written, on either engine: its hash covers what can be read."""

    def note(tx: Transaction) -> str:
        return tx.audit.get(tx.audit.add(AVA, "searched\x00", None, "It is\x00 ready")).detail

    assert await harness.store.run(note) == "It is ready"
    assert operations.check_audit(None)[0] == []


async def test_buttons_under_a_text(harness: Harness) -> None:
    """Send again, It arrived and a correction are noted with who pressed."""

    def text(tx: Transaction, status: DeliveryStatus, key: str) -> MessageKey:
        conversation = tx.conversations.with_contact(DANA)[0]
        message = new_text(tx, conversation, author=AVA, sort_key=1)
        failure = Failure("x", "x", allows_manual_retry=True)
        placed = replace(message, status=status, failure=failure, body=key, channel=CHANNEL, ts=MessageTs(f"{key}.1"))
        return tx.messages.add(placed).key

    def press(tx: Transaction) -> list[str]:
        conversation = tx.conversations.with_contact(DANA)[0]
        failed, unknown = text(tx, DeliveryStatus.FAILED, "1"), text(tx, DeliveryStatus.UNKNOWN, "2")
        assert send_again(tx, failed, BEN)
        assert confirm_arrived(tx, unknown, BEN)
        late = tx.messages.by_key(text(tx, DeliveryStatus.SENT, "3"))
        assert late is not None
        tx.messages.save(replace(late, changed_late=True, pieces=("better",)))
        assert send_correction(tx, late.key, BEN)
        return [line.action for line in tx.audit.of_conversation(conversation.id, 9) if line.actor == BEN]

    done = await harness.store.run(press)
    assert done == ["sent a correction", "said it arrived", "sent again"]
