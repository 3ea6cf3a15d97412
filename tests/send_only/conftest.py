"""The bridge and the handlers, each over a carrier that can only send."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox import SlackStandIn, VoltStandIn
from tests.harness.handlers import Handlers
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT
from tests.send_only.provider import SendOnlyProvider
from tests.send_only.server import SendOnlyServer


@pytest.fixture
async def carrier() -> AsyncIterator[SendOnlyServer]:
    """Give the carrier, and check at the end that it was asked for nothing but to take texts."""
    async with SendOnlyServer() as running:
        yield running
        assert set(running.asked) <= {"POST /texts"}


@pytest.fixture
async def provider(carrier: SendOnlyServer) -> AsyncIterator[SendOnlyProvider]:
    """Give the provider of that carrier."""
    made = SendOnlyProvider(carrier.url)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def bridge(tmp_path: Path, provider: SendOnlyProvider) -> AsyncIterator[Harness]:
    """Give the bridge with an open conversation; nothing of it may go to Volt."""
    async with SlackStandIn() as slack, VoltStandIn(ACCOUNT) as volt, aiohttp.ClientSession() as session:
        made = Harness(tmp_path, slack, volt, session, provider=provider)
        await made.start()
        await made.workspace.identity()
        await made.hear("Hello")
        yield made
        await made.close()
        assert made.crashes == []
        assert volt.requests == []


@pytest.fixture
async def handlers(tmp_path: Path, provider: SendOnlyProvider) -> AsyncIterator[Handlers]:
    """Give the handlers of Slack's features; nothing of them may go to Volt, and Slack takes every view."""
    async with Handlers(tmp_path, provider) as running:
        yield running
        assert running.volt.requests == []
        assert running.slack.refused == []
