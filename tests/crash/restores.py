"""Restores: a copy of the database is taken, life goes on, the bot is killed, the copy put in place, the bot started.

What was said since the copy may be missing afterwards, and what was taken back since then may go: the database knows
nothing of it. What must not be is a text that goes out again, or is shown again.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from pathlib import Path

from tests.crash.copies import WAYS, put_back, take
from tests.crash.findings import two_headers
from tests.crash.rounds import READY_S, Round, set_up
from tests.crash.traffic import LIVELY
from tests.crash.verdict import Verdict
from tests.harness.as_process import Harness

SETTLED_S = 20.0
"""How long nothing may be sent or posted until all is over: as long as what is in doubt is looked up, and longer."""


async def restores(
    folder: Path, seed: str, *, times: int, seats: int = 6, has_two: bool = False, patience_s: float = 120.0
) -> Round:
    """Restore the database again and again under traffic."""
    async with Harness(folder, has_two=has_two) as harness:
        harness.undo_window_s = 1.5
        one = await set_up("restores", harness, seed, patience_s)
        chance = random.Random(f"{seed} restores")
        try:
            await harness.start()
            one.begin(seats, habits=LIVELY)
            for number in range(times):
                await _restore_once(one, folder / f"copy-{number}", WAYS[number % len(WAYS)], chance)
            await _let_it_settle(one)
            await one.expect_ready(200)
        except (TimeoutError, RuntimeError) as error:
            one.complaints.append(f"{type(error).__name__}: {error}")
        await one.give_up()
        one.verdict = _judge(one)
        if not one.verdict.is_good:
            harness.keep_evidence()
    return one


async def _restore_once(one: Round, copies: Path, way: str, chance: random.Random) -> None:
    harness, database = one.harness, one.harness.folder / "bot.db"
    await asyncio.sleep(chance.uniform(1.5, 4.0))
    assert harness.bot.pid is not None
    take(database, harness.bot.pid, copies, way, chance)
    await asyncio.sleep(chance.uniform(0.2, 4.0))
    await harness.kill()
    put_back(copies, database)
    await harness.start()
    one.restores += 1


async def _let_it_settle(one: Round) -> None:
    """Let people finish, then wait until the bot sends and posts nothing more."""
    with contextlib.suppress(TimeoutError):  # of what was said before a restore much may never come
        async with asyncio.timeout(READY_S):
            await one.end()
    await one.give_up()
    await one.harness.until_still(SETTLED_S)


def _judge(one: Round) -> Verdict:
    """Count only what is there twice, or in another workspace; and what kept the round from its end."""
    whole = one.judge()
    heads = (head for tenant in one.harness.tenants for head in two_headers(tenant))
    return Verdict(whole.said, twice=(*whole.twice, *heads), crossed=whole.crossed, complaints=tuple(one.complaints))
