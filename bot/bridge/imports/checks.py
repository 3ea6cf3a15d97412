"""Checks of a contact against what is stored: who gets no text, whatever a file says."""

from bot.domain.imports import RowFault
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.ports.storage import Transaction


def fault_of(tx: Transaction, account: E164, number: E164) -> RowFault | None:
    """Tell why somebody gets no text, by what is stored now."""
    if number == number_of(account) or not number.startswith("+"):
        return RowFault.OUR_OWN if number == number_of(account) else RowFault.UNREACHABLE
    if tx.limits.refusal(account, number) is not None:
        return RowFault.UNREACHABLE
    conversation = tx.conversations.find(account, number)
    if conversation is None:
        return None
    if conversation.is_blocked:
        return RowFault.BLOCKED
    return RowFault.OPTED_OUT if conversation.is_opted_out else None
