"""Stand-in for Volt: its GraphQL API and its webhooks on a loopback port, and the customers' phones.

What Volt documents it does as documented (https://docs.textvolt.com/v1.0/); what is undocumented is named where it is
chosen.
"""

from __future__ import annotations

from typing import Self

from aiohttp import web
from cryptography.hazmat.primitives import serialization

from bot.sandbox.http import Server
from bot.sandbox.volt.graphql import GraphqlApi
from bot.sandbox.volt.model import VoltMessage
from bot.sandbox.volt.organization import Organization
from bot.sandbox.volt.pictures import serve

__all__ = ["VoltMessage", "VoltStandIn"]


class VoltStandIn(Organization):
    """Stand-in for Volt; an async context manager that starts on a free port. It is its own first organization."""

    def __init__(self, account_number: str = "+15555550123") -> None:
        super().__init__(account_number, Server())
        self.organizations: list[Organization] = [self]
        api = GraphqlApi(self, self.server, self.organizations)
        self.server.routes += [
            web.post("/graphql", api.handle),
            web.get("/id_rsa.pub", self._serve_key),
            web.get("/media/{name}", serve),
        ]
        self.graphql_url = ""
        self.key_url = ""

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        await self.server.start(port)
        self.graphql_url = f"{self.server.url}/graphql"
        self.key_url = f"{self.server.url}/id_rsa.pub"
        for one in self.organizations:
            one.start_sending()

    async def close(self) -> None:
        """Stop listening and cancel background tasks."""
        await self.server.close()

    def add_organization(self, account_number: str, name: str = "Second") -> Organization:
        """Make a further organization with a token, numbers and webhooks of its own; faults and the wire are shared."""
        one = Organization(account_number, self.server, len(self.organizations) + 1, self)
        one.company, one.rules = name, self.rules
        one.changed, one.wire, one.listeners = self.changed, self.wire, self.listeners
        self.organizations.append(one)
        return one

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _serve_key(self, _request: web.Request) -> web.Response:
        public = self.private_key.public_key()
        line = public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        return web.Response(body=line + b" volt@sandbox\n", content_type="text/plain")
