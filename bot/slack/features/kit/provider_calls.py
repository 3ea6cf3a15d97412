"""Provider calls on behalf of a person who waits, with failures worded for that person.

The provider's own words say what it did. Nothing here is retried: the person has to act again, and first has to look
whether a change whose answer was lost was made.
"""

from collections.abc import Awaitable
from typing import TypeVar

from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable, StoreUnavailable
from bot.domain.provider_profile import ProviderProfile
from bot.slack.context import UserError

T = TypeVar("T")

OURS = "ours"
"""Code of a refusal by the bot itself, before the provider was asked: its words are for the person already."""

_ABOUT_THE_LOGIN = ("invalid_login", "second_factor")
"""Codes of failures whose own words say what is wrong with the bot's login, and who has to act."""

_AGAIN = "Please try again in a minute."


async def read_from_provider(by: ProviderProfile, call: Awaitable[T]) -> T:
    """Make a call that changes nothing. Raises CallFailed with words for the person."""
    try:
        return await call
    except CallFailed as error:
        raise _reworded(by, error, "", f"{by.capital_name} did not answer clearly. {_AGAIN}") from error


async def change_at_provider(by: ProviderProfile, call: Awaitable[T], look: str, *, missing: str = "") -> T:
    """Make a call that changes something; `look` says where to check whether it did, or that it may be repeated.

    `missing` are the words for what the provider does not find. Raises CallFailed with words for the person.
    """
    unknown = f"{by.capital_name} did not answer clearly, so we do not know whether this was done. {look}"
    try:
        return await call
    except CallFailed as error:
        if missing and isinstance(error, Rejected) and error.code == "not_found":
            raise Rejected(error.code, missing) from error
        raise _reworded(by, error, " Nothing was changed.", unknown) from error


async def record_change(by: ProviderProfile, writing: Awaitable[object]) -> None:
    """Store a change that the provider has taken. Raises UserError if the store fails: the change itself was made."""
    try:
        await writing
    except StoreUnavailable:
        words = "Our own record could not be written, so the log here does not show it."
        raise UserError(f"{by.capital_name} has taken the change. {words}", has_usage=False) from None


def _reworded(by: ProviderProfile, error: CallFailed, nothing: str, unknown: str) -> CallFailed:
    if isinstance(error, OutcomeUnknown):
        return OutcomeUnknown(error.code, unknown)
    if isinstance(error, Retryable):
        words = _not_now(by, error, nothing)
        return Retryable(error.code, words, retry_after_s=error.retry_after_s, scope=error.scope)
    return Rejected(error.code, error.user_message + nothing)


def _not_now(by: ProviderProfile, error: Retryable, nothing: str) -> str:
    """Write why a provider cannot be called now; `nothing` says in between that nothing was changed, for changes."""
    if error.code == OURS:
        return error.user_message
    name = by.capital_name
    if error.code == "invalid_token":
        todo = f"An admin has to renew {by.token_setting or 'it'}."
        return f"{name} no longer accepts the bot's token.{nothing} {todo}"
    if error.code in _ABOUT_THE_LOGIN:
        return f"{error.user_message}{nothing}"
    if error.scope is FailureScope.DESTINATION:
        todo = f"An admin has to check {by.address_setting or 'it'}."
        return f"{name} does not serve the bot at the address that it calls.{nothing} {todo}"
    if error.code == "unreachable":
        return f"{name} cannot be reached just now.{nothing} {_AGAIN}"
    return f"{name} is busy just now.{nothing} {_AGAIN}"
