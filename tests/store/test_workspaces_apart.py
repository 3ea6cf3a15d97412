"""Several workspaces in one database: at a start, after a restore, when there is work, in searches and in exports."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.bridge.restore_gap import gap_of
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageKey, PostKey
from bot.domain.message import Direction, Message
from bot.domain.outbox import EntryKind, EntryState, Lane, NewEntry
from bot.domain.phone import E164
from bot.domain.timestamps import Micros
from bot.domain.workspaces import Installation, WorkspaceId
from bot.ports.storage import Transaction
from bot.store.group_commit import GroupCommit
from bot.store.sql.read_model import MOST_SORTED, SqlReadModel
from bot.store.sql.store import SqlStore
from bot.store.sqlite.backup import write_copy
from bot.store.sqlite.connection import reader_of
from bot.store.sqlite.operations import SqliteOperations
from tests.harness.twice import engine_on
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA

FIRST, SECOND = WorkspaceId(1), WorkspaceId(2)
BEGUN = Micros(1_000)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Database:
    """A file with two workspaces, and the store of each; time stands still unless a test moves it."""

    path: Path
    now: Micros = BEGUN

    def open(self) -> None:
        """Make the store of the first workspace; it is still to be started."""
        self.first = SqlStore(GroupCommit(engine_on(self.path)), lambda: self.now)

    @property
    def second(self) -> SqlStore:
        """The store of the second workspace."""
        return self.first.of(SECOND)

    async def owe(self, store: SqlStore) -> None:
        """Take in a reply that is ready to be sent."""
        await store.run(_owe)

    async def states(self, store: SqlStore) -> tuple[EntryState, DeliveryStatus | None]:
        """Tell how far the call is, and its text."""
        return await store.run(_states)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Give the database, open and empty."""
    made = Database(tmp_path / "bot.db")
    made.open()
    await made.first.start()
    await made.first.run(lambda tx: tx.installations.save(Installation(WorkspaceId(0), "T2", name="Second")))
    yield made
    await made.first.close()


def _owe(tx: Transaction) -> None:
    conversation = tx.conversations.add(ACCOUNT, DANA, CHANNEL)
    text = Message(0, MessageKey("reply"), conversation.id, Direction.OUTBOUND, 0, "Hi", (), 1, DeliveryStatus.QUEUED)
    text = tx.messages.add(replace(text, created_at=tx.now))
    tx.outbox.add(
        NewEntry(conversation.id, Lane.OUT, EntryKind.SEND, "send", message_id=text.id, key=PostKey(text.key))
    )


def _states(tx: Transaction) -> tuple[EntryState, DeliveryStatus | None]:
    entry, text = tx.outbox.by_key(PostKey("reply")), tx.messages.by_key(MessageKey("reply"))
    assert entry is not None
    assert text is not None
    return entry.state, text.status


def _leave(tx: Transaction) -> None:
    entry, text = tx.outbox.by_key(PostKey("reply")), tx.messages.by_key(MessageKey("reply"))
    assert entry is not None
    assert text is not None
    tx.messages.save(replace(text, status=DeliveryStatus.SENDING))
    tx.outbox.mark_in_flight(entry)


async def test_what_a_crash_interrupted_is_unknown_in_every_workspace(database: Database) -> None:
    """After a start, calls that were under way in any workspace are unknown, and each has its lane again."""
    for store in (database.first, database.second):
        await database.owe(store)
        await store.run(_leave)
    await database.first.close()
    database.open()
    assert await database.first.start() == 2
    for store in (database.first, database.second):
        assert await database.states(store) == (EntryState.UNKNOWN, DeliveryStatus.UNKNOWN)


async def test_what_waits_goes_on_after_a_start(database: Database) -> None:
    """After a start the store of each workspace says that there is work, and its queue is there."""
    await database.owe(database.second)
    await database.first.run(lambda tx: tx.conversations.accounts())
    await database.first.close()
    database.open()
    await database.first.start()
    assert database.second.pending.is_set()
    assert [queue.key for queue in (await database.second.run(lambda tx: tx.outbox.queues()))[0]] == ["send"]
    assert await database.first.run(lambda tx: tx.outbox.queues()) == ([], None)


