"""Error mapping: from the errors of gql and aiohttp, and the statuses of HTTP, to ours.

Glific's errors have four shapes: statuses of HTTP, a list beside null data, a list within the result, and HTTP 400 for
a document it does not know. The words of the two lists are in the language of the user and say nothing to us: they are
quoted for people, shortened and with numbers masked, and never read. So a list beside null data is no evidence that a
text did not leave: it may be a refusal, and it may be a fault after the deed. Only what is certain is said to be:
a connection that was never made, a status that comes before anything is done, a document that was not executed, a
list within the result. Nothing here holds a token, a number or a text.
"""

from collections.abc import Awaitable
from typing import Any, TypeVar

from gql.transport import exceptions as gql_errors

from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable, TooLate
from bot.providers.http_trace import NEVER_LEFT, HttpTrace
from bot.providers.json_values import read_object, read_text
from bot.providers.public_internet import is_not_public
from bot.providers.quoting import quoted

T = TypeVar("T")

DEAD_TOKEN = "dead_token"  # noqa: S105 - a code
"""Code of a failure because the session has ended: nothing was done, and a new token mends it."""

SAID_NO = "said_no"
"""Code of an unknown outcome where Glific answered with words instead of data."""

NOT_FOUND = "not_found"
"""Code of a rejection because there is no such thing."""

TOO_OLD = "too_old"
"""Code of a rejection because Glific does not know what was asked."""

INSIDE = "inside"
"""Code of a failure because the address leads to no place on the public internet, as it has to: nothing has left."""

LIMIT_RESET_S = 20.0
"""Seconds until we try again after Glific's limit of a minute: it does not say when that began."""

_UNKNOWN = "Glific did not answer clearly."
_UNREACHABLE = "Glific cannot be reached."
_BUSY = "Glific is busy."
_MOVED = "There is no Glific at the address the bot calls. An admin has to check GLIFIC_API_URL."
_INSIDE = (
    "The address of Glific leads into a network of the bot's own, where it does not log in. Whoever looks after that "
    "address has to mend where it leads, or an admin connects Glific again in App Home."
)
_LOGIN = (
    "Glific does not accept the bot's phone or password. An admin has to replace the login in App Home, or check "
    "GLIFIC_PHONE and GLIFIC_PASSWORD."
)
_ENDED = "Glific logs the bot out again and again. An admin has to check whether its user still exists."
_SUSPENDED = "Glific has suspended the organisation. An admin has to ask Glific to switch it on again."
_OLD = "Glific does not know what the bot asked for: it is older than the bot needs. An admin has to have it updated."


def failed_call(error: Exception, answer: HttpTrace) -> CallFailed:
    """Map the error of a failed GraphQL call."""
    status = answer.status
    if isinstance(error, gql_errors.TransportQueryError) and status == 400:
        return Rejected(TOO_OLD, _OLD)
    if isinstance(error, gql_errors.TransportQueryError) and status == 200:
        return OutcomeUnknown(SAID_NO, f'Glific answered with an error: "{_first_words(error)}"')
    if status is not None:
        return _from_status(status, answer)
    return failed_connection(error)


def failed_session(status: int, answer: HttpTrace) -> CallFailed:
    """Map a status other than 200 of a login or a renewal."""
    if status == 401:
        return Retryable("invalid_login", _LOGIN, scope=FailureScope.DESTINATION)
    return _certain(_from_status(status, answer))


def failed_session_connection(error: Exception) -> CallFailed:
    """Map the error of a login or a renewal that was not answered: whatever became of it, nothing else was done."""
    return _certain(failed_connection(error))


def failed_connection(error: Exception) -> CallFailed:
    """Map the error of a call that was not answered."""
    cause = error.__cause__ if isinstance(error, gql_errors.TransportConnectionFailed) else error
    if isinstance(cause, TooLate):
        return cause
    if is_not_public(cause):
        return Retryable(INSIDE, _INSIDE, scope=FailureScope.DESTINATION)
    if type(cause) in NEVER_LEFT:
        return Retryable("unreachable", _UNREACHABLE, scope=FailureScope.RATE_LIMIT)
    return OutcomeUnknown("timeout" if isinstance(cause, TimeoutError) else "no_answer", _UNKNOWN)


def session_keeps_ending() -> Retryable:
    """Say that a token that was just made is not accepted either."""
    return Retryable("invalid_token", _ENDED, scope=FailureScope.DESTINATION)


def unreadable_answer() -> OutcomeUnknown:
    """Map an answer that is no error and yet not what was asked for."""
    return OutcomeUnknown("unreadable_answer", _UNKNOWN)


def failed_result(result: object) -> Rejected | None:
    """Read the errors within a result; None where there are none."""
    errors = read_object(result).get("errors")
    faults = [read_object(fault) for fault in errors] if isinstance(errors, list) else []
    if not faults:
        return None
    key, said = read_text(faults[0].get("key")), quoted(read_text(faults[0].get("message")))
    if key == "Contact" or key.startswith("Elixir."):
        return Rejected(NOT_FOUND, "Glific has no such entry.")
    return Rejected("invalid", f'Glific does not accept the field "{quoted(key)}". It said: "{said}"')


def refusal(failed: OutcomeUnknown) -> Rejected:
    """Take a call without data for a refusal: right for a call that only reads, or may be repeated at will."""
    return Rejected("refused", failed.user_message)


async def before_sending(made: Awaitable[T]) -> T:
    """Wait for what a text needs before it is sent: where that fails, the text certainly has not left.

    Raises Rejected or Retryable.
    """
    try:
        return await made
    except OutcomeUnknown as unknown:
        failed = Retryable(unknown.code, unknown.user_message)
    raise failed


def _from_status(status: int, answer: HttpTrace) -> CallFailed:
    if 300 <= status < 400 or status in (404, 405):
        return Retryable(f"http_{status}", _MOVED, scope=FailureScope.DESTINATION)
    if status in (408, 425, 429, 503):
        wait_s = LIMIT_RESET_S if status == 429 else answer.retry_after_s()
        return Retryable(f"http_{status}", _BUSY, retry_after_s=wait_s, scope=FailureScope.RATE_LIMIT)
    if status in (401, 403):
        code, words = (DEAD_TOKEN, _ENDED) if status == 401 else ("suspended", _SUSPENDED)
        return Retryable(code, words, scope=FailureScope.DESTINATION)
    if 400 <= status < 500:
        return Rejected(f"http_{status}", f"Glific refused the request (HTTP {status}). Tell your admin.")
    return OutcomeUnknown(f"http_{status}", _UNKNOWN) if status >= 500 else unreadable_answer()


def _certain(failed: CallFailed) -> CallFailed:
    if not isinstance(failed, OutcomeUnknown):
        return failed
    return Retryable(failed.code, failed.user_message, scope=FailureScope.RATE_LIMIT)


def _first_words(error: gql_errors.TransportQueryError) -> str:
    faults: list[Any] = error.errors or []
    messages = (read_text(read_object(fault).get("message")) for fault in faults)
    return quoted(next((message for message in messages if message), "no reason given"))
