"""What the tests of the stand-in for Glific share: an organisation with three contacts, and a manager who calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.sandbox import GlificStandIn
from tests.sandbox.glific.stage import DANA, ELI, FAY, Caller


@pytest.fixture
async def glific() -> AsyncIterator[GlificStandIn]:
    """Give an organisation: Dana wrote a moment ago, Eli agreed to be written to, Fay did neither."""
    async with GlificStandIn() as stand_in:
        stand_in.receipts = "manual"
        await stand_in.text(DANA, "hello", name="Dana Berg")
        stand_in.add_contact(ELI, "Eli Lund", consents=True)
        stand_in.add_contact(FAY, "Fay Berg")
        yield stand_in


@pytest.fixture
async def caller(glific: GlificStandIn) -> AsyncIterator[Caller]:
    """Give a manager who has logged in."""
    async with aiohttp.ClientSession() as session:
        one = Caller(glific, session)
        assert (await one.login()).status == 200
        yield one
