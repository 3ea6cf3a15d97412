"""A workspace in which nothing can be texted: it was uninstalled, or has no connection.

What was ready to leave, or is written meanwhile, does not leave by itself when that is over: hours or weeks may have
passed, and its author may have said it by other means. A person is asked about each. What may have left already is
looked up first, as always.
"""

from dataclasses import replace

from bot.bridge.messages.restored import hold_for_approval, require_approval
from bot.bridge.messages.withdrawal import is_unsent, parts_of, withdraw
from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Message
from bot.ports.storage import Transaction

SUSPENDED = "suspended"
"""Stored value: set while nothing can be texted."""


def suspend(tx: Transaction) -> None:
    """Note that nothing can be texted from now on."""
    if tx.settings.value(SUSPENDED) != "1":
        tx.settings.set_value(SUSPENDED, "1")


def resume(tx: Transaction) -> int:
    """Where nothing could be texted until now, ask about everything that waits; returns how many texts that are."""
    if tx.settings.value(SUSPENDED) != "1":
        return 0
    tx.settings.set_value(SUSPENDED, "")
    waiting = [text for text in tx.messages.undecided() if text.status is not DeliveryStatus.DRAFT]
    for text in waiting:
        _hold(tx, text)
    return len(waiting)


def _hold(tx: Transaction, text: Message) -> None:
    parts = parts_of(tx, text)
    if parts[0].id != text.id or text.part > 1:
        return  # its first part stands for it
    if is_unsent(tx, parts):
        hold_for_approval(tx, withdraw(tx, parts))
    else:
        if text.approved_by is not None:  # whoever agreed did so before that time
            tx.messages.save(replace(text, approved_by=None))
        require_approval(tx, text)
