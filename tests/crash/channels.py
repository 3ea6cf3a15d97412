"""Places that fail while others work: a bot that is kicked and invited again, and one dead channel among several."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from bot.sandbox.wire import Hop
from tests.crash.history import INBOUND
from tests.crash.rounds import Round, round_of
from tests.crash.traffic import LIVELY, Habits
from tests.harness.as_process import Harness
from tests.harness.world import ACCOUNT, CHANNEL
from tests.harness.world import AVA as ADMIN

OFTEN = {"CATCH_UP_MINUTES": "0.05"}
SALES, SALES_NUMBER = "C0SALES", "+15555550124"
BILLS, BILLS_NUMBER = "C0BILLS", "+15555550125"
NEW = "C0NEWSUPPORT"

STALLED_S, STALLED = 6.0, 2.0
"""Lines change all the time in channels that work. None does for so many seconds, and so many times as long as before a
channel died, only if they wait for that one."""


async def kicked(
    folder: Path, seed: str, *, away_s: float = 8.0, times: int = 3, has_two: bool = False, patience_s: float = 120.0
) -> Round:
    """Kick the bot out of its channel again and again, for so long, and let people go on talking there.

    Of two workspaces that share the channel only one kicks it out.
    """
    async with round_of("kicked", folder, seed, patience_s, has_two=has_two) as one:
        harness, chance = one.harness, random.Random(f"{seed} kicked")
        harness.settings, harness.undo_window_s = OFTEN, 0.5
        where = harness.tenants[0]
        await harness.start()
        one.begin(6, habits=LIVELY)
        for _ in range(times):
            await asyncio.sleep(chance.uniform(1.0, 3.0))
            harness.slack.kick(where.channel, where.team)
            await asyncio.sleep(away_s / 2)
            await harness.kill()
            await harness.start()
            await asyncio.sleep(away_s / 2)
            await harness.slack.invite(where.channel, where.team)
    return one


async def one_dead(folder: Path, seed: str, *, lasts_s: float = 20.0, patience_s: float = 120.0) -> Round:
    """Let the bot lose one of three channels: the others must not notice, and what was said there comes in the end."""
    async with round_of("dead", folder, seed, patience_s) as one:
        harness = one.harness
        for number, channel in ((SALES_NUMBER, SALES), (BILLS_NUMBER, BILLS)):
            harness.volt.add_account(number, channel)
            harness.slack.add_channel(channel, channel.lower(), private=True)
        harness.settings = OFTEN
        await harness.start()
        await _route(harness, SALES_NUMBER, SALES)
        await _route(harness, BILLS_NUMBER, BILLS)
        habits = Habits(second_thoughts=0.2, commands=0.0, numbers=(ACCOUNT, SALES_NUMBER, BILLS_NUMBER))
        one.begin(9, habits=habits)
        await harness.slack.until(lambda: one.conversations() >= 9, timeout_s=patience_s)
        usual_s = await _Edits(harness).longest_in(lasts_s)
        harness.slack.kick(BILLS)
        longest_s = await _Edits(harness).longest_in(lasts_s)
        await one.expect_ready(200)
        if longest_s > max(STALLED_S, STALLED * usual_s):
            words = f"for {longest_s:.1f} s no line changed in the channels that work, before at most {usual_s:.1f} s"
            one.complaints.append(words)
        await harness.slack.invite(BILLS)
    return one


async def moved(folder: Path, seed: str, *, patience_s: float = 60.0) -> Round:
    """Archive the channel, give the bot another one as its setting: contacts it knows go on there."""
    async with round_of("moved", folder, seed, patience_s) as one:
        harness = one.harness
        harness.slack.add_channel(NEW, "new-support")
        await harness.start()
        one.begin(4, most=6)
        await harness.slack.until(lambda: len(one.traffics[0].records.texts(INBOUND)) >= 24, timeout_s=patience_s)
        await one.end()
        await harness.slack.archive(ADMIN, CHANNEL)
        await harness.kill()
        harness.settings = {"SLACK_CHANNEL": NEW}
        await harness.start()
    return one


async def _route(harness: Harness, number: str, channel: str) -> None:
    answer = await harness.slack.command(ADMIN, CHANNEL, "/volt", f"route {number} <#{channel}>")
    if "show in" not in str(answer.body):
        raise RuntimeError(f"no route: {answer}")


class _Edits:
    """Measures how long no post of the bot was changed."""

    def __init__(self, harness: Harness) -> None:
        self._longest_s = 0.0
        self._loop = asyncio.get_running_loop()
        self._last_at = self._loop.time()
        harness.slack.listeners.append(self._hear)

    def _hear(self, kind: str, thing: object) -> None:
        if kind == "hop" and isinstance(thing, Hop) and thing.label == "chat.update" and thing.answer.get("ok"):
            self._look()
            self._last_at = self._loop.time()

    def _look(self) -> None:
        self._longest_s = max(self._longest_s, self._loop.time() - self._last_at)

    async def longest_in(self, seconds: float) -> float:
        """Return the longest time without a change in so many seconds from now on."""
        await asyncio.sleep(seconds)
        self._look()
        return self._longest_s
