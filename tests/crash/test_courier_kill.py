"""A line at Carium whose bot is killed again and again under traffic: nothing is lost, twice, or out of order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.domain.phone import E164
from bot.sandbox import CourierStandIn, SlackStandIn, VoltStandIn
from bot.sandbox.bot_process import BotProcess, free_port
from bot.store.sealing import new_key
from tests.harness.as_process import SOON, START_S
from tests.harness.carium import line_settings
from tests.harness.sight import Sight
from tests.harness.world import AVA, CHANNEL, DANA

KILLS = 10
CROWD = [E164(f"+155555507{number:02}") for number in range(KILLS)]
SENT = frozenset({"outbox_tray", "white_check_mark"})
ASKED = "grey_question"


class Line(Sight):
    """A bot's process with a line at Carium, between the stand-ins; both outlive its deaths."""

    def __init__(self, folder: Path) -> None:
        super().__init__(SlackStandIn(), VoltStandIn())
        self.courier = CourierStandIn()
        self.folder = folder

    async def begin(self) -> None:
        """Start the stand-ins and the bot. What meets no bot is brought again, for minutes."""
        await self.slack.start()
        await self.courier.start()
        port = free_port()
        self.slack.rules.retry_delays_s = SOON
        self.courier.rules.callback_tries, self.courier.rules.callback_pause_s = 1_000, 0.25
        self.slack.events_url = f"http://127.0.0.1:{port}/slack/events"
        settings = {name.upper(): value for name, value in line_settings(self.courier).items()} | {
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_CHANNEL": CHANNEL,
            "SLACK_API_URL": self.slack.api_url,
            "SLACK_POST_RATE": "100",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "ENCRYPTION_KEYS": new_key(),
            "DATABASE_URL": f"sqlite:///{self.folder / 'bot.db'}",
            "QUIET_HOURS": "off",
            "UNDO_SECONDS": "0",
            "AGENT_TEXTS_PER_HOUR": "0",
        }
        self.bot = BotProcess(settings, folder=self.folder, port=port)
        await self.bot.start(limit_s=START_S)

    async def end(self) -> None:
        """End all of it."""
        await self.bot.kill9()
        await self.slack.close()
        await self.courier.close()

    def texts(self, contact: str = DANA) -> list[str]:
        """Return the contact's texts, without the line that says that one came late: the bot was dead meanwhile."""
        return [text for text in super().texts(contact) if not text.startswith("Written ")]

    def has_left(self, contact: E164) -> bool:
        """Tell whether the reply to a contact is on their phone."""
        return len(self.courier.phone(contact)) == 2

    def marks(self, ts: str) -> set[str]:
        """Return the reactions of a reply."""
        message = self.slack.find(CHANNEL, ts)
        return set(message.reactions) if message else set()


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    """Give a bot that runs with a line at Carium."""
    running = Line(tmp_path)
    await running.begin()
    yield running
    await running.end()


@pytest.mark.timeout(900)
async def test_kills_under_traffic(line: Line) -> None:
    """Killed ten times while contacts answer and are answered, the bot loses nothing and says nothing twice."""
    for contact in CROWD:
        await line.slack.command(AVA, CHANNEL, "/volt", f"send {contact} To {contact}")
    for contact in CROWD:
        await line.courier.until(partial(line.courier.phone, contact), timeout_s=120)
    line.courier.rules.only, line.courier.rules.late_s = ("sendText",), 0.5
    replies: dict[E164, str] = {}
    for kill, contact in enumerate(CROWD):
        writing = [asyncio.create_task(_write(line, one, kill)) for one in CROWD]
        await line.slack.until(partial(line.headers, contact), 120)
        replies[contact] = await line.reply(line.headers(contact)[-1].ts, f"answer to {contact}")
        if kill % 2:  # it has left, and its answer never comes
            await line.courier.until(partial(line.has_left, contact), timeout_s=60)
        await line.bot.kill9()
        await line.bot.start(limit_s=START_S)
        await asyncio.gather(*writing)
    for contact in CROWD:
        await line.shows(contact, f"{contact} {KILLS - 1}.1", timeout_s=300)
        assert line.texts(contact) == [f"{contact} {kill}.{turn}" for kill in range(KILLS) for turn in range(2)]
    await asyncio.gather(*(_ended(line, contact, ts) for contact, ts in replies.items()))
    assert line.courier.api.refused == []


async def _write(line: Line, contact: E164, kill: int) -> None:
    """Let a contact answer twice, one text after the other."""
    for turn in range(2):
        called = await line.courier.answer(contact, f"{contact} {kill}.{turn}")
        assert called is not None
        assert called.is_taken


async def _ended(line: Line, contact: E164, ts: str) -> None:
    """Wait until a reply is on the phone once and known to be, or has not left and people are asked about it."""
    sent = [f"To {contact}", f"answer to {contact}"]

    def is_settled() -> bool:
        has_left, marks = line.courier.phone(contact) == sent, line.marks(ts)
        return bool(marks & SENT) if has_left else marks == {ASKED}

    await line.slack.until(is_settled, 300)
    assert line.courier.phone(contact) in (sent, sent[:1])
