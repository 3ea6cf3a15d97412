"""A WhatsApp line whose bot is killed again and again under traffic: nothing is lost, twice, or out of order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.domain.phone import E164
from bot.sandbox import GlificStandIn, SlackStandIn, VoltStandIn
from bot.sandbox.bot_process import BotProcess, free_port
from bot.sandbox.slack.state.model import Message
from bot.store.sealing import new_key
from tests.harness.as_process import SOON, START_S
from tests.harness.sight import Sight
from tests.harness.whatsapp import LOGIN, PASSWORD, wire
from tests.harness.world import CHANNEL, DANA

CROWD = [E164(f"+155555504{number:02}") for number in range(8)]
KILLS = 4


class Line(Sight):
    """A bot's process with a line at Glific, between the stand-ins; both outlive its deaths."""

    def __init__(self, folder: Path) -> None:
        super().__init__(SlackStandIn(), VoltStandIn())
        self.glific = GlificStandIn()
        self.glific.add_user(LOGIN, PASSWORD)
        self.folder = folder

    async def begin(self) -> None:
        """Start the stand-ins and the bot."""
        await self.slack.start()
        await self.glific.start()
        port = free_port()
        self.slack.rules.retry_delays_s = SOON
        self.slack.events_url = f"http://127.0.0.1:{port}/slack/events"
        settings = {
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_CHANNEL": CHANNEL,
            "SLACK_API_URL": self.slack.api_url,
            "SLACK_POST_RATE": "100",
            "GLIFIC_API_URL": self.glific.url,
            "GLIFIC_PHONE": LOGIN,
            "GLIFIC_PASSWORD": PASSWORD,
            "ENCRYPTION_KEYS": new_key(),
            "DATABASE_URL": f"sqlite:///{self.folder / 'bot.db'}",
            "QUIET_HOURS": "off",
            "UNDO_SECONDS": "0",
        }
        self.bot = BotProcess(settings, folder=self.folder, port=port)
        await self.bot.start(limit_s=START_S)

    async def end(self) -> None:
        """End all of it."""
        await self.bot.kill9()
        await self.slack.close()
        await self.glific.close()

    def texts(self, contact: str = DANA) -> list[str]:
        """Return the contact's texts, without the line that says that one came late: the bot was dead meanwhile."""
        return [text for text in super().texts(contact) if not text.startswith("Written ")]

    def sent(self, contact: E164) -> list[str]:
        """Return what went to a contact on WhatsApp."""
        return [message.body or "" for message in self.glific.outbound(wire(contact))]


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    """Give a bot that runs with a line at Glific."""
    running = Line(tmp_path)
    await running.begin()
    yield running
    await running.end()


@pytest.mark.timeout(400)
async def test_kills_under_traffic(line: Line) -> None:
    """Killed again and again while contacts write and are answered, the bot loses nothing and says nothing twice."""
    for contact in CROWD:
        await line.glific.text(wire(contact), f"{contact} begins")
    for contact in CROWD:
        await line.shows(contact, f"{contact} begins", timeout_s=120)
    for kill in range(KILLS):
        writing = asyncio.create_task(_write(line, kill))
        for contact in CROWD[2 * kill : 2 * kill + 2]:
            await line.reply(line.headers(contact)[-1].ts, f"answer to {contact}")
        await line.bot.kill9()
        await writing
        await line.bot.start(limit_s=START_S)
    for contact in CROWD:
        told = [f"{contact} begins", *(f"{contact} {kill}.{turn}" for kill in range(KILLS) for turn in range(2))]
        await line.shows(contact, *told, timeout_s=300)
        assert line.texts(contact) == told
        await line.glific.until(partial(line.sent, contact), timeout_s=300)
    await asyncio.gather(*(line.marked(reply.ts, "white_check_mark", timeout_s=300) for reply in _replies(line)))
    assert {contact: line.sent(contact) for contact in CROWD} == {c: [f"answer to {c}"] for c in CROWD}


async def _write(line: Line, kill: int) -> None:
    for turn in range(2):
        for contact in CROWD:
            await line.glific.text(wire(contact), f"{contact} {kill}.{turn}")
            await asyncio.sleep(0)


def _replies(line: Line) -> list[Message]:
    return [one for one in line.slack.channels[CHANNEL].messages if not one.bot_id and one.is_reply]
