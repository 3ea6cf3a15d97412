"""Reads a Dockerfile: its stages, and the few instructions that ours uses. Any other is refused: nothing is skipped."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

KNOWN = {"RUN", "COPY", "ENV", "USER", "WORKDIR", "EXPOSE", "HEALTHCHECK", "CMD"}
LISTS = {"HEALTHCHECK", "CMD"}
"""Instructions whose command is a list: no shell stands between the engine and the program."""


class Instruction(NamedTuple):
    """One instruction: its name, its options (`--from=build`), and what follows."""

    name: str
    options: dict[str, str]
    text: str

    @property
    def words(self) -> list[str]:
        """What follows, as a list."""
        if self.name in LISTS:
            words: list[str] = json.loads(self.text.removeprefix("CMD "))
            return words
        return shlex.split(self.text)


@dataclass(frozen=True)
class Stage:
    """One stage: what it begins from, and its instructions."""

    name: str
    base: str
    instructions: tuple[Instruction, ...]

    def last(self, name: str) -> Instruction | None:
        """Give the last instruction of this name, which is the one that counts."""
        return next((one for one in reversed(self.instructions) if one.name == name), None)

    @property
    def user(self) -> str:
        """Who its processes run as: root where nothing else is said."""
        user = self.last("USER")
        return user.text if user else "root"


def stages_in(file: Path) -> dict[str, Stage]:
    """Read all stages by name, in order. Raises ValueError for what is not known here."""
    stages: dict[str, Stage] = {}
    for line in _lines(file.read_text(encoding="utf-8")):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            base, word, stage = rest.split()
            if word != "AS":
                raise ValueError(f"a stage without a name: {line}")
            stages[stage] = Stage(stage, base, ())
        elif name not in KNOWN or not stages:
            raise ValueError(f"an instruction that is not known here: {line}")
        else:
            last = next(reversed(stages.values()))
            stages[last.name] = Stage(last.name, last.base, (*last.instructions, _instruction(name, rest)))
    return stages


def _lines(text: str) -> Iterator[str]:
    """Give each instruction as one line, without comments."""
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in re.sub(r"\s*\\\n\s*", " ", kept).splitlines():
        if line.strip():
            yield " ".join(line.split(maxsplit=1))


def _instruction(name: str, rest: str) -> Instruction:
    options = {}
    while option := re.match(r"--([a-z-]+)=(\S+)\s+", rest):
        options[option[1]] = option[2]
        rest = rest[option.end() :]
    return Instruction(name, options, rest)
