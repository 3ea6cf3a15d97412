"""The time of which the database knows nothing, because an older copy of it was put back."""

from dataclasses import dataclass

from bot.bridge.matching import CLOCKS_APART
from bot.domain.outbox import OutboxEntry
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction

RESTORED = "restored"
"""The error of a call that is in doubt for this reason, and the fact that says of which time the books know nothing."""


@dataclass(frozen=True)
class Gap:
    """The time of which the books know nothing, though the bot was up."""

    since: Micros
    until: Micros

    def may_hold(self, at: Micros) -> bool:
        """Tell whether something of that time may be of the gap; the provider's clock is not ours."""
        apart_s = CLOCKS_APART.total_seconds()
        return add_seconds(self.since, -apart_s) <= at <= add_seconds(self.until, apart_s)


def gap_of(tx: Transaction) -> Gap | None:
    """Tell of which time the books know nothing; None where they were never put back."""
    since, _, until = (tx.settings.value(RESTORED) or "").partition(" ")
    return Gap(Micros(int(since)), Micros(int(until))) if until else None


def look_up_first(tx: Transaction, entry: OutboxEntry) -> None:
    """Have a call looked up before it is made: it may have been made in a time that the books know nothing of."""
    tx.outbox.mark_in_flight(entry)
    tx.outbox.mark_unknown(entry, tx.now, error=RESTORED)
