"""Kills at named points, one run after the other, each proven to have come from the point itself."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.sandbox.bot_process import BotProcess
from tests.crash.history import INBOUND
from tests.crash.points import HEADER, POST, SEND, Point
from tests.crash.rounds import Round, round_of
from tests.harness.as_process import Harness

REACHED_S = 30.0
"""How long a point may take to be reached."""


async def kills_at_points(
    folder: Path,
    seed: str,
    *,
    points: Sequence[Point],
    pause_s: float = 0.6,
    has_two: bool = False,
    patience_s: float = 120.0,
) -> Round:
    """Let the bot die at each of the points, one run after the other."""
    async with round_of("points", folder, seed, patience_s, has_two=has_two) as one:
        chance = random.Random(f"{seed} points")
        # few texts each, so that there is always a new contact who needs a header
        one.begin(4, most=6, pause_s=pause_s)
        for point in points:
            await _die_at(one, point, chance.randint(1, 3))
        await one.harness.start()
    return one


async def _die_at(one: Round, point: Point, nth: int) -> None:
    """Start the bot and return once it has died at the point; anything else is a complaint."""
    harness, name = one.harness, f"{point.name} {nth}"
    if point.steps:
        run = harness.new_run((sys.executable, "-m", "tests.crash.killed_process", point.name, str(nth), "--", "serve"))
    else:
        run = harness.new_run()
        harness.slack.listeners.append(strike := _Strike(harness, point.subject, nth))
        harness.volt.listeners.append(strike)
    code = await _end_of(run)
    reached = f"died at {name}" in run.output if point.steps else strike.is_done
    if code == -signal.SIGKILL and reached:
        harness.kills += 1
    else:
        one.complaints.append(f"{name} was not reached: ended with {code}: {run.last_words()}")
        await run.kill9()


async def _end_of(run: BotProcess) -> int | None:
    starting = asyncio.ensure_future(run.start())
    try:
        async with asyncio.timeout(REACHED_S):
            await asyncio.wait([starting])
            return int(await run.wait())
    except TimeoutError:
        return None
    finally:
        await asyncio.wait([starting])
        starting.exception()


class _Strike:
    """Kills the bot the moment a peer has acted on its n-th call of a kind, before the answer is written."""

    def __init__(self, harness: Harness, subject: str, nth: int) -> None:
        self._harness = harness
        self._is_it = {HEADER: self._is_header, POST: self._is_post, SEND: self._is_send}[subject]
        self._left = nth
        tenants = harness.tenants
        self._seen = {id(one) for tenant in tenants for one in (*tenant.posts(), *tenant.volt.messages)}

    @property
    def is_done(self) -> bool:
        """Whether it has struck."""
        return self._left <= 0

    def __call__(self, kind: str, thing: Any) -> None:
        """Hear of a change at a peer."""
        if self.is_done or id(thing) in self._seen or not self._is_it(kind, thing):
            return
        self._seen.add(id(thing))
        self._left -= 1
        if self.is_done and self._harness.bot.pid is not None and self._harness.bot.is_running:
            os.kill(self._harness.bot.pid, signal.SIGKILL)

    def _is_header(self, kind: str, thing: Any) -> bool:
        return kind == "message" and bool(thing.bot_id) and not thing.is_reply

    def _is_post(self, kind: str, thing: Any) -> bool:
        return kind == "message" and bool(thing.bot_id) and thing.is_reply and thing.text.startswith(INBOUND)

    def _is_send(self, kind: str, thing: Any) -> bool:
        return kind == "phone" and thing.direction == "outbound"
