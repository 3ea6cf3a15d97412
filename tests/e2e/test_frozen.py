"""A process frozen between a claim and its call: what was claimed too long ago does not leave, and goes again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from bot.domain.retry_policy import LEAVE_S
from bot.sandbox.bot_process import BotProcess
from tests.crash.points import HEADER, POST, SEND
from tests.harness.as_process import Harness
from tests.harness.sight import Sight
from tests.harness.world import AVA, CHANNEL, DANA

FROZEN_S = LEAVE_S + 0.5


async def until_frozen(bot: BotProcess) -> None:
    """Return once the process is stopped by a signal."""
    while not await asyncio.to_thread(_is_stopped, bot):  # noqa: ASYNC110 - the system tells nobody
        await asyncio.sleep(0.02)


def _is_stopped(bot: BotProcess) -> bool:
    return Path(f"/proc/{bot.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "T"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="tells by /proc whether a process is stopped")
@pytest.mark.parametrize("subject", [HEADER, POST, SEND])
async def test_a_call_that_was_held_up_goes_again(tmp_path: Path, subject: str) -> None:
    """Whatever the bot had claimed when it was frozen does not leave when it goes on, and arrives once by a new try."""
    async with Harness(tmp_path) as harness:
        command = (sys.executable, "-m", "tests.crash.killed_process", f"after-sending:{subject}", "1", "SIGSTOP")
        bot = harness.new_run((*command, "--", "serve"))
        await bot.start(limit_s=60)
        sight = Sight(harness.slack, harness.volt)
        await harness.volt.text(DANA, "Hello")
        if subject == SEND:
            await sight.shows(DANA, "Hello")
            thread = sight.headers(DANA)[0].ts
            await harness.slack.say(AVA, CHANNEL, "It is ready", thread_ts=thread)
        await until_frozen(bot)
        await asyncio.sleep(FROZEN_S)  # the freeze itself
        assert bot.pid is not None
        os.kill(bot.pid, signal.SIGCONT)
        await sight.shows(DANA, "Hello")
        if subject == SEND:
            await sight.receives("It is ready")
            assert len(sight.sends()) == 1
        assert len(sight.headers(DANA)) == 1
        await bot.terminate()  # all that it wrote is read then
        assert sum("call.late" in line for line in bot.output) == 1, bot.last_words()
