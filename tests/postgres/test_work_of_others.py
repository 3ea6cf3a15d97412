"""Work that another bot has stored: it is found within a beat, and workspaces without any rest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import pytest

from bot.bridge.inbox.processor import store_events
from bot.domain.message import Inbound
from bot.domain.outbox import EntryKind, Lane, NewEntry
from bot.domain.timestamps import Micros, from_micros
from bot.domain.workspaces import Installation, WorkspaceId
from bot.ports.storage import Transaction
from bot.store.postgres.address import read_address
from bot.store.postgres.storage import PostgresStorage
from tests.harness.observed import Observed
from tests.harness.world import ACCOUNT, CHANNEL, DANA

pytestmark = pytest.mark.postgres


@pytest.fixture
async def bots(postgres_url: str) -> AsyncIterator[list[PostgresStorage]]:
    """Give two bots, each of which runs two workspaces."""
    made = [PostgresStorage(read_address(postgres_url), Observed()) for _ in range(2)]
    for bot in made:
        await bot.start()
    for team in ("T1", "T2"):
        await made[0].store.run(partial(install, team=team))
    for bot in made:
        for workspace in (2, 3):
            bot.store_of(WorkspaceId(workspace)).pending.clear()
    yield made
    for bot in made:
        await bot.close()


def install(tx: Transaction, *, team: str) -> None:
    """Install the app in a workspace."""
    tx.installations.save(Installation(WorkspaceId(0), team))


def enqueue(tx: Transaction) -> None:
    """Enqueue a call that is due now."""
    conversation = tx.conversations.add(ACCOUNT, DANA, CHANNEL)
    tx.outbox.add(NewEntry(conversation.id, Lane.OUT, EntryKind.SEND, "send"))


def keep(tx: Transaction) -> None:
    """Keep an event that is to be processed."""
    at = from_micros(Micros(tx.now))
    store_events(tx, [Inbound("e1", "l1", ACCOUNT, DANA, "Hi", (), at, "l1")])


@pytest.mark.parametrize("work", [enqueue, keep])
async def test_what_another_bot_stores_is_looked_at(bots: list[PostgresStorage], work: object) -> None:
    """Within a second the others look at that workspace, and at no other."""
    ours, other = (bots[0].store_of(WorkspaceId(one)) for one in (2, 3))
    await bots[1].store_of(WorkspaceId(2)).run(work)  # type: ignore[arg-type]
    await ours.pending.wait()
    assert not other.pending.is_set()


async def test_what_was_due_later_is_looked_at_in_time(bots: list[PostgresStorage]) -> None:
    """What another bot has stored for later is looked at once it is due, whatever has become of that bot."""

    def later(tx: Transaction) -> None:
        conversation = tx.conversations.add(ACCOUNT, DANA, CHANNEL)
        new = NewEntry(conversation.id, Lane.OUT, EntryKind.SEND, "send")
        tx.outbox.add(replace(new, due_at=Micros(tx.now + 2_500_000)))

    await bots[1].store_of(WorkspaceId(2)).run(later)
    await bots[1].close()
    ours = bots[0].store_of(WorkspaceId(2))
    await ours.pending.wait()
    assert await ours.run(lambda tx: tx.outbox.queues()[0]) != []
