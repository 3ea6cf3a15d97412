"""Kills at random moments, while peers misbehave; and orderly stops under load. A seed decides all."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

from tests.crash.long_history import chatter, fill_history
from tests.crash.misbehaviour import Misbehaviour
from tests.crash.rounds import Round, round_of
from tests.crash.traffic import LIVELY
from tests.harness.as_process import Harness

UNDO_S = (0.0, 0.5, 1.0, 2.5)
"""Undo windows; the button is offered only where there is time to press it."""


async def random_kills(
    folder: Path,
    seed: str,
    *,
    kills: int,
    seats: int = 8,
    is_full: bool = False,
    has_two: bool = False,
    patience_s: float = 120.0,
) -> Round:
    """Kill the bot again and again while its peers misbehave; `is_full`: it has been at work for long before."""
    async with round_of("random", folder, seed, patience_s, has_two=has_two) as one:
        misbehaviour = Misbehaviour(one.harness.slack, one.harness.volt, f"{seed} peers")
        chance = random.Random(f"{seed} kills")
        one.harness.undo_window_s = chance.choice(UNDO_S)
        known = fill_history(one.harness)[:200:25] if is_full else ()
        await one.harness.kill_while_starting(chance.uniform(0.3, 1.5))  # the very first start too
        await one.harness.start()
        one.begin(seats, habits=replace(LIVELY, known=known))
        misbehaviour.begin()
        try:
            while one.harness.kills < kills:
                await _live_and_die(one.harness, chance, kills, is_full=is_full)
        finally:
            await misbehaviour.stop()
    return one


async def _live_and_die(harness: Harness, chance: random.Random, kills: int, *, is_full: bool) -> None:
    is_long = chance.random() < 0.2
    await asyncio.sleep(chance.uniform(1.5, 8.0) if is_long else chance.uniform(0.0, 1.5))
    await harness.kill()
    if is_full and chance.random() < 0.2:
        chatter(harness)
    is_disturbed, after_s = chance.random() < 0.2, chance.uniform(0.3, 1.5)
    if is_disturbed and harness.kills < kills:
        await harness.kill_while_starting(after_s)
    await harness.start()


async def orderly_stops(
    folder: Path, seed: str, *, times: int = 8, has_two: bool = False, patience_s: float = 120.0
) -> Round:
    """Ask the bot to end under load, with peers that answer: whatever it had begun it knows the end of."""
    async with round_of("stops", folder, seed, patience_s, has_two=has_two) as one:
        harness, chance = one.harness, random.Random(f"{seed} stops")
        harness.undo_window_s = 0.5
        await harness.start()
        one.begin(12, pause_s=0.2, habits=LIVELY)
        for _ in range(times):
            await asyncio.sleep(chance.uniform(1.0, 3.0))
            code = await harness.bot.terminate()
            await harness.start()
            in_doubt = [line for line in harness.bot.output if "store.resumed" in line]
            one.complaints += [f"ended with {code} when asked to"] if code else []
            one.complaints += [f"in doubt after an orderly stop: {line.strip()}" for line in in_doubt]
    return one
