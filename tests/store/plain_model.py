"""The outbox as plain lists: the model beside which the store is walked."""

from dataclasses import dataclass, field

from bot.domain.ids import ConversationId
from bot.domain.outbox import FIRST, EntryKind, EntryState, Lane, lane_of

KINDS = {
    Lane.IN: (EntryKind.POST_TEXT, "post:C1"),
    Lane.OUT: (EntryKind.SEND, "send"),
    Lane.ABOUT: (EntryKind.LINE, "post:C1"),
    Lane.REACTION: (EntryKind.REACTION, "react"),
}
OTHERS = KINDS | {Lane.OUT: (EntryKind.PREPARE, "prepare"), Lane.ABOUT: (EntryKind.LINE, "edit")}
PACES = ("post:C1", "send", "prepare", "edit", "react")
CONVERSATIONS = (1, 2)
OPEN = (EntryState.PENDING, EntryState.IN_FLIGHT, EntryState.UNKNOWN)
LANES = [lane_of(ConversationId(number), way) for number in CONVERSATIONS for way in Lane]


@dataclass
class Row:
    """An effect as the model knows it. `place` counts up as ids do."""

    key: str
    lane: str
    kind: EntryKind
    pace: str
    rank: int
    due_at: int
    place: int
    state: EntryState = EntryState.PENDING
    attempts: int = 0

    @property
    def order(self) -> tuple[int, int]:
        """Where it stands in its lane."""
        return self.rank, self.place


@dataclass
class PlainOutbox:
    """Effects and paces. Knows the rules of lanes and nothing of SQL."""

    rows: list[Row] = field(default_factory=list)
    holds: dict[str, tuple[int, int]] = field(default_factory=dict)
    count: int = 0

    def enqueue(self, key: str, lane: str, kind: EntryKind, pace: str, *, rank: int, due_at: int) -> None:
        """Add a call; its pace is known from now on."""
        self.count += 1
        self.rows.append(Row(key, lane, kind, pace, max(rank, FIRST + 1), due_at, self.count))
        self.holds.setdefault(pace, (0, 0))

    def of(self, *states: EntryState, lane: str | None = None) -> list[Row]:
        """List the rows in these states in order of their lane."""
        rows = [row for row in self.rows if row.state in states and lane in (None, row.lane)]
        return sorted(rows, key=lambda row: row.order)

    def head(self, lane: str) -> Row | None:
        """Find what may leave next from a lane, whenever that is due."""
        if self.of(EntryState.IN_FLIGHT, EntryState.UNKNOWN, lane=lane):
            return None
        return next(iter(self.of(EntryState.PENDING, lane=lane)), None)

    def ready(self, pace: str) -> list[Row]:
        """List the heads of a pace, the longest due first."""
        heads = [head for lane in LANES if (head := self.head(lane)) is not None and head.pace == pace]
        return sorted(heads, key=lambda row: row.due_at)

    def fresh_at(self, lane: str) -> int:
        """Tell when a lane was last pending with something that is due."""
        pending = self.of(EntryState.PENDING, lane=lane)
        return max(pending[0].due_at, pending[-1].due_at)

    def queues(self, now: int) -> tuple[dict[str, int], int | None, dict[str, list[int]]]:
        """Tell which paces may go on since when, when the first of the others may, how fresh the lanes of each are."""
        ready = {pace: heads for pace in PACES if (heads := self.ready(pace))}
        at = {pace: max(self.holds[pace][0], heads[0].due_at) for pace, heads in ready.items()}
        fresh = {pace: [self.fresh_at(row.lane) for row in ready.get(pace, ())] for pace in PACES}
        due = {pace: sorted((at for at in moments if at <= now), reverse=True) for pace, moments in fresh.items()}
        others = (moment for moment in at.values() if moment > now)
        return {pace: moment for pace, moment in at.items() if moment <= now}, min(others, default=None), due

    def row(self, key: str) -> Row:
        """Find a row of the model."""
        return next(row for row in self.rows if row.key == key)


def at_once(lane: str, merged: int) -> int:
    """Tell how many calls may leave as one: only texts of the contact."""
    return merged if lane.startswith(Lane.IN.value) else 1
