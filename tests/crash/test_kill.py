"""kill -9 during two-way traffic: the promises, on the real process."""

import asyncio
from pathlib import Path

import pytest

from tests.crash.two_way import TwoWay

CONTACTS = [f"+1555555{number:04}" for number in range(200, 206)]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.timeout(150)
async def test_accepted_texts_survive_kills_once_and_in_order(tmp_path: Path, seed: int) -> None:
    """Whatever was answered 200 is on the other side exactly once, in order, however often the process is killed."""
    async with TwoWay(tmp_path, seed) as traffic:
        talking = asyncio.gather(*(traffic.talk(contact, texts=6) for contact in CONTACTS))
        await traffic.kill_now_and_then(kills=5)
        await talking
        await traffic.all_arrived()
        assert {c: traffic.in_thread(c) for c in CONTACTS} == traffic.said
        assert {c: traffic.on_phone(c) for c in CONTACTS} == traffic.answered
        headers = [m for m in traffic.slack.channels["C0SUPPORT"].messages if m.bot_id and m.thread_ts in (None, m.ts)]
        assert len(headers) == len(CONTACTS)
