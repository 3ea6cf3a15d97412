"""What the HTTP server says in the log."""

import logging

import pytest
from aiohttp import web

from bot.http_server import listen
from tests.harness.observed import Observed

REFUSED = "socket.accept() out of system resource"


async def test_out_of_files(caplog: pytest.LogCaptureFixture) -> None:
    """Where no connection can be accepted, asyncio's many lines become one, without a traceback."""
    _, close = await listen(web.Application(), "127.0.0.1", 0, Observed())
    refused = OSError(24, "Too many open files")
    logging.getLogger("asyncio").error("%s\nsocket: %s", REFUSED, "<asyncio.TransportSocket fd=14>", exc_info=refused)
    await close()
    (record,) = caplog.records
    assert (record.getMessage(), record.exc_info) == (REFUSED, None)
