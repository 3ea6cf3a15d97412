"""Events of the provider between their acknowledgement and their place in the books.

An event is on the disk, whole, before it is answered 200; what follows from it is worked out right afterwards, many
events in one unit of work. So a burst is taken as fast as the disk can take it, and an event that our own code
stumbles over is kept and tried again instead of being refused. Order is that of arrival.
"""

from dataclasses import dataclass

from bot.bridge.inbound import record_inbound
from bot.bridge.receipts import record_receipt
from bot.bridge.written import read_event, written_event
from bot.domain.ids import ChannelId
from bot.domain.message import Inbound, Receipt
from bot.domain.moment import Micros, later
from bot.domain.retry import delay_s
from bot.ports import Arrival, Ledger

AT_ONCE = 256
"""Events taken in by one unit of work at most."""


def keep_arrival(ledger: Ledger, event: Inbound | Receipt) -> bool:
    """Keep an event; False where it is known to be a repeat."""
    if ledger.has_event("volt", event.event_id):
        return False
    ledger.keep_arrival(written_event(event))
    return True


@dataclass(frozen=True)
class Intake:
    """What one unit of work took in. `errors` are bugs; the events they were met in are kept and put off."""

    taken: int
    oldest_at: Micros | None
    errors: tuple[Exception, ...] = ()


def take_in_arrivals(ledger: Ledger, *, channel: ChannelId, limit: int = AT_ONCE) -> Intake:
    """Take in the oldest events that are due."""
    arrivals = ledger.arrivals(limit)
    if not arrivals:
        return Intake(0, None)
    errors: tuple[Exception, ...] = ()
    try:
        with ledger.apart():
            for arrival in arrivals:
                _take_in(ledger, arrival, channel)
            ledger.drop_arrivals(arrivals[0].id, arrivals[-1].id)
    except Exception:  # noqa: BLE001 - whatever it was is met again below, where it can be told whose it is
        errors = tuple(_take_in_one_by_one(ledger, arrivals, channel))
    return Intake(len(arrivals), arrivals[0].at, errors)


def _take_in_one_by_one(ledger: Ledger, arrivals: list[Arrival], channel: ChannelId) -> list[Exception]:
    errors = []
    for arrival in arrivals:
        try:
            with ledger.apart():
                _take_in(ledger, arrival, channel)
                ledger.drop_arrivals(arrival.id, arrival.id)
        except Exception as error:  # noqa: BLE001 - a bug in one event must not stop all others
            ledger.put_off_arrival(arrival.id, later(ledger.now, delay_s(arrival.failures + 1)))
            errors.append(error)
    return errors


def _take_in(ledger: Ledger, arrival: Arrival, channel: ChannelId) -> None:
    event = read_event(arrival.body)
    if isinstance(event, Inbound):
        record_inbound(ledger, event, channel=channel)
    else:
        record_receipt(ledger, event, channel=channel)
