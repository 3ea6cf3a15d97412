"""Delivery status of one outbound text, and the moves it may make.

Holds the table of moves. Knows no clock. A report that would move a status backwards is reported as stale, not raised:
carriers repeat and reorder. The diagram in README.md is drawn from MOVES; change both together.
"""

from collections.abc import Iterable
from enum import Enum


class DeliveryStatus(Enum):
    """What we believe about one outbound text."""

    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


_S = DeliveryStatus
MOVES: dict[DeliveryStatus, frozenset[DeliveryStatus]] = {
    # somebody should look at it before it goes
    _S.DRAFT: frozenset({_S.QUEUED, _S.CANCELLED}),
    # a text waits, and may be taken back or refused before it leaves
    # a receipt can prove that a try we took for failed went out after all
    _S.QUEUED: frozenset({_S.DRAFT, _S.SENDING, _S.SENT, _S.DELIVERED, _S.FAILED, _S.CANCELLED}),
    # certain failure to leave puts it back in the queue; a receipt may beat the provider's own answer
    _S.SENDING: frozenset({_S.QUEUED, _S.SENT, _S.DELIVERED, _S.FAILED, _S.UNKNOWN}),
    # found out later: by a receipt, by looking it up, or by a person
    _S.UNKNOWN: frozenset({_S.QUEUED, _S.SENT, _S.DELIVERED, _S.FAILED}),
    _S.SENT: frozenset({_S.DELIVERED, _S.FAILED}),
    _S.DELIVERED: frozenset(),
    _S.FAILED: frozenset(),
    _S.CANCELLED: frozenset(),
}

OPEN = frozenset({_S.DRAFT, _S.QUEUED, _S.SENDING, _S.UNKNOWN})
"""Statuses in which the text has not certainly left."""

# Of several parts of one reply the least advanced speaks for all, and trouble speaks first.
_WORST_FIRST = (_S.FAILED, _S.UNKNOWN, _S.DRAFT, _S.QUEUED, _S.SENDING, _S.SENT, _S.DELIVERED, _S.CANCELLED)


def next_status(current: DeliveryStatus, report: DeliveryStatus) -> DeliveryStatus | None:
    """Return the status after a report, or None where the report is stale or a repeat."""
    return report if report in MOVES[current] else None


def combined_status(parts: Iterable[DeliveryStatus]) -> DeliveryStatus:
    """Return the one status that stands for all parts of a reply; QUEUED for no part at all."""
    present = set(parts)
    return next((status for status in _WORST_FIRST if status in present), _S.QUEUED)
