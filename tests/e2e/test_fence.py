"""The fence around the tests: whatever runs here reaches this machine and nothing else."""

from __future__ import annotations

import asyncio
import socket

import aiohttp
import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("::ffff:192.0.2.1", 80), ("2001:db8::1", 80)])
def test_no_connection_leaves(address: tuple[str, int]) -> None:
    """Connecting to another machine is refused before a packet is sent."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as outgoing, pytest.raises(RuntimeError, match="loopback only"):
        outgoing.connect(address)


async def test_no_name_is_looked_up() -> None:
    """Nor is a name looked up, by the loop or by the HTTP client that the bot uses."""
    with pytest.raises(RuntimeError, match="loopback only"):
        await asyncio.get_running_loop().getaddrinfo("example.com", 443)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(RuntimeError, match="loopback only"):
            await session.get("https://example.com/")


def test_loopback_is_open() -> None:
    """This machine itself may be reached."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
