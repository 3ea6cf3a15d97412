"""kill -9 while a contact's own channel is being made: one channel in the end, and the conversation in it."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.slack.state.model import Channel, Message
from tests.harness.as_process import Harness
from tests.harness.posts import seen
from tests.harness.sight import Sight
from tests.harness.world import AVA, CHANNEL, DANA

MOMENTS = ("channel", "channel_join", "header")


class Strike:
    """Kills the bot as soon as Slack has acted on each of these calls, before it has answered: each once."""

    def __init__(self, harness: Harness) -> None:
        self._harness = harness
        self._left = set(MOMENTS)
        harness.slack.listeners.append(self)

    def __call__(self, kind: str, thing: Any) -> None:
        """Hear of a change."""
        name = self._name_of(kind, thing)
        if name in self._left and self._harness.bot.is_running and self._harness.bot.pid is not None:
            self._left.discard(name)
            os.kill(self._harness.bot.pid, signal.SIGKILL)

    def _name_of(self, kind: str, thing: Any) -> str:
        if kind == "channel" and isinstance(thing, Channel) and thing.name == "contact-0145":
            return "channel"
        if kind == "message" and isinstance(thing, Message) and thing.channel != CHANNEL:
            return "header" if thing.bot_id and "to text back" in seen(thing) else str(thing.subtype)
        return ""

    @property
    def is_over(self) -> bool:
        """Whether each has struck."""
        return not self._left


@pytest.mark.timeout(120)
async def test_killed_while_it_is_made(tmp_path: Path) -> None:
    """However often the bot dies between Slack's doing and its knowing, there is one channel, and nothing is lost."""
    async with Harness(tmp_path) as harness:
        bot = Sight(harness.slack, harness.volt)
        await harness.start()
        await harness.volt.text(DANA, "Hello")
        await bot.shows(DANA, "Hello", timeout_s=30)
        strike = Strike(harness)
        await bot.reply(bot.headers()[0].ts, "<@U0BOT> channel")
        while not strike.is_over:
            await harness.bot.wait()
            with contextlib.suppress(RuntimeError):  # it may die again before it answers
                await harness.start()
        if not harness.bot.is_running:
            await harness.start()
        made = await harness.slack.until(lambda: [one for one in harness.slack.channels.values() if one.creator], 30)
        assert len(made) == 1
        await harness.volt.text(DANA, "Are you there?")
        await harness.slack.until(
            lambda: [one for one in bot.posts(made[0].id) if not one.is_reply and "Are you there?" in seen(one)][1:], 30
        )
        await harness.slack.say(AVA, made[0].id, "Yes")
        await bot.receives("Yes", timeout_s=30)
        assert len([one for one in bot.posts(made[0].id) if "to text back" in seen(one)]) == 1
        assert AVA in harness.slack.members(made[0])
