"""What every round of the crash suite has in common: its harness, its traffics, and the verdict it ends in.

Each workspace has a traffic of its own. Where there are two, both talk at the same time with contacts of the same
numbers, in one channel that they share.

A round never raises for what the bot did: a text that does not arrive is in the verdict. A round's folder keeps the
evidence where something went wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.crossings import crossings
from tests.crash.decisions import Decisions
from tests.crash.findings import arrived, complaints, has_waiting, stumbles, told, two_headers
from tests.crash.strays import Strays
from tests.crash.traffic import MOST, PLAIN, Habits, Traffic
from tests.crash.verdict import Verdict, judge, together
from tests.harness.as_process import Harness

READY_S = 30.0
"""How long a bot may take to say that it can work again: it asks each place every 15 seconds."""

TOLD_S = 40.0
"""How long the bot may do nothing before it says what came too late: an unanswered post is looked up first."""


@dataclass
class Round:
    """One round under way, and how it ended."""

    name: str
    seed: str
    harness: Harness
    traffics: list[Traffic]
    strays: Strays
    decisions: Decisions | None = None
    restores: int = 0
    complaints: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    verdict: Verdict = field(default_factory=lambda: Verdict(0))

    def __str__(self) -> str:
        restores = f"restores {self.restores} " if self.restores else ""
        workspaces = f"workspaces {len(self.traffics)} " if len(self.traffics) > 1 else ""
        asked = f"asked {self.asked} " if self.decisions else ""
        met = f"{workspaces}{self.harness.met} {restores}faults {self.harness.faults} {asked}texts {self.verdict.said}"
        return " ".join([f"{self.name} seed {self.seed} {met} {self.verdict}", *self.notes])

    @property
    def asked(self) -> int:
        """How many texts people were asked about."""
        return self.decisions.asked if self.decisions else 0

    def report(self) -> str:
        """Say all there is to say about it."""
        return f"{self}\n{self.verdict.details()}\nevidence: {self.harness.folder}"

    # --- all workspaces at once

    def begin(self, seats: int, *, most: int = MOST, pause_s: float = 0.6, habits: Habits = PLAIN) -> None:
        """Let people talk, in so many conversations over all workspaces."""
        for traffic in self.traffics:
            traffic.begin(seats // len(self.traffics), most=most, pause_s=pause_s, habits=habits)
        self.strays.begin()

    def decide(self) -> None:
        """Let people decide about what the bot could not find out, until all is over."""
        self.decisions = Decisions(self.traffics)
        self.decisions.begin()

    async def end(self) -> None:
        """Let everybody finish; return once all that was said has arrived. Raises TimeoutError."""
        await self.strays.stop()
        ends = await asyncio.gather(*(traffic.end() for traffic in self.traffics), return_exceptions=True)
        for error in ends:
            if error is not None:
                raise error

    async def give_up(self) -> None:
        """Stop everybody at once."""
        await self.strays.stop()
        for traffic in self.traffics:
            await traffic.give_up()

    def conversations(self) -> int:
        """Count the threads of all workspaces."""
        return sum(len(tenant.roots()) for tenant in self.harness.tenants)

    def judge(self) -> Verdict:
        """Reach the verdict on what people see now."""
        whole = together(self._judged(traffic) for traffic in self.traffics)
        found = (*self.complaints, *stumbles(self.harness), *whole.complaints)
        return whole._replace(crossed=tuple(crossings(self.harness.tenants)), complaints=found)

    def _judged(self, traffic: Traffic) -> Verdict:
        tenant, said, window_s = traffic.tenant, traffic.records.history(), self.harness.undo_window_s
        found = [*two_headers(tenant), *complaints(tenant, said)]
        return judge(said, arrived(tenant, said), found, told=told(tenant, said), undo_window_s=window_s)

    def is_over(self) -> bool:
        """Whether the bot has said all that it has to."""
        return not (self.judge().wrong_words or any(map(has_waiting, self.harness.tenants)))

    async def expect_ready(self, status: int, *, within_s: float = READY_S) -> None:
        """Complain if /readyz does not say this in time."""
        if not await self.harness.says_ready(status, within_s=within_s):
            self.complaints.append(f"/readyz did not say {status} within {within_s:g} s")


async def set_up(name: str, harness: Harness, seed: str, patience_s: float) -> Round:
    """Make a round whose bot is not started, and whose workspaces are there."""
    await harness.set_up()
    traffics = [Traffic(harness, tenant, seed, patience_s=patience_s) for tenant in harness.tenants]
    return Round(name, seed, harness, traffics, Strays(harness.tenants, seed))


@asynccontextmanager
async def round_of(
    name: str, folder: Path, seed: str, patience_s: float, *, has_two: bool = False
) -> AsyncIterator[Round]:
    """Give a round whose bot is not started; in the end let it all arrive, and judge."""
    async with round_with(name, Harness(folder, has_two=has_two), seed, patience_s) as one:
        yield one


@asynccontextmanager
async def round_with(name: str, made: Harness, seed: str, patience_s: float) -> AsyncIterator[Round]:
    """Give a round with this harness, whose bots are not started; in the end let it all arrive, and judge."""
    async with made as harness:
        one = await set_up(name, harness, seed, patience_s)
        try:
            yield one
            await one.end()
            await one.expect_ready(200)
            with contextlib.suppress(TimeoutError):  # what is missing then is in the verdict
                await harness.until(harness.slack, one.is_over, still_s=TOLD_S)
        except (TimeoutError, RuntimeError) as error:
            one.complaints.append(f"{type(error).__name__}: {error}")
            await one.give_up()
        finally:
            if one.decisions is not None:
                await one.decisions.stop()
        one.verdict = one.judge()
        if not one.verdict.is_good:
            harness.keep_evidence()
