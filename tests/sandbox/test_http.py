"""The server under both stand-ins."""

from __future__ import annotations

import contextlib
import gc
import socket

import pytest

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
