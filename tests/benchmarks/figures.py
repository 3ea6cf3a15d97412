"""One measured figure: ours and the peer's in each round, their ratio, and whether it holds what is asked of it.

A peer is whatever was measured in the same run to compare with: the same without a part, a bare library, or a limit.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`ours` and `peer` hold one value per round. `target` None: told for information, nothing is asked of it.

    `is_most` says that the ratio may be at most the target; else it must be at least that.
    """

    name: str
    unit: str
    ours: tuple[float, ...]
    peer: tuple[float, ...]
    against: str
    target: float | None = None
    is_most: bool = False
    note: str = ""

    @property
    def ratios(self) -> tuple[float, ...]:
        """Ours to the peer's, round by round."""
        return tuple(ours / peer for ours, peer in zip(self.ours, self.peer, strict=True))

    @property
    def ratio(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.ratios)

    @property
    def is_met(self) -> bool:
        """Whether the median holds the target."""
        if self.target is None:
            return True
        return self.ratio <= self.target if self.is_most else self.ratio >= self.target

    @property
    def asked(self) -> str:
        """Write the target, or nothing."""
        return "" if self.target is None else f"{'<=' if self.is_most else '>='} {self.target:g}"

    def as_json(self) -> dict[str, Any]:
        """Return everything that is known about the figure."""
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": list(self.ours),
            "peer": list(self.peer),
            "against": self.against,
            "ratio": {"median": self.ratio, "min": min(self.ratios), "max": max(self.ratios)},
            "target": self.target,
            "is_most": self.is_most,
            "is_met": self.is_met,
            "note": self.note,
        }


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
