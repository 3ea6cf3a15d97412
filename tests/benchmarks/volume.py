"""How large the file grows with texts: many, so that what every file has anyway does not count."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from bot.bridge.inbox.processor import process_inbox, store_events
from bot.bridge.outbox.results import Posted, record_result
from bot.clock import Clock
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.message import Inbound
from bot.domain.outbox import post_limit
from bot.domain.phone import E164
from bot.store.sql.transaction import SqlTransaction
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.only_writer import OnlyWriter
from tests.benchmarks.figures import Figure
from tests.benchmarks.harness import CONTACTS, Harness
from tests.benchmarks.real_bot import open_conversation
from tests.benchmarks.requests import contact
from tests.harness.claims import take_jobs
from tests.harness.world import ACCOUNT, CHANNEL

TEXTS = 20_000
AT_ONCE = 200


async def bytes_each(harness: Harness) -> list[Figure]:
    """Take in and show texts, unit of work by unit of work as the bot does, and look at the file."""
    database = harness.fresh() / "bot.db"
    connection = open_for_writing(database)
    connection.execute("PRAGMA synchronous=OFF")  # the size is the same, and the disk is not asked
    for first in range(0, TEXTS, AT_ONCE):
        _unit(connection, first)
    connection.close()
    wire = float(len(harness.texts[0]))
    name, note = f"file, per text of {TEXTS:,}", "all shown in Slack"
    return [Figure(name, "bytes", (_size(database) / TEXTS,), (wire,), "its webhook on the wire", note=note)]


def _unit(connection: OnlyWriter, first: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    tx = SqlTransaction(connection, Clock().now())
    if first == 0:
        for number in range(CONTACTS):
            open_conversation(tx, number)
    store_events(tx, [_text(number) for number in range(first, first + AT_ONCE)])
    assert process_inbox(tx, channel=ChannelId(CHANNEL), limit=AT_ONCE).taken == AT_ONCE
    tx.finish()
    claimed, _ = take_jobs(tx, {post_limit(CHANNEL): AT_ONCE})
    assert sum(len(attempt.entries) for attempt in claimed) == AT_ONCE
    for number, attempt in enumerate(claimed, start=first):
        record_result(tx, attempt, Posted(MessageTs(f"1800000000.{number:06d}")))
    tx.finish()
    connection.execute("COMMIT")


def _text(number: int) -> Inbound:
    envelope, content = f"rfw_6962ccb5_{uuid4().hex}", f"{uuid4()}"
    words = f"Text number {number}: could you tell me whether my order has left, please?"
    sender = E164(contact(number % CONTACTS))
    return Inbound(envelope, content, E164(ACCOUNT), sender, words, (), datetime.now(UTC))


def _size(database: Path) -> int:
    return database.stat().st_size
