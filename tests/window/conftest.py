"""The bridge over a carrier with a window, on a clock of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.bridge.messages.inbound import record_inbound
from bot.domain.ids import MessageKey
from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.domain.timestamps import from_micros
from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.slack.state.model import Message as Post
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA
from tests.window.provider import WindowProvider
from tests.window.server import DAY, WindowServer


class Bridge(Harness):
    """The bridge and its carrier, `carrier`; both go by one clock."""

    carrier: WindowServer
    window = DAY

    async def take_in(self, contact: E164, text: str) -> None:
        """Take in a text, which opens the window of its contact."""
        at = from_micros(self.now)
        self.carrier.heard[contact] = at
        inbound = Inbound(
            f"e{self.now}", f"c{self.now}", ACCOUNT, contact, text, (), at, free_text_until=at + self.window
        )
        await self.store.run(lambda tx: record_inbound(tx, inbound, channel=CHANNEL))

    async def decide(self, unit: Any, line: Post) -> Any:
        """Press a button of a line about a held text; returns what became of that."""
        key, version = decision_of(line)
        decided = await self.store.run(lambda tx: unit(tx, key, version, AVA))
        await self.pay()
        return decided

    def held(self) -> list[str]:
        """Return the lines about what is held."""
        return [line for line in self.lines() if line.startswith("Not sent")]

    def phone(self) -> list[str]:
        """Return what went out."""
        return self.carrier.phone(DANA)


def decision_of(line: Post) -> tuple[MessageKey, str]:
    """Return which text, in which words, the buttons of a line are about."""
    buttons = next(block for block in line.blocks if block["type"] == "actions")["elements"]
    key, version = buttons[-1]["value"].split(":")
    return MessageKey(key), version


@pytest.fixture
async def bridge(tmp_path: Path, on_postgres: str | None) -> AsyncIterator[Bridge]:
    """Give the bridge with a conversation whose window was opened a moment ago."""
    carrier = WindowServer()
    provider = WindowProvider(await carrier.start())
    await provider.start()
    async with SlackStandIn() as slack, VoltStandIn(ACCOUNT) as volt, aiohttp.ClientSession() as session:
        made = Bridge(tmp_path, slack, volt, session, on_postgres, provider=provider)
        made.carrier = carrier
        carrier.clock = lambda: from_micros(made.now)
        await made.start()
        await made.workspace.identity()
        await made.hear("Hello")
        yield made
        await made.close()
        assert made.crashes == []
    await provider.close()
    await carrier.close()
