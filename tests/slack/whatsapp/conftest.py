"""Slack's handlers over a WhatsApp line by Glific: alone, or beside a number by Volt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.ids import UserId
from bot.domain.workspaces import Account
from bot.ports.storage import Transaction
from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.line import GlificLine
from bot.providers.glific.profile import PROFILE as GLIFIC
from bot.providers.glific.provider import GlificProvider
from bot.providers.glific.stream.stream import GlificStream, StreamReports
from bot.sandbox import GlificStandIn
from tests.harness.connected import VOLT
from tests.harness.handlers import Handlers
from tests.harness.whatsapp import wire
from tests.harness.world import ACCOUNT, CHANNEL, DANA
from tests.providers.glific.stage import Bot, drop
from tests.slack.whatsapp.lines import TENANT, WHATSAPP, OnWhatsApp


@pytest.fixture
async def glific() -> AsyncIterator[GlificStandIn]:
    """Give an organisation to which Dana wrote a moment ago."""
    async with GlificStandIn() as stand_in:
        stand_in.receipts = "manual"
        stand_in.rules.broadcast_after_s = 0.0
        await stand_in.text(wire(DANA), "Where is my order?", name="Dana Whitfield")
        yield stand_in


@pytest.fixture
async def provider(glific: GlificStandIn) -> AsyncIterator[GlificProvider]:
    """Give the provider of that organisation's line."""
    bot = Bot(glific)
    session = await bot.session()
    calls, reports = GlificClient(await bot.calls(session)), StreamReports(drop, lambda _error: None)
    yield GlificProvider(
        GlificLine(TENANT, WHATSAPP), calls, GlificStream(glific.url, session, calls, reports), reports
    )
    for opened in reversed(bot.opened):
        await opened.close()


@pytest.fixture
async def handlers(tmp_path: Path, provider: GlificProvider) -> AsyncIterator[Handlers]:
    """Give the handlers over the WhatsApp line alone; nothing of them may go to Volt."""
    async with OnWhatsApp(tmp_path, provider) as running:
        running.bridge.by_number[WHATSAPP] = provider
        connected = running.context.connected
        assert connected is not None
        running.context.connected = replace(connected, account=WHATSAPP)
        yield running
        assert running.volt.requests == []
        assert running.slack.refused == []


def _connect(tx: Transaction) -> None:
    """Store both numbers: Volt's as the main one, and the WhatsApp line."""
    for code, number, label in ((VOLT.code, ACCOUNT, ""), (GLIFIC.code, WHATSAPP, "Clinic & more")):
        made = tx.connections.add(code, None, f"path-{code}", UserId(""))
        tx.connections.set_account(Account(number, made.id, CHANNEL, label, is_main=number == ACCOUNT))


@pytest.fixture
async def both(tmp_path: Path, provider: GlificProvider) -> AsyncIterator[Handlers]:
    """Give the handlers over a number by Volt, which is the main one, and the WhatsApp line."""
    async with Handlers(tmp_path) as running:
        running.bridge.by_number[WHATSAPP] = provider
        profiles = {VOLT.code: VOLT, GLIFIC.code: GLIFIC}
        running.store._limits = running.context.limits = replace(running.bridge.limits, profiles=profiles)
        await running.store.run(_connect)
        yield running
        assert running.slack.refused == []
