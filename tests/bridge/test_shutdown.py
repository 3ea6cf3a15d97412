"""Stopping: what was chosen and has not left is pending as before, so that nobody has to look it up after a restart."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from bot.bridge.messages.inbound import record_inbound
from bot.bridge.messages.outbound import record_reply
from bot.bridge.outbox.dispatcher import Dispatcher
from bot.bridge.outbox.failures import put_back
from bot.bridge.rate_limit import RateLimiter
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import DatabaseLost
from bot.domain.ids import ConversationId, MessageTs
from bot.domain.message import Inbound
from bot.domain.outbox import PREPARE_LIMIT, SEND_LIMIT, Lane, OutboxEntry, lane_of
from bot.domain.phone import E164
from bot.domain.thread_events import Reply
from bot.domain.timestamps import from_micros
from bot.ports.storage import Transaction
from tests.harness.claims import take_jobs
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, CHANNEL

ONE = ConversationId(1)
CONTACTS = 20


def owe_much(tx: Transaction, harness: Harness) -> None:
    """Enqueue texts of many contacts to Slack, and a reply that is ready for the phone."""
    for number in range(CONTACTS):
        contact, at = E164(f"+1555556{number:04}"), from_micros(harness.now)
        inbound = Inbound(f"e{number}", f"c{number}", ACCOUNT, contact, "Hello", (), at)
        record_inbound(tx, inbound, channel=CHANNEL)
    thread = MessageTs(harness.posts()[0].ts)
    ts = MessageTs("1800000000.000001")
    record_reply(tx, Reply("e", CHANNEL, thread, ts, AVA, ("It is ready",)))


def pending(tx: Transaction) -> list[OutboxEntry]:
    """List everything that is open."""
    lanes = (lane_of(ConversationId(1 + number), way) for number in range(CONTACTS + 1) for way in Lane)
    return [entry for lane in lanes for entry in tx.outbox.open_in(lane)]


def dispatcher_of(harness: Harness) -> Dispatcher:
    """Build the loop itself on the harness."""
    return Dispatcher(
        store=harness.store,
        caller=harness.caller,
        limiter=RateLimiter(100.0),
        clock=lambda: harness.now,
        channel=CHANNEL,
        observer=harness.observer,
    )


@pytest.mark.parametrize("turns", [0, 1, 3, 6, 10])
async def test_nothing_is_stranded(harness: Harness, turns: int) -> None:
    """Whenever the loop is told to stop, what it did not call for is pending, uncounted; what it called for is done."""
    await harness.store.run(lambda tx: owe_much(tx, harness))
    dispatcher = dispatcher_of(harness)
    await dispatcher.start()
    for _ in range(turns):
        await asyncio.sleep(0)
    await dispatcher.close()
    left = await harness.store.run(pending)
    assert {(entry.state.value, entry.attempts) for entry in left} <= {("pending", 0)}
    assert not [call for call in harness.observer.calls if call.failure]


async def test_what_cannot_be_put_back_is_said(harness: Harness) -> None:
    """Where the database is away while the loop stops, that is told to the observer, and no call ends unheard."""
    unheard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, found: unheard.append(found))
    await harness.store.run(lambda tx: owe_much(tx, harness))
    dispatcher = dispatcher_of(harness)
    await dispatcher.start()
    while not dispatcher.under_way:  # noqa: ASYNC110 - every turn of the loop, so that no call has begun
        await asyncio.sleep(0)
    lost = DatabaseLost("it was removed")
    harness.engine.give_up(lost)
    dispatcher._loop.is_ending = True
    await dispatcher.close()
    gc.collect()
    assert unheard == []
    assert set(harness.crashes) == {lost}
    harness.crashes.clear()


async def test_a_send_that_did_not_leave_is_queued(harness: Harness) -> None:
    """A text that was about to be handed over waits as before; it can still be taken back, and leaves after a start."""
    await harness.store.run(lambda tx: owe_much(tx, harness))
    (prepare,), _ = await harness.store.run(lambda tx: take_jobs(tx, {PREPARE_LIMIT: 1}))
    await harness.caller.perform(prepare)
    claimed, _ = await harness.store.run(lambda tx: take_jobs(tx, {SEND_LIMIT: 1}))

    def unit(tx: Transaction) -> DeliveryStatus | None:
        put_back(tx, claimed)
        return tx.messages.get(claimed[0].entries[0].message_id or 0).status

    assert await harness.store.run(unit) is DeliveryStatus.QUEUED
    await harness.pay()
    assert harness.phone() == ["Hi", "It is ready"]
