"""The whole bot, moved from a file to a database between two moments of a conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config import Config
from tests.harness.in_process import Relay
from tests.harness.world import DANA
from tests.postgres.moving import moved

pytestmark = pytest.mark.postgres


@pytest.fixture
async def relay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Relay]:
    """Give a running bot on a file between both stand-ins."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with Relay(tmp_path) as running:
        yield running


async def test_receipts_of_texts_sent_before(relay: Relay, postgres_url: str) -> None:
    """What was sent from the file is reported delivered by the database, in the same thread, and nothing twice."""
    thread = await relay.open_thread()
    before = await relay.reply(thread, "It is ready")
    (text,) = await relay.receives("It is ready")
    await relay.marked(before, "outbox_tray")
    await relay.stop()
    await asyncio.to_thread(moved, relay.database, postgres_url)
    await relay.start(database_url=postgres_url)
    assert (await relay.volt.receipt(text, "delivered")).status == 200
    await relay.marked(before, "white_check_mark")
    assert (await relay.line("Delivered")).thread_ts == thread
    await relay.volt.text(DANA, "Thank you")
    await relay.shows(DANA, "Hello", "Thank you")
    await relay.reply(thread, "You are welcome")
    await relay.receives("It is ready", "You are welcome")
    assert len(relay.headers()) == 1


async def test_a_reply_that_waits(relay: Relay, postgres_url: str) -> None:
    """A reply within its undo window leaves from the database, once; what Slack tells again is known there."""
    thread = await relay.open_thread()
    await relay.restart(undo_seconds=10)
    waiting = await relay.reply(thread, "It is ready")
    await relay.marked(waiting, "hourglass_flowing_sand")
    assert relay.phone() == []
    await relay.stop()
    await asyncio.to_thread(moved, relay.database, postgres_url)
    await relay.start(database_url=postgres_url, undo_seconds=0)
    await relay.slack.deliver(relay.event_of(waiting))
    await relay.reply(thread, "Come by")
    await relay.receives("It is ready", "Come by", timeout_s=60)
    assert relay.phone() == ["It is ready", "Come by"]
