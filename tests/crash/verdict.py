"""The count afterwards: what was accepted against what arrived. Pure; it refuses to excuse anything.

Order: of two texts of one conversation and direction the later one may stand first only if the bot had taken it, or
been offered it, before it had accepted the earlier one. (The bot puts texts that still wait in the order in which they
were written; so an earlier one that comes late may go before a later one or after it.) A text that a person sends again
goes behind all that was written since.
Twice: a text that is there more than once, in whatever words.
Words: see wording.py. Crossed, from one workspace to another: see crossings.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, combinations
from typing import NamedTuple

from tests.crash.history import Said
from tests.crash.wording import Told, wrong_words


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
    wrong_words: tuple[str, ...] = ()
    misplaced: tuple[str, ...] = ()
    crossed: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether nothing at all went wrong."""
        return not any(self[1:])

    def __str__(self) -> str:
        counts = (
            f"lost {len(self.lost)} twice {len(self.twice)} out of order {len(self.out_of_order)}"
            f" wrong words {len(self.wrong_words)} crossed {len(self.crossed)} misplaced {len(self.misplaced)}"
        )
        return " ".join([counts, *([f"complaints {len(self.complaints)}"] if self.complaints else [])])

    def details(self) -> str:
        """Name everything, one kind a line."""
        kinds = {name: getattr(self, name) for name in self._fields if name != "said"}
        return "\n".join(f"{name}: {', '.join(items)}" for name, items in kinds.items() if items)


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """Add up several verdicts."""
    every = list(verdicts)
    kinds = zip(*(one[1:] for one in every), strict=True)
    return Verdict(sum(one.said for one in every), *(tuple(chain.from_iterable(kind)) for kind in kinds))


def judge(
    said: Iterable[Said],
    arrived: Sequence[Arrived],
    complaints: Iterable[str] = (),
    *,
    told: Told | None = None,
    undo_window_s: float = 0.0,
) -> Verdict:
    """Compare both sides. `arrived` is in the order in which people see it; `told` is what threads say."""
    texts = list(said)
    by_words = {words: one for one in texts for words in one.versions}
    homes = [one for one in arrived if (text := by_words.get(one.body)) and one[:2] == (text.way, text.contact)]
    shown, at_home = [by_words[one.body] for one in homes], set(homes)
    count = Counter(one.body for one in shown)
    first = {by_words[one.body].body: one.body for one in reversed(homes)}
    unheard = (one for one in texts if not (one.is_accepted or one.is_command or one.is_unheard))
    return Verdict(
        said=len(texts),
        lost=tuple(one.body for one in texts if one.must_arrive and not count[one.body]),
        twice=tuple(body for body, times in count.items() if times > 1),
        out_of_order=_out_of_order(shown),
        wrong_words=tuple(wrong_words(texts, first, told or Told(), undo_window_s=undo_window_s)),
        misplaced=tuple(f"{one.body} with {one.contact or 'nobody'}" for one in arrived if one not in at_home),
        complaints=(*(f"never accepted: {one.body}" for one in unheard), *complaints),
    )


def _out_of_order(shown: list[Said]) -> tuple[str, ...]:
    lanes: dict[tuple[str, str], dict[str, Said]] = {}
    for one in shown:
        lanes.setdefault((one.way, one.contact), {}).setdefault(one.body, one)
    pairs = (pair for lane in lanes.values() for pair in combinations(lane.values(), 2))
    return tuple(f"{first.body} before {second.body}" for first, second in pairs if _is_swapped(first, second))


def _is_swapped(first: Said, second: Said) -> bool:
    if second.is_sent_again:
        return False
    return second.number < first.number and second.accepted_at <= first.offered_at
