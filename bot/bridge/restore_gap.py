"""The gap: the time of which a restored database knows nothing."""

from dataclasses import dataclass

from bot.bridge.matching import CLOCKS_APART
from bot.domain.outbox import OutboxEntry
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction

RESTORED = "restored"
"""Error of an entry that is unknown for this reason, and the stored value that holds the gap."""


@dataclass(frozen=True)
class Gap:
    """The time of which the database knows nothing, though the bot was up."""

    since: Micros
    until: Micros

    def may_hold(self, at: Micros) -> bool:
        """Tell whether something of that time may be of the gap; the provider's clock is not ours."""
        apart_s = CLOCKS_APART.total_seconds()
        return add_seconds(self.since, -apart_s) <= at <= add_seconds(self.until, apart_s)


def gap_of(tx: Transaction) -> Gap | None:
    """Return the gap; None where the database was never restored."""
    since, _, until = (tx.settings.value(RESTORED) or "").partition(" ")
    return Gap(Micros(int(since)), Micros(int(until))) if until else None


def look_up_first(tx: Transaction, entry: OutboxEntry) -> None:
    """Make an entry unknown, so that it is looked up before its call is made: it may have been made in the gap."""
    tx.outbox.mark_in_flight(entry)
    tx.outbox.mark_unknown(entry, tx.now, error=RESTORED)
