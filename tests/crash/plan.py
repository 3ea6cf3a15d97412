"""Which rounds the long run has: each with its name, the arguments that repeat it, and its beginning."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.crash.channels import kicked, moved, one_dead
from tests.crash.kill_points import kills_at_points
from tests.crash.kills import orderly_stops, random_kills
from tests.crash.outage import lost_answers, outage
from tests.crash.points import POINTS
from tests.crash.restores import restores
from tests.crash.rounds import Round

AT_ONCE = 5
"""Restores in one round."""

FULL_EACH = 3
"""One round of random kills in so many begins with a full database."""

Begin = Callable[[Path], Coroutine[None, None, Round]]


class Planned(NamedTuple):
    """A round to come; `again` are the arguments that repeat it alone."""

    name: str
    again: str
    begin: Begin


WORKSPACES = ("one", "two")
"""What the bot serves: the workspace of the environment, or two that people install and connect."""

Part = Callable[[argparse.Namespace], Iterable[Planned]]


def planned(asked: argparse.Namespace, parts: Mapping[str, Part]) -> Iterator[Planned]:
    """Give the rounds that are asked for, the longest first. Raises KeyError for a part that is not among these."""
    for part in asked.part or parts:
        yield from parts[part](asked)


def _seeds(asked: argparse.Namespace) -> range:
    return range(asked.seed, asked.seed + asked.rounds)


def served_with(asked: argparse.Namespace, seed: int) -> str:
    """Say what is served with this seed: what is asked for takes turns."""
    served: list[str] = asked.workspaces or list(WORKSPACES)
    return served[seed % len(served)]


def _random(asked: argparse.Namespace) -> Iterator[Planned]:
    kills = max(1, asked.kills // asked.rounds)
    for seed in _seeds(asked):
        served = served_with(asked, seed)
        again = f"--part random --seed {seed} --rounds 1 --kills {kills} --workspaces {served}"
        begin = partial(random_kills, seed=str(seed), kills=kills)
        has_two, is_full = served == "two", seed % FULL_EACH == 0
        yield Planned(f"random-{seed}", again, partial(begin, has_two=has_two, is_full=is_full and not has_two))


def _points(asked: argparse.Namespace) -> Iterator[Planned]:
    for seed in _seeds(asked):
        served = served_with(asked, seed)
        again = f"--part points --seed {seed} --rounds 1 --workspaces {served}"
        begin = partial(kills_at_points, seed=str(seed), points=list(POINTS.values()))
        yield Planned(f"points-{seed}", again, partial(begin, has_two=served == "two"))


def _restores(asked: argparse.Namespace) -> Iterator[Planned]:
    for number, done in enumerate(range(0, asked.restores, AT_ONCE)):
        seed, times = asked.seed + number, min(AT_ONCE, asked.restores - done)
        served = served_with(asked, seed)
        again = f"--part restores --seed {seed} --restores {times} --workspaces {served}"
        begin = partial(restores, seed=str(seed), times=times)
        yield Planned(f"restores-{seed}", again, partial(begin, has_two=served == "two"))


def _each(name: str, begin: Callable[..., Coroutine[None, None, Round]], **options: str) -> Part:
    """Plan a round for everything that may be served; `options` are arguments of the round, and of the command line."""

    def plan(asked: argparse.Namespace) -> Iterator[Planned]:
        given = {argument: getattr(asked, option) for argument, option in options.items()}
        more = "".join(f" --{option} {getattr(asked, option):g}" for option in options.values())
        for served in asked.workspaces or WORKSPACES:
            again = f"--part {name} --seed {asked.seed}{more} --workspaces {served}"
            whole = partial(begin, seed=str(asked.seed), has_two=served == "two", **given)
            yield Planned(f"{name}-{served}", again, whole)

    return plan


def _alone(name: str, begin: Callable[..., Coroutine[None, None, Round]]) -> Part:
    """Plan one round of the workspace of the environment, whatever is asked to be served."""

    def plan(asked: argparse.Namespace) -> Iterator[Planned]:
        yield Planned(name, f"--part {name} --seed {asked.seed}", partial(begin, seed=str(asked.seed)))

    return plan


PARTS: dict[str, Part] = {
    "outage": _each("outage", outage, down_s="down"),
    "random": _random,
    "restores": _restores,
    "kicked": _each("kicked", kicked, away_s="away"),
    "dead": _alone("dead", one_dead),
    "moved": _alone("moved", moved),
    "stops": _each("stops", orderly_stops),
    "answers": _each("answers", lost_answers),
    "points": _points,
}
