"""GraphQL calls to Glific, under the session's token.

One call, one HTTP request, no redirects followed. Only a call that Glific refused for its token is made again, once,
with another token: it certainly did nothing. error_mapping.py says what is certain where a call fails.
Operations are checked against schema.graphql by a test, not at run time.
"""

import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from gql import Client
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport

from bot.domain.errors import CallFailed, OutcomeUnknown, Retryable
from bot.outgoing_http import TimelyRequest, outgoing_socket
from bot.providers.glific.call_budget import CallBudget
from bot.providers.glific.error_mapping import (
    DEAD_TOKEN,
    SAID_NO,
    failed_call,
    failed_result,
    refusal,
    session_keeps_ending,
    unreadable_answer,
)
from bot.providers.glific.json_fields import read_object
from bot.providers.glific.operations import OperationRequest
from bot.providers.glific.session import GlificSession
from bot.providers.http_trace import HttpTrace, note_answer
from bot.providers.public_internet import MakesConnector

API_PATH = "/api"

CONNECT_TIMEOUT_S = 5.0
"""Seconds; shorter than a whole call, so that a host that does not answer is a certain failure, not an unknown one."""

_KEEPALIVE_S = 4.0
"""Idle seconds before a connection is closed. Were it the server that did so, the outcome of a text
that is sent at that moment would be unknown."""

# at DEBUG gql writes whole requests and answers, with numbers and texts
logging.getLogger("gql").setLevel(logging.INFO)


class GlificGraphql:
    """Calls to the API of a tenant at `url`; `session` gives the tokens and stays the caller's.

    `connector` is what leads to the address.
    """

    def __init__(
        self,
        url: str,
        session: GlificSession,
        *,
        budget: CallBudget | None = None,
        timeout_s: float = 15.0,
        connector: MakesConnector = aiohttp.TCPConnector,
    ) -> None:
        self._url = f"{url.rstrip('/')}{API_PATH}"
        self._tokens = session
        self._budget = budget or CallBudget()
        self._timeout_s = timeout_s
        self._connector = connector
        self._client: Client | None = None
        self._session: AsyncClientSession | None = None

    async def start(self) -> None:
        """Open the connection pool. Calls nobody yet."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(note_answer)
        transport = AIOHTTPTransport(
            url=self._url,
            client_session_args={
                "trace_configs": [trace],
                "connector": self._connector(keepalive_timeout=_KEEPALIVE_S, socket_factory=outgoing_socket),
                "request_class": TimelyRequest,
                "cookie_jar": aiohttp.DummyCookieJar(),
            },
        )
        # the timeout is aiohttp's alone: gql's own would end a call without saying whether it had left
        self._client = Client(transport=transport, execute_timeout=None)
        self._session = await self._client.connect_async(reconnecting=False)  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Close the connection pool; calls under way fail as unknown."""
        if self._client is not None:
            await self._client.close_async()  # type: ignore[no-untyped-call]
        self._client = self._session = None

    async def read(self, operation: str, field: str, **variables: Any) -> object:
        """Make a call that may be repeated at will, and return what its field holds. Raises CallFailed."""
        try:
            return await self._field(operation, field, variables, is_text=False)
        except OutcomeUnknown as unknown:
            if unknown.code != SAID_NO:
                raise
            failed = refusal(unknown)
        raise failed

    async def send(self, operation: str, field: str, **variables: Any) -> object:
        """Make a call that sends, and return what its field holds. NOT safe to repeat after OutcomeUnknown.

        Raises CallFailed; with the code SAID_NO where Glific said so in words, which are no evidence.
        """
        return await self._field(operation, field, variables, is_text=True)

    async def _field(self, operation: str, field: str, variables: Mapping[str, Any], *, is_text: bool) -> object:
        data = await self._authorized(operation, variables, is_text=is_text)
        found = data.get(field)
        if failed := failed_result(found):
            raise failed
        return found

    async def _authorized(self, operation: str, variables: Mapping[str, Any], *, is_text: bool) -> Mapping[str, Any]:
        token = await self._tokens.token()
        try:
            return await self._call(operation, variables, token, is_text=is_text)
        except Retryable as error:
            if error.code != DEAD_TOKEN:
                raise
        token = await self._tokens.token_after(token)
        try:
            return await self._call(operation, variables, token, is_text=is_text)
        except Retryable as error:
            if error.code != DEAD_TOKEN:
                raise
        raise session_keeps_ending()

    async def _call(
        self, operation: str, variables: Mapping[str, Any], token: str, *, is_text: bool
    ) -> Mapping[str, Any]:
        if self._session is None:
            raise Retryable("closed", "The bot is starting or stopping.")
        self._budget.take(is_text=is_text)
        answer = HttpTrace()
        limits = aiohttp.ClientTimeout(total=self._timeout_s, connect=min(CONNECT_TIMEOUT_S, self._timeout_s / 2))
        extra = {
            "trace_request_ctx": answer,
            "timeout": limits,
            "allow_redirects": False,
            "headers": {"Authorization": token},
        }
        failed: CallFailed
        try:
            data: object = await self._session.execute(OperationRequest(operation, dict(variables)), extra_args=extra)
        except Exception as error:  # noqa: BLE001 - the table's default is "unknown", also for errors that are not in it
            failed = failed_call(error, answer)
        else:
            if isinstance(data, dict):
                return read_object(data)
            failed = unreadable_answer()
        # raised out here, so that it does not carry the library's error along, which quotes answers with numbers
        raise failed
