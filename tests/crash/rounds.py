"""What every round of the crash suite has in common: its harness, its traffic, and the verdict it ends in.

A round never raises for what the bot did: a text that does not arrive is in the verdict. A round's folder keeps the
evidence where something went wrong.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.findings import arrived, complaints, has_waiting, told, two_headers
from tests.crash.traffic import Traffic
from tests.crash.verdict import Verdict, judge
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
    traffic: Traffic
    restores: int = 0
    complaints: list[str] = field(default_factory=list)
    verdict: Verdict = field(default_factory=lambda: Verdict(0))

    def __str__(self) -> str:
        restores = f"restores {self.restores} " if self.restores else ""
        met = f"kills {self.harness.kills} {restores}faults {self.harness.faults} texts {self.verdict.said}"
        return f"{self.name} seed {self.seed} {met} {self.verdict}"

    def report(self) -> str:
        """Say all there is to say about it."""
        return f"{self}\n{self.verdict.details()}\nevidence: {self.harness.folder}"

    def judge(self) -> Verdict:
        """Reach the verdict on what people see now."""
        harness, said = self.harness, self.traffic.records.history()
        found = [*self.complaints, *two_headers(harness), *complaints(harness, said)]
        return judge(said, arrived(harness, said), found, told=told(harness, said), undo_window_s=harness.undo_window_s)

    async def expect_ready(self, status: int, *, within_s: float = READY_S) -> None:
        """Complain if /readyz does not say this in time."""
        if not await self.harness.says_ready(status, within_s=within_s):
            self.complaints.append(f"/readyz did not say {status} within {within_s:g} s")


@asynccontextmanager
async def round_of(name: str, folder: Path, seed: str, patience_s: float) -> AsyncIterator[Round]:
    """Give a round whose bot is not started; in the end let it all arrive, and judge."""
    async with Harness(folder) as harness:
        one = Round(name, seed, harness, Traffic(harness, seed, patience_s=patience_s))
        try:
            yield one
            await one.traffic.end()
            await one.expect_ready(200)
            with contextlib.suppress(TimeoutError):  # what is missing then is in the verdict
                await harness.until(
                    harness.slack, lambda: not (one.judge().wrong_words or has_waiting(harness)), still_s=TOLD_S
                )
        except (TimeoutError, RuntimeError) as error:
            one.complaints.append(f"{type(error).__name__}: {error}")
            await one.traffic.give_up()
        one.verdict = one.judge()
        if not one.verdict.is_good:
            harness.keep_evidence()
