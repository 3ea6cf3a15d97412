"""What the tests of the Glific room share: the stand-in, a bot at it, and those who watch its stream."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.sandbox import GlificStandIn
from tests.providers.glific.stage import DANA, Bot, Labels
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
