"""The harness that the tests of the bridge share: each test runs on a file, and on PostgreSQL where there is a server.

A test that looks into the file itself is marked `on_file`, and runs there only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.outgoing_http import TimelyRequest
from bot.sandbox import SlackStandIn, VoltStandIn
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT


@pytest.fixture
async def harness(tmp_path: Path, on_postgres: str | None) -> AsyncIterator[Harness]:
    """Give a harness with an open conversation in which an answer has gone out."""
    async with (
        SlackStandIn() as slack,
        VoltStandIn(ACCOUNT) as volt,
        aiohttp.ClientSession(request_class=TimelyRequest) as session,
    ):
        volt.receipts = "manual"
        made = Harness(tmp_path, slack, volt, session, on_postgres)
        await made.start()
        await made.workspace.identity()  # from then on it is known what Slack grants
        await made.hear("Hello")
        await made.answer("Hi")
        made.wait(5)
        await made.pay()
        yield made
        await made.close()
        assert made.crashes == []
