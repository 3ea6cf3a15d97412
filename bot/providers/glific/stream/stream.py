"""Stream: texts, sendings and states as Glific pushes them, over one websocket that is made again when it ends.

Glific replays nothing, so its record is read after each connection, a moment later once more (a subscription is not
confirmed), and every few minutes. The cursor moves with what was read from the record, never with what was pushed: who
stores it together with what it covers loses nothing.
The protocol is graphql-transport-ws; Glific answers its pings. A keep-alive of the transport would cut a quiet
connection, for Glific's own pings are those of the websocket.
Source: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md and https://github.com/glific/glific
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from gql import Client
from gql.client import AsyncClientSession
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import TransportProtocolError

from bot.domain.errors import CallFailed, Retryable
from bot.loops import cancel
from bot.providers.glific.calls.directory import GlificDirectory
from bot.providers.glific.calls.operations import OperationRequest
from bot.providers.glific.calls.session import GlificSession
from bot.providers.glific.stream.change_reader import ChangeReader, SeenEvents
from bot.providers.glific.stream.message_numbers import MessageNumbers, in_order
from bot.providers.glific.wire.json_fields import read_moment
from bot.providers.glific.wire.messages import GlificMessage
from bot.providers.public_internet import MakesConnector
from bot.time_of_day import utc_now

SOCKET_PATH = "/socket"
SUBSCRIPTIONS = {"Received": "receivedMessage", "Sent": "sentMessage", "StatusChanged": "updateMessageStatus"}

LONGEST_QUEUE = 1000
"""Events that wait at most to be taken; above it they are read from the record instead."""


STABLE_S = 30.0
"""Seconds after which a connection counts as one that worked, so that the next is made without much ado."""

_CUT = "Glific's stream of new messages has ended, and is made again."


@dataclass(frozen=True)
class StreamPauses:
    """Pauses of a stream, in seconds: between readings of the record, after a connection, and before the next one.

    `gap_s` is how often at most the record is read because a pushed message shows that others are missing: it waits for
    them, so this is also how late a message may be.
    """

    poll_s: float = 180.0
    settle_s: float = 3.0
    failed_poll_s: float = 10.0
    gap_s: float = 1.0
    reconnect_s: Sequence[float] = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
    ping_s: float = 30.0
    pong_s: float = 10.0


@dataclass(frozen=True)
class StreamReports:
    """Where a stream reports: an event or a row that cannot be read, and a failure that it goes on after.

    `malformed` keeps it before the stream goes on, so that no cursor is behind what was not kept.
    """

    malformed: Callable[[object], Awaitable[None]]
    failed: Callable[[CallFailed], None]


class GlificStream:
    """Stream of one tenant at `url`, for one who watches. `is_connected` is for health.

    `connector` is what leads to the address.
    """

    def __init__(
        self,
        url: str,
        session: GlificSession,
        client: GlificDirectory,
        reports: StreamReports,
        *,
        pauses: StreamPauses | None = None,
        connector: MakesConnector = aiohttp.TCPConnector,
    ) -> None:
        self._url = f"{url.rstrip('/')}{SOCKET_PATH}".replace("http", "ws", 1)
        self._tokens = session
        self._client = client
        self._reports = reports
        self._pauses = pauses or StreamPauses()
        self._connector = connector
        self._reader = ChangeReader(client, SeenEvents(), reports.malformed)
        self._numbers = MessageNumbers()
        self._pushed: asyncio.Queue[object] = asyncio.Queue(LONGEST_QUEUE)
        self._organization_id = ""
        self._was_read = True
        self._polled_at = self._poll_at = -math.inf
        self.is_connected = False

    async def watch(self, cursor: str) -> AsyncGenerator[tuple[GlificMessage, str], None]:
        """Yield what is new since a cursor, each with the cursor behind it; "" is the present moment.

        Never ends by itself, and outlives every failure of Glific's. Who could not store a message watches anew, from
        the last cursor that was stored: everything behind it comes again.
        """
        moment = read_moment(cursor) or utc_now()
        # what was given out before may not have been stored: nothing counts as seen
        self._reader = ChangeReader(self._client, SeenEvents(), self._reports.malformed)
        self._pushed, self._polled_at, self._poll_at = asyncio.Queue(LONGEST_QUEUE), -math.inf, -math.inf
        connecting = asyncio.create_task(self._stay_connected(), name="glific stream")
        try:
            while True:
                pushed = None if self._is_due(self._poll_at) else await self._next_pushed()
                self._was_read = True
                reads = self._is_due(self._poll_at) or await self._shows_gap(pushed)
                if reads:
                    self._reader.forget(pushed)  # the record tells of it in its place
                    changed = [message async for message in self._changed_since(moment)]
                    begun = moment
                    latest = max((message.changed_at for message in changed), default=moment)
                    # a time to come is no cursor: what happens until then would never be read
                    moment = max(moment, min(latest, utc_now()))
                    for left, message in zip(reversed(range(len(changed))), in_order(changed), strict=True):
                        yield message, (begun if left else moment).isoformat()
                if pushed is not None and (not reads or self._may_come_now(pushed)):
                    self._numbers.note(pushed)
                    yield pushed, moment.isoformat()
        finally:
            await cancel(connecting)

    async def try_out(self) -> None:
        """Open a connection and close it again. Raises CallFailed."""
        try:
            async with self._connected():
                return
        except CallFailed:
            raise
        except Exception:  # noqa: BLE001 - gql raises more than it says
            failed = Retryable("stream_cut", _CUT)
        raise failed

    async def _changed_since(self, moment: datetime) -> AsyncGenerator[GlificMessage, None]:
        self._polled_at = self._now()
        self._poll_at = (
            self._polled_at + self._pauses.poll_s
        )  # first: a connection made meanwhile asks for an earlier one
        try:
            async for message in self._reader.since(moment):
                self._numbers.note(message)
                yield message
        except CallFailed as error:
            self._was_read = False
            self._reports.failed(error)
            wait_s = error.retry_after_s if isinstance(error, Retryable) else None
            self._poll_at = self._now() + max(wait_s or 0.0, self._pauses.failed_poll_s)

    def _may_come_now(self, message: GlificMessage) -> bool:
        """Tell whether a pushed message comes after the record was read: it had none of it, and overtakes no other."""
        if not self._was_read and self._numbers.is_ahead(message):
            return False  # it comes again, behind those that it must not overtake
        return self._reader.take(message)

    async def _shows_gap(self, message: GlificMessage | None) -> bool:
        """Whether a pushed message waits for others; if so, return when the record may be read again."""
        if message is None or not self._numbers.is_ahead(message):
            return False
        await asyncio.sleep(max(0.0, self._polled_at + self._pauses.gap_s - self._now()))
        return True

    async def _next_pushed(self) -> GlificMessage | None:
        """Return the next new event; None where it is time to read the record, or that time has changed."""
        try:
            async with asyncio.timeout(self._poll_at - self._now()):
                event = await self._pushed.get()
        except TimeoutError:
            return None
        return None if event is None else await self._reader.read(event)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _is_due(self, moment: float) -> bool:
        return self._now() >= moment

    def _poll_now(self) -> None:
        """Have the record read, and wake who waits for an event."""
        self._poll_at = -math.inf
        with contextlib.suppress(asyncio.QueueFull):
            self._pushed.put_nowait(None)

    async def _stay_connected(self) -> None:
        failures = 0
        while True:
            began = self._now()
            try:
                await self._listen()
            except CallFailed as error:
                self._reports.failed(error)
            except Exception:  # noqa: BLE001 - gql raises more than it says, and the stream must outlive all of it
                self._reports.failed(Retryable("stream_cut", _CUT))
            finally:
                self.is_connected = False
            failures = 0 if self._is_due(began + STABLE_S) else failures + 1
            pauses = self._pauses.reconnect_s
            await asyncio.sleep(pauses[min(failures, len(pauses) - 1)])

    async def _listen(self) -> None:
        """Connect, subscribe, and take what comes until the connection or a subscription ends."""
        self._organization_id = self._organization_id or (await self._client.user()).organization_id
        async with self._connected() as session:
            listening = [asyncio.create_task(self._take(session, *one)) for one in SUBSCRIPTIONS.items()]
            self.is_connected = True
            self._poll_now()
            settled = asyncio.get_running_loop().call_later(self._pauses.settle_s, self._poll_now)
            try:
                done, _ = await asyncio.wait(listening, return_when=asyncio.FIRST_COMPLETED)
            finally:
                settled.cancel()
                for task in listening:
                    task.cancel()
                await asyncio.gather(*listening, return_exceptions=True)
            for task in done:
                task.result()

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncClientSession]:
        token = await self._tokens.token()
        # a pool of its own: gql leaves the one that it makes open where it cannot connect
        async with aiohttp.ClientSession(connector=self._connector(), cookie_jar=aiohttp.DummyCookieJar()) as pool:
            client = self._client_with(token, pool)
            try:
                session: AsyncClientSession = await client.connect_async(reconnecting=False)  # type: ignore[no-untyped-call]
            except TransportProtocolError:
                # Glific's answer to a token it does not know, which is checked here and never again
                await client.close_async()  # type: ignore[no-untyped-call]
                await self._tokens.token_after(token)
                raise
            except asyncio.CancelledError:
                await _close_half_open(client)
                raise
            try:
                _end_if_cancelled()
                yield session
            finally:
                await client.close_async()  # type: ignore[no-untyped-call]

    def _client_with(self, token: str, pool: aiohttp.ClientSession) -> Client:
        transport = AIOHTTPWebsocketsTransport(
            url=self._url,
            subprotocols=["graphql-transport-ws"],
            init_payload={"authToken": token},
            ping_interval=self._pauses.ping_s,
            pong_timeout=self._pauses.pong_s,
            session=pool,
        )
        return Client(transport=transport)

    async def _take(self, session: AsyncClientSession, operation: str, field: str) -> None:
        request = OperationRequest(operation, {"organizationId": self._organization_id})
        events: Any = session.subscribe(request)
        async with contextlib.aclosing(events):
            async for data in events:
                try:
                    self._pushed.put_nowait(data.get(field))
                except asyncio.QueueFull:
                    self._poll_now()


async def _close_half_open(client: Client) -> None:
    """Close the websocket of a connection that was cancelled before Glific had acknowledged it: gql leaves it open."""
    transport = client.transport
    websocket = transport.adapter.websocket if isinstance(transport, AIOHTTPWebsocketsTransport) else None
    if isinstance(websocket, aiohttp.ClientWebSocketResponse):
        await websocket.close()


def _end_if_cancelled() -> None:
    """Raise CancelledError where we were cancelled while we connected: asyncio.wait_for may forget it (Python 3.11)."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
