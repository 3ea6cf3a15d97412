"""What the tests of the courier room share: the stand-in, and a bot at it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.sandbox import CourierStandIn
from bot.sandbox.courier.api import labels as labels_of
from tests.providers.courier.stage import OURS, Bot, Labels


@pytest.fixture
async def courier() -> AsyncIterator[CourierStandIn]:
    """Give an organisation in which nothing happens by itself; every request must fit the definition."""
    async with CourierStandIn(OURS) as stand_in:
        stand_in.receipts = "manual"
        yield stand_in
        assert stand_in.api.refused == []
        assert stand_in.sessions.refused == []


@pytest.fixture
async def bot(courier: CourierStandIn) -> AsyncIterator[Bot]:
    """Give a bot whose sessions, calls and connections are closed afterwards."""
    one = Bot(courier)
    yield one
    for opened in reversed(one.opened):
        await opened.close()
    assert one.bugs == []


@pytest.fixture
def labels(courier: CourierStandIn) -> Labels:
    """Give a function that lists what was asked of courier so far."""
    return lambda: labels_of(courier.wire)
