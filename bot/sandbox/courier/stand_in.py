"""Stand-in for Carium's courier: login, API and callbacks of one organisation on a loopback port, and its phones.

What the published definition says it does (every request is validated by definition.py); what it leaves open, which is
how answers come back above all, is named where it is chosen. A second organisation is a second stand-in.
"""

from __future__ import annotations

from typing import Self

from aiohttp import web

from bot.sandbox.courier.api import CourierApi
from bot.sandbox.courier.channels import UPLOAD_PATH
from bot.sandbox.courier.definition import LOGIN_PATH, PREFIX
from bot.sandbox.courier.model import Text
from bot.sandbox.courier.organization import Organization
from bot.sandbox.courier.session import Sessions
from bot.sandbox.http import Server

__all__ = ["CourierStandIn", "Text"]


class CourierStandIn(Organization):
    """Stand-in for courier; an async context manager that starts on a free port."""

    def __init__(self, number: str = "+15555550199") -> None:
        super().__init__(number, Server())
        self.sessions = Sessions(self)
        self.api = CourierApi(self, self.sessions, self.server)
        self.server.routes += [
            web.post(LOGIN_PATH, self.sessions.login),
            web.route("*", f"{PREFIX}/{{path:.*}}", self.api.handle),
            web.post(f"{UPLOAD_PATH}{{id}}", self.api.channels.take_upload),
        ]
        self.url = ""

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        await self.server.start(port)
        self.url = self.server.url

    async def close(self) -> None:
        """Stop listening and cancel background tasks."""
        await self.server.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
