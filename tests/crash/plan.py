"""Which rounds the long run has: each with its name, the arguments that repeat it, and its beginning."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Coroutine, Iterable, Iterator
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


Part = Callable[[argparse.Namespace], Iterable[Planned]]


def planned(asked: argparse.Namespace) -> Iterator[Planned]:
    """Give the rounds that are asked for, the longest first."""
    for part in asked.part or PARTS:
        yield from PARTS[part](asked)


def _seeds(asked: argparse.Namespace) -> range:
    return range(asked.seed, asked.seed + asked.rounds)


def _outage(asked: argparse.Namespace) -> Iterator[Planned]:
    again = f"--part outage --seed {asked.seed} --down {asked.down:g}"
    yield Planned("outage", again, partial(outage, seed=str(asked.seed), down_s=asked.down))


def _random(asked: argparse.Namespace) -> Iterator[Planned]:
    kills = max(1, asked.kills // asked.rounds)
    for seed in _seeds(asked):
        again = f"--part random --seed {seed} --rounds 1 --kills {kills}"
        begin = partial(random_kills, seed=str(seed), kills=kills, is_full=seed % FULL_EACH == 0)
        yield Planned(f"random-{seed}", again, begin)


def _points(asked: argparse.Namespace) -> Iterator[Planned]:
    for seed in _seeds(asked):
        again = f"--part points --seed {seed} --rounds 1"
        yield Planned(f"points-{seed}", again, partial(kills_at_points, seed=str(seed), points=list(POINTS.values())))


def _restores(asked: argparse.Namespace) -> Iterator[Planned]:
    for number, done in enumerate(range(0, asked.restores, AT_ONCE)):
        seed, times = asked.seed + number, min(AT_ONCE, asked.restores - done)
        again = f"--part restores --seed {seed} --restores {times}"
        yield Planned(f"restores-{seed}", again, partial(restores, seed=str(seed), times=times))


def _kicked(asked: argparse.Namespace) -> Iterator[Planned]:
    again = f"--part kicked --seed {asked.seed} --away {asked.away:g}"
    yield Planned("kicked", again, partial(kicked, seed=str(asked.seed), away_s=asked.away))


def _alone(name: str, begin: Callable[..., Coroutine[None, None, Round]]) -> Part:
    def plan(asked: argparse.Namespace) -> Iterator[Planned]:
        yield Planned(name, f"--part {name} --seed {asked.seed}", partial(begin, seed=str(asked.seed)))

    return plan


PARTS: dict[str, Part] = {
    "outage": _outage,
    "random": _random,
    "restores": _restores,
    "kicked": _kicked,
    "dead": _alone("dead", one_dead),
    "moved": _alone("moved", moved),
    "stops": _alone("stops", orderly_stops),
    "answers": _alone("answers", lost_answers),
    "points": _points,
}
