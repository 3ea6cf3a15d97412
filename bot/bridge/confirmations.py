"""Confirmations: a button that triggers a send takes effect once (idempotency), however often it is pressed.

The claim is stored before the provider is called, with who pressed and an outcome that is unknown until the answer is
there: so nothing that a crash cuts short is guessed afterwards. A certain rejection gives the claim back; a lost answer
does not. What people read about it is up to the caller.
"""

from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar

from bot.bridge.unit_of_work import UnitOfWork, UnitsOfWork
from bot.call_deadline import leaving_by
from bot.domain.confirmation import PendingConfirmation
from bot.domain.dedup import DedupScope
from bot.domain.errors import CallFailed
from bot.domain.retry_policy import LEAVE_S
from bot.ports.storage import Transaction

T = TypeVar("T")


class OutcomeLost(Exception):
    """Outcome that is unknown because the answer is lost: perhaps it was done."""


def add_confirmation(tx: Transaction, ask: PendingConfirmation) -> None:
    """Store a confirmation that waits for its button."""
    tx.confirmations.add(ask)


def get_confirmation(tx: Transaction, ask_id: str) -> PendingConfirmation | None:
    """Return a confirmation, with its outcome if it has one."""
    return tx.confirmations.get(ask_id)


def end_confirmation(tx: Transaction, ask_id: str, outcome: str) -> None:
    """Store the outcome of a confirmation, in words."""
    tx.confirmations.end(ask_id, outcome)


def claim(tx: Transaction, ask_id: str) -> tuple[PendingConfirmation | None, bool]:
    """Claim a confirmation; False where it was claimed before.

    To be committed before anything is called: a later press finds it claimed, also after a crash.
    """
    ask = tx.confirmations.get(ask_id)
    return ask, ask is not None and not ask.outcome and tx.inbox.first_seen(DedupScope.CONFIRMATION, ask.once)


def claim_and_begin(
    tx: Transaction, ask_id: str, outcome: str, begin: UnitOfWork[T]
) -> tuple[PendingConfirmation, T] | None:
    """Claim a confirmation and record what is about to be done; None where it was claimed before.

    `outcome` is stored until the answer is known.
    """
    ask, is_first = claim(tx, ask_id)
    if ask is None or not is_first:
        return None
    tx.confirmations.end(ask_id, outcome)
    return replace(ask, leave_by=tx.begun + LEAVE_S), begin(tx)


async def call_once(units: UnitsOfWork, ask: PendingConfirmation, call: Awaitable[T], undo: UnitOfWork[None]) -> T:
    """Make the call of a claimed confirmation; `undo` reverts what was recorded, where certainly nothing was done.

    A bot that was frozen does not make it any more: whoever pressed has looked elsewhere by then. Raises CallFailed
    where the claim was given back, or OutcomeLost.
    """
    try:
        with leaving_by(ask.leave_by):
            return await call
    except CallFailed as error:
        if not error.is_certain:
            raise OutcomeLost from error
        await units.run_until_written(_give_back, ask.id, undo)
        raise


def _give_back(tx: Transaction, ask_id: str, undo: UnitOfWork[None]) -> None:
    tx.confirmations.reopen(ask_id)
    undo(tx)
