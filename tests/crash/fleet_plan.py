"""Which rounds `python -m tests.crash --fleet` has: those of several bots on one PostgreSQL database."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Coroutine, Iterator
from functools import partial

from tests.crash.chaos import Troubles, chaos
from tests.crash.frozen_calls import frozen_calls
from tests.crash.pace import pace
from tests.crash.plan import Part, Planned, served_with
from tests.crash.releases import two_releases
from tests.crash.rounds import Round

CALM_S = 40.0
"""Longest pause of a bot between two troubles of a long round: longer than it takes to take another one over."""

LONG_PATIENCE_S = 1_200.0
"""How long a long round waits for what is left at its end: longer than it takes until people are asked, twice."""


def _chaos(asked: argparse.Namespace) -> Iterator[Planned]:
    served = served_with(asked, asked.seed)
    troubles = Troubles(asked.kills, asked.freezes, asked.server_kills, asked.promotions, asked.longest, CALM_S)
    again = (
        f"--fleet --part chaos --seed {asked.seed} --kills {troubles.kills} --freezes {troubles.freezes}"
        f" --longest {troubles.longest_s:g} --server-kills {troubles.server_kills} --promotions {troubles.promotions}"
        f" --conversations {asked.conversations} --workspaces {served}"
    )
    begin = partial(chaos, seed=str(asked.seed), troubles=troubles, conversations=asked.conversations)
    round_ = partial(begin, has_two=served == "two", patience_s=LONG_PATIENCE_S)
    yield Planned(f"chaos-{asked.seed}", again, round_)


def _one(name: str, begin: Callable[..., Coroutine[None, None, Round]], **options: str) -> Part:
    """Plan one round of the workspace of the environment; `options` are arguments of it, and of the command line."""

    def plan(asked: argparse.Namespace) -> Iterator[Planned]:
        given = {argument: getattr(asked, option) for argument, option in options.items()}
        more = "".join(
            f" --{option} {value}" for option, value in zip(options.values(), given.values(), strict=True) if value
        )
        again = f"--fleet --part {name} --seed {asked.seed}{more}"
        yield Planned(f"{name}-{asked.seed}", again, partial(begin, seed=str(asked.seed), **given))

    return plan


FLEET: dict[str, Part] = {
    "chaos": _chaos,
    "pace": _one("pace", pace),
    "frozen": _one("frozen", frozen_calls),
    "releases": _one("releases", two_releases, before="before"),
}
