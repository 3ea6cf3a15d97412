"""Error mapping: from the errors of gql and aiohttp, and the statuses of HTTP, to ours.

Certain failure is claimed only on evidence: a connection that was never made, a status or a sentence of Volt
that says no. Everything else is OutcomeUnknown, because a text that may have left must not be sent blindly again. gql
reports a refused connection, a timeout and a dropped connection as one error, so the cause decides; its own view of
status and headers is shared between calls, so those come from aiohttp's trace of this very call (`HttpTrace`).
Messages say what Volt did and nothing of what follows: that depends on the caller.
Volt's own words are quoted only shortened and with numbers masked. Nothing here holds a token, a number or a text.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from gql.transport import exceptions as gql_errors

from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable, TooLate
from bot.domain.retry_policy import MAX_RETRY_AFTER_S
from bot.providers.volt.error_codes import FAILURES, THROTTLES, failure, quoted

NEVER_LEFT: frozenset[type[BaseException]] = frozenset(
    {
        aiohttp.ClientConnectorError,
        aiohttp.ClientConnectorDNSError,
        aiohttp.ClientConnectorSSLError,
        aiohttp.ClientConnectorCertificateError,
        aiohttp.ClientSSLError,
        aiohttp.ServerFingerprintMismatch,
        aiohttp.client_exceptions.UnixClientConnectorError,
        aiohttp.ClientProxyConnectionError,
        aiohttp.ClientHttpProxyError,
        aiohttp.ConnectionTimeoutError,
        aiohttp.InvalidURL,
        aiohttp.InvalidUrlClientError,
        aiohttp.NonHttpUrlClientError,
        gql_errors.TransportClosed,
        gql_errors.TransportAlreadyConnected,
    }
)
"""Raised before there is a connection: the request certainly did not leave."""

MAY_HAVE_LEFT: frozenset[type[BaseException]] = frozenset(
    {
        TimeoutError,
        aiohttp.ClientError,
        aiohttp.ClientResponseError,
        aiohttp.ContentTypeError,
        aiohttp.WSServerHandshakeError,
        aiohttp.TooManyRedirects,
        aiohttp.ClientConnectionError,
        aiohttp.ClientConnectionResetError,
        aiohttp.ClientOSError,
        aiohttp.ServerConnectionError,
        aiohttp.ServerDisconnectedError,
        aiohttp.ServerTimeoutError,
        aiohttp.SocketTimeoutError,
        aiohttp.ClientPayloadError,
        aiohttp.client_exceptions.UploadAbortedError,
        # these follow an answer, and we follow no redirects
        aiohttp.RedirectClientError,
        aiohttp.InvalidUrlRedirectClientError,
        aiohttp.NonHttpUrlRedirectClientError,
        aiohttp.WSMessageTypeError,
        gql_errors.TransportError,
        gql_errors.TransportProtocolError,
        gql_errors.TransportServerError,
        gql_errors.TransportQueryError,
        gql_errors.TransportConnectionFailed,
    }
)
"""Raised when the request may have left; the status or Volt's words may still tell. Unlisted classes count as these."""

UNKNOWN_FIELD = "unknown_field"
"""Code of a rejection because Volt's schema has no such field."""

NOT_FOUND = "not_found"
"""Code of a rejection because there is no such thing."""

_UNKNOWN = "Volt did not answer clearly."
_UNREACHABLE = "Volt cannot be reached."
_BUSY = "Volt is busy."
_TOKEN = "Volt no longer accepts the bot's token. An admin has to renew VOLT_API_TOKEN."  # noqa: S105 - words about a token
_MOVED = "There is no Volt at the address the bot calls. An admin has to check VOLT_API_URL."

_TOKEN_FAULT = re.compile(
    r"unauthori[sz]ed|unauthenticated|not authenticated|authentication (?:failed|required)"
    r"|(?:invalid|expired|missing|malformed)\W+(?:\w+\W+)?(?:token|jwt)"
    r"|(?:token|jwt)\W+(?:is |has )?(?:invalid|expired|malformed|missing)",
    re.IGNORECASE,
)
# what servers say when a call failed halfway: it may have taken effect
_BROKEN = re.compile(
    r"internal|unexpected|time[d -]*out|hang up|econn|etimedout|cannot return null|status code 5\d\d|bad gateway",
    re.IGNORECASE,
)
# "702", "702: spam", "error code 702", "errorCode=702"; not "status code 503" or "503 Service Unavailable"
_NAMED = re.compile(
    r"(?:^\W*|(?<!status )(?<!http )(?<!response )\b(?:error[ _-]?)?code\W{1,3})(\d{3})(?![\d.])"
    r"(?!\W*(?:service|unauthori|forbidden|not (?:acceptable|implemented)|proxy|temporarily))",
    re.IGNORECASE,
)
# as graphql-js and its kin, Hasura, graphql-ruby and graphql-java word it
_NO_FIELD = re.compile(
    r"cannot query field|field '\w+' (?:not found in type|doesn't exist on type)|field in type '\w+' is undefined"
    r"|FieldUndefined",
    re.IGNORECASE,
)
# a query whose resolver found nothing, where the schema promises something, says that its null is not allowed
_NOTHING_THERE = re.compile(
    r"\bnot (?:be )?found\b|\bdoes(?:n't| not) exist\b|\bno such\b|^cannot return null for non-nullable field Query\.",
    re.IGNORECASE,
)
_CODE_KEYS = ("errorCode", "error_code", "code")


