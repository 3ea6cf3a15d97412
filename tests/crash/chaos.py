"""Several bots on one database, while all that can fail does: bots, their server, and their peers. A seed decides all.

Each bot is killed and frozen by itself, so that all of them may be away at once. The server is killed and started
again, and its standby promoted, while that goes on.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.crash.kills import UNDO_S
from tests.crash.misbehaviour import Misbehaviour
from tests.crash.rounds import Round, round_with
from tests.crash.traffic import LIVELY
from tests.harness.fleet import Fleet, Place
from tests.postgres.pair import Pair, running_pair

KILL, PROMOTE = "kill", "promote"
"""What happens to the server."""


@dataclass(frozen=True)
class Troubles:
    """How often what happens; a freeze lasts between a second and `longest_s`, a pause of a bot `calm_s` at most.

    What a killed bot had under way is looked up by one that lives for a while: where none ever does, people are asked.
    """

    kills: int
    freezes: int
    server_kills: int
    promotions: int
    longest_s: float = 60.0
    calm_s: float = 10.0


async def chaos(
    folder: Path,
    seed: str,
    *,
    troubles: Troubles,
    conversations: int = 40,
    pause_s: float = 6.0,
    has_two: bool = False,
    patience_s: float = 240.0,
) -> Round:
    """Let bots and their server die, freeze and come back while their peers misbehave."""
    with running_pair() as pair:
        fleet = Fleet(folder, pair.url, has_two=has_two)
        async with round_with("chaos", fleet, seed, patience_s) as one:
            chance = random.Random(f"{seed} chaos")
            fleet.undo_window_s = chance.choice(UNDO_S)
            misbehaviour = Misbehaviour(fleet.slack, fleet.volt, f"{seed} peers")
            await fleet.start()
            one.begin(conversations, pause_s=pause_s, habits=LIVELY)
            misbehaviour.begin()
            one.decide()
            try:
                await _trouble(one, fleet, pair, troubles, chance)
            finally:
                await misbehaviour.stop()
    return one


async def _trouble(one: Round, fleet: Fleet, pair: Pair, troubles: Troubles, chance: random.Random) -> None:
    """Return once all has happened, and everything is up again. Raises RuntimeError where a bot ended by itself."""
    freezes = [math.exp(chance.uniform(0.0, math.log(troubles.longest_s))) for _ in range(troubles.freezes)]
    acts = [*freezes, *([None] * troubles.kills)]
    chance.shuffle(acts)
    server = [KILL] * troubles.server_kills + [PROMOTE] * troubles.promotions
    chance.shuffle(server)
    many, seeds = len(fleet.places), [random.Random(chance.random()) for _ in range(len(fleet.places) + 1)]
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_trouble_server(one, fleet, pair, server, troubles.calm_s, seeds.pop()))
            for number, place in enumerate(fleet.places):
                group.create_task(_trouble_bot(fleet, place, acts[number::many], troubles.calm_s, seeds[number]))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _trouble_bot(
    fleet: Fleet, place: Place, acts: Sequence[float | None], calm_s: float, chance: random.Random
) -> None:
    """Freeze a bot for the seconds given, and kill it where none are."""
    for seconds in acts:
        is_long = chance.random() < 0.2
        await asyncio.sleep(chance.uniform(0.2 * calm_s, calm_s) if is_long else chance.uniform(0.0, 3.0))
        if seconds is not None:
            await fleet.freeze_at(place, seconds)
            continue
        await fleet.kill_at(place)
        await asyncio.sleep(chance.uniform(0.0, 2.0))
        await fleet.start_at(place)


async def _trouble_server(
    one: Round, fleet: Fleet, pair: Pair, acts: Sequence[str], calm_s: float, chance: random.Random
) -> None:
    for act in acts:
        await asyncio.sleep(chance.uniform(0.4 * calm_s, 1.6 * calm_s))
        is_killed = act == KILL
        await asyncio.to_thread(pair.kill_primary if is_killed else pair.stop_primary)
        if chance.random() < 0.5:
            await one.expect_ready(503)
        await asyncio.sleep(chance.uniform(0.0, 2.0))
        if is_killed:
            await asyncio.to_thread(pair.start_primary)
            fleet.server_kills += 1
            continue
        await asyncio.to_thread(pair.promote)
        await asyncio.sleep(chance.uniform(0.0, 3.0))
        await asyncio.to_thread(pair.renew_standby)
        fleet.promotions += 1
