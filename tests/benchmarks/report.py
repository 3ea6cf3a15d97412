"""Figures for people and for machines: the table on standard output and the JSON file."""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks.figures import Figure
from tests.benchmarks.machine import Machine

HEADS = ("name", "ours", "peer", "ratio (min - max)", "target", "", "peer is")
LEFT = frozenset({0, 5, 6})


def table(figures: Sequence[Figure]) -> str:
    """Lay the figures out in columns, with what has to be said about them below."""
    rows = [HEADS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    notes = [f"{figure.name}: {figure.note}." for figure in figures if figure.note]
    return "\n".join([*(_line(row, widths) for row in rows), "", *notes])


def _row(figure: Figure) -> tuple[str, ...]:
    verdict = "" if figure.target is None else "ok" if figure.is_met else "short"
    return (
        figure.name,
        f"{shown(median(figure.ours))} {figure.unit}",
        shown(median(figure.peer)),
        f"{figure.ratio:.2f} ({min(figure.ratios):.2f} - {max(figure.ratios):.2f})",
        figure.asked,
        verdict,
        figure.against,
    )


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = zip(row, widths, range(len(row)), strict=True)
    return "  ".join(
        cell.ljust(width) if column in LEFT else cell.rjust(width) for cell, width, column in cells
    ).rstrip()


def shown(value: float) -> str:
    """Write a value with as many digits as it is worth."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def write_json(file: Path, machine: Machine, figures: Sequence[Figure]) -> None:
    """Write everything to a file, whose folder is made where it is missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = {"machine": vars(machine), "figures": [figure.as_json() for figure in figures]}
    file.write_text(json.dumps(whole, indent=2) + "\n")
