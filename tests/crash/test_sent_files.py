"""kill -9 while files go out, as pictures and as links: each text once, its files whole, and nothing left behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.volt.model import VoltMessage
from tests.e2e.test_outbound_pictures import get
from tests.harness.as_process import Harness
from tests.harness.drawn import encoded, noise
from tests.harness.sight import Sight
from tests.harness.world import AVA, DANA

PDF = b"%PDF-1.7\n" + b"x" * 50_000
LINK = re.compile(r"http\S+/file/\S+")


class Strike:
    """Kills the bot at each of these moments: as a file is read from Slack, and as Volt has taken a text."""

    def __init__(self, harness: Harness) -> None:
        self._harness = harness
        self._left = ["file", "file", "text"]
        harness.slack.listeners.append(self)
        harness.volt.listeners.append(self)

    def __call__(self, kind: str, thing: Any) -> None:
        """Hear of a request, or of a text."""
        bot = self._harness.bot
        is_file = kind == "hop" and thing.label == "files-pri"
        is_text = kind == "phone" and isinstance(thing, VoltMessage) and thing.direction == "outbound"
        moment = "file" if is_file else "text" if is_text else ""
        if moment in self._left and bot.is_running and bot.pid is not None:
            self._left.remove(moment)
            os.kill(bot.pid, signal.SIGKILL)

    @property
    def is_over(self) -> bool:
        """Whether each has struck."""
        return not self._left


@pytest.mark.timeout(120)
async def test_killed_while_files_go_out(tmp_path: Path) -> None:
    """A fitted picture and a document arrive once each over three kills, and no file of ours is left on the disk."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    async with Harness(tmp_path) as harness:
        bot = Sight(harness.slack, harness.volt)
        harness.settings |= {"PUBLIC_URL": harness._url, "TMPDIR": str(folder)}
        await harness.start()
        await harness.volt.text(DANA, "Hello")
        await bot.shows(DANA, "Hello", timeout_s=30)
        strike = Strike(harness)
        picture = harness.slack.add_file(AVA, "wall.heic", "image/heic", encoded(noise(600, 400), "HEIF"))
        document = harness.slack.add_file(AVA, "contract.pdf", "application/pdf", PDF)
        thread = bot.headers()[0].ts
        await bot.reply(thread, "one", files=[picture])
        await bot.reply(thread, "two", files=[document])
        while not strike.is_over:
            await harness.bot.wait()
            with contextlib.suppress(RuntimeError):  # it may die again before it answers
                await harness.start()
        if not harness.bot.is_running:
            await harness.start()
        await harness.volt.until(lambda: len(harness.volt.outbound(DANA)) == 2, 40)
        await bot.reply(thread, "three")
        await harness.volt.until(lambda: [one for one in harness.volt.outbound(DANA) if one.body == "three"], 40)
        one, two, _ = harness.volt.outbound(DANA)
        assert (one.body, two.body.splitlines()[0]) == ("one", "two")
        (url,) = LINK.findall(two.body)
        status, _, body = await get(f"{url}/download")
        assert (status, body) == (200, PDF)
        assert list(folder.iterdir()) == []