@dataclass
class HttpTrace:
    """HTTP status and Retry-After of one call, filled in by aiohttp's trace. `status` is None where no answer came."""

    status: int | None = None
    retry_after: str = ""

    def retry_after_s(self) -> float | None:
        """Read Retry-After, which is seconds or a date; None where there is none that can be read."""
        text = self.retry_after.strip()
        if text.isascii() and text.isdigit():
            return min(float(text[:9]), MAX_RETRY_AFTER_S)
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        left_s = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
        return min(max(left_s, 0.0), MAX_RETRY_AFTER_S)


def failed_call(error: Exception, answer: HttpTrace) -> CallFailed:
    """Map the error of a failed call, in this order: by Volt's own words, the HTTP status, the cause."""
    if isinstance(error, gql_errors.TransportQueryError) and (said := _from_errors(error, answer)):
        return said
    if answer.status is not None:
        return _from_status(answer.status, answer)
    cause = error.__cause__ if isinstance(error, gql_errors.TransportConnectionFailed) else error
    if isinstance(cause, TooLate):
        return cause
    if type(cause) in NEVER_LEFT:
        return Retryable("unreachable", _UNREACHABLE, scope=FailureScope.RATE_LIMIT)
    return OutcomeUnknown("timeout" if isinstance(cause, TimeoutError) else "no_answer", _UNKNOWN)


def unreadable_answer() -> OutcomeUnknown:
    """Map an answer that is no error and yet not what was asked for."""
    return OutcomeUnknown("unreadable_answer", _UNKNOWN)


def _from_status(status: int, answer: HttpTrace) -> CallFailed:
    if status in (401, 403):
        return Retryable("invalid_token", _TOKEN, scope=FailureScope.DESTINATION)
    if status in (408, 425, 429, 503):
        return Retryable(f"http_{status}", _BUSY, retry_after_s=answer.retry_after_s(), scope=FailureScope.RATE_LIMIT)
    if status in (404, 405) or 300 <= status < 400:
        return Retryable(f"http_{status}", _MOVED, scope=FailureScope.DESTINATION)
    if 400 <= status < 500:
        return Rejected(f"http_{status}", f"Volt refused the request (HTTP {status}). Tell your admin.")
    return OutcomeUnknown(f"http_{status}", _UNKNOWN) if status >= 500 else unreadable_answer()


def _from_errors(error: gql_errors.TransportQueryError, answer: HttpTrace) -> CallFailed | None:
    """Read GraphQL errors; None where the HTTP status says more."""
    faults = [fault for fault in error.errors or [] if isinstance(fault, dict)]
    if _went_through(error.data, faults):
        return OutcomeUnknown("graphql_partial", _UNKNOWN)
    if any(_names_token(fault) for fault in faults):
        return Retryable("invalid_token", _TOKEN, scope=FailureScope.DESTINATION)
    status = answer.status or 200
    if status >= 500:
        return None
    if code := next((code for fault in faults if (code := _named_code(fault, status))), None):
        return _from_code(code, answer)
    return None if status in (401, 403, 408, 425, 429) else _from_words(faults)


def _from_words(faults: list[dict[str, Any]]) -> CallFailed:
    messages = [str(fault.get("message") or "") for fault in faults]
    said = quoted(next((message for message in messages if message), "no reason given"))
    words = f'Volt refused it. It said: "{said}"'
    if any(_NO_FIELD.search(message) for message in messages):
        return Rejected(UNKNOWN_FIELD, words)
    if any(_NOTHING_THERE.search(message) for message in messages):
        return Rejected(NOT_FOUND, words)
    if any(_BROKEN.search(message) for message in messages) or any(_extension(fault, "INTERNAL") for fault in faults):
        return OutcomeUnknown("graphql_internal", _UNKNOWN)
    return Rejected("graphql", words)


def _went_through(data: object, faults: list[dict[str, Any]]) -> bool:
    """Whether the call itself was carried out, and only a field of its answer failed."""
    has_data = isinstance(data, dict) and any(value is not None for value in data.values())
    return has_data or any(isinstance(path := fault.get("path"), list) and len(path) > 1 for fault in faults)


def _from_code(code: str, answer: HttpTrace) -> CallFailed:
    known = failure(code)
    if scope := THROTTLES.get(code):
        return Retryable(code, known.user_message, retry_after_s=answer.retry_after_s(), scope=scope)
    return Rejected(code, known.user_message, allows_manual_retry=known.allows_manual_retry)


def _names_token(fault: dict[str, Any]) -> bool:
    return bool(_TOKEN_FAULT.search(str(fault.get("message") or ""))) or _extension(fault, "UNAUTHENTICATED")


def _extension(fault: dict[str, Any], start: str) -> bool:
    extensions = fault.get("extensions")
    return isinstance(extensions, dict) and str(extensions.get("code") or "").upper().startswith(start)


def _named_code(fault: dict[str, Any], status: int) -> str | None:
    """Find one of Volt's codes in an error. Some look like HTTP statuses: one that repeats the status is no code."""
    extensions = fault.get("extensions")
    named = [str(extensions.get(key)) for key in _CODE_KEYS] if isinstance(extensions, dict) else []
    named += [found.group(1) for found in _NAMED.finditer(str(fault.get("message") or "")[:1000])]
    return next((code for code in named if code in FAILURES and code != str(status)), None)
