"""Two bots on one database with a line at Carium: an answer may come to either, and is shown once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.config import Config, load
from bot.sandbox.bot_process import free_port
from tests.harness.carium import Carium
from tests.harness.world import DANA

pytestmark = pytest.mark.postgres


@pytest.fixture
async def first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_url: str) -> AsyncIterator[Carium]:
    """Give the first of two bots."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with Carium(tmp_path, database_url=postgres_url) as running:
        yield running


async def test_answers_come_to_either(first: Carium) -> None:
    """What comes to both bots is shown once; what comes while one is away is taken by the other, receipts too."""
    other = App(load(_env_file=None, **first.settings() | {"port": free_port()}))
    await other.start()
    try:
        await first.send("Hi")
        [text] = first.courier.texts
        answer = {"message": "Hello", "sender": DANA, "sid": "SM1"}
        at_other = text.callback_url.replace(first.url, f"http://127.0.0.1:{other.port}")
        for address in (at_other, text.callback_url, at_other):
            assert await first.call(address, json=answer) == 200
        await first.shows(DANA, "Hello")
        await first.stop()
        assert await first.call(at_other, json={"message": "Again", "sender": DANA, "sid": "SM2"}) == 200
        await first.shows(DANA, "Hello", "Again", timeout_s=60)
        await first.courier.move(text, "delivered", tells=False)
        status = text.status_url.replace(first.url, f"http://127.0.0.1:{other.port}")
        assert await first.call(status, json={"sid": text.sid, "status": "delivered"}) == 200
        await first.line("Delivered", timeout_s=60)
        assert first.phone(DANA) == ["Hi"]
    finally:
        await other.close()
