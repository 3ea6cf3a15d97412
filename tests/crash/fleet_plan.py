"""Which rounds `python -m tests.crash --fleet` has: those of several bots on one PostgreSQL database."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial

from tests.crash.chaos import Troubles, chaos
from tests.crash.pace import pace
from tests.crash.plan import Part, Planned, served_with


def _chaos(asked: argparse.Namespace) -> Iterator[Planned]:
    served = served_with(asked, asked.seed)
    troubles = Troubles(asked.kills, asked.freezes, asked.server_kills, asked.promotions, asked.longest)
    again = (
        f"--fleet --part chaos --seed {asked.seed} --kills {troubles.kills} --freezes {troubles.freezes}"
        f" --longest {troubles.longest_s:g} --server-kills {troubles.server_kills} --promotions {troubles.promotions}"
        f" --conversations {asked.conversations} --workspaces {served}"
    )
    begin = partial(chaos, seed=str(asked.seed), troubles=troubles, conversations=asked.conversations)
    yield Planned(f"chaos-{asked.seed}", again, partial(begin, has_two=served == "two"))


def _pace(asked: argparse.Namespace) -> Iterator[Planned]:
    again = f"--fleet --part pace --seed {asked.seed}"
    yield Planned(f"pace-{asked.seed}", again, partial(pace, seed=str(asked.seed)))


FLEET: dict[str, Part] = {"chaos": _chaos, "pace": _pace}
