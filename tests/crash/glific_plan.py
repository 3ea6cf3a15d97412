"""Which rounds `python -m tests.crash --glific` has: those of a bot with a WhatsApp line and nothing at Volt."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial

from tests.crash.glific_rounds import cut_from_glific, kills_at_glific, lost_answers_at_glific
from tests.crash.plan import Part, Planned


def _kills(asked: argparse.Namespace) -> Iterator[Planned]:
    again = f"--glific --part glific-kills --seed {asked.seed} --kills {asked.kills}"
    yield Planned(
        f"glific-kills-{asked.seed}", again, partial(kills_at_glific, seed=str(asked.seed), kills=asked.kills)
    )


def _cut(asked: argparse.Namespace) -> Iterator[Planned]:
    again = f"--glific --part glific-cut --seed {asked.seed} --down {asked.down:g}"
    yield Planned(f"glific-cut-{asked.seed}", again, partial(cut_from_glific, seed=str(asked.seed), down_s=asked.down))


def _answers(asked: argparse.Namespace) -> Iterator[Planned]:
    again = f"--glific --part glific-answers --seed {asked.seed} --answers {asked.answers}"
    begin = partial(lost_answers_at_glific, seed=str(asked.seed), times=asked.answers)
    yield Planned(f"glific-answers-{asked.seed}", again, begin)


GLIFIC: dict[str, Part] = {"glific-kills": _kills, "glific-cut": _cut, "glific-answers": _answers}
