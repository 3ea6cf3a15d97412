"""What the tests of the stand-in for Volt share: the app at the other end, and a client that asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from bot.sandbox import VoltStandIn
from tests.sandbox.recording_app import RecordingApp, recording_app

Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def app() -> AsyncIterator[RecordingApp]:
    """Give the app at the other end."""
    async with recording_app() as recorder:
        yield recorder


@pytest.fixture
async def ask(volt: VoltStandIn) -> AsyncIterator[Ask]:
    """Give a function that sends a query and returns the answer with status and Retry-After."""
    headers = {"Authorization": f"Bearer {volt.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def send(query: str, /, **variables: Any) -> dict[str, Any]:
            body = {"query": query, "variables": variables}
            async with session.post(volt.graphql_url, json=body) as answer:
                return dict(await answer.json()) | {"status": answer.status, "retry": answer.headers.get("Retry-After")}

        yield send
