"""Claiming what may leave by pace alone, without the dispatcher's rules about whose turn it is."""

from collections.abc import Mapping

from bot.bridge.outbox.claims import Taken, take_lanes
from bot.ports.repositories import Ledger


def take_jobs(ledger: Ledger, allowances: Mapping[str, int]) -> Taken:
    """Claim the longest due first, at most so many calls per pace."""
    return take_lanes(ledger, [lane for pace, most in allowances.items() for lane in ledger.due_lanes(pace, most)])
