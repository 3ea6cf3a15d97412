"""Delivery statuses as people see them: a symbol under a text, and a phrase elsewhere. Pure."""

from collections.abc import Collection

from bot.domain.delivery import DeliveryStatus

_SHOWN = {
    DeliveryStatus.DRAFT: ("double_vertical_bar", "Needs a decision"),
    DeliveryStatus.QUEUED: ("hourglass_flowing_sand", "Waiting to be sent"),
    DeliveryStatus.SENDING: ("hourglass_flowing_sand", "On its way to the carrier"),
    DeliveryStatus.SENT: ("outbox_tray", "Sent, the carrier has not confirmed yet"),
    DeliveryStatus.DELIVERED: ("white_check_mark", "Delivered"),
    DeliveryStatus.READ: ("ballot_box_with_check", "Read"),
    DeliveryStatus.FAILED: ("x", "Not delivered"),
    DeliveryStatus.UNKNOWN: ("grey_question", "We do not know whether it went out"),
    DeliveryStatus.CANCELLED: ("leftwards_arrow_with_hook", "Taken back before it was sent"),
}

SYMBOLS = {status: symbol for status, (symbol, _) in _SHOWN.items()}
"""Name of the reaction under a text; the words are in the receipt line."""

PHRASES = {status: phrase for status, (_, phrase) in _SHOWN.items()}

RECEIVED = "Received from the contact"

_FURTHEST_FIRST = (
    DeliveryStatus.READ,
    DeliveryStatus.DELIVERED,
    DeliveryStatus.FAILED,
    DeliveryStatus.SENT,
    DeliveryStatus.UNKNOWN,
    DeliveryStatus.DRAFT,
    DeliveryStatus.CANCELLED,
    DeliveryStatus.QUEUED,
)


def furthest_shown(symbols: Collection[object]) -> DeliveryStatus | None:
    """Return the furthest status that one of these symbols stands for."""
    return next((status for status in _FURTHEST_FIRST if SYMBOLS[status] in symbols), None)