async def test_after_a_restore_all_that_is_owed_is_unknown(database: Database) -> None:
    """A copy that is put in place makes the calls of every workspace unknown, with the same gap in each."""
    for store in (database.first, database.second):
        await database.owe(store)
    copy = database.path.with_name("copy.db")
    write_copy(database.path, copy)
    await database.first.close()
    database.path, database.now = copy, Micros(9_000)
    database.open()
    await database.first.start()
    gaps = []
    for store in (database.first, database.second):
        assert await database.states(store) == (EntryState.UNKNOWN, DeliveryStatus.UNKNOWN)
        assert (await store.run(lambda tx: tx.outbox.queues()))[0] == []
        gaps.append(await store.run(gap_of))
    assert gaps[0] is not None
    assert (gaps[0].since, gaps[0].until) == (1_000, 9_000)
    assert gaps[1] == gaps[0]
    await database.first.close()
    database.open()
    await database.first.start()  # it is no copy any more
    assert await database.second.run(gap_of) == gaps[0]


async def test_work_wakes_the_workspace_that_it_is_in(database: Database) -> None:
    """Who leaves work in one workspace wakes that one; where all waiting times move, all are woken."""
    stores = (database.first, database.second)
    assert database.first.of(SECOND) is database.second
    assert database.second.of(FIRST) is database.first
    for store in stores:
        store.pending.clear()
    await database.owe(database.second)
    assert [store.pending.is_set() for store in stores] == [False, True]
    database.second.pending.clear()
    await database.first.run(lambda tx: tx.shift_times(Micros(5)))
    assert [store.pending.is_set() for store in stores] == [True, True]
    assert {await store.run(lambda tx: tx.clock_set_at()) for store in stores} == {1_005}


def _say(words: str, *, names: bool) -> Callable[[Transaction], None]:
    def unit(tx: Transaction) -> None:
        for number in range(30):
            conversation = tx.conversations.add(ACCOUNT, E164(f"+1555555{number:04d}"), CHANNEL)
            tx.conversations.save(replace(conversation, name="Dana" if names else ""))
            key = MessageKey(f"{number}")
            tx.messages.add(Message(0, key, conversation.id, Direction.INBOUND, 0, words, (), 1, created_at=number))

    return unit


async def test_many_hits_elsewhere_hide_none_here(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search counts hits of its own workspace only, however many newer ones another has."""
    monkeypatch.setattr("bot.store.sql.read_model.MOST_SORTED", 5)
    assert MOST_SORTED > 5
    for store, words in ((database.first, "order of mine"), (database.second, "order of theirs")):
        await store.run(_say(words, names=True))
    reader = reader_of(database.path)
    mine = SqlReadModel(reader, FIRST)
    assert {hit.preview.text for hit in await mine.search_texts("order", 3)} == {"order of mine"}
    assert len(await mine.search_texts("order", 3)) == 3
    own = {one.id for one in await database.first.run(lambda tx: tx.conversations.recent(Micros(0), 99))}
    for typed in ("dana", "ana", "555555"):
        found = await mine.search_contacts(typed, 4)
        assert len(found) == 4
        assert {one.id for one in found} <= own
    await reader.close()


def _acted(tx: Transaction) -> None:
    tx.audit.add(AVA, "sent", None, "words")


async def test_an_export_says_whose_each_line_is(database: Database) -> None:
    """With several workspaces each line names its own; one may be asked for alone; exports are noted for all."""
    operations = SqliteOperations(database.path)
    for store in (database.first, database.second):
        await database.owe(store)
        await store.run(_acted)
    operations.note_use("root", "exported", "all", at=AT)
    second = operations.workspace_of("T2")
    assert second == SECOND
    assert operations.workspace_of("") is None
    assert [json.loads(line)["workspace"] for line in operations.export_texts()] == ["", "T2"]
    assert [json.loads(line)["workspace"] for line in operations.export_texts(workspace=second)] == ["T2"]
    assert [json.loads(line).get("workspace") for line in operations.export_audit()] == ["", "T2", None]
    assert [json.loads(line)["workspace"] for line in operations.export_audit(workspace=second)] == ["T2"]
