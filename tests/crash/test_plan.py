"""The plan of the long run: what it covers when nothing is asked for, and how each of its rounds is repeated alone."""

from __future__ import annotations

from functools import partial

import pytest

from tests.crash.__main__ import parts_of, read_arguments
from tests.crash.fleet_plan import FLEET
from tests.crash.glific_plan import GLIFIC
from tests.crash.plan import Planned, planned

BOTH = ("outage", "kicked", "stops", "answers")
"""Parts that have one round for each of what may be served."""


def plan(*words: str) -> list[Planned]:
    """Plan what these arguments ask for."""
    asked = read_arguments(words)
    return list(planned(asked, parts_of(asked)))


def settings(one: Planned) -> dict[str, object]:
    """Return what a round is begun with."""
    assert isinstance(one.begin, partial)
    return one.begin.keywords


def test_both_are_served() -> None:
    """Unless one is asked for, the workspace of the environment and two installed ones are served by turns."""
    rounds = plan("--seed", "1")
    for name in BOTH:
        assert [one.name for one in rounds if one.name.startswith(name)] == [f"{name}-one", f"{name}-two"]
    for part, times in (("random", 5), ("points", 5), ("restores", 2)):
        again = [one.again for one in rounds if one.name.startswith(part)]
        assert [sum(f"--workspaces {served}" in one for one in again) for served in ("one", "two")] == [times, times]


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_each_round_can_be_repeated(seed: str) -> None:
    """The arguments that a round names give that round alone, with the same settings."""
    for one in plan("--seed", seed):
        (again,) = plan(*one.again.split())
        assert again.name == one.name
        assert settings(again) == settings(one)


def test_each_round_of_a_fleet_can_be_repeated() -> None:
    """So it is where several bots are on one database."""
    rounds = plan("--fleet", "--seed", "3", "--kills", "7")
    assert [one.name.partition("-")[0] for one in rounds] == list(FLEET)
    for one in rounds:
        (again,) = plan(*one.again.split())
        assert again.name == one.name
        assert settings(again) == settings(one)


def test_each_round_at_glific_can_be_repeated() -> None:
    """So it is where the one line is at Glific."""
    rounds = plan("--glific", "--seed", "3", "--kills", "7", "--answers", "5")
    assert [one.name.rpartition("-")[0] for one in rounds] == list(GLIFIC)
    for one in rounds:
        (again,) = plan(*one.again.split())
        assert again.name == one.name
        assert settings(again) == settings(one)
