"""A login is replaced while it is not known whether a reply went out: the record shows it under another user's name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.domain.workspaces import Account, Sealed
from bot.outgoing_http import TimelyRequest
from bot.ports.storage import Transaction
from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.line import GlificLine
from bot.providers.glific.provider import GlificProvider
from bot.providers.glific.stream.stream import GlificStream, StreamReports
from bot.sandbox import GlificStandIn, SlackStandIn, VoltStandIn
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA
from tests.providers.glific.stage import PASSWORD, PHONE, Bot, drop

OTHER = "919876500002"


class OnGlific(Harness):
    """The bridge over a line at Glific."""

    line: GlificStandIn
    bot: Bot

    async def log_in(self, phone: str) -> GlificProvider:
        """Give the line by a login."""
        session = await self.bot.session(phone=phone, sealer=None)
        calls = GlificClient(await self.bot.calls(session))
        reports = StreamReports(drop, lambda _error: None)
        stream = GlificStream(self.line.url, session, calls, reports)
        return GlificProvider(GlificLine("demo.glific.com", ACCOUNT), calls, stream, reports)

    async def replace_login(self, phone: str) -> None:
        """Go on with another login of the tenant, as after Replace login."""
        self.by_number[ACCOUNT] = await self.log_in(phone)
        await self.store.run(replaced)

    def phone(self) -> list[str]:
        """Return what went out."""
        return [one.body or "" for one in self.line.outbound(DANA.removeprefix("+"))]


def connected(tx: Transaction) -> None:
    """Store the line."""
    made = tx.connections.add("glific", Sealed("first"), "", AVA)
    tx.connections.set_account(Account(ACCOUNT, made.id, CHANNEL))


def replaced(tx: Transaction) -> None:
    """Store another login of the line."""
    (connection,) = tx.connections.all()
    tx.connections.set_token(connection.id, Sealed("second"))


@pytest.fixture
async def harness(tmp_path: Path, on_postgres: str | None) -> AsyncIterator[OnGlific]:
    """Give the bridge with a conversation on a line that was connected some time ago."""
    async with (
        SlackStandIn() as slack,
        VoltStandIn(ACCOUNT) as volt,
        GlificStandIn() as line,
        aiohttp.ClientSession(request_class=TimelyRequest) as session,
    ):
        line.receipts = "manual"
        line.add_user(OTHER, PASSWORD)
        await line.text(DANA.removeprefix("+"), "Hello")
        made = OnGlific(tmp_path, slack, volt, session, on_postgres)
        made.line, made.bot = line, Bot(line)
        made.by_number[ACCOUNT] = await made.log_in(PHONE)
        await made.start()
        await made.workspace.identity()
        made.wait(-100)
        await made.store.run(connected)
        made.wait(100)
        await made.hear("Hello")
        yield made
        for opened in reversed(made.bot.opened):
            await opened.close()
        await made.close()
        assert made.crashes == []


async def test_a_reply_of_the_former_login_is_not_sent_again(harness: OnGlific) -> None:
    """A reply that left under the login of before is in the record as somebody else's: people decide, and once only."""
    harness.line.rules.only, harness.line.rules.drop_answers = ("createAndSendMessage",), 1
    await harness.answer("It is ready")
    await harness.replace_login(OTHER)
    for _ in range(20):
        await harness.look(60)
    assert harness.phone() == ["It is ready"]
    assert any(line.startswith("We could not find out whether this text went out.") for line in harness.lines())


async def test_a_reply_that_never_left_is_sent_by_the_new_login(harness: OnGlific) -> None:
    """Where nobody said these words the reply certainly did not leave, and goes by the new login."""
    harness.line.rules.only, harness.line.rules.statuses = ("createAndSendMessage",), [(500, "")]
    await harness.answer("It is ready")
    assert harness.phone() == []
    await harness.replace_login(OTHER)
    for _ in range(5):
        await harness.look(20)
    assert harness.phone() == ["It is ready"]


async def test_under_the_same_login_a_colleague_s_words_are_not_ours(harness: OnGlific) -> None:
    """While the login is the one of before, a colleague's text of the same words tells nothing about ours."""
    harness.line.rules.only, harness.line.rules.statuses = ("createAndSendMessage",), [(500, "")]
    await harness.answer("It is ready")
    await harness.line.colleague_text(DANA.removeprefix("+"), "It is ready")
    for _ in range(5):
        await harness.look(20)
    assert harness.phone() == ["It is ready", "It is ready"]
