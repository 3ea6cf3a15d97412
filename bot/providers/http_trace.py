"""What is known of a failed HTTP call: whether the request may have left, and the status and Retry-After of its answer.

gql reports a refused connection, a timeout and a dropped connection as one error, and its own view of status and
headers is shared between calls: so the cause decides, and what was answered comes from aiohttp's trace of this very
call. Knows no provider and no words.
"""

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp
from gql.transport import exceptions as gql_errors

from bot.domain.retry_policy import MAX_RETRY_AFTER_S
from bot.time_of_day import utc_now

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
"""Raised when the request may have left; the answer may still tell. Unlisted classes count as these."""


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
        left_s = (at.replace(tzinfo=at.tzinfo or UTC) - utc_now()).total_seconds()
        return min(max(left_s, 0.0), MAX_RETRY_AFTER_S)


async def note_answer(
    _session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
) -> None:
    """Note the status and Retry-After of an answer (an aiohttp trace)."""
    answer: HttpTrace = context.trace_request_ctx
    answer.status = params.response.status
    answer.retry_after = params.response.headers.get("Retry-After", "")
