"""All three providers at once in one workspace, one number of ours and one contact: nothing gets onto another line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

import pytest

from bot.config import Config
from bot.sandbox import GlificStandIn
from tests.harness.carium import Carium
from tests.harness.posts import said
from tests.harness.whatsapp import LOGIN, PASSWORD, SUBSCRIBED, wire
from tests.harness.world import AVA, CHANNEL, DANA


class Three(Carium):
    """A bot with a line at each provider, all of them with the same number."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, has_volt=True)
        self.glific = GlificStandIn()
        self.glific.add_user(LOGIN, PASSWORD)

    async def __aenter__(self) -> Self:
        await self.glific.start()
        self.glific.receipts = "manual"
        return await super().__aenter__()

    async def __aexit__(self, *failure: object) -> None:
        await self.glific.close()
        await super().__aexit__(*failure)

    def settings(self) -> dict[str, Any]:
        """Return what the bot is started with."""
        return super().settings() | {
            "glific_api_url": self.glific.url,
            "glific_phone": LOGIN,
            "glific_password": PASSWORD,
        }

    def texts_under(self, header: str) -> list[str]:
        """Return the contact's texts in one of the threads."""
        return [text for one in self.slack.thread(CHANNEL, header)[1:] if one.bot_id for text in said(one)]


@pytest.fixture
async def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Three]:
    """Give a running bot with a line at each provider."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with Three(tmp_path) as running:
        yield running


async def test_each_reply_goes_by_its_own_line(three: Three) -> None:
    """One contact has three threads, each answer comes into its own, and each reply goes out where it was asked."""
    await three.glific.until(lambda: three.glific.sockets.subscribed == SUBSCRIBED)
    await three.volt.text(DANA, "By SMS at Volt")
    await three.shows(DANA, "By SMS at Volt")
    await three.glific.text(wire(DANA), "On WhatsApp")
    await three.shows(DANA, "On WhatsApp")
    await three.slack.command(AVA, CHANNEL, "/volt", f"send from Carium {DANA} Are you there?")
    await three.courier.until(lambda: three.courier.texts)
    await three.slack.until(lambda: len(three.headers(DANA)) == 3)
    await three.courier.answer(DANA, "By SMS at Carium")
    await three.shows(DANA, "By SMS at Carium")
    volt, whatsapp, carium = (one.ts for one in three.headers(DANA))
    assert [three.texts_under(one) for one in (volt, whatsapp, carium)] == [
        ["By SMS at Volt"],
        ["On WhatsApp"],
        ["By SMS at Carium"],
    ]
    for header, words in ((carium, "Back by Carium"), (volt, "Back by Volt"), (whatsapp, "Back on WhatsApp")):
        await three.reply(header, words)
    await three.courier.until(lambda: len(three.courier.phone(DANA)) == 2)
    await three.volt.until(lambda: three.volt.outbound(DANA))
    await three.glific.until(lambda: three.glific.outbound(wire(DANA)))
    assert three.courier.phone(DANA) == ["Are you there?", "Back by Carium"]
    assert [one.body for one in three.volt.outbound(DANA)] == ["Back by Volt"]
    assert [one.body for one in three.glific.outbound(wire(DANA))] == ["Back on WhatsApp"]
    assert len(three.headers()) == 3
