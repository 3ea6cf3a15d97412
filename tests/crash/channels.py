"""Places that fail while others work: a bot that is kicked and invited again, and one dead channel among several."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from bot.sandbox.wire import Hop
from tests.crash.history import INBOUND
from tests.crash.rounds import Round, round_of
from tests.crash.traffic import LIVELY, Habits
from tests.harness.as_process import Bench
from tests.harness.world import ACCOUNT, CHANNEL
from tests.harness.world import AVA as ADMIN

OFTEN = {"CATCH_UP_MINUTES": "0.05"}
SALES, SALES_NUMBER = "C0SALES", "+15555550124"
BILLS, BILLS_NUMBER = "C0BILLS", "+15555550125"
NEW = "C0NEWSUPPORT"

STALLED_S, STALLED = 6.0, 2.0
"""Lines change all the time in channels that work. None does for so many seconds, and so many times as long as before a
channel died, only if they wait for that one."""


async def kicked(folder: Path, seed: str, *, away_s: float = 8.0, times: int = 3, patience_s: float = 120.0) -> Round:
    """Kick the bot out of its channel again and again, for so long, and let people go on talking there."""
    async with round_of("kicked", folder, seed, patience_s) as one:
        bench, chance = one.bench, random.Random(f"{seed} kicked")
        bench.settings, bench.undo_s = OFTEN, 0.5
        await bench.start()
        one.traffic.begin(6, habits=LIVELY)
        for _ in range(times):
            await asyncio.sleep(chance.uniform(1.0, 3.0))
            bench.slack.kick(CHANNEL)
            await asyncio.sleep(away_s / 2)
            await bench.kill()
            await bench.start()
            await asyncio.sleep(away_s / 2)
            await bench.slack.invite(CHANNEL)
    return one


async def one_dead(folder: Path, seed: str, *, lasts_s: float = 20.0, patience_s: float = 120.0) -> Round:
    """Let the bot lose one of three channels: the others must not notice, and what was said there comes in the end."""
    async with round_of("dead", folder, seed, patience_s) as one:
        bench = one.bench
        for number, channel in ((SALES_NUMBER, SALES), (BILLS_NUMBER, BILLS)):
            bench.volt.add_account(number, channel)
            bench.slack.add_channel(channel, channel.lower(), private=True)
        bench.settings = OFTEN
        await bench.start()
        await _route(bench, SALES_NUMBER, SALES)
        await _route(bench, BILLS_NUMBER, BILLS)
        habits = Habits(second_thoughts=0.2, commands=0.0, numbers=(ACCOUNT, SALES_NUMBER, BILLS_NUMBER))
        one.traffic.begin(9, habits=habits)
        await bench.slack.until(lambda: len(bench.roots()) >= 9, timeout_s=patience_s)
        usual_s = await _Edits(bench).longest_in(lasts_s)
        bench.slack.kick(BILLS)
        longest_s = await _Edits(bench).longest_in(lasts_s)
        await one.expect_ready(200)
        if longest_s > max(STALLED_S, STALLED * usual_s):
            words = f"for {longest_s:.1f} s no line changed in the channels that work, before at most {usual_s:.1f} s"
            one.complaints.append(words)
        await bench.slack.invite(BILLS)
    return one


async def moved(folder: Path, seed: str, *, patience_s: float = 60.0) -> Round:
    """Archive the channel, give the bot another one as its setting: contacts it knows go on there."""
    async with round_of("moved", folder, seed, patience_s) as one:
        bench = one.bench
        bench.slack.add_channel(NEW, "new-support")
        await bench.start()
        one.traffic.begin(4, most=6)
        await bench.slack.until(lambda: len(one.traffic.records.texts(INBOUND)) >= 24, timeout_s=patience_s)
        await one.traffic.end()
        await bench.slack.archive(ADMIN, CHANNEL)
        await bench.kill()
        bench.settings = {"SLACK_CHANNEL": NEW}
        await bench.start()
    return one


async def _route(bench: Bench, number: str, channel: str) -> None:
    answer = await bench.slack.command(ADMIN, CHANNEL, "/volt", f"route {number} <#{channel}>")
    if "show in" not in str(answer.body):
        raise RuntimeError(f"no route: {answer}")


class _Edits:
    """Measures how long no post of the bot was changed."""

    def __init__(self, bench: Bench) -> None:
        self._longest_s = 0.0
        self._loop = asyncio.get_running_loop()
        self._last_at = self._loop.time()
        bench.slack.listeners.append(self._hear)

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
