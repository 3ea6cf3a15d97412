"""Which rounds `python -m tests.crash --steps` has: those of workflow steps."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial

from tests.crash.plan import Part, Planned
from tests.crash.step_rounds import kills_amid_steps


def _kills(asked: argparse.Namespace) -> Iterator[Planned]:
    counts = f"--kills {asked.kills} --executions {asked.executions} --answers {asked.answers}"
    begin = partial(kills_amid_steps, executions=asked.executions, kills=asked.kills, lost=asked.answers)
    yield Planned(f"steps-{asked.seed}", f"--steps --seed {asked.seed} {counts}", partial(begin, seed=str(asked.seed)))


STEPS: dict[str, Part] = {"steps": _kills}
