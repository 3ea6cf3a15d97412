"""Connection to Glific: session, calls and stream of one WhatsApp number, and the endpoint that its flows call."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp

from bot.domain.errors import CallFailed
from bot.domain.message import HandOver
from bot.domain.phone import E164
from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.calls.graphql import GlificGraphql
from bot.providers.glific.calls.session import GlificSession, Login
from bot.providers.glific.events import hand_over_of
from bot.providers.glific.flows.events import FlowHandOver
from bot.providers.glific.flows.stops import FlowStops
from bot.providers.glific.flows.webhook import FlowWebhook
from bot.providers.glific.line import line_at
from bot.providers.glific.provider import GlificProvider
from bot.providers.glific.stream.stream import GlificStream, StreamPauses, StreamReports
from bot.providers.glific.wire.messages import unread_id
from bot.providers.public_internet import public_connector
from bot.providers.session_shelf import SessionShelf
from bot.time_of_day import utc_now


@dataclass(frozen=True)
class GlificAccess:
    """Access to a tenant as it is configured; `account` is what its line is stored as among our numbers.

    `stops_flows`: a person who answers first takes over from a flow. `flow_phrase` is what flows sign by that hand
    contacts over, "" where none may. `is_public`: the address leads to the public internet, or nowhere.
    """

    url: str
    phone: str
    password: str = field(repr=False)
    account: E164
    stops_flows: bool = True
    flow_phrase: str = field(default="", repr=False)
    is_public: bool = False


@dataclass(frozen=True)
class GlificSurroundings:
    """What a connection to Glific uses of the bot: a shelf for its session, None where nothing can be sealed.

    `keep` stores a hand-over; False where it is a repeat. Raises StoreUnavailable.

    `keep_aside` stores an event that cannot be read, by its id if it has one; False where it is a repeat. Raises
    StoreUnavailable.

    `count` is told of each such event, `failed` of each failure that the stream goes on after.
    """

    shelf: SessionShelf | None
    keep: Callable[[HandOver], Awaitable[bool]]
    keep_aside: Callable[[str, object], Awaitable[bool]]
    count: Callable[[str], None]
    failed: Callable[[CallFailed], None]


class GlificConnection:
    """Connection to one tenant of Glific, from start() to close(). There is no address of ours to register."""

    open_window = None

    def __init__(self, access: GlificAccess, around: GlificSurroundings, *, pauses: StreamPauses | None = None) -> None:
        line = line_at(access.url, access.account)

        async def put_aside(row: object) -> None:
            if await around.keep_aside(unread_id(row), row):
                around.count("malformed")

        login = Login(access.phone, access.password)
        connector = public_connector if access.is_public else aiohttp.TCPConnector
        self._session = GlificSession(access.url, login, shelf=around.shelf, connector=connector)
        self._calls = GlificGraphql(access.url, self._session, connector=connector)
        client = GlificClient(self._calls)
        reports = StreamReports(put_aside, around.failed)
        self.stream = GlificStream(access.url, self._session, client, reports, pauses=pauses, connector=connector)
        flows = FlowStops(client) if access.stops_flows else None
        self.provider = GlificProvider(line, client, self.stream, reports, flows=flows)

        async def record(found: FlowHandOver) -> bool:
            return await around.keep(hand_over_of(line, found, utc_now()))

        self.flows = FlowWebhook(access.flow_phrase, record, count=around.count) if access.flow_phrase else None

    async def start(self) -> None:
        """Open the pools of connections. Calls nobody yet."""
        await self._session.start()
        await self._calls.start()

    async def close(self) -> None:
        """Close them, and log out where the session is not kept; calls under way fail as unknown."""
        await self._calls.close()
        await self._session.close()
