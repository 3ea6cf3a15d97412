"""Asking Volt for what is shown or changed at somebody's word, where nobody is texted: failures in words that fit.

The words of a CallFailed speak of a text that goes out; here nothing does.
"""

from collections.abc import Awaitable
from typing import TypeVar

from bot.domain.errors import CallFailed, Concerns, NotNow, Refused
from bot.slack.desk import Mistake
from bot.slack.inert import escape

T = TypeVar("T")

NOT_NOW = "Volt does not answer just now. Please try again in a moment."
MAY_BE_CHANGED = "Volt did not answer, so we do not know whether it was changed. You may safely do it again."


async def read(call: Awaitable[T]) -> T:
    """Wait for something read. Raises Mistake with words."""
    return await _waited(call, NOT_NOW)


async def change(call: Awaitable[T], *, missing: str = "") -> T:
    """Wait for a change that may be repeated. Raises Mistake; `missing` is said where Volt finds something missing."""
    return await _waited(call, MAY_BE_CHANGED, missing=missing)


async def _waited(call: Awaitable[T], unknown: str, *, missing: str = "") -> T:
    try:
        return await call
    except CallFailed as error:
        raise Mistake(_words(error, unknown, missing), has_usage=False) from error


def _words(error: CallFailed, unknown: str, missing: str) -> str:
    if isinstance(error, Refused) and error.code == "not_found" and missing:
        return missing
    if not error.is_certain:
        return unknown
    if isinstance(error, NotNow) and error.concerns is not Concerns.PLACE:
        return NOT_NOW
    return escape(error.words)
