"""The server under both stand-ins."""

from __future__ import annotations

import contextlib
import gc
import socket

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox.http import Server


@pytest.mark.parametrize("callers", [1, 20])
async def test_callers_at_the_moment_of_closing(callers: int) -> None:
    """Who calls while the server closes is hung up on: nothing is left open behind it."""
    server = Server()
    await server.start(0)
    calls = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(callers)]
    await server.close()
    del server
    gc.collect()  # what was left open would warn now, and a warning is an error here
    for call in calls:
        call.settimeout(5)
        with contextlib.closing(call), contextlib.suppress(ConnectionResetError):
            assert call.recv(1) == b""


async def _answer(_: web.Request) -> web.Response:
    return web.Response(text="let in")


async def status_of(headers: dict[str, str]) -> int:
    """Return what a stand-in's port answers to a request with these headers; PORT in them is its own."""
    server = Server([web.post("/api/x", _answer)])
    await server.start(0)
    sent = {name: value.replace("PORT", str(server.port)) for name, value in headers.items()}
    try:
        async with aiohttp.ClientSession() as session, session.post(f"{server.url}/api/x", headers=sent) as answer:
            return answer.status
    finally:
        await server.close()


FOREIGN: list[dict[str, str]] = [
    {"Host": "evil.example:PORT"},
    {"Host": "127.0.0.1.evil.example:PORT"},
    {"Host": "127.0.0.1"},
    {"Host": "127.0.0.1:1"},
    {"Host": "127.0.0.1:notanumber"},
    {"Host": "[bad"},
    {"Origin": "https://evil.example"},
    {"Origin": "https://127.0.0.1:PORT"},
    {"Origin": "http://localhost:1"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_a_port_refuses_what_is_not_its_own(headers: dict[str, str]) -> None:
    """Another name or port in the Host, or the Origin of another page, is answered 403 by every stand-in."""
    assert await status_of(headers) == 403


OWN: list[dict[str, str]] = [
    {},
    {"Host": "localhost:PORT"},
    {"Host": "[::1]:PORT"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},  # a link that somebody follows
    {"Host": "localhost:PORT", "Origin": "http://localhost:PORT"},
]


@pytest.mark.parametrize("headers", OWN, ids=str)
async def test_a_port_takes_its_own_by_every_name_of_this_machine(headers: dict[str, str]) -> None:
    """A program without an Origin, and a page of the port itself, are let in."""
    assert await status_of(headers) == 200
