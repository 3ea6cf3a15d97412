"""Delivery status of one outbound text, and the moves it may make. Pure.

Knows no clock. A report that would move a status backwards is stale, not an error: carriers repeat and reorder. The
diagram in README.md is drawn from MOVES; change both together.
"""

from collections.abc import Iterable
from enum import Enum


class DeliveryStatus(Enum):
    """Delivery status: what we believe about one outbound text."""

    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"  # by the contact, where the provider tells
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


_S = DeliveryStatus
MOVES: dict[DeliveryStatus, frozenset[DeliveryStatus]] = {
    # it is held until somebody approves it
    _S.DRAFT: frozenset({_S.QUEUED, _S.CANCELLED}),
    # it waits to leave, and may be withdrawn or rejected before it does
    # a receipt can prove that an attempt we took for failed went out after all
    _S.QUEUED: frozenset({_S.DRAFT, _S.SENDING, _S.SENT, _S.DELIVERED, _S.READ, _S.FAILED, _S.CANCELLED}),
    # a certain failure queues it again; a receipt may come before the provider's answer
    _S.SENDING: frozenset({_S.QUEUED, _S.SENT, _S.DELIVERED, _S.READ, _S.FAILED, _S.UNKNOWN}),
    # decided later: by a receipt, a look-up, or a person
    _S.UNKNOWN: frozenset({_S.QUEUED, _S.SENT, _S.DELIVERED, _S.READ, _S.FAILED}),
    _S.SENT: frozenset({_S.DELIVERED, _S.READ, _S.FAILED}),
    _S.DELIVERED: frozenset({_S.READ}),
    _S.READ: frozenset(),
    _S.FAILED: frozenset(),
    _S.CANCELLED: frozenset(),
}

OPEN = frozenset({_S.DRAFT, _S.QUEUED, _S.SENDING, _S.UNKNOWN})
"""Statuses in which the text has not certainly left."""

# Of several parts of one reply the least advanced counts, and failures count first.
_WORST_FIRST = (_S.FAILED, _S.UNKNOWN, _S.DRAFT, _S.QUEUED, _S.SENDING, _S.SENT, _S.DELIVERED, _S.READ, _S.CANCELLED)


def next_status(current: DeliveryStatus, report: DeliveryStatus) -> DeliveryStatus | None:
    """Return the next status after a report, or None where the report is stale or a repeat."""
    return report if report in MOVES[current] else None


def combined_status(parts: Iterable[DeliveryStatus]) -> DeliveryStatus:
    """Return the combined status of all parts of a reply; QUEUED for no part at all."""
    present = set(parts)
    return next((status for status in _WORST_FIRST if status in present), _S.QUEUED)
