"""Kills at random moments, while peers misbehave. A seed decides both."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from tests.crash.bench import Bench
from tests.crash.misbehaviour import Misbehaviour
from tests.crash.rounds import Round, round_of


async def random_kills(folder: Path, seed: str, *, kills: int, seats: int = 8, patience_s: float = 120.0) -> Round:
    """Kill the bot again and again while its peers misbehave."""
    async with round_of("random", folder, seed, patience_s) as one:
        misbehaviour = Misbehaviour(one.bench.slack, one.bench.volt, f"{seed} peers")
        chance = random.Random(f"{seed} kills")
        one.bench.undo_s = chance.choice((0.0, 0.5))
        await one.bench.kill_while_starting(chance.uniform(0.3, 1.5))  # the very first start, with its migrations, too
        await one.bench.start()
        one.traffic.begin(seats)
        misbehaviour.start()
        try:
            while one.bench.deaths < kills:
                await _live_and_die(one.bench, chance, kills)
        finally:
            await misbehaviour.stop()
    return one


async def _live_and_die(bench: Bench, chance: random.Random, kills: int) -> None:
    is_long = chance.random() < 0.1
    await asyncio.sleep(chance.uniform(1.5, 5.0) if is_long else chance.uniform(0.0, 1.5))
    await bench.kill()
    is_disturbed, after_s = chance.random() < 0.2, chance.uniform(0.3, 1.5)
    if is_disturbed and bench.deaths < kills:
        await bench.kill_while_starting(after_s)
    await bench.start()
