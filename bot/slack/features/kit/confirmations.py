"""Confirmations as people press them: a claim made for a button, and what is said to those who come too late.

The claim itself, and what a crash leaves of it, is bot/bridge/confirmations.py.
"""

from collections.abc import Awaitable
from functools import partial
from typing import TypeVar
from uuid import uuid4

from bot.bridge import confirmations
from bot.bridge.confirmations import add_confirmation, claim_and_begin, end_confirmation, get_confirmation
from bot.bridge.unit_of_work import UnitOfWork
from bot.domain.confirmation import PendingConfirmation
from bot.domain.errors import CallFailed, FailureScope, Retryable
from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.domain.provider_profile import ProviderProfile
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.text.escaping import escape

T = TypeVar("T")

TOO_OLD = "This is too old, so nothing was done. Please ask again."
PRESSED_BEFORE = (
    "This was pressed before, and {name}'s answer is not known, so we do not know whether it was done. Look in the "
    "thread or in {name} before you try again."
)
NOT_NOW = "{name} is busy or cannot be reached, so nothing was scheduled. Please press it again in a moment."


class RetryAllowed(UserError):
    """Certain failure: nothing was done, and the button may be pressed again."""


async def store_confirmation(context: Context, kind: str, author: UserId, body: str) -> str:
    """Store a confirmation; returns the button's value."""
    confirmation = PendingConfirmation(uuid4().hex, kind, author, body)
    await context.units.run(add_confirmation, confirmation)
    return confirmation.id


async def claim_press(
    context: Context, confirmation_id: str, kind: str, begin: UnitOfWork[T], *, account: E164 | None = None
) -> tuple[PendingConfirmation, T]:
    """Claim a confirmation; `begin` stores in the same transaction what is about to be done, `account` by our number.

    Raises UserError with the outcome if it was claimed before.
    """
    await read_open_confirmation(context, confirmation_id, kind)
    pressed_before = PRESSED_BEFORE.format(name=context.lines.profile(account).name)
    taken = await context.units.run(claim_and_begin, confirmation_id, pressed_before, begin)
    if taken is None:
        raise UserError((await read_confirmation(context, confirmation_id, kind)).outcome or pressed_before)
    return taken


async def read_open_confirmation(context: Context, confirmation_id: str, kind: str) -> PendingConfirmation:
    """Read an open confirmation. Raises UserError with the outcome if it was claimed before."""
    confirmation = await read_confirmation(context, confirmation_id, kind)
    if confirmation.outcome:
        raise UserError(confirmation.outcome)
    return confirmation


async def outcome_of(context: Context, confirmation_id: str) -> str:
    """Read the outcome of a confirmation; "" if there is none yet, or it does not exist."""
    confirmation = await context.units.run(get_confirmation, confirmation_id)
    return confirmation.outcome if confirmation is not None else ""


async def read_confirmation(context: Context, confirmation_id: str, kind: str) -> PendingConfirmation:
    """Read a confirmation. Raises UserError."""
    confirmation = await context.units.run(get_confirmation, confirmation_id)
    if confirmation is None or confirmation.kind != kind:
        raise UserError(TOO_OLD)
    return confirmation


async def call_once(
    context: Context,
    confirmation: PendingConfirmation,
    call: Awaitable[T],
    undo: UnitOfWork[None],
    *,
    account: E164 | None = None,
) -> T:
    """Make the call of a claimed confirmation; `undo` reverts `begin`. Raises RetryAllowed or OutcomeLost."""
    try:
        return await confirmations.call_once(context.units, confirmation, call, undo)
    except CallFailed as error:
        raise RetryAllowed(refusal(error, context.lines.profile(account))) from error


def refusal(error: CallFailed, by: ProviderProfile) -> str:
    """Write why certainly nothing was done; words that promise a retry of ours do not fit here."""
    if isinstance(error, Retryable) and error.scope is not FailureScope.DESTINATION:
        return NOT_NOW.format(name=by.capital_name)
    return escape(error.user_message)


async def cancel(context: Context, confirmation_id: str, kind: str, outcome: str) -> None:
    """Cancel a confirmation. Raises UserError if it is too late."""
    await claim_press(
        context, confirmation_id, kind, partial(end_confirmation, ask_id=confirmation_id, outcome=outcome)
    )


async def show_instead(context: Context, interaction: Interaction, message: MessageBody) -> None:
    """Replace the message whose button was pressed, or post beside it if Slack refuses that."""
    try:
        await context.ui.respond(interaction.response_url, message, replaces=True)
    except CallFailed:
        if interaction.channel is not None:
            await context.ui.post_ephemeral(
                interaction.user, interaction.channel, message, thread_ts=interaction.thread_ts
            )
