"""What the tests of the Glific room share: the stand-in, a bot at it, and those who watch its stream."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.line import GlificLine
from bot.providers.glific.provider import GlificProvider
from bot.providers.glific.stream.stream import GlificStream, StreamReports
from bot.sandbox import GlificStandIn
from tests.providers.glific.stage import DANA, OURS, Bot, Labels, drop
from tests.providers.glific.watching import Watcher


@pytest.fixture
async def glific() -> AsyncIterator[GlificStandIn]:
    """Give an organisation with one contact who wrote a moment ago."""
    async with GlificStandIn() as stand_in:
        stand_in.receipts = "manual"
        await stand_in.text(DANA, "hello", name="Dana Berg")
        yield stand_in


@pytest.fixture
async def bot(glific: GlificStandIn) -> AsyncIterator[Bot]:
    """Give a bot whose sessions and calls are closed afterwards."""
    one = Bot(glific)
    yield one
    for opened in reversed(one.opened):
        await opened.close()


@pytest.fixture
async def line(bot: Bot, glific: GlificStandIn) -> GlificProvider:
    """Give the provider of the line."""
    session = await bot.session()
    calls, reports = GlificClient(await bot.calls(session)), StreamReports(drop, lambda _error: None)
    stream = GlificStream(glific.url, session, calls, reports)
    return GlificProvider(GlificLine("demo.glific.com", OURS), calls, stream, reports)


@pytest.fixture
def labels(glific: GlificStandIn) -> Labels:
    """Give a function that lists what was asked of Glific so far."""
    return lambda: [hop.label for hop in glific.wire]


@pytest.fixture
async def watchers() -> AsyncIterator[list[Watcher]]:
    """Give a list of the watchers to be stopped afterwards."""
    made: list[Watcher] = []
    yield made
    for one in made:
        await one.stop()
