"""A client of the stand-in for Glific that knows only its wire: REST, GraphQL and the frames of the websocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp

from bot.providers.glific.calls.operations import OperationRequest
from bot.sandbox import GlificStandIn

DANA, ELI, FAY = "15555550145", "15555550167", "15555550178"
USER = {"phone": "919876500001", "password": "correct horse"}
FRAME_LIMIT_S = 10.0


class Answered(NamedTuple):
    status: int
    body: Any
    text: str

    @property
    def data(self) -> Any:
        return self.body["data"]

    @property
    def words(self) -> list[str]:
        return [error["message"] for error in self.body.get("errors") or []]


class Caller:
    """One user of the API, logged in or not."""

    def __init__(self, glific: GlificStandIn, session: aiohttp.ClientSession) -> None:
        self.glific = glific
        self.session = session
        self.access = self.renewal = ""

    async def request(self, method: str, path: str, token: str | None = None, body: Any = None) -> Answered:
        headers = {} if token is None else {"Authorization": token}
        url = f"{self.glific.url}{path}"
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
            return Answered(answer.status, await answer.json() if answer.content_type.endswith("json") else None, text)

    async def login(self, **user: str) -> Answered:
        answer = await self.request("POST", "/api/v1/session", body={"user": USER | user})
        return self._keep(answer)

    async def renew(self) -> Answered:
        return self._keep(await self.request("POST", "/api/v1/session/renew", self.renewal))

    def _keep(self, answer: Answered) -> Answered:
        if answer.status == 200:
            self.access, self.renewal = answer.data["access_token"], answer.data["renewal_token"]
        return answer

    async def ask(self, operation: str, /, **variables: Any) -> Answered:
        """Ask one of the bot's own operations."""
        return await self.request("POST", "/api", self.access, OperationRequest(operation, variables).payload)

    async def query(self, text: str, /, **variables: Any) -> Answered:
        """Ask anything else."""
        return await self.request("POST", "/api", self.access, {"query": text, "variables": variables})

    async def send(self, phone: str, body: str, /, **more: Any) -> Answered:
        """Send a text to a contact by its phone."""
        contact = self.glific.contact_of(phone)
        assert contact is not None
        wanted = {"receiverId": str(contact.id), "type": "TEXT", "body": body} | more
        return await self.ask("Send", input=wanted)


class Listener:
    """One open websocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, frame: dict[str, Any]) -> None:
        await self.socket.send_json(frame)

    async def hear(self) -> Any:
        """Return the next frame."""
        async with asyncio.timeout(FRAME_LIMIT_S):
            return await self.socket.receive_json()

    async def message(self) -> Any:
        """Return what the next event is about."""
        frame = await self.hear()
        assert frame["type"] == "next", frame
        [found] = frame["payload"]["data"].values()
        return found

    async def begin(self, token: str) -> Any:
        await self.say({"type": "connection_init", "payload": {"authToken": token}})
        return await self.hear()

    async def subscribe(self, operation: str, number: str = "1", organization: str = "1") -> None:
        payload = OperationRequest(operation, {"organizationId": organization}).payload
        await self.say({"id": number, "type": "subscribe", "payload": payload})


@asynccontextmanager
async def connected(glific: GlificStandIn, caller: Caller) -> AsyncIterator[Listener]:
    """Open a websocket with a good token."""
    async with opened(glific, caller) as listener:
        assert await listener.begin(caller.access) == {"type": "connection_ack"}
        yield listener


@asynccontextmanager
async def opened(glific: GlificStandIn, caller: Caller) -> AsyncIterator[Listener]:
    """Open a websocket and say nothing yet."""
    url = f"{glific.url}/socket".replace("http", "ws", 1)
    async with caller.session.ws_connect(url, protocols=("graphql-transport-ws",)) as socket:
        yield Listener(socket)


@asynccontextmanager
async def listening(glific: GlificStandIn, caller: Caller, *operations: str) -> AsyncIterator[Listener]:
    """Open a websocket that has subscribed."""
    async with connected(glific, caller) as listener:
        for number, operation in enumerate(operations, start=1):
            await listener.subscribe(operation, str(number))
        await glific.until(lambda: len(glific.sockets.subscribed) >= len(operations))
        yield listener
