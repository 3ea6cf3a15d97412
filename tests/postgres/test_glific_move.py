"""A bot with a line at Glific is moved from its file to a database, and goes on there as if nothing had happened."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.config import Config
from bot.store.sealing import new_key
from tests.harness.posts import seen
from tests.harness.whatsapp import WhatsApp
from tests.harness.world import DANA, MARCO
from tests.postgres.moving import beside, moved

pytestmark = pytest.mark.postgres

VALUES = "SELECT name, value FROM value WHERE name LIKE 'cursor of%' OR name LIKE 'session of%' ORDER BY name"
WINDOWS = "SELECT contact, free_text_until FROM conversation ORDER BY contact"


@pytest.fixture
async def whatsapp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WhatsApp]:
    """Give a bot on a file that keeps its session there."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with WhatsApp(tmp_path, encryption_keys=new_key()) as running:
        yield running


async def test_a_moved_bot_goes_on(whatsapp: WhatsApp, postgres_url: str) -> None:
    """Cursor, sealed session and windows are there: no login is made, and what came between is shown once."""
    await whatsapp.stream_is_open()
    await whatsapp.hear(DANA, "before")
    await whatsapp.stop()
    with closing(sqlite3.connect(whatsapp.database)) as reader:
        values, windows = reader.execute(VALUES).fetchall(), reader.execute(WINDOWS).fetchall()
    assert [name.partition(" of")[0] for name, _ in values] == ["cursor", "session"]
    assert all(until for _, until in windows)
    moved(whatsapp.database, postgres_url)
    assert (beside(postgres_url, VALUES), beside(postgres_url, WINDOWS)) == (values, windows)
    await whatsapp.write(MARCO, "between")
    whatsapp.glific.wire.clear()
    await whatsapp.start(database_url=postgres_url)
    await whatsapp.stream_is_open()
    await whatsapp.shows(MARCO, "between")
    await whatsapp.hear(DANA, "after")
    assert whatsapp.texts(DANA) == ["before", "after"]
    assert whatsapp.texts(MARCO) == ["between"]
    assert "login" not in [hop.label for hop in whatsapp.glific.wire]
    assert sum("Free text until" in seen(header) for header in whatsapp.headers()) == 2
