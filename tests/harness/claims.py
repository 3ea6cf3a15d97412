"""Claiming what may leave by pace alone, without the dispatcher's rules about whose turn it is."""

from collections.abc import Mapping

from bot.bridge.outbox.claims import Claimed, claim_lanes
from bot.ports.storage import Transaction


def take_jobs(tx: Transaction, allowances: Mapping[str, int]) -> Claimed:
    """Claim the longest due first, at most so many calls per pace."""
    return claim_lanes(tx, [lane for pace, most in allowances.items() for lane in tx.outbox.due_lanes(pace, most)])
