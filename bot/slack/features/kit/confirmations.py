"""Pressing a button that texts people: once, however often and by however many it is pressed.

The turn is in the books before Volt is called, with who took it and an outcome that is unknown until the answer is
there: so nothing that a crash cuts short is guessed afterwards. A refusal that is certain gives the turn back; an
answer that is lost does not.
"""

from collections.abc import Awaitable
from functools import partial
from typing import TypeVar
from uuid import uuid4

from bot.bridge import confirmations
from bot.bridge.confirmations import add_confirmation, claim_and_begin, end_confirmation, get_confirmation
from bot.bridge.unit_of_work import UnitOfWork
from bot.domain.errors import CallFailed, FailureScope, Retryable
from bot.domain.ids import UserId
from bot.domain.scheduled import PendingConfirmation
from bot.slack.context import Context, UserError
from bot.slack.text.escaping import escape

T = TypeVar("T")

TOO_OLD = "This is too old, so nothing was done. Please ask again."
PRESSED_BEFORE = (
    "This was pressed before, and Volt's answer is not known, so we do not know whether it was done. Look in the "
    "thread or in Volt before you try again."
)
NOT_NOW = "Volt is busy or cannot be reached, so nothing was scheduled. Please press it again in a moment."


class RetryAllowed(UserError):
    """Certainly nothing came of it, and the button counts again."""


async def keep_ask(context: Context, kind: str, author: UserId, body: str) -> str:
    """Keep what is to be confirmed by a button; returns what the button carries."""
    ask = PendingConfirmation(uuid4().hex, kind, author, body)
    await context.units.run(add_confirmation, ask)
    return ask.id


async def claim_press(context: Context, ask_id: str, kind: str, begin: UnitOfWork[T]) -> tuple[PendingConfirmation, T]:
    """Take the one turn of a button; `begin` notes in the same unit what is about to be done.

    Raises Mistake where the turn was taken before, with what became of it.
    """
    await read_open(context, ask_id, kind)
    taken = await context.units.run(claim_and_begin, ask_id, PRESSED_BEFORE, begin)
    if taken is None:
        raise UserError((await read_ask(context, ask_id, kind)).outcome or PRESSED_BEFORE)
    return taken


async def read_open(context: Context, ask_id: str, kind: str) -> PendingConfirmation:
    """Read what a button is about. Raises Mistake where it was pressed before, with what became of it."""
    ask = await read_ask(context, ask_id, kind)
    if ask.outcome:
        raise UserError(ask.outcome)
    return ask


async def outcome_of(context: Context, ask_id: str) -> str:
    """Read what became of it, "" where nothing did yet, or nothing is known of it."""
    ask = await context.units.run(get_confirmation, ask_id)
    return ask.outcome if ask is not None else ""


async def read_ask(context: Context, ask_id: str, kind: str) -> PendingConfirmation:
    """Read what a button is about. Raises Mistake."""
    ask = await context.units.run(get_confirmation, ask_id)
    if ask is None or ask.kind != kind:
        raise UserError(TOO_OLD)
    return ask


async def call_once(context: Context, ask: PendingConfirmation, call: Awaitable[T], undo: UnitOfWork[None]) -> T:
    """Make the call whose turn was taken; `undo` takes back what `begin` noted. Raises MayPressAgain, or Lost."""
    try:
        return await confirmations.call_once(context.units, ask, call, undo)
    except CallFailed as error:
        raise RetryAllowed(refusal(error)) from error


def refusal(error: CallFailed) -> str:
    """Say why certainly nothing was done; words that promise another try of our own do not fit here."""
    if isinstance(error, Retryable) and error.concerns is not FailureScope.DESTINATION:
        return NOT_NOW
    return escape(error.user_message)


async def cancel(context: Context, ask_id: str, kind: str, outcome: str) -> None:
    """End what was asked for by Cancel. Raises Mistake where it was too late for that."""
    await claim_press(context, ask_id, kind, partial(end_confirmation, ask_id=ask_id, outcome=outcome))
