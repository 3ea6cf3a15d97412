"""Allowance: how many texts one person may let leave in an hour before each needs a manager's word.

Counted in the database, in the unit of work that lets a text leave, so that neither a restart nor two texts at once
make it more. Texts that the provider sends later count when they are scheduled; waves, and texts to the people of a
file, have an approval of their own.
"""

from bot.domain.ids import UserId
from bot.domain.timestamps import add_seconds
from bot.ports.storage import Transaction

HOUR_S = 3_600.0


class OverAllowance(Exception):
    """More texts than one person may send in an hour."""


def is_over(tx: Transaction, author: UserId | None, texts: int) -> bool:
    """Tell whether so many texts more are above what their author may send in an hour."""
    if author is None or tx.limits.per_hour <= 0:
        return False
    return tx.messages.departures(author, add_seconds(tx.now, -HOUR_S)) + texts > tx.limits.per_hour


def note_departure(tx: Transaction, author: UserId | None, texts: int) -> None:
    """Count texts that leave now."""
    if author is not None and tx.limits.per_hour > 0:
        tx.messages.note_departure(author, texts, add_seconds(tx.now, -HOUR_S))


def note_withdrawn(tx: Transaction, author: UserId | None, texts: int) -> None:
    """Count texts no more that were to leave and have not: they count when they do."""
    if author is not None and tx.limits.per_hour > 0:
        tx.messages.drop_departure(author, texts)


def spend(tx: Transaction, author: UserId, texts: int = 1) -> None:
    """Count texts of somebody who may send them. Raises OverAllowance."""
    if is_over(tx, author, texts):
        raise OverAllowance
    note_departure(tx, author, texts)
