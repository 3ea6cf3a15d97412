"""Error mapping: from the errors of aiohttp, the statuses of HTTP and the errors of JSON:API, to ours.

Certain failure is claimed only on evidence: a connection that was never made, a status that says no. Of the codes of
errors one is known in public, so their `detail` is quoted for people, shortened and with numbers masked, and decides
nothing; but for a login, where every answer is a refusal anyway. Nothing here holds a token, a number or a text.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.providers.http_trace import NEVER_LEFT, HttpTrace
from bot.providers.json_values import read_list, read_object, read_text
from bot.providers.quoting import quoted

DEAD_TOKEN = "dead_token"  # noqa: S105 - a code
"""Code of a failure because the token has ended: nothing was done, and a new token mends it."""

NOT_FOUND = "not_found"
"""Code of a rejection because there is no such thing."""

INVALID_LOGIN = "invalid_login"
SECOND_FACTOR = "second_factor"
"""Codes of a login that is refused until a person has done something."""

_UNKNOWN = "Carium did not answer clearly."
_UNREACHABLE = "Carium cannot be reached."
_BUSY = "Carium is busy."
_MOVED = "There is no Carium at the address the bot calls. An admin has to check COURIER_API_URL."
_LOGIN = (
    "Carium does not accept the bot's login. An admin has to replace it in App Home, or check COURIER_USERNAME and "
    "COURIER_PASSWORD."
)
_FACTOR = (
    "Carium wants a second factor for the bot's user, which a bot cannot give. An admin has to give the bot a user "
    "that logs in without one."
)
_ENDED = "Carium ends the bot's session again and again. An admin has to check whether its user still exists."

_NOT_STORED = "The bot cannot read or store its session with Carium now, so it does not use it yet."

_FACTOR_WORDS = re.compile(
    r"totp|(?:two|2|multi|second)[\s_-]?factor|\b[m2]fa\b|one[\s_-]?time|authenticator", re.IGNORECASE
)
_LATER = (408, 425, 429, 503)


def failed_call(answer: HttpTrace, document: object) -> CallFailed:
    """Map a status that is not 2xx, with the document that came along, if it was one."""
    assert answer.status is not None
    status, errors = answer.status, _errors(document)
    if status == 401:
        return Retryable(DEAD_TOKEN, _ENDED, scope=FailureScope.DESTINATION)
    if status in _LATER:
        return Retryable(f"http_{status}", _BUSY, retry_after_s=answer.retry_after_s(), scope=FailureScope.RATE_LIMIT)
    if 300 <= status < 400 or status == 405 or (status == 404 and not errors):
        return Retryable(f"http_{status}", _MOVED, scope=FailureScope.DESTINATION)
    if 400 <= status < 500:
        code = NOT_FOUND if status == 404 else f"http_{status}"
        return Rejected(code, _refused_words(status, errors), allows_manual_retry=status == 403)
    return OutcomeUnknown(f"http_{status}", _UNKNOWN) if status >= 500 else unreadable_answer()


def failed_login(answer: HttpTrace, document: object) -> CallFailed:
    """Map a status that is not 2xx of a login: whatever it is, nothing else was done."""
    assert answer.status is not None
    status, errors = answer.status, _errors(document)
    if any(_FACTOR_WORDS.search(word) for error in errors for word in _words_of(error)):
        return Retryable(SECOND_FACTOR, _FACTOR, scope=FailureScope.DESTINATION)
    if status in (401, 403) or (status in (400, 404, 422) and errors):
        said = _first_detail(errors)
        words = f'{_LOGIN} It said: "{said}"' if said else _LOGIN
        return Retryable(INVALID_LOGIN, words, scope=FailureScope.DESTINATION)
    failed = certain(failed_call(answer, document))
    if isinstance(failed, Rejected):  # it is about the login, and no text is to blame
        return Retryable(failed.code, failed.user_message, scope=FailureScope.DESTINATION)
    return failed


def failed_connection(error: Exception) -> CallFailed:
    """Map the error of a call that was not answered."""
    if type(error) in NEVER_LEFT:
        return Retryable("unreachable", _UNREACHABLE, scope=FailureScope.RATE_LIMIT)
    return OutcomeUnknown("timeout" if isinstance(error, TimeoutError) else "no_answer", _UNKNOWN)


def certain(failed: CallFailed) -> CallFailed:
    """Take an unknown outcome for a failure: right for a call that may be repeated at will."""
    if not isinstance(failed, OutcomeUnknown):
        return failed
    return Retryable(failed.code, failed.user_message, scope=FailureScope.RATE_LIMIT)


def unreadable_answer() -> OutcomeUnknown:
    """Map an answer that is no error and yet not what was asked for."""
    return OutcomeUnknown("unreadable_answer", _UNKNOWN)


def session_keeps_ending() -> Retryable:
    """Say that a token that was just made is not accepted either."""
    return Retryable("invalid_token", _ENDED, scope=FailureScope.DESTINATION)


def closed() -> Retryable:
    """Say that calls are made between start and close only."""
    return Retryable("closed", "The bot is starting or stopping.")


def not_stored() -> Retryable:
    """Say that what a call needs cannot be read or stored now, so that none was made."""
    return Retryable("not_stored", _NOT_STORED, scope=FailureScope.RATE_LIMIT)


def _errors(document: object) -> list[Mapping[str, Any]]:
    return [read_object(error) for error in read_list(read_object(document).get("errors"))]


def _refused_words(status: int, errors: list[Mapping[str, Any]]) -> str:
    said = _first_detail(errors)
    if not said:
        return f"Carium refused the request (HTTP {status}). Tell your admin."
    return f'Carium refused it. It said: "{said}"'


def _first_detail(errors: list[Mapping[str, Any]]) -> str:
    details = (read_text(error.get("detail")).strip() or read_text(error.get("code")).strip() for error in errors)
    return quoted(next(filter(None, details), ""))


def _words_of(error: Mapping[str, Any]) -> tuple[str, ...]:
    pointer = read_text(read_object(error.get("source")).get("pointer"))
    return read_text(error.get("code")), read_text(error.get("detail")), pointer
