"""Stand-in for Glific: session, GraphQL and websocket of one organisation on a loopback port, and its contacts' phones.

What Glific's guide and open schema say it does (https://glific.github.io/slate, https://github.com/glific/glific); what
they leave open is named where it is chosen. A second organisation, as another tenant is, is a second stand-in.
"""

from __future__ import annotations

import json
import mimetypes
from typing import Any, Self

from aiohttp import web

from bot.sandbox.glific.graphql import GraphqlApi
from bot.sandbox.glific.model import Message
from bot.sandbox.glific.organization import Organization
from bot.sandbox.glific.session import not_authenticated
from bot.sandbox.http import Server
from bot.sandbox.volt.pictures import NAMES, serve

__all__ = ["GlificStandIn", "Message"]


class GlificStandIn(Organization):
    """Stand-in for Glific; an async context manager that starts on a free port."""

    def __init__(self, name: str = "Sandbox", phone: str = "917834811114") -> None:
        super().__init__(name, phone, Server())
        self.api = GraphqlApi(self, self.server, self.sessions, self.resolvers)
        self.server.routes += [
            web.post("/api/v1/session", self.sessions.login),
            web.delete("/api/v1/session", self.sessions.logout),
            web.post("/api/v1/session/renew", self.sessions.renew),
            web.post("/api/v1/simulator/message", self._take_simulated),
            web.post("/api", self.api.handle),
            web.get("/socket", self.sockets.handle),
            web.get("/media/{name}", serve),
            web.get("/blobs/{name}", self._serve_blob),
        ]
        self.url = ""

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        await self.server.start(port)
        self.url = self.server.url

    async def close(self) -> None:
        """Stop listening and cancel background tasks."""
        self.sockets.cut()
        await self.server.close()

    def picture_url(self, name: str = "parcel.png") -> str:
        """Return the address of a picture: parcel.png, garden.png, lake.png and sunset.png are small."""
        if name not in NAMES:
            raise KeyError(name)
        return f"{self.server.url}/media/{name}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _take_simulated(self, request: web.Request) -> web.Response:
        """Take a message of a test contact, in the shape of its provider; of anybody else it is refused."""
        if self.sessions.user_of(request.headers.get("Authorization")) is None:
            return not_authenticated()
        try:
            phone, text = _read_simulated(json.loads(await request.text()))
        except (ValueError, TypeError, KeyError):
            return web.json_response({"error": {"message": "Bad request"}}, status=400)
        contact = self.contact_of(phone)
        if contact is None or not contact.is_simulator:
            return web.json_response({"error": {"message": "Forbidden"}}, status=403)
        await self.text(phone, text)
        return web.json_response({})

    async def _serve_blob(self, request: web.Request) -> web.Response:
        found = self.blobs.get(request.match_info["name"])
        if found is None:
            return web.Response(status=404)
        extension, data = found
        kind = mimetypes.guess_type(f"file.{extension}")[0] or "application/octet-stream"
        return web.Response(body=data, content_type=kind)


def _read_simulated(body: Any) -> tuple[str, str]:
    payload = body["payload"]
    return str(payload["sender"]["phone"]), str(payload["payload"]["text"])
