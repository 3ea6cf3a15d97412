"""The replies of a round, counted as they change, beside the plain way: reading them all and counting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.delivery import DeliveryStatus, combined_status
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs
from bot.domain.message import Direction, Message
from bot.domain.outbox import PREPARE_LIMIT, EntryKind, EntryState, Lane, NewEntry, OutboxEntry
from bot.domain.phone import E164
from bot.domain.shown import ReplyCount
from bot.domain.timestamps import Micros
from bot.store.sql.transaction import SqlTransaction
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.only_writer import OnlyWriter

CHANNEL = ChannelId("C1")
TALK = ConversationId(1)
ROUNDS = (0, 1)
places = st.sampled_from([None, "1.1", "1.1", "1.2"])
statuses = st.sampled_from(DeliveryStatus)
which = st.integers(0, 10**6)

news = st.tuples(st.just("new"), which, st.tuples(places, statuses, st.sampled_from(ROUNDS), st.booleans()))
changes = st.one_of(
    st.tuples(st.just("status"), which, statuses),
    st.tuples(st.just("ts"), which, places),
    st.tuples(st.just("turn"), which, st.sampled_from(ROUNDS)),
    st.tuples(st.just("again"), which, st.booleans()),
    st.tuples(st.just("settled"), which, st.none() | st.integers(1, 9)),
    st.tuples(st.just("prepare"), which, st.booleans()),
)
histories = st.lists(st.one_of(news, changes), max_size=25)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnlyWriter]:
    """Give a file with two conversations; whoever changes it undoes that."""
    made = open_for_writing(tmp_path_factory.mktemp("counted") / "bot.db")
    tx = SqlTransaction(made, Micros(1))
    for number in (1, 2):
        tx.conversations.add(E164("+15555550123"), E164(f"+1555555020{number}"), CHANNEL)
    yield made
    made.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
def test_counted_as_by_reading_them_all(connection: OnlyWriter, history: list[tuple[str, int, object]]) -> None:
    """However texts come, change, move and are prepared: the count and the text to undo are those of the plain way."""
    connection.execute("BEGIN IMMEDIATE")
    tx = SqlTransaction(connection, Micros(100))
    try:
        texts: list[int] = []
        for step in history:
            _happen(tx, texts, *step)
            for round_ in ROUNDS:
                assert tx.messages.reply_count(TALK, round_) == plain_count(tx, round_)
                assert tx.messages.undoable(TALK, round_) == plain_undoable(tx, round_)
                assert tx.messages.has_replies(TALK, round_) == bool(replies_of(tx, round_))
    finally:
        connection.execute("ROLLBACK")


def _happen(tx: SqlTransaction, texts: list[int], what: str, which: int, value: object) -> None:
    if what == "new":
        assert isinstance(value, tuple)
        ts, status, round_, is_ours = value
        text = Message(0, MessageKey(uuid4().hex), TALK, Direction.OUTBOUND, round_, "words", (), 1, status)
        if not is_ours and which % 2:
            text = replace(text, direction=Direction.INBOUND, status=None)
        elif not is_ours:
            text = replace(text, conversation_id=ConversationId(2))
        text = replace(text, channel=CHANNEL if ts else None, ts=ts)
        texts.append(tx.messages.add(text).id)
    elif texts:
        _change(tx, tx.messages.get(texts[which % len(texts)]), what, value)


def _change(tx: SqlTransaction, text: Message, what: str, value: object) -> None:
    if what == "prepare":
        _prepare(tx, text, is_owed=bool(value))
    elif what == "ts" and isinstance(value, str) and text.ts is None:
        tx.messages.place(text, CHANNEL, MessageTs(value))
    elif what == "ts":
        tx.messages.save(replace(text, channel=CHANNEL if value else None, ts=value))  # type: ignore[arg-type]
    elif what == "again":
        tx.messages.save(replace(text, replaced_by=MessageKey("other") if value else None))
    elif text.direction is Direction.OUTBOUND or what == "turn":
        field = {"settled": "status_at"}.get(what, what)
        tx.messages.save(replace(text, **{field: value}))  # type: ignore[arg-type]


def _prepare(tx: SqlTransaction, text: Message, *, is_owed: bool) -> None:
    open_ones = tx.outbox.of_message(text.id)
    if is_owed and not open_ones:
        tx.outbox.add(NewEntry(text.conversation_id, Lane.OUT, EntryKind.PREPARE, PREPARE_LIMIT, message_id=text.id))
    elif open_ones:
        tx.outbox.mark_in_flight(open_ones[0])


def test_least_advanced_part_speaks_for_a_reply(connection: OnlyWriter) -> None:
    """Of any two parts the same one speaks for the reply in the count as everywhere else."""
    connection.execute("BEGIN IMMEDIATE")
    tx = SqlTransaction(connection, Micros(100))
    for round_, pair in enumerate(product(DeliveryStatus, DeliveryStatus)):
        for number, status in enumerate(pair):
            _happen(tx, [round_, number], "new", 0, (f"1.{round_}", status, round_, True))
        assert tx.messages.reply_count(TALK, round_) == plain_count(tx, round_), pair
    connection.execute("ROLLBACK")


# --- the plain way


def replies_of(tx: SqlTransaction, round_: int) -> list[list[Message]]:
    """Read the replies that count, each as its parts, in the order in which they were written."""
    replies: dict[str, list[Message]] = {}
    for text in reversed(tx.messages.recent(TALK)):
        is_counted = text.status not in (None, DeliveryStatus.CANCELLED) and text.replaced_by is None
        if text.turn == round_ and text.direction is Direction.OUTBOUND and is_counted:
            replies.setdefault(text.ts or text.key, []).append(text)
    return list(replies.values())


def plain_count(tx: SqlTransaction, round_: int) -> ReplyCount:
    """Count the replies one by one."""
    replies = replies_of(tx, round_)
    stand = [combined_status(part.status for part in parts if part.status) for parts in replies]
    settled = [Micros(part.status_at) for parts in replies for part in parts if part.status_at is not None]
    return ReplyCount(
        failed=stand.count(DeliveryStatus.FAILED),
        unknown=stand.count(DeliveryStatus.UNKNOWN),
        drafts=stand.count(DeliveryStatus.DRAFT),
        queued=stand.count(DeliveryStatus.QUEUED),
        sending=stand.count(DeliveryStatus.SENDING),
        sent=stand.count(DeliveryStatus.SENT),
        delivered=stand.count(DeliveryStatus.DELIVERED),
        last_at=max(settled, default=None),
    )


def plain_undoable(tx: SqlTransaction, round_: int) -> MessageKey | None:
    """Look at each reply that waits."""
    firsts = [parts[0] for parts in replies_of(tx, round_) if parts[0].status is DeliveryStatus.QUEUED]
    waiting = [text.key for text in firsts if text.ts and any(_waits(entry) for entry in tx.outbox.of_message(text.id))]
    return waiting[-1] if waiting else None


def _waits(entry: OutboxEntry) -> bool:
    return entry.kind is EntryKind.PREPARE and entry.state is EntryState.PENDING
