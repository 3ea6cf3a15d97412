"""GraphQL over HTTP as every provider here uses it: one call, one request, no redirects followed, no cookies kept.

Knows no provider. Repeats nothing, and raises what the library raises: what is certain where a call fails is said in
the room of each provider, by what stands in the trace.
"""

import logging
from collections.abc import Mapping

import aiohttp
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport

from bot.domain.errors import Retryable
from bot.outgoing_http import TimelyRequest, outgoing_socket
from bot.providers.http_trace import HttpTrace, note_answer
from bot.providers.public_internet import MakesConnector

CONNECT_TIMEOUT_S = 5.0
"""Seconds; shorter than a whole call, so that a host that does not answer is a certain failure, not an unknown one."""

_KEEPALIVE_S = 4.0
"""Idle seconds before a connection is closed. Common servers close after 5; the outcome of a text that is sent at that
moment is unknown."""

# at DEBUG gql writes whole requests and answers, with numbers and texts
logging.getLogger("gql").setLevel(logging.INFO)


class GraphqlClient:
    """Connection pool for the API at `url`; `headers` go along with every call and are shown nowhere.

    `connector` is what leads to the address.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        connector: MakesConnector = aiohttp.TCPConnector,
    ) -> None:
        self._url = url
        self._headers = dict(headers or {})
        self._connector = connector
        self._client: Client | None = None
        self._session: AsyncClientSession | None = None

    async def start(self) -> None:
        """Open the pool. Calls nobody yet."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(note_answer)
        transport = AIOHTTPTransport(
            url=self._url,
            headers=self._headers,
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
        """Close the pool; calls under way fail as unknown."""
        if self._client is not None:
            await self._client.close_async()  # type: ignore[no-untyped-call]
        self._client = self._session = None

    def require_open(self) -> None:
        """Raise Retryable where the pool is not open, so that nothing left."""
        if self._session is None:
            raise Retryable("closed", "The bot is starting or stopping.")

    async def call(
        self, request: GraphQLRequest, trace: HttpTrace, *, timeout_s: float, headers: Mapping[str, str] | None = None
    ) -> object:
        """Make one request and return its data. Raises whatever the library raises; `trace` says how far it came."""
        self.require_open()
        assert self._session is not None
        limits = aiohttp.ClientTimeout(total=timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s / 2))
        extra = {"trace_request_ctx": trace, "timeout": limits, "allow_redirects": False}
        given = {"headers": dict(headers)} if headers else {}
        data: object = await self._session.execute(request, extra_args=extra | given)
        return data
