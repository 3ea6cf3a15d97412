"""Steps that the app offers to workflows, as its manifest defines them: what each wants, and what it gives.

Only the form that our own manifests have is understood: mappings of plain values, two spaces deeper in each level.
Without a manifest there are none.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bot.sandbox.demo.shortcuts import PLACES

SECTION = re.compile(r"^functions:[^\n]*\n((?: [^\n]*\n|\n)*)", re.MULTILINE)
LINE = re.compile(r"^( *)([\w-]+):(?: +([^#\s].*?))?(?: +#.*)?$")
PLAIN = {"true": True, "false": False}

Functions = dict[str, dict[str, Any]]


def functions(places: tuple[Path, ...] = PLACES) -> Functions:
    """Return the definition of each step, by its callback id, in the manifest's order."""
    return read_functions(next((place.read_text(encoding="utf-8") for place in places if place.is_file()), ""))


def read_functions(manifest: str) -> Functions:
    """Read the section of a manifest that defines steps; empty where there is none."""
    section = SECTION.search(manifest)
    found: Functions = {}
    open_levels: list[tuple[int, dict[str, Any]]] = [(-1, found)]
    for line in section[1].splitlines() if section else ():
        read = LINE.match(line)
        if read is None:
            continue
        depth, name, value = len(read[1]), read[2], (read[3] or "").strip().strip("\"'")
        while open_levels[-1][0] >= depth:
            open_levels.pop()
        within = open_levels[-1][1]
        within[name] = PLAIN.get(value, value) if value else {}
        if not value:
            open_levels.append((depth, within[name]))
    return found
