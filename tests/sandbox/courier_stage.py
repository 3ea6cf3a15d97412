"""A client of the stand-in for courier that knows only its wire, and a place where its callbacks come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import aiohttp
from aiohttp import web

from bot.sandbox import CourierStandIn

DANA, ELI = "+15555550145", "+15555550167"
USER = {"username": "bridge@clinic.example", "password": "correct horse"}


class Answered(NamedTuple):
    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def data(self) -> Any:
        return self.body["data"]

    @property
    def details(self) -> list[str]:
        return [error["detail"] for error in self.body["errors"]]


class Caller:
    """One user of the API, logged in or not."""

    def __init__(self, courier: CourierStandIn, session: aiohttp.ClientSession) -> None:
        self.courier = courier
        self.session = session
        self.token = ""

    async def request(
        self, method: str, path: str, body: Any = None, query: list[tuple[str, str]] | None = None
    ) -> Answered:
        headers = {"Accept": "application/vnd.api+json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        url = f"{self.courier.url}{path}"
        async with self.session.request(method, url, json=body, params=query, headers=headers) as answer:
            is_json = answer.content_type.endswith("json")
            return Answered(answer.status, await answer.json(content_type=None) if is_json else None, answer.headers)

    async def login(self, **more: Any) -> Answered:
        answer = await self.request("POST", "/identity/v1/login/", USER | more)
        if answer.status == 200:
            self.token = answer.body["access-token"]
        return answer

    async def get(self, path: str, *query: tuple[str, str]) -> Answered:
        return await self.request("GET", f"/courier{path}", query=list(query))

    async def post(self, path: str, type_: str, own_id: str = "", method: str = "POST", **members: Any) -> Answered:
        attributes = {name.replace("_", "-"): value for name, value in members.items()}
        data = {"type": type_, "attributes": attributes} | ({"id": own_id} if own_id else {})
        return await self.request(method, f"/courier{path}", {"data": data, "meta": {}})

    async def send(self, target: str, message: str, **more: Any) -> Answered:
        own = {"account_id": self.courier.account_id, "number_id": self.courier.number_id}
        own["organization_id"] = self.courier.organization_id
        return await self.post("/v1/texts/", "texts", target=target, message=message, **(own | more))


@dataclass
class Came:
    """Callback that came."""

    method: str
    path: str
    query: dict[str, str]
    content_type: str
    body: str


@dataclass
class Mailbox:
    """Place where callbacks come; the statuses that it answers first are `answers`, then 200."""

    answers: list[int] = field(default_factory=list)
    came: list[Came] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        kind = request.content_type if request.can_read_body else ""
        self.came.append(Came(request.method, request.path, dict(request.query), kind, await request.text()))
        return web.Response(status=self.answers.pop(0) if self.answers else 200)
