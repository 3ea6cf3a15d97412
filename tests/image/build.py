"""Carries out the stages of a Dockerfile in root folders, instruction by instruction."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.image.dockerfile import Instruction, Stage
from tests.image.root import Root

RELEASES = {"debian:bookworm-slim": "bookworm"}
"""Images that a stage may begin from, and the release that debootstrap makes the same of."""


class Build:
    """One build in a folder. `base` is a root folder that debootstrap has made before; else one is made."""

    def __init__(self, context: Path, folder: Path, base: Path | None) -> None:
        self._context, self._folder, self._base = context, folder, base
        self._roots: dict[str, Root] = {}

    def stage(self, stage: Stage) -> Root:
        """Carry out one stage; those that it names come before it. Raises RuntimeError."""
        begun = self._roots.get(stage.base) or Root(self._debian(RELEASES[stage.base]))
        root = self._roots[stage.name] = begun.copy(self._folder / stage.name)
        for instruction in stage.instructions:
            self._carry_out(instruction, root)
        return root

    def _debian(self, release: str) -> Path:
        if self._base is None:
            base = self._folder / release
            line = ["/usr/sbin/debootstrap", "--variant=minbase", release, str(base)]
            subprocess.run(line, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
            self._base = base
        return self._base

    def _carry_out(self, instruction: Instruction, root: Root) -> None:
        match instruction.name:
            case "RUN":
                root.build(instruction.text)
            case "COPY":
                self._copy(instruction, root)
            case "ENV":
                root.variables |= dict(word.split("=", 1) for word in instruction.words)
            case "USER":
                root.user = instruction.text
            case "WORKDIR":
                root.workdir = instruction.text
                (root.folder / instruction.text.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case _:
                pass  # EXPOSE only tells; HEALTHCHECK and CMD are for whoever runs it

    def _copy(self, instruction: Instruction, root: Root) -> None:
        *sources, target = instruction.words
        origin = instruction.options.get("from")
        start = self._roots[origin].folder if origin else self._context
        there = root.folder / f"{'' if target.startswith('/') else root.workdir}/{target}".lstrip("/")
        for name in sources:
            source = start / name.lstrip("/")
            if source.is_dir():
                shutil.copytree(source, there, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, there / source.name if target.endswith("/") else there)
