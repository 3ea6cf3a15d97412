"""The running bot erases what the command line asks for, and what is older than it is to be kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from bot.bridge.messages.inbound import record_inbound
from bot.domain.errors import StoreUnavailable
from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.domain.timestamps import Micros, add_seconds
from bot.domain.workspaces import FROM_ENVIRONMENT, WorkspaceId
from bot.ports.storage import Transaction
from bot.runtime.courier_store import READ, UNREADABLE
from bot.runtime.erasures import Erasures
from bot.store.sqlite.storage import SqliteStorage
from tests.harness.observed import Observed
from tests.harness.stored_bytes import stored_bytes
from tests.harness.world import ACCOUNT, CHANNEL, DANA, MARCO

OTHER = WorkspaceId(2)
DAY_S = 86_400.0


class Running:
    """A storage with erasures of its own, on a clock that is made."""

    def __init__(self, database: Path, keep_days: int = 30) -> None:
        self.now = Micros(1_780_000_000_000_000)
        self.database = database
        self.storage = SqliteStorage(database, lambda: self.now, Observed())
        self.erasures = Erasures(self.storage, lambda: self.now, Observed(), keep_days)

    async def hear(self, contact: E164, text: str, workspace: WorkspaceId = FROM_ENVIRONMENT) -> None:
        """Take in a text, as if it had been shown."""
        event_id = uuid4().hex
        inbound = Inbound(event_id, event_id, ACCOUNT, contact, text, (), datetime.now(UTC))

        def unit(tx: Transaction) -> None:
            record_inbound(tx, inbound, channel=CHANNEL)
            for entry in tx.outbox.all_open():
                tx.outbox.cancel(entry)

        await self.storage.store_of(workspace).run(unit)

    def left(self, *words: bytes) -> list[bytes]:
        """List which of these words are in the files."""
        stored = stored_bytes(self.database)
        return [word for word in words if word in stored]


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """Give one with two workspaces."""
    made = Running(tmp_path / "bot.db")
    await made.storage.start()
    await made.storage.store.run(
        lambda tx: tx._session.connection.execute("INSERT INTO workspace (id, team_id) VALUES (2, 'T2')")
    )
    yield made
    await made.storage.close()


async def test_old_texts_of_every_workspace(running: Running) -> None:
    """What is older than KEEP_DAYS is erased in every workspace; what is younger stays."""
    await running.hear(DANA, "zebrafish")
    await running.hear(DANA, "quokka", OTHER)
    running.now = add_seconds(running.now, 31 * DAY_S)
    await running.hear(DANA, "lynx", OTHER)
    assert await running.erasures.erase_old() == 2
    assert running.left(b"zebrafish", b"quokka", b"lynx") == [b"lynx"]
    assert await running.erasures.erase_old() == 0


async def test_a_person_in_one_workspace(running: Running) -> None:
    """What was asked for one workspace leaves the other as it is, and is answered with what was done."""
    await running.hear(DANA, "zebrafish")
    await running.hear(MARCO, "okapi")
    await running.hear(DANA, "quokka", OTHER)
    asked = running.database.with_name("bot.db-erase.json")
    asked.write_text(json.dumps({"contact": DANA, "workspaces": [OTHER], "by": "root"}))
    await running.erasures._look()
    assert running.left(b"zebrafish", b"okapi", b"quokka") == [b"zebrafish", b"okapi"]
    assert not asked.exists()
    answer = json.loads(running.database.with_name("bot.db-erased.json").read_text())
    assert (answer["conversations"], answer["texts"]) == (1, 1)


async def test_an_erasure_that_was_cut_off(running: Running) -> None:
    """Texts of somebody whose name is gone already are removed at the next start."""
    await running.hear(DANA, "zebrafish")
    conversation = (await running.storage.store.run(lambda tx: tx.conversations.with_contact(DANA)))[0]
    await running.storage.store.run(lambda tx: tx.erasure.take_name_off(conversation.id))
    assert running.left(b"zebrafish") == [b"zebrafish"]
    await running.erasures.start()
    await running.erasures.close()
    assert running.left(b"zebrafish") == []


async def test_nonsense_beside_the_database(running: Running) -> None:
    """A request that cannot be read is reported, and erases nobody."""
    await running.hear(DANA, "zebrafish")
    running.database.with_name("bot.db-erase.json").write_text('{"contact": 7')
    with pytest.raises(StoreUnavailable):
        await running.erasures._look()
    assert running.left(b"zebrafish") == [b"zebrafish"]


async def test_callbacks_have_an_end_without_keep_days(tmp_path: Path) -> None:
    """What was kept of callbacks that could be read goes after a month; the rest stays where texts stay."""
    made = Running(tmp_path / "bot.db", keep_days=0)
    await made.storage.start()

    def park(tx: Transaction) -> None:
        tx.inbox.park(READ, DANA, "zebrafish")
        tx.inbox.park(UNREADABLE, DANA, "quokka")

    await made.storage.store.run(park)
    await made.erasures._look_at_age()
    assert await made.storage.store.run(lambda tx: tx.inbox.parked(READ, DANA)) == ["zebrafish"]
    made.now = add_seconds(made.now, 31 * DAY_S)
    await made.erasures._look_at_age()
    assert await made.storage.store.run(lambda tx: tx.inbox.parked(READ, DANA)) == []
    assert await made.storage.store.run(lambda tx: tx.inbox.parked(UNREADABLE, DANA)) == ["quokka"]
    await made.storage.close()
