"""Slack's handlers without the wire into the bot: called with what Slack delivers, on a real store, between stand-ins.

What they ask Slack and Volt is asked over HTTP, and what they leave to be sent leaves at once. There are no doors, no
signatures, no webhooks and no loops: that is in_process.py's.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import aiohttp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.bridge.messages.receipts import record_receipt
from bot.bridge.unit_of_work import UnitsOfWork
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageKey
from bot.domain.message import Failure, Receipt
from bot.domain.phone import E164
from bot.domain.timestamps import Micros, add_seconds
from bot.loops import cancel
from bot.parsing.reachable_numbers import text_limits
from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.http import Reply
from bot.sandbox.slack.delivery.delivery import AppDelivery
from bot.sandbox.volt.model import VoltMessage
from bot.slack.api.ui import SlackUi
from bot.slack.context import Connected, Context
from bot.slack.events.message_events import teams_of
from bot.slack.ingress.bolt_app import BoltApp
from bot.slack.ingress.workspace_ingress import WorkspaceIngress
from bot.slack.render.renderer import Renderer
from bot.store.sql.read_model import SqlReadModel
from bot.store.sql.store import SqlStore
from bot.store.sqlite.connection import reader_of
from bot.webhook_registration import WebhookRegistrar
from tests.harness.on_a_clock import Harness
from tests.harness.sight import Sight
from tests.harness.world import ACCOUNT, CHANNEL, DANA

SOON_S = 20.0
"""How far ahead things may be due that leave at once here."""


class Handlers(Sight):
    """Owns the stand-ins, the store and the handlers; an async context manager."""

    def __init__(self, folder: Path) -> None:
        super().__init__(SlackStandIn(), VoltStandIn(ACCOUNT))
        self.database = folder / "bot.db"
        self._folder = folder
        self._outcomes: list[str] = []
        self._under_way: set[asyncio.Task[Any]] = set()
        self._turn = asyncio.Lock()
        self._passed_s = 0.0

    async def __aenter__(self) -> Self:
        await self.slack.start()
        await self.volt.start()
        self.volt.receipts = "manual"
        self._session = aiohttp.ClientSession()
        self.bridge = Harness(self._folder, self.slack, self.volt, self._session)
        await self.bridge.start()
        self._reader = reader_of(self.bridge.database, self.bridge.store.give_up)
        self.read_model = SqlReadModel(self._reader)
        self.context = await self._context()
        self.ingress = WorkspaceIngress(self.context)
        self.listeners = BoltApp(lambda _origin: self.ingress, self._web(), self._outcomes.append)
        self._payer = asyncio.create_task(self._pay_when_pending())
        self.slack._courier = _Directly(self, self.slack._courier)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ingress.close()
        await self.idle()
        await cancel(self._payer)
        await self._reader.close()
        await self.bridge.close()
        await self.slack.close()
        await self.volt.close()
        await self._session.close()
        assert self.bridge.crashes == []

    @property
    def store(self) -> SqlStore:
        """The store that the handlers write to."""
        return self.bridge.store

    def _web(self) -> AsyncWebClient:
        url, token = self.slack.api_url, self.slack.bot_token
        return AsyncWebClient(token=token, base_url=url, session=self._session, retry_handlers=[])

    async def _context(self) -> Context:
        identity = await self.bridge.workspace.identity()
        url = "https://bot.example.com/volt/webhooks"
        return Context(
            units=UnitsOfWork(self.bridge.store),
            read_model=self.read_model,
            ui=SlackUi(self._web(), self._session),
            workspace=self.bridge.workspace,
            renderer=Renderer("US"),
            count=self._outcomes.append,
            connected=Connected(
                directory=self.bridge.provider,
                account=ACCOUNT,
                channel=CHANNEL,
                register_bot=WebhookRegistrar(url, self.bridge.provider, _nothing, self.bridge.store).register,
                webhook_url=url,
            ),
            bot_id=str(identity["bot_id"]),
            bot_user_id=str(identity["user_id"]),
            team_url=str(identity["url"]),
            team_ids=teams_of(identity),
        )

    # --- what comes in

    async def take(self, body: dict[str, Any]) -> Reply:
        """Hand over what Slack delivers, as Socket Mode does: past the doors."""
        self._look_at_the_clock()
        answer = await self.listeners.bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        return Reply(answer.status, {}, answer.body or "", 0.0, "")

    async def hear(self, contact: str = DANA, text: str = "Hello") -> None:
        """Take in a text of a contact once nothing else is under way, and show it."""
        await self.idle()
        self._look_at_the_clock()
        await self.bridge.take_in(E164(contact), text)
        await self._pay()

    async def report(self, text: VoltMessage, status: DeliveryStatus, failure: Failure | None = None) -> None:
        """Take in what the carrier says about a text of ours, and show it."""
        key, at = MessageKey(text.passthrough or ""), datetime.now(UTC)
        receipt = Receipt(f"{text.id} {status.value}", status, ACCOUNT, E164(text.to), at, key, failure=failure)
        await self.store.run(lambda tx: record_receipt(tx, receipt, channel=CHANNEL))
        await self.idle()

    async def wait(self, seconds: float) -> None:
        """Let time pass, and let leave what becomes due by it."""
        self._passed_s += seconds
        await self._pay()

    def _look_at_the_clock(self) -> None:
        self.bridge.now = add_seconds(Micros(time.time_ns() // 1_000), self._passed_s)

    # --- what goes on beside

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on while the handlers answer."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _pay_when_pending(self) -> None:
        """Let leave what a unit of work has left to be done, as the dispatcher does."""
        while True:
            await self.store.pending.wait()
            self.store.pending.clear()
            self.beside(self._pay())

    def allow_undo(self, seconds: float) -> None:
        """Let replies wait out an undo window from now on."""
        self.store._undo_window_s = seconds

    def limit(self, texts_to: str = "", per_hour: int = 0) -> None:
        """Let people text only so much, and only numbers of these countries, from now on."""
        self.context.limits = self.store._limits = text_limits(texts_to, per_hour)

    async def _pay(self) -> None:
        """Let leave what is due, and what becomes due soon: an edit of a header waits for more to come."""
        async with self._turn:
            self._look_at_the_clock()
            await self.bridge.pay()
            self._passed_s += SOON_S
            self._look_at_the_clock()
            await self.bridge.pay()

    async def idle(self) -> None:
        """Wait until nothing goes on any more."""
        while True:
            if self.store.pending.is_set():
                self.store.pending.clear()
                self.beside(self._pay())
            tasks = [*self._under_way, *self.ingress.router._tasks._under_way]
            if not tasks:
                return
            await asyncio.gather(*tasks, return_exceptions=True)


class _Directly(AppDelivery):
    """Carries everything to the handlers themselves."""

    def __init__(self, handlers: Handlers, courier: AppDelivery) -> None:
        super().__init__(courier.workspace, courier.server, courier.sockets)
        self._handlers = handlers

    async def carry_event(self, envelope: dict[str, Any]) -> int:
        return (await self._handlers.take(envelope)).status

    async def carry_command(self, form: dict[str, str]) -> Reply:
        return await self._handlers.take(dict(form))

    async def post(self, body: bytes, headers: Mapping[str, str], *, shown: Any) -> Reply:  # noqa: ARG002
        return await self._handlers.take(json.loads(body))

    async def carry_interaction(self, payload: dict[str, Any]) -> Reply:
        return await self._handlers.take(payload)


async def _nothing() -> None:
    """Open no window: there is no door that could be tried."""
