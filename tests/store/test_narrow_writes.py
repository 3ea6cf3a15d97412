"""Writes that touch only what changed leave the same rows as those that write everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from bot.bridge.conversations.state import note_inbound
from bot.domain.changes import changed
from bot.domain.conversation import Conversation, Mode, Stage
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs, UserId
from bot.domain.message import Direction, Message
from bot.domain.phone import E164
from bot.domain.timestamps import Micros
from bot.store.sql.conversations import INBOUND_COLUMNS
from bot.store.sql.transaction import SqlTransaction
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.only_writer import OnlyWriter

OTHER = Conversation(
    id=ConversationId(1),
    account=E164("+15555550123"),
    contact=E164("+15555550201"),
    name="Dana",
    channel=ChannelId("C1"),
    thread_ts=None,
    turn=3,
    stage=Stage.CLOSED,
    assignee=UserId("U0AVA"),
    mode=Mode.CONFIRM,
    is_opted_out=True,
    is_blocked=True,
    last_inbound_at=Micros(7),
    last_outbound_at=Micros(8),
    flood_at=Micros(9),
    gathered_until=Micros(10),
    muted_by=UserId("U0AVA"),
    muted_after=4,
    unshown=5,
)
"""Everything that may change about a conversation is another than in a new one."""

FIXED = {"id", "account", "contact", "channel", "thread_ts"}
TEXT = Message(0, MessageKey("k1"), ConversationId(1), Direction.OUTBOUND, 0, "Hi", (), 1, DeliveryStatus.QUEUED)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[OnlyWriter]:
    """Give a file with one new conversation."""
    made = open_for_writing(tmp_path / "bot.db")
    SqlTransaction(made, Micros(1)).conversations.add(OTHER.account, OTHER.contact, OTHER.channel)
    yield made
    made.close()


def _transaction(connection: OnlyWriter) -> SqlTransaction:
    return SqlTransaction(connection, Micros(9))


@pytest.mark.parametrize("name", sorted({field.name for field in fields(Conversation)} - FIXED))
def test_each_change_of_a_conversation_is_kept(connection: OnlyWriter, name: str) -> None:
    """Whatever changes about a conversation, alone or while a text is heard, is read by the next unit of work."""
    for more in ({}, {"stage": Stage.OPEN, "last_inbound_at": Micros(9)}):
        tx = _transaction(connection)
        after = replace(tx.conversations.get(OTHER.id), **{name: getattr(OTHER, name)} | more)
        tx.conversations.save(after)
        assert _transaction(connection).conversations.get(OTHER.id) == after


def test_note_inbound_writes_every_column_that_changes(connection: OnlyWriter) -> None:
    """The statement for a text that is heard writes what hearing one can change, nothing less and nothing more."""
    written: list[str] = []
    tx = _transaction(connection)
    before = tx.conversations.get(OTHER.id)
    connection.set_trace_callback(written.append)
    note_inbound(tx, replace(before, turn=before.turn + 1, is_opted_out=True))
    connection.set_trace_callback(None)
    (statement,) = [sql for sql in written if sql.startswith("UPDATE conversation")]
    columns = {part.split("=")[0].split()[-1] for part in statement.split("WHERE")[0].split(",")}
    assert columns == INBOUND_COLUMNS
    kept = _transaction(connection).conversations.get(OTHER.id)
    assert kept == replace(before, turn=1, is_opted_out=True, stage=Stage.OPEN, last_inbound_at=Micros(9))


def test_a_place_is_all_that_placing_changes(connection: OnlyWriter) -> None:
    """To place a text in Slack changes its place, in this unit of work and in the next, and is found there."""
    tx = _transaction(connection)
    text = tx.messages.add(TEXT)
    placed = tx.messages.place(text, ChannelId("C1"), MessageTs("1.5"))
    assert placed == replace(text, channel=ChannelId("C1"), ts=MessageTs("1.5"))
    assert tx.messages.get(text.id) == placed
    assert _transaction(connection).messages.at(ChannelId("C1"), MessageTs("1.5")) == [placed]


def test_a_copy_is_what_replace_makes() -> None:
    """A copy without the constructor equals one with it, is as frozen, and leaves the original as it was."""
    copy = changed(TEXT, id=5, turn=2)
    assert (copy, hash(copy)) == (replace(TEXT, id=5, turn=2), hash(replace(TEXT, id=5, turn=2)))
    assert TEXT.id == 0
    with pytest.raises(AttributeError):
        copy.id = 6  # type: ignore[misc]
