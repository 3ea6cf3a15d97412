"""Peers that fail while the bot lives: answers that are lost one after the other, and an outage of both at once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from bot.sandbox.http import Faults
from bot.sandbox.volt.model import now_text
from tests.crash.history import INBOUND
from tests.crash.rounds import Round, round_of
from tests.crash.traffic import LIVELY


async def lost_answers(
    folder: Path, seed: str, *, times: int = 20, has_two: bool = False, patience_s: float = 120.0
) -> Round:
    """Let Slack and Volt take so many texts each and cut the connection instead of answering.

    No receipt tells of the texts: only Volt's own record can.
    """
    async with round_of("answers", folder, seed, patience_s, has_two=has_two) as one:
        harness = one.harness
        for tenant in harness.tenants:
            tenant.volt.receipts = "manual"
        slack, volt = _Scissors(harness.slack.rules, times), _Scissors(harness.volt.rules, times)
        harness.slack.listeners.append(slack.at_slack)
        harness.volt.listeners.append(volt.at_volt)
        await harness.start()
        one.begin(8)
        await harness.slack.until(lambda: slack.left == 0, timeout_s=patience_s)
        await harness.volt.until(lambda: volt.left == 0, timeout_s=patience_s)
    return one


class _Scissors:
    """Cuts the answer to every text that a peer takes, so many times."""

    def __init__(self, rules: Faults, times: int) -> None:
        self.left = times
        self._rules = rules
        self._seen: set[int] = set()

    def at_slack(self, kind: str, thing: Any) -> None:
        """Hear of a change in Slack."""
        if kind == "message" and thing.bot_id and (not thing.is_reply or thing.text.startswith(INBOUND)):
            self._cut(id(thing))

    def at_volt(self, kind: str, thing: Any) -> None:
        """Hear of a change at Volt; the carrier takes the text at once, as Volt's record then says."""
        if kind == "phone" and thing.direction == "outbound":
            thing.sent_at = thing.sent_at or now_text()
            self._cut(id(thing))

    def _cut(self, own_id: int) -> None:
        if self.left > 0 and own_id not in self._seen:
            self._seen.add(own_id)
            self.left -= 1
            self._rules.drop_answers += 1


async def outage(
    folder: Path, seed: str, *, down_s: float = 60.0, has_two: bool = False, patience_s: float = 180.0
) -> Round:
    """Take both peers down for so long while everybody goes on talking."""
    async with round_of("outage", folder, seed, patience_s, has_two=has_two) as one:
        harness = one.harness
        harness.undo_window_s = 0.5
        await harness.start()
        one.begin(8, pause_s=max(0.6, down_s / 20), habits=LIVELY)
        await harness.slack.until(lambda: one.conversations() >= 8, timeout_s=patience_s)
        harness.slack.rules.down = harness.volt.rules.down = True
        is_over = asyncio.create_task(asyncio.sleep(down_s))
        await one.expect_ready(503, within_s=down_s)
        await is_over
        harness.slack.rules.down = harness.volt.rules.down = False
    return one
