"""Confirmations: a button that texts people takes effect once, however often and by however many it is pressed.

The turn is stored before the provider is called, with who took it and an outcome that is unknown until the answer is
there: so nothing that a crash cuts short is guessed afterwards. A refusal that is certain gives the turn back; an
answer that is lost does not. What people read about it is the caller's.
"""

from collections.abc import Awaitable
from typing import TypeVar

from bot.bridge.unit_of_work import UnitOfWork, UnitsOfWork
from bot.domain.confirmation import PendingConfirmation
from bot.domain.dedup import DedupScope
from bot.domain.errors import CallFailed
from bot.ports.storage import Transaction

T = TypeVar("T")


class OutcomeLost(Exception):
    """The answer is lost: perhaps it was done."""


def add_confirmation(tx: Transaction, ask: PendingConfirmation) -> None:
    """Keep what waits for a button."""
    tx.confirmations.add(ask)


def get_confirmation(tx: Transaction, ask_id: str) -> PendingConfirmation | None:
    """Read what waits for a button, or what became of it."""
    return tx.confirmations.get(ask_id)


def end_confirmation(tx: Transaction, ask_id: str, outcome: str) -> None:
    """Note what became of what was confirmed, in words."""
    tx.confirmations.end(ask_id, outcome)


def claim(tx: Transaction, ask_id: str) -> tuple[PendingConfirmation | None, bool]:
    """Read what waits for a button, and take its one turn; False where the turn was taken before.

    To be committed before anything is called: whoever comes later finds the turn taken, also after a crash.
    """
    ask = tx.confirmations.get(ask_id)
    return ask, ask is not None and not ask.outcome and tx.inbox.first_seen(DedupScope.CONFIRMATION, ask.once)


def claim_and_begin(
    tx: Transaction, ask_id: str, outcome: str, begin: UnitOfWork[T]
) -> tuple[PendingConfirmation, T] | None:
    """Take the one turn of a button, and note what is about to be done; None where the turn was taken before.

    `outcome` is what stands there until the answer is known.
    """
    ask, is_first = claim(tx, ask_id)
    if ask is None or not is_first:
        return None
    tx.confirmations.end(ask_id, outcome)
    return ask, begin(tx)


async def call_once(units: UnitsOfWork, ask: PendingConfirmation, call: Awaitable[T], undo: UnitOfWork[None]) -> T:
    """Make the call whose turn was taken; `undo` takes back what was noted before, where certainly nothing was done.

    Raises CallFailed where the turn was given back, or OutcomeLost.
    """
    try:
        return await call
    except CallFailed as error:
        if not error.is_certain:
            raise OutcomeLost from error
        await units.run_until_written(_give_back, ask.id, undo)
        raise


def _give_back(tx: Transaction, ask_id: str, undo: UnitOfWork[None]) -> None:
    tx.confirmations.reopen(ask_id)
    undo(tx)
