"""What one pass of the dispatcher costs while nothing is due: it holds the one writer, and every 200 waits for that."""

import asyncio
import time
from collections.abc import Callable
from itertools import cycle
from statistics import median
from typing import TypeVar, cast

from bot.bridge.outbox.dispatcher import Dispatcher
from bot.bridge.outbox.executor import Executor
from bot.bridge.rate_limit import RateLimiter
from bot.clock import Clock
from bot.domain.ids import ChannelId
from bot.domain.outbox import EntryKind, Lane, NewEntry, RateLimitHold, post_limit
from bot.domain.phone import E164
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Store, Transaction
from bot.store.sql.transaction import SqlTransaction
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.only_writer import OnlyWriter
from tests.benchmarks.figures import Figure
from tests.benchmarks.harness import Harness
from tests.benchmarks.requests import contact
from tests.harness.observed import Observed
from tests.harness.world import ACCOUNT, CHANNEL

T = TypeVar("T")

CHANNELS, MANY_CHANNELS = (1, 100), 1_000
LANES, MANY_LANES = 100, 10_000
LIMIT_MS = 6.0
PASSES = 5
NOT_DUE_S = 3_600.0


class _Undone:
    """A store that undoes each unit of work and knows how much processor time the last one took."""

    def __init__(self, connection: OnlyWriter) -> None:
        self._connection = connection
        self.spent_ms = 0.0
        self.pending = asyncio.Event()

    async def run(self, unit: Callable[[Transaction], T]) -> T:
        self._connection.execute("BEGIN IMMEDIATE")
        begun = time.process_time()
        tx = SqlTransaction(self._connection, Clock().now())
        result = unit(tx)
        tx.finish()
        self.spent_ms = (time.process_time() - begun) * 1_000
        self._connection.execute("ROLLBACK")
        return result


async def passes(harness: Harness) -> list[Figure]:
    """Look for what may leave, with few and many channels and lanes."""
    largest = await _costs_ms(harness, MANY_CHANNELS, MANY_LANES)
    note = f"{MANY_LANES:,} lanes wait in {MANY_CHANNELS:,} channels, none is due; processor time"
    limits = (LIMIT_MS,) * harness.rounds
    figures = [Figure("one pass", "ms", largest, limits, "limit", 1.0, is_most=True, note=note)]
    least = await _costs_ms(harness, CHANNELS[0], LANES)
    for channels in (*CHANNELS, MANY_CHANNELS):
        for lanes in (LANES, MANY_LANES):
            if (channels, lanes) not in ((CHANNELS[0], LANES), (MANY_CHANNELS, MANY_LANES)):
                costs = await _costs_ms(harness, channels, lanes)
                name = f"one pass, {channels:,} channel{'s' if channels > 1 else ''}, {lanes:,} lanes"
                figures.append(Figure(name, "ms", costs, least, f"{CHANNELS[0]} channel, {LANES} lanes"))
    return figures


async def _costs_ms(harness: Harness, channels: int, lanes: int) -> tuple[float, ...]:
    connection = _database(harness, channels, lanes)
    store = _Undone(connection)
    observer = Observed()
    dispatcher = _dispatcher(store, observer)
    costs = []
    for _ in range(harness.rounds):
        spent_ms = []
        for _ in range(PASSES):
            await dispatcher._pass()
            spent_ms.append(store.spent_ms)
        costs.append(median(spent_ms))
    connection.close()
    assert not observer.bugs
    return tuple(costs)


def _database(harness: Harness, channels: int, lanes: int) -> OnlyWriter:
    connection = open_for_writing(harness.fresh() / "bot.db")
    connection.execute("BEGIN IMMEDIATE")
    tx = SqlTransaction(connection, Clock().now())
    names = [ChannelId(f"{CHANNEL}{number}") for number in range(channels)]
    for name in names:  # each has been posted to before
        tx.outbox.hold(RateLimitHold(post_limit(name), Micros(0), Micros(0)))
    for number, channel in zip(range(lanes), cycle(names), strict=False):
        conversation = tx.conversations.add(E164(ACCOUNT), E164(contact(number)), channel)
        due_at = add_seconds(tx.now, NOT_DUE_S + number)
        tx.outbox.add(NewEntry(conversation.id, Lane.IN, EntryKind.OPEN_THREAD, post_limit(channel), due_at=due_at))
    tx.finish()
    connection.execute("COMMIT")
    return connection


def _dispatcher(store: _Undone, observer: Observed) -> Dispatcher:
    """Make one that is never started: nothing leaves, so nobody is asked to make a call."""
    return Dispatcher(
        store=cast("Store", store),
        caller=cast("Executor", None),
        limiter=RateLimiter(1.0),
        clock=Clock().now,
        channel=ChannelId(CHANNEL),
        observer=observer,
    )
