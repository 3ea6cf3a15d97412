"""Inbox: events of the provider, stored before they are answered 200 and processed right afterwards.

Many events are processed in one unit of work. So a burst is taken as fast as the disk allows, and an event that meets a
bug of ours is kept and retried instead of being refused. Order is the order of arrival.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bot.bridge.event_codec import read_event, written_event
from bot.bridge.messages.inbound import record_inbound
from bot.bridge.messages.receipts import record_receipt
from bot.domain.dedup import DedupScope
from bot.domain.errors import StoreUnavailable
from bot.domain.ids import ChannelId
from bot.domain.message import Inbound, Receipt
from bot.domain.retry_policy import delay_s
from bot.domain.stored_events import InboxEvent
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Store, Transaction

BATCH_SIZE = 256
"""Events processed by one unit of work at most."""


Event = Inbound | Receipt

MAX_WAITING = 10_000
"""Events that may wait to be stored. Beyond this the disk does not keep up, and the webhook must say so."""


class InboxWriter:
    """Inbox writer: stores all events that wait at the same time in one unit of work, with one statement.

    Each statement switches between two threads; one statement for many events makes a burst cheap.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[Event, asyncio.Future[bool]]] = []
        self._keeping: asyncio.Task[None] | None = None

    async def keep(self, event: Event) -> bool:
        """Store an event; False where it is known to be a repeat. Raises StoreUnavailable."""
        if len(self._waiting) >= MAX_WAITING:
            raise StoreUnavailable("the store cannot keep up", retry_after_s=2)
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, kept))
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep_all(), name="keep arrivals")
        return await kept

    async def _keep_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH_SIZE], self._waiting[BATCH_SIZE:]
            events = [event for event, _ in batch]
            try:
                known = await self._store.run(partial(store_events, events=events))
            except Exception as error:  # noqa: BLE001 - each waiting request is answered by itself
                for _, kept in batch:
                    if not kept.done():
                        kept.set_exception(error)
                continue
            for event, kept in batch:
                if not kept.done():  # the sender may have hung up
                    kept.set_result(event.event_id not in known)


def store_events(tx: Transaction, events: Sequence[Event]) -> set[str]:
    """Store events; returns the ids of known repeats, which are not stored."""
    known = tx.inbox.seen_among(DedupScope.PROVIDER_EVENT, [event.event_id for event in events])
    tx.inbox.add_all([written_event(event) for event in events if event.event_id not in known])
    return known


@dataclass(frozen=True)
class InboxBatch:
    """What one unit of work processed. `errors` are bugs; their events are kept and deferred."""

    taken: int
    oldest_at: Micros | None
    errors: tuple[Exception, ...] = ()


def process_inbox(tx: Transaction, *, channel: ChannelId, limit: int = BATCH_SIZE) -> InboxBatch:
    """Process the oldest events that are due."""
    arrivals = tx.inbox.due(limit)
    if not arrivals:
        return InboxBatch(0, None)
    errors: tuple[Exception, ...] = ()
    try:
        with tx.savepoint():
            for arrival in arrivals:
                _process(tx, arrival, channel)
            tx.inbox.remove([arrival.id for arrival in arrivals])
    except Exception:  # noqa: BLE001 - the same error comes again below, where its event is known
        errors = tuple(_process_one_by_one(tx, arrivals, channel))
    return InboxBatch(len(arrivals), arrivals[0].at, errors)


def _process_one_by_one(tx: Transaction, arrivals: list[InboxEvent], channel: ChannelId) -> list[Exception]:
    errors = []
    for arrival in arrivals:
        try:
            with tx.savepoint():
                _process(tx, arrival, channel)
                tx.inbox.remove([arrival.id])
        except Exception as error:  # noqa: BLE001 - a bug in one event must not stop all others
            tx.inbox.defer(arrival.id, add_seconds(tx.now, delay_s(arrival.failures + 1)))
            errors.append(error)
    return errors


def _process(tx: Transaction, arrival: InboxEvent, channel: ChannelId) -> None:
    event = read_event(arrival.body)
    if isinstance(event, Inbound):
        record_inbound(tx, event, channel=channel)
    else:
        record_receipt(tx, event, channel=channel)
