"""Chart: what a small picture of figures shows, as plain values; media/chart_image.py draws it."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_POINTS = 92
"""Points of a chart: its address holds all of them, and Slack takes 3,000 characters."""


@dataclass(frozen=True)
class Series:
    """Series of values, and what they are; None where there was nothing to measure."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Chart:
    """Chart of one or two series over time: bars for counts, lines for times (in minutes, on a logarithmic scale).

    `labels` say which day or week each point is, and stand under some of them. `is_dark` is what the viewer chose.
    """

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    is_of_times: bool = False
    is_dark: bool = False
