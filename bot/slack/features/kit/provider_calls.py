"""Provider calls on behalf of a person who waits, with failures worded for that person.

The provider's own words say what Volt did. Nothing here is retried: the person has to act again, and first has to look
whether a change whose answer was lost was made.
"""

from collections.abc import Awaitable
from typing import TypeVar

from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable, StoreUnavailable
from bot.slack.context import UserError

T = TypeVar("T")

OURS = "ours"
"""Code of a refusal by the bot itself, before anything was asked of Volt: its words are for the person already."""

_AGAIN = "Please try again in a minute."


async def read_from_provider(call: Awaitable[T]) -> T:
    """Make a call that changes nothing. Raises CallFailed with words for the person."""
    try:
        return await call
    except CallFailed as error:
        raise _reworded(error, "", f"Volt did not answer clearly. {_AGAIN}") from error


async def change_at_provider(call: Awaitable[T], look: str, *, missing: str = "") -> T:
    """Make a call that changes something; `look` says where to check whether it did, or that it may be repeated.

    `missing` are the words for what Volt does not find. Raises CallFailed with words for the person.
    """
    unknown = f"Volt did not answer clearly, so we do not know whether this was done. {look}"
    try:
        return await call
    except CallFailed as error:
        if missing and isinstance(error, Rejected) and error.code == "not_found":
            raise Rejected(error.code, missing) from error
        raise _reworded(error, " Nothing was changed.", unknown) from error


async def record_change(writing: Awaitable[object]) -> None:
    """Store a change that Volt has taken. Raises UserError if the store fails: the change itself was made."""
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
        return Retryable(error.code, words, retry_after_s=error.retry_after_s, scope=error.scope)
    return Rejected(error.code, error.user_message + nothing)


def _not_now(error: Retryable, nothing: str) -> str:
    """Write why Volt cannot be called now; `nothing` says in between that nothing was changed, for changes."""
    if error.code == OURS:
        return error.user_message
    if error.code == "invalid_token":
        return f"Volt no longer accepts the bot's token.{nothing} An admin has to renew VOLT_API_TOKEN."
    if error.scope is FailureScope.DESTINATION:
        return f"Volt does not serve the bot at the address that it calls.{nothing} An admin has to check VOLT_API_URL."
    if error.code == "unreachable":
        return f"Volt cannot be reached just now.{nothing} {_AGAIN}"
    return f"Volt is busy just now.{nothing} {_AGAIN}"
