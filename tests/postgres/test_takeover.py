"""Takeover: a bot that is silent loses its seat and its calls; one that only was away from the server ends nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.domain.errors import StoreUnavailable
from bot.domain.ids import PostKey
from bot.domain.outbox import EntryKind, EntryState, Lane, NewEntry, OutboxEntry
from bot.ports.observer import FleetEvent, FleetEventKind
from bot.ports.storage import Transaction
from bot.store.postgres.address import read_address
from bot.store.postgres.storage import PostgresStorage
from bot.store.postgres.takeover import SILENCE_S, Takeover
from tests.harness.observed import Observed
from tests.harness.world import ACCOUNT, CHANNEL, DANA

pytestmark = pytest.mark.postgres

KEY = PostKey("k")


class Since:
    """Whoever has been connected for so long."""

    def __init__(self, seconds: float) -> None:
        self.connected_s = seconds


async def opened(url: str) -> PostgresStorage:
    """Start the storage of a bot, and let it end nobody by itself."""
    storage = PostgresStorage(read_address(url), Observed())
    await storage.store.start()
    return storage


@pytest.fixture
async def bots(postgres_url: str) -> AsyncIterator[list[PostgresStorage]]:
    """Give two bots on one database; the first one has a call in flight."""
    made = [await opened(postgres_url) for _ in range(2)]
    await made[0].store.run(claim)
    yield made
    for one in made:
        await one.store.close()


def claim(tx: Transaction) -> None:
    """Enqueue a call, and claim it."""
    conversation = tx.conversations.add(ACCOUNT, DANA, CHANNEL)
    tx.outbox.add(NewEntry(conversation.id, Lane.OUT, EntryKind.SEND, "send", key=KEY))
    tx.outbox.mark_in_flight(entry_of(tx))


def entry_of(tx: Transaction) -> OutboxEntry:
    """Read the call."""
    entry = tx.outbox.by_key(KEY)
    assert entry is not None
    return entry


async def look(bot: PostgresStorage, connected_s: float) -> tuple[int, list[FleetEvent]]:
    """Let a bot look for others that are silent, as if it had been connected for so long."""
    told: list[FleetEvent] = []
    moments = iter((0.0, SILENCE_S, SILENCE_S))
    watch = Takeover(Since(connected_s), told.append, clock=lambda: next(moments, SILENCE_S))
    watch.keep(await bot.writer.run(watch.look))
    found = await bot.writer.run(watch.look)
    watch.keep(found)
    if found.calls:
        await bot.store.run(lambda tx: tx.resume())
    return found.calls, told


async def test_a_silent_bot_is_taken_over(bots: list[PostgresStorage]) -> None:
    """Its calls are unknown, to be looked up; it writes nothing more by its seat, and settles none of them."""
    frozen, other = bots
    assert await look(other, 15.0) == (1, [FleetEvent(FleetEventKind.TOOK_OVER, count=1)])
    entry = await other.store.run(entry_of)
    assert (entry.state, entry.error) == (EntryState.UNKNOWN, "taken_over")
    with pytest.raises(StoreUnavailable, match="others have taken its calls over"):
        await frozen.store.run(entry_of)
    assert await frozen.store.run(lambda tx: tx.outbox.own_call(KEY)) is None


async def test_a_call_that_another_bot_made_again_is_not_ours(bots: list[PostgresStorage]) -> None:
    """Whoever comes back late finds the call in flight again, and not as its own."""
    frozen, other = bots
    await look(other, 15.0)

    def again(tx: Transaction) -> None:
        tx.outbox.retry_at(entry_of(tx), tx.now)
        tx.outbox.mark_in_flight(entry_of(tx))

    await other.store.run(again)
    with pytest.raises(StoreUnavailable):
        await frozen.store.run(entry_of)
    assert await frozen.store.run(lambda tx: tx.outbox.own_call(KEY)) is None
    assert await other.store.run(lambda tx: tx.outbox.own_call(KEY)) is not None


async def test_a_bot_that_writes_is_not_silent(bots: list[PostgresStorage]) -> None:
    """Whoever has written anything meanwhile lives, whatever the server's clock says."""
    told: list[FleetEvent] = []
    moments = iter((0.0, SILENCE_S))
    watch = Takeover(Since(SILENCE_S), told.append, clock=lambda: next(moments))
    watch.keep(await bots[1].writer.run(watch.look))
    await bots[0].store.run(entry_of)
    await bots[1].writer.run(lambda one: one.execute("UPDATE seat SET seen_at = seen_at - INTERVAL '1 day'", {}))
    watch.keep(await bots[1].writer.run(watch.look))
    assert told == []
    assert await bots[0].store.run(lambda tx: tx.outbox.own_call(KEY)) is not None


async def test_whoever_has_just_connected_ends_nobody(bots: list[PostgresStorage]) -> None:
    """After the database was away every seat looks old."""
    assert await look(bots[1], 14.9) == (0, [])
    assert (await bots[1].store.run(entry_of)).state is EntryState.IN_FLIGHT
    assert await bots[0].store.run(lambda tx: tx.outbox.own_call(KEY)) is not None


async def test_a_start_takes_no_call_from_others(bots: list[PostgresStorage], postgres_url: str) -> None:
    """A third bot that starts leaves the calls of both as they are."""
    third = await opened(postgres_url)
    assert (await third.store.run(entry_of)).state is EntryState.IN_FLIGHT
    await third.store.close()


async def test_what_an_orderly_end_left_is_looked_up_at_once(postgres_url: str) -> None:
    """A bot that ended its own seat is waited for by nobody."""
    bots: list[Any] = [await opened(postgres_url) for _ in range(2)]
    await bots[0].store.run(claim)
    await bots[0].store.close()
    assert await look(bots[1], 0) == (1, [])
    assert (await bots[1].store.run(entry_of)).state is EntryState.UNKNOWN
    await bots[1].store.close()


async def test_seats_of_long_ago_are_removed(postgres_url: str) -> None:
    """A bot that starts removes the seats that nothing refers to any more."""
    first = await opened(postgres_url)
    await first.store.run(claim)
    await first.writer.run(
        lambda connection: (
            connection.execute(
                "INSERT INTO seat (name, ended_at) VALUES ('old', clock_timestamp() - INTERVAL '2 days')"
            ).rowcount
        )
    )
    await first.store.close()
    second = await opened(postgres_url)
    names = await second.writer.run(
        lambda connection: [row["name"] for row in connection.execute("SELECT name FROM seat ORDER BY id").fetchall()]
    )
    assert len(names) == 2
    assert "old" not in names
    await second.store.close()
