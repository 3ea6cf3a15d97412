"""Slack's handlers over a line at Carium: alone, with its channels or without them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot.bridge.inbox.processor import InboxWriter
from bot.bridge.messages.inbound import record_inbound
from bot.domain.ids import MessageKey, UserId
from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.domain.workspaces import Account
from bot.ports.storage import Transaction
from bot.providers.courier.callbacks.address import CallbackKind, CallbackTarget
from bot.providers.courier.callbacks.fields import RawCallback
from bot.providers.courier.callbacks.kept import kept
from bot.providers.courier.callbacks.reading import read_callback
from bot.providers.courier.connection import CourierConnection
from bot.providers.courier.profile import PROFILE as COURIER
from bot.runtime.courier_store import CourierStore
from bot.sandbox import CourierStandIn
from tests.harness.handlers import Handlers
from tests.harness.world import CHANNEL, DANA
from tests.providers.courier.stage import ACCOUNT, OURS, WORKSPACE, Bot


@pytest.fixture
async def courier() -> AsyncIterator[CourierStandIn]:
    """Give an organisation at Carium; at the end each request fitted its definition."""
    async with CourierStandIn(OURS) as stand_in:
        stand_in.receipts = "manual"
        yield stand_in
        assert stand_in.api.refused == []


class Line(Handlers):
    """Handlers over a line at Carium, which hear what contacts answer."""

    def __init__(self, folder: Path, connection: CourierConnection) -> None:
        super().__init__(folder, connection.provider)
        self.connection = connection

    async def hear(self, contact: str = DANA, text: str = "Hello") -> None:
        """Take in what a contact answered once nothing else is under way, and show it."""
        await self.idle()
        at = datetime.now(UTC)
        own_id = f"courier:{at.timestamp()}"
        inbound = Inbound(own_id, own_id, ACCOUNT, E164(contact), text, (), at)
        await self.store.run(partial(record_inbound, inbound=inbound, channel=CHANNEL))
        await self.idle()

    async def bring(self, body: bytes, number: int = 1, contact: E164 = DANA) -> None:
        """Bring an answer of a contact in a form that the bot does not know."""
        target = CallbackTarget(WORKSPACE, OURS, contact, MessageKey(f"{number:032x}"), CallbackKind.ANSWER)
        raw, now = RawCallback("POST", "", "application/json", body), datetime.now(UTC)
        callback = kept(raw, target, read_callback(raw, target, now), now)
        assert callback.is_unreadable
        await self.answers.record(replace(callback, account=ACCOUNT), None)

    @property
    def answers(self) -> CourierStore:
        """What is kept of the line."""
        return CourierStore(self.store, ACCOUNT, InboxWriter(self.store).keep)


def _connect(tx: Transaction) -> None:
    made = tx.connections.add(COURIER.code, None, "path", UserId(""))
    tx.connections.set_account(Account(ACCOUNT, made.id, CHANNEL))


async def _running(folder: Path, courier: CourierStandIn, *, uses_channels: bool) -> AsyncIterator[Line]:
    """Run the handlers; nothing of them may go to Volt, and Slack takes every view."""
    bot = Bot(courier)
    connection = await bot.connection(uses_channels=uses_channels)
    async with Line(folder, connection) as running:
        running.bridge.by_number[ACCOUNT] = connection.provider
        connected = running.context.connected
        assert connected is not None
        running.context.connected = replace(connected, account=ACCOUNT, unread=[running.answers])
        await running.store.run(_connect)
        yield running
        assert running.volt.requests == []
        assert running.slack.refused == []
    for opened in reversed(bot.opened):
        await opened.close()


@pytest.fixture
async def handlers(tmp_path: Path, courier: CourierStandIn) -> AsyncIterator[Line]:
    """Give the handlers over a line that uses no channels, as by default."""
    async for running in _running(tmp_path, courier, uses_channels=False):
        yield running


@pytest.fixture
async def channels(tmp_path: Path, courier: CourierStandIn) -> AsyncIterator[Line]:
    """Give the handlers over a line that uses channels."""
    async for running in _running(tmp_path, courier, uses_channels=True):
        yield running
