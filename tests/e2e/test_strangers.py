"""What strangers may hold open or send by the byte: answered, bounded, never a 5xx."""

from __future__ import annotations

import asyncio

import pytest

from tests.harness.in_process import Relay


async def raw(relay: Relay, head: bytes) -> bytes:
    """Send bytes as they are and return the first line of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(relay.url.rpartition(":")[2]))
    writer.write(head)
    line = await reader.readline()
    writer.close()
    return line


@pytest.mark.parametrize("target", ["OPTIONS *", "CONNECT bot.example.com:443", "CONNECT *", "CONNECT /slack/events"])
async def test_targets_that_are_no_path(relay: Relay, target: str) -> None:
    """A request line without a path is answered 4xx."""
    line = await raw(relay, f"{target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert line.split()[1].startswith(b"4")


async def test_unsigned_bodies_are_not_waited_for(relay: Relay) -> None:
    """A long request to Slack's door without a signature is refused before its body has come."""
    head = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    assert (await raw(relay, head)).split()[1] == b"401"


@pytest.mark.parametrize("odd", ["x", 5, [None], ["x"], [[]], {"a": 1}])
async def test_signed_bodies_of_odd_shape(relay: Relay, odd: object) -> None:
    """A signed event whose authorizations are nonsense is answered, and never with a 5xx."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "Hi")
    assert await relay.slack.deliver(relay.event_of(ts) | {"authorizations": odd}) < 500
