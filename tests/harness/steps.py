"""Workflows that run steps of the bot between the stand-ins: what they are given, and how they end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.sandbox import SlackStandIn
from bot.sandbox.slack.state.model import Execution
from tests.harness.sight import Sight
from tests.harness.world import AVA, CHANNEL, DANA

MANIFEST = Path(__file__).parents[2] / "manifests" / "http.yaml"


def know_functions(slack: SlackStandIn) -> None:
    """Give the stand-in the definitions of the manifest, by which it checks outputs."""
    slack.functions = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))["functions"]


async def lend(bot: Sight, user: str = AVA, word: str = "on") -> str:
    """Let workflows text in the name of somebody; returns the answer."""
    given = await bot.slack.command(user, CHANNEL, "/volt", f"workflows {word}".strip())
    return str(given.body["text"])


async def run(bot: Sight, callback: str = "send_text", **inputs: Any) -> Execution:
    """Run a step about a contact, in the name of somebody who allows it."""
    given = {"to": DANA, "on_behalf_of": AVA} | ({"text": "Your order is ready"} if callback == "send_text" else {})
    given |= inputs
    return await bot.slack.run_step(callback, {name: value for name, value in given.items() if value is not None})


async def ended(bot: Sight, execution: Execution, *, timeout_s: float = 10) -> Execution:
    """Wait until a step has ended."""
    await bot.slack.until(lambda: not execution.is_running, timeout_s)
    return execution


async def failed(bot: Sight, execution: Execution) -> str:
    """Wait until a step has failed, and return why."""
    words = (await ended(bot, execution)).error
    assert words is not None, execution.outputs
    return words


async def outputs(bot: Sight, execution: Execution) -> dict[str, Any]:
    """Wait until a step has done its work, and return what it gives to the next one."""
    given = (await ended(bot, execution)).outputs
    assert given is not None, execution.error
    return given
