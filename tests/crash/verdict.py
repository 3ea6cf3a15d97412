"""The count afterwards: what was accepted against what arrived. Pure; it refuses to excuse anything.

Order: of two texts of one conversation and direction the later one may stand first only if the bot had taken it, or
been offered it, before it had accepted the earlier one. (The bot puts texts that still wait in the order in which they
were written; so an earlier one that comes late may go before a later one or after it.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from tests.crash.traffic import Said


class Arrived(NamedTuple):
    """One text on the other side: in which conversation and direction, and its words."""

    way: str
    contact: str
    body: str


class Verdict(NamedTuple):
    """What went wrong, by kind; all empty where nothing did. `said` is the number of texts."""

    said: int
    lost: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    out_of_order: tuple[str, ...] = ()
    misplaced: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether nothing at all went wrong."""
        return not (self.lost or self.twice or self.out_of_order or self.misplaced or self.complaints)

    def __str__(self) -> str:
        counts = f"lost {len(self.lost)} twice {len(self.twice)} out of order {len(self.out_of_order)}"
        misplaced = [f"misplaced {len(self.misplaced)}"] if self.misplaced else []
        return " ".join([counts, *misplaced, *([f"complaints {len(self.complaints)}"] if self.complaints else [])])

    def details(self) -> str:
        """Name everything, one kind a line."""
        kinds = {name: getattr(self, name) for name in self._fields if name != "said"}
        return "\n".join(f"{name}: {', '.join(items)}" for name, items in kinds.items() if items)


def judge(said: Iterable[Said], arrived: Sequence[Arrived], complaints: Iterable[str] = ()) -> Verdict:
    """Compare both sides. `arrived` is in the order in which people see it."""
    texts = {one.body: one for one in said}
    homes = [one for one in arrived if (text := texts.get(one.body)) and one[:2] == (text.way, text.contact)]
    count = Counter(one.body for one in homes)
    unheard = tuple(f"never accepted: {one.body}" for one in texts.values() if not (one.is_accepted or one.is_command))
    return Verdict(
        said=len(texts),
        lost=tuple(one.body for one in texts.values() if one.is_accepted and not count[one.body]),
        twice=tuple(body for body, times in count.items() if times > 1),
        out_of_order=_out_of_order([texts[one.body] for one in homes]),
        misplaced=tuple(f"{one.body} with {one.contact or 'nobody'}" for one in arrived if one not in homes),
        complaints=(*unheard, *complaints),
    )


def _out_of_order(shown: list[Said]) -> tuple[str, ...]:
    lanes: dict[tuple[str, str], list[Said]] = {}
    for one in dict.fromkeys(said.body for said in shown):
        said = next(text for text in shown if text.body == one)
        lanes.setdefault((said.way, said.contact), []).append(said)
    pairs = (pair for lane in lanes.values() for pair in combinations(lane, 2))
    return tuple(f"{first.body} before {second.body}" for first, second in pairs if _is_swapped(first, second))


def _is_swapped(first: Said, second: Said) -> bool:
    return second.number < first.number and second.accepted_at <= first.offered_at
