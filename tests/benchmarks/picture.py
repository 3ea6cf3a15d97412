"""The figures as a picture for the README: plain SVG, one bar each, as long as the figure is good.

The upright line is the target: a bar that ends behind it holds it, one that ends before it is short. The colours are
in the middle between black and white, so that they can be read on both.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.machine import Machine

WIDTH, LEFT, RIGHT, TOP, STEP, BAR = 760, 250, 170, 34, 24, 13
MOST = 2.0
"""Times the target at which a bar ends; what is better is cut off there."""

INK, HELD, MISSED = "#6e7781", "#2da44e", "#d4792a"


def write_picture(file: Path, machine: Machine, figures: Sequence[Figure]) -> None:
    """Draw every figure that has a target."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(drawn(machine, [figure for figure in figures if figure.target is not None]))


def drawn(machine: Machine, figures: Sequence[Figure]) -> str:
    """Return the picture."""
    bottom = TOP + STEP * len(figures)
    target = _x(1.0)
    size = f'viewBox="0 0 {WIDTH} {bottom + 28}" width="{WIDTH}"'
    look = f'font-family="system-ui, sans-serif" font-size="12" fill="{INK}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {look} role="img">',
        "<title>Benchmarks: each ratio against its target</title>",
        _text(target, TOP - 12, "target", "middle"),
        *(part for row, figure in enumerate(figures) for part in _bar(figure, TOP + STEP * row)),
        f'<line x1="{target:g}" y1="{TOP - 6}" x2="{target:g}" y2="{bottom}" stroke="{INK}" stroke-dasharray="3 3"/>',
        _text(WIDTH - 8, bottom + 18, str(machine), "end", size=10),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def goodness(figure: Figure) -> float:
    """Return how often a figure holds its target: 1 just so, below 1 not."""
    assert figure.target is not None
    return figure.target / figure.ratio if figure.is_most else figure.ratio / figure.target


def _x(good: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * min(good, MOST) / MOST


def _bar(figure: Figure, top: int) -> list[str]:
    end, middle = _x(goodness(figure)), top + BAR - 2
    colour = HELD if figure.is_met else MISSED
    return [
        _text(LEFT - 8, middle, figure.name, "end"),
        f'<rect x="{LEFT}" y="{top}" width="{end - LEFT:.1f}" height="{BAR}" rx="2" fill="{colour}"/>',
        _text(WIDTH - RIGHT + 8, middle, f"{figure.ratio:.2f}  ({figure.asked})", "start"),
    ]


def _text(x: float, y: float, words: str, anchor: str, *, size: int = 12) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}">{escape(words)}</text>'
