"""Calls to Volt on behalf of somebody who waits for the answer: when one fails, words that are true for them.

The provider's own words say what Volt did. Here nothing waits and goes out by itself: who asked has to ask again, and
a change whose answer was lost has to be looked at first.
"""

from collections.abc import Awaitable
from typing import TypeVar

from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable, StoreUnavailable
from bot.slack.context import UserError

T = TypeVar("T")

_AGAIN = "Please try again in a minute."


async def read_from_provider(call: Awaitable[T]) -> T:
    """Make a call that changes nothing. Raises CallFailed with words for the one who asked."""
    try:
        return await call
    except CallFailed as error:
        raise _reworded(error, "", f"Volt did not answer clearly. {_AGAIN}") from error


async def change_at_provider(call: Awaitable[T], look: str, *, missing: str = "") -> T:
    """Make a call that changes something; `look` says where to see whether it did, or that it may be done again.

    `missing` is said where Volt finds something missing. Raises CallFailed with words for the one who asked.
    """
    unknown = f"Volt did not answer clearly, so we do not know whether this was done. {look}"
    try:
        return await call
    except CallFailed as error:
        if missing and isinstance(error, Rejected) and error.code == "not_found":
            raise Rejected(error.code, missing) from error
        raise _reworded(error, " Nothing was changed.", unknown) from error


async def record_change(writing: Awaitable[object]) -> None:
    """Write into our books what Volt has taken. Raises Mistake where they could not be written: it was done."""
    try:
        await writing
    except StoreUnavailable:
        words = "Volt has taken the change. Our own record could not be written, so the log here does not show it."
        raise UserError(words, has_usage=False) from None


def _reworded(error: CallFailed, nothing: str, unknown: str) -> CallFailed:
    if isinstance(error, OutcomeUnknown):
        return OutcomeUnknown(error.code, unknown)
    if isinstance(error, Retryable):
        words = _not_now(error, nothing)
        return Retryable(error.code, words, retry_after_s=error.retry_after_s, concerns=error.concerns)
    return Rejected(error.code, error.user_message + nothing)


def _not_now(error: Retryable, nothing: str) -> str:
    """Say why Volt cannot be asked now; `nothing` says in between that nothing was changed, where that is meant."""
    if error.code == "invalid_token":
        return f"Volt no longer accepts the bot's token.{nothing} An admin has to renew VOLT_API_TOKEN."
    if error.concerns is FailureScope.DESTINATION:
        return f"Volt does not serve the bot at the address that it calls.{nothing} An admin has to check VOLT_API_URL."
    if error.code == "unreachable":
        return f"Volt cannot be reached just now.{nothing} {_AGAIN}"
    return f"Volt is busy just now.{nothing} {_AGAIN}"
