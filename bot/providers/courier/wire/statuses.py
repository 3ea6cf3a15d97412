"""Statuses of texts at Carium, and what its carrier says of failures. Pure.

The definition shows one status, "accepted"; the names beside it point to Twilio, whose list the rest is. Once Carium
has a text it has left the bridge, so what waits there counts as sent.
Source of the codes: https://www.twilio.com/docs/api/errors
"""

import re
from collections.abc import Mapping

from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Failure
from bot.providers.quoting import quoted

STATUSES: Mapping[str, DeliveryStatus] = {
    "accepted": DeliveryStatus.SENT,
    "scheduled": DeliveryStatus.SENT,
    "queued": DeliveryStatus.SENT,
    "sending": DeliveryStatus.SENT,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
    "undelivered": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.FAILED,
}
"""Statuses of texts that go out. Any other says nothing."""

RECEIVED = frozenset({"received", "receiving"})
"""Statuses of texts that come in."""

_CODE = re.compile(r"(?<!\d)(\d{5})(?!\d)")
_FAILED = "The carrier did not deliver it and gave no reason."

_CODES: Mapping[str, tuple[str, bool, bool]] = {
    # words, whether trying later can help, whether the contact wants no texts
    "21610": ("This contact has sent STOP, so no text reaches them. Only they can undo that, with START.", False, True),
    "21614": ("This number cannot receive texts.", False, False),
    "30003": ("The phone was switched off or out of range.", True, False),
    "30004": ("The phone or its carrier blocks this text.", False, False),
    "30005": ("The number does not exist, or its phone cannot be reached.", False, False),
    "30006": ("This is a landline, or a phone that cannot receive texts.", False, False),
    "30007": ("The carrier took this text for spam and did not deliver it.", False, False),
}


def status_of(word: str) -> DeliveryStatus | None:
    """Tell what a status of Carium's means; None where we do not know."""
    return STATUSES.get(word.strip().lower())


def failure_of(word: str, error: str) -> Failure | None:
    """Say why a text did not arrive; None where it did not fail."""
    if status_of(word) is not DeliveryStatus.FAILED:
        return None
    found = _CODE.search(error)
    known = _CODES.get(found.group(1)) if found else None
    if found and known:
        words, allows_retry, is_opt_out = known
        return Failure(found.group(1), words, allows_manual_retry=allows_retry, is_opt_out=is_opt_out)
    said = quoted(error)
    words = f'The carrier did not deliver it. It said: "{said}"' if said else _FAILED
    return Failure(found.group(1) if found else word.strip().lower(), words, allows_manual_retry=False)
