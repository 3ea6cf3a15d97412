"""Two bots on one database with a line at Glific: one of them watches its stream, and another goes on where it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.config import Config, load
from bot.sandbox.bot_process import free_port
from tests.harness.whatsapp import SUBSCRIBED, WhatsApp
from tests.harness.world import DANA, MARCO

pytestmark = pytest.mark.postgres


@pytest.fixture
async def first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_url: str) -> AsyncIterator[WhatsApp]:
    """Give the first of two bots."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with WhatsApp(tmp_path, database_url=postgres_url) as running:
        yield running


async def test_one_bot_watches_and_another_goes_on(first: WhatsApp) -> None:
    """Only one bot has the stream; once that one has ended another watches, and what came between is shown once."""
    await first.stream_is_open()
    other = App(load(_env_file=None, **first.settings() | {"port": free_port()}))
    await other.start()
    try:
        await first.hear(DANA, "to the first")
        await first.hear(MARCO, "to the first as well")
        assert first.glific.sockets.subscribed == SUBSCRIBED
        await first.stop()
        await first.write(DANA, "to nobody")
        await first.stream_is_open()
        await first.shows(DANA, "to the first", "to nobody", timeout_s=30)
        await first.hear(MARCO, "to the other")
        assert first.texts(DANA) == ["to the first", "to nobody"]
    finally:
        await other.close()
