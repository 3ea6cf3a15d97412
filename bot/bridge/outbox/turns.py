"""Turns: whose call is the next one, where more is due than may leave.

A rate limit is shared in turns: what a person waits for, what came last, what has waited longest. So a reply of now
need not wait for a backlog, and a backlog drains. Contacts take turns too: whose texts were shown again and again a
moment ago come behind those that still wait, so that nobody's flood delays the others. Channels that share a slot take
turns as well. The order within a lane never changes.
"""

from collections import Counter, deque

from bot.bridge.requests import Attempt
from bot.domain.outbox import EntryKind, LaneOrder, LaneQueue
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction

WHEEL = (LaneOrder.AWAITED, LaneOrder.NEWEST, LaneOrder.OLDEST)

LATELY_S = 10.0
OFTEN = 3
"""A contact whose texts were shown in so many posts in so many seconds lets all others go first."""

MAX_PASSED_OVER = 32
"""Such contacts that one choice passes over, at most."""


class FairQueue:
    """Fair queue: remembers, in memory only, whose turn it was last."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.served_at: dict[str, Micros] = {}
        self.shown_at: deque[tuple[Micros, str]] = deque()
        self.rests_until: dict[str, Micros] = {}

    def keep(self, turns: "Turns") -> None:
        """Remember the turns of a pass, once it is committed."""
        self.taken.update(turns.taken)
        self.served_at.update(turns.served_at)
        self.rests_until.update(turns.rests_until)
        self.shown_at.extend((turns.now, lane) for lane in turns.shown)
        while self.shown_at and self.shown_at[0][0] <= add_seconds(turns.now, -LATELY_S):
            self.shown_at.popleft()

    def forget(self) -> None:
        """Forget what was noted by a clock that was set since."""
        self.served_at.clear()
        self.shown_at.clear()
        self.rests_until.clear()


class Turns:
    """Turns of one pass, by what the fair queue remembers; a pass that runs again takes the same ones."""

    def __init__(self, past: FairQueue, now: Micros) -> None:
        self._past = past
        self.now = now
        self.taken: Counter[str] = Counter()
        self.served_at: dict[str, Micros] = {}
        self.shown: list[str] = []
        self.rests_until: dict[str, Micros] = {}

    def lanes(self, tx: Transaction, queue: str, limit: int) -> list[str]:
        """Return at most so many lanes of a queue that may go now: all where they are so few, else by turns."""
        oldest = tx.outbox.due_lanes(queue, limit + 1)
        if len(oldest) <= limit:
            return oldest
        shown = self._shown_lately()
        more = limit + min(sum(times >= OFTEN for times in shown.values()), MAX_PASSED_OVER)
        waiting = {order: iter(_others_first(tx.outbox.due_lanes(queue, more, order), shown)) for order in WHEEL}
        picked: dict[str, None] = {}
        while len(picked) < limit:
            order = WHEEL[(self._past.taken[queue] + self.taken[queue]) % len(WHEEL)]
            self.taken[queue] += 1
            turn = next((lane for lane in waiting[order] if lane not in picked), None)
            if turn is None:
                turn = next(lane for lane in waiting[LaneOrder.OLDEST] if lane not in picked)
            picked[turn] = None
        return list(picked)

    def _shown_lately(self) -> Counter[str]:
        since = add_seconds(self.now, -LATELY_S)
        return Counter(lane for at, lane in self._past.shown_at if at > since) + Counter(self.shown)

    def show(self, attempts: list[Attempt]) -> None:
        """Note whose texts are shown now."""
        heads = (attempt.entries[0] for attempt in attempts)
        self.shown += [entry.lane for entry in heads if entry.kind is EntryKind.POST_TEXT]

    def rested(self, queues: list[LaneQueue]) -> list[LaneQueue]:
        """Leave out the queues that rest; the others by how long they waited since due, or since their last turn."""
        served_at = self._past.served_at
        rested = [queue for queue in queues if self.rest_of(queue) <= self.now]
        return sorted(rested, key=lambda queue: max(queue.due_at, served_at.get(queue.key, 0)))

    def rest_of(self, queue: LaneQueue) -> Micros:
        """Tell until when a queue rests."""
        return self._past.rests_until.get(queue.key, Micros(0))


def _others_first(lanes: list[str], shown: Counter[str]) -> list[str]:
    """Sort lanes: in their order those of which few texts were shown lately, then the others."""
    return sorted(lanes, key=lambda lane: times if (times := shown[lane]) >= OFTEN else 0)
