"""The bridge over one line at Carium, with the endpoint of its callbacks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.bridge.inbox.processor import InboxWriter, process_inbox
from bot.bridge.messages.outbound import record_reply
from bot.bridge.messages.send import SendRequest, record_send
from bot.bridge.requests import SendText
from bot.domain.errors import CallFailed
from bot.domain.ids import MessageTs, UserId
from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164
from bot.domain.provider_messages import OutgoingText
from bot.domain.thread_events import Reply
from bot.domain.workspaces import FROM_ENVIRONMENT, Account
from bot.ports.storage import Transaction
from bot.providers.courier.callbacks.address import CallbackSigner, CallbackTarget
from bot.providers.courier.callbacks.endpoint import CourierCallbacks, Take
from bot.providers.courier.channels.book import Change
from bot.providers.courier.connection import CourierAccess, CourierConnection, CourierSurroundings
from bot.providers.courier.credentials import CourierCredentials, LineIdentity
from bot.providers.courier.profile import PROFILE
from bot.runtime.courier_store import CourierStore
from bot.sandbox import CourierStandIn, SlackStandIn, VoltStandIn
from tests.harness.connected import VOLT
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA

NUMBER = E164("+15555550199")
OURS = E164(f"courier:{NUMBER}")
"""What our number is stored as, so that it is told apart from the same one at another provider."""

USERNAME, PASSWORD = "bridge@clinic.example", "correct horse"
SECRET = "a secret of the bot"


@dataclass
class Line:
    """A line at Carium and the bridge over it; `counted` are the outcomes of its callbacks."""

    courier: CourierStandIn
    bridge: Harness
    url: str
    counted: list[str]
    bugs: list[Exception] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.signer = CallbackSigner(self.url, SECRET)
        self.store = CourierStore(self.bridge.store, OURS, InboxWriter(self.bridge.store).keep)
        self.connection = self._connection()
        self.bridge.by_number[OURS] = self.connection.provider

    def _connection(self) -> CourierConnection:
        here = self.courier
        own = CourierCredentials(USERNAME, PASSWORD, here.organization_id, here.account_id, here.number_id)
        around = CourierSurroundings(
            self.signer,
            None,
            self.bridge.fetcher,
            self.store,
            self.store.record,
            self.keep,
            self._recall,
            self._alter,
            self._report,
            self.bugs.append,
            self.wall,
        )
        line = LineIdentity(FROM_ENVIRONMENT, OURS, NUMBER, own)
        return CourierConnection(CourierAccess(here.url, line, calls_per_s=1_000), around)

    def wall(self) -> float:
        return (datetime.now(UTC) + self.courier.clock.ahead).timestamp()

    async def keep(self, event: Inbound | Receipt) -> bool:
        return await InboxWriter(self.bridge.store).keep(event)

    async def _recall(self, name: str) -> str | None:
        return self.values.get(name)

    async def _alter(self, name: str, change: Change) -> None:
        changed = change(self.values.get(name))
        if changed is not None:
            self.values[name] = changed

    def _report(self, error: CallFailed) -> None:
        self.bugs.append(error)

    async def send(self, text: str, number: int = 0, contact: E164 = DANA) -> None:
        """Text somebody by command, and let the text leave."""
        request = SendRequest(f"trigger {number}", OURS, contact, AVA)
        await self.bridge.store.run(lambda tx: record_send(tx, request, (text,), channel=CHANNEL))
        await self.take_in()

    async def cut_off(self) -> OutgoingText:
        """Claim the next text that is to leave, and never record what becomes of it."""
        while True:
            claimed = await self.bridge.claim()
            calls = [attempt.call for attempt in claimed if isinstance(attempt.call, SendText)]
            for attempt in claimed:
                if attempt.call not in calls:
                    await self.bridge.caller.perform(attempt)
            if calls:
                return calls[0].outgoing
            assert claimed

    async def reply(self, text: str) -> None:
        """Answer under the header of Dana's conversation, and let it leave."""
        thread = next(MessageTs(one.ts) for one in self.bridge.posts() if not one.is_reply)
        ts = MessageTs(await self.bridge.slack.say(AVA, CHANNEL, text, thread_ts=thread))
        written = Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))
        await self.bridge.store.run(lambda tx: record_reply(tx, written))
        await self.take_in()

    async def take_in(self) -> None:
        """Process what came, and make every call that follows."""
        await self.bridge.pay()
        while (await self.bridge.store.run(lambda tx: process_inbox(tx, channel=CHANNEL))).taken:
            await self.bridge.pay()
        self.bridge.wait(1)

    async def hear(self, text: str) -> None:
        """Let Dana answer our newest text, and show it."""
        await self.courier.answer(DANA, text)
        await self.take_in()

    async def follow(self) -> None:
        """Follow the hints that came, and show what follows."""
        await self.connection.statuses.look()
        await self.take_in()
        self.bridge.wait(5)
        await self.bridge.pay()

    def lines(self) -> list[str]:
        """Return what people read in the channel, the header first."""
        return [seen(one) for one in self.bridge.posts()]


def connect(tx: Transaction) -> None:
    """Store that the first number is connected to Volt, and the second to Carium."""
    for code, number in ((VOLT.code, ACCOUNT), (PROFILE.code, OURS)):
        made = tx.connections.add(code, None, f"path-{code}", UserId(""))
        tx.connections.set_account(Account(number, made.id, CHANNEL))


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    """Give a line that has texted nobody yet; nothing of it may go to Volt, and every request fits the definition."""
    opened: list[Line] = []
    counted: list[str] = []

    def find(target: CallbackTarget) -> Take | None:
        return opened[0].connection.take if target.number == NUMBER else None

    app = web.Application()
    async with SlackStandIn() as slack, VoltStandIn(ACCOUNT) as volt, CourierStandIn(NUMBER) as courier:
        courier.receipts = "manual"
        async with aiohttp.ClientSession() as session:
            bridge = Harness(tmp_path, slack, volt, session)
            CourierCallbacks(CallbackSigner("", SECRET), find, count=counted.append).add_routes(app)
            async with TestServer(app) as server:
                await bridge.start()
                bridge.store._limits = replace(bridge.limits, profiles={VOLT.code: VOLT, PROFILE.code: PROFILE})
                await bridge.store.run(connect)
                await bridge.workspace.identity()
                one = Line(courier, bridge, str(server.make_url("/")), counted)
                opened.append(one)
                await one.connection.start()
                await one.connection.statuses.close()  # each step of it is the test's
                yield one
                await one.connection.close()
                await bridge.close()
                assert (bridge.crashes, one.bugs) == ([], [])
        assert volt.requests == []
        assert courier.api.refused == []
