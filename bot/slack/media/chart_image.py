"""Charts as pictures: bars of counts, lines of times, in colours for light and for dark backgrounds.

Drawn with Pillow, which is loaded with the first chart. Twice as many pixels as Slack shows on a plain screen, so that
it is sharp on a fine one. Each series has a colour and a form of its own: nobody has to tell colours apart.
"""

import io
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from bot.slack.render.chart import Chart

WIDTH, HEIGHT = 1_200, 400
"""Size in pixels."""

LEFT, RIGHT, TOP, BOTTOM = 96, 48, 84, 56
"""Margins around the plot: what the axes and the title need."""

TEXT, TITLE = 24, 30
"""Sizes of letters, in pixels."""

_LINES = 3
"""Lines across, besides the one at the bottom."""

_STEPS_MINUTES = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1_440, 2_880, 10_080, 43_200, 129_600)


class _Colours(NamedTuple):
    back: str
    ink: str
    soft: str
    line: str
    series: tuple[str, str]


_LIGHT = _Colours("#ffffff", "#1d1c1d", "#616061", "#e3e3e3", ("#0b6e5f", "#d9822b"))
_DARK = _Colours("#1a1d21", "#f3f3f3", "#b5b5b7", "#3a3d42", ("#3fb8a4", "#f2a65a"))


def draw(chart: Chart) -> bytes:
    """Draw a chart as a PNG."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - a bot that shows no figures does not load it

    colours = _DARK if chart.is_dark else _LIGHT
    image = Image.new("RGB", (WIDTH, HEIGHT), colours.back)
    pen = _Pen(ImageDraw.Draw(image), ImageFont.load_default(TEXT), ImageFont.load_default(TITLE), colours)
    top = _top(chart)
    _frame(pen, chart, top)
    for number, one in enumerate(chart.series):
        (_line if chart.is_of_times else _bars)(pen, chart, number, one.values, top)
    written = io.BytesIO()
    image.quantize(64).save(written, "PNG", optimize=True)
    return written.getvalue()


class _Pen(NamedTuple):
    on: Any
    text: Any
    title: Any
    colours: _Colours


def _frame(pen: _Pen, chart: Chart, top: float) -> None:
    """Draw title, key, the lines across with their values, and the labels below."""
    pen.on.text((LEFT, 16), chart.title, fill=pen.colours.ink, font=pen.title)
    _key(pen, chart)
    for value, words in _marks(chart, top):
        y = _y(chart, value, top)
        pen.on.line((LEFT, y, WIDTH - RIGHT, y), fill=pen.colours.line, width=2)
        pen.on.text((LEFT - 12, y), words, fill=pen.colours.soft, font=pen.text, anchor="rm")
    for number in _labelled(pen, chart):
        x = _x(chart, number)
        pen.on.text((x, HEIGHT - BOTTOM + 14), chart.labels[number], fill=pen.colours.soft, font=pen.text, anchor="ma")


def _key(pen: _Pen, chart: Chart) -> None:
    """Draw what each colour is, from the right."""
    x = WIDTH - RIGHT
    for number, one in reversed(list(enumerate(chart.series))):
        x -= round(pen.on.textlength(one.name, font=pen.text))
        pen.on.text((x, 20), one.name, fill=pen.colours.ink, font=pen.text)
        x -= 30
        _sign(pen, number, x + 9, 34)
        x -= 26


def _sign(pen: _Pen, number: int, x: float, y: float, size: float = 8) -> None:
    """Draw the sign of a series: a square for the first, a disc for the second."""
    box, colour = (x - size, y - size, x + size, y + size), pen.colours.series[number]
    (pen.on.ellipse if number else pen.on.rectangle)(box, fill=colour)


def _top(chart: Chart) -> float:
    """Return the value at the upper edge: round, and above all values."""
    most = max((value for one in chart.series for value in one.values if value is not None), default=0)
    if chart.is_of_times:
        return next((step for step in _STEPS_MINUTES if step >= most), _STEPS_MINUTES[-1])
    step = _round_step(max(most, _LINES) / _LINES)
    return step * _LINES


def _round_step(least: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50 … that is not below."""
    power = int(10 ** math.floor(math.log10(least)))
    return next(power * one for one in (1, 2, 5, 10) if power * one >= least - 1e-9)


def _marks(chart: Chart, top: float) -> Iterator[tuple[float, str]]:
    """List the lines across: their values, and how they are written."""
    if not chart.is_of_times:
        for number in range(_LINES + 1):
            yield top * number / _LINES, f"{round(top * number / _LINES):,}"
        return
    steps = [step for step in _STEPS_MINUTES if step <= top]
    for step in steps[:: -max(1, math.ceil(len(steps) / (_LINES + 1)))]:
        yield step, _minutes(step)


def _minutes(minutes: float) -> str:
    if minutes < 60:
        return f"{minutes:.0f} min"
    if minutes < 1_440:
        return f"{minutes / 60:.0f} h"
    return f"{minutes / 1_440:.0f} d"


def _y(chart: Chart, value: float, top: float) -> float:
    """Return how high a value stands."""
    if chart.is_of_times:
        least = _STEPS_MINUTES[0] / 2
        share = math.log(max(value, least) / least) / math.log(top / least)
    else:
        share = value / top
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _slot(chart: Chart) -> float:
    return (WIDTH - LEFT - RIGHT) / max(1, len(chart.labels))


def _x(chart: Chart, number: int) -> float:
    """Return where the middle of a point stands."""
    return LEFT + (number + 0.5) * _slot(chart)


def _labelled(pen: _Pen, chart: Chart) -> range:
    """List the points that have room for their label, the last one among them."""
    widest = max((pen.on.textlength(label, font=pen.text) for label in chart.labels), default=0)
    every = max(1, math.ceil((widest + 24) / _slot(chart)))
    first = (len(chart.labels) - 1) % every
    return range(first, len(chart.labels), every)


def _bars(pen: _Pen, chart: Chart, number: int, values: Sequence[float | None], top: float) -> None:
    """Draw the bars of a series, beside those of the others."""
    room = _slot(chart) * 0.8
    width = room / len(chart.series)
    for at, value in enumerate(values):
        if not value:
            continue
        left = _x(chart, at) - room / 2 + number * width
        box = (left, _y(chart, value, top), left + max(width - 2, 1), HEIGHT - BOTTOM)
        pen.on.rectangle(box, fill=pen.colours.series[number])


def _line(pen: _Pen, chart: Chart, number: int, values: Sequence[float | None], top: float) -> None:
    """Draw the line of a series through its points; where there is nothing, there is a gap."""
    size = 7 if len(values) <= 40 else 4
    before: tuple[float, float] | None = None
    for at, value in enumerate(values):
        point = None if value is None else (_x(chart, at), _y(chart, value, top))
        if point is not None and before is not None:
            pen.on.line((*before, *point), fill=pen.colours.series[number], width=4)
        if point is not None:
            _sign(pen, number, *point, size)
        before = point
