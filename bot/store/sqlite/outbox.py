"""Outbox: entries, the lanes that keep them in order, the rate limits they keep."""

import json
from uuid import uuid4

from bot.domain.ids import ChannelId, PostKey
from bot.domain.outbox import (
    EDIT_LIMIT,
    FIRST,
    HELD,
    REACTION_LIMIT,
    UPLOAD_LIMIT,
    EntryKind,
    EntryState,
    LaneOrder,
    LaneQueue,
    NewEntry,
    OutboxEntry,
    RateLimitHold,
    held_queue_of,
    lane_of,
    post_limit,
)
from bot.domain.subjects import Subject, encode
from bot.domain.timestamps import Micros
from bot.store.sqlite import rows
from bot.store.sqlite.session import Repository

SHARED = (EDIT_LIMIT, REACTION_LIMIT, UPLOAD_LIMIT)
"""Rate limits that calls to all channels share."""


class Outbox(Repository):
    """Outbox: entries, the lanes that keep them in order, the rate limits they keep."""

    def add(self, entry: NewEntry) -> PostKey:
        """Put a call on the books."""
        key = entry.key or PostKey(uuid4().hex)
        lane = lane_of(entry.conversation_id, entry.lane)
        self._session.add_limit(entry.limit_key)
        self._do(
            "add_entry",
            key=key,
            lane=lane,
            kind=entry.kind.value,
            limit_key=entry.limit_key,
            conversation_id=entry.conversation_id,
            message_id=entry.message_id,
            subject=encode(entry.subject),
            sort_key=self._sort_key(entry),
            due_at=self._session.now if entry.due_at is None else entry.due_at,
        )
        self._session.touched.add(lane)
        return key

    def by_key(self, key: PostKey) -> OutboxEntry | None:
        """Find a call by its key."""
        return rows.entry_or_none(self._one("entry_by_key", key=key))

    def of_message(self, message_id: int) -> list[OutboxEntry]:
        """List the effects of a text in any state."""
        return [rows.entry(row) for row in self._all("entries_of_message", id=message_id)]

    def all_open(self) -> list[OutboxEntry]:
        """List everything that is owed, under way or unknown."""
        return [rows.entry(row) for row in self._all("open_entries")]

    def pending(self, lane: str, kind: EntryKind, subject: Subject) -> OutboxEntry | None:
        """Find an effect that is still owed."""
        return rows.entry_or_none(self._one("pending_entry", lane=lane, kind=kind.value, subject=encode(subject)))

    def open_in(self, lane: str) -> list[OutboxEntry]:
        """List what is open in a lane, in order."""
        return [rows.entry(row) for row in self._all("entries_open_in", lane=lane)]

    def has_open_header(self, lane: str) -> bool:
        """Tell whether a header is open in a lane."""
        return self._one("has_open_header", lane=lane) is not None

    def is_busy(self, lane: str) -> bool:
        """Tell whether a call of a lane is under way or unknown."""
        return self._one("is_busy", lane=lane) is not None

    def pending_moves(self, lane: str) -> list[OutboxEntry]:
        """List the moves of a lane that are owed."""
        return [rows.entry(row) for row in self._all("pending_moves", lane=lane)]

    def cancel(self, entry: OutboxEntry) -> None:
        """Take a call off the books."""
        self._do("remove_entry", id=entry.id)
        self._session.touched.add(entry.lane)

    def mark_possible_duplicate(self, entry: OutboxEntry) -> None:
        """Note that this call may have been made before."""
        self._do("mark_possible_duplicate", id=entry.id)

    def mark_unmergeable(self, entry: OutboxEntry) -> None:
        """Note that this call must not be merged with others."""
        self._do("mark_unmergeable", id=entry.id)

    def refund_attempt(self, entry: OutboxEntry) -> None:
        """Take the last try off the count."""
        self._do("refund_attempt", id=entry.id)

    def mark_in_flight(self, entry: OutboxEntry) -> None:
        """Note that the call leaves now."""
        self._do("mark_in_flight", id=entry.id)
        self._session.has_started = True
        self._session.touched.add(entry.lane)

    def rate_limits(self) -> list[RateLimitHold]:
        """List every pace there is."""
        return [RateLimitHold(row["key"], row["not_before"], row["calm_until"]) for row in self._all("rate_limits")]

    def hold(self, hold: RateLimitHold) -> None:
        """Note until when a pace waits, so that a restart waits too."""
        self._session.add_limit(hold.key)
        self._do("hold_rate_limit", key=hold.key, not_before=hold.not_before, calm_until=hold.no_burst_until)

    def change_limit(self, entry: OutboxEntry, pace: str) -> None:
        """Let a call that is owed keep another pace."""
        self._session.add_limit(pace)
        self._do("change_limit", id=entry.id, limit_key=pace)
        self._session.touched.add(entry.lane)

    def release_destinations(self) -> None:
        """Try every channel now that was left alone until somebody does something."""
        self._do("release_destinations")
        for hold in self.rate_limits():
            if hold.key.startswith(HELD):
                self.release_channel(hold.key)
        self._session.has_work = True

    def queues(self) -> tuple[list[LaneQueue], Micros | None]:
        """List the queues in which a lane may go now; and when the first of all others may."""
        found = [LaneQueue(row["queue"], row["due_at"], row["calm_until"]) for row in self._all("queues")]
        return [one for one in found if one.key], next(one.due_at for one in found if not one.key)

    def due_lanes(self, queue: str, limit: int, order: LaneOrder = LaneOrder.OLDEST) -> list[str]:
        """Name the lanes of a queue whose head may go now."""
        return [row["name"] for row in self._all(f"{order.value}_lanes", queue=queue, limit=limit)]

    def lane_to_probe(self, aside: str) -> tuple[str, str] | None:
        """Name a lane of a held channel that finds out how things are, and its pace; None where none may go now."""
        row = self._one("lane_to_probe", queue=aside)
        return None if row is None else (row["name"], row["limit_key"])

    def hold_channel(self, channel: ChannelId, until: Micros, *, pace: str = "") -> None:
        """Keep the calls to a channel waiting, all of them or those of one pace, so that a restart waits too."""
        aside = held_queue_of(channel, pace)
        if self._do("add_rate_limit", key=aside).rowcount:
            paces = (
                (pace,) if pace else (post_limit(channel), *SHARED, *(held_queue_of(channel, one) for one in SHARED))
            )
            self._do("hold_lanes", aside=aside, channel=channel, queues=json.dumps(paces))
        self._do("hold_rate_limit", key=aside, not_before=until, calm_until=until)

    def release_channel(self, aside: str) -> None:
        """Let the calls to a channel go on by their own paces."""
        self._do("release_lanes", aside=aside)
        self._do("drop_held_queue", aside=aside)

    def refresh_lanes(self) -> None:
        """Bring the lanes touched so far up to date, so that this unit sees what it owes."""
        self._session.has_work = self._session.has_work or bool(self._session.touched)
        for lane in self._session.touched:
            self._refresh(lane)
        self._session.touched.clear()

    def claimable(self, lane: str, limit: int) -> list[OutboxEntry]:
        """List the first owed effects of a lane; none while a call of it is under way or unknown."""
        return [rows.entry(row) for row in self._all("claimable_entries", lane=lane, limit=limit)]

    def unknown(self, *, sends: bool, limit: int) -> list[OutboxEntry]:
        """List effects of unknown outcome that are due for a look."""
        return [rows.entry(row) for row in self._all("unknown_entries", sends=sends, limit=limit)]

    def is_opening_thread(self, channel: ChannelId) -> bool:
        """Tell whether a header of unknown ts may be in this channel."""
        return self._one("is_opening_thread", limit_key=post_limit(channel)) is not None

    def complete(self, entry: OutboxEntry) -> None:
        """Take an entry out: its call did what it should, or is not needed any more."""
        self.cancel(entry)

    def retry_at(self, entry: OutboxEntry, due_at: Micros, *, error: str = "") -> None:
        """Let an entry be tried at that moment, and note why not now."""
        self._settle(entry, EntryState.PENDING, error, due_at)

    def dead_letter(self, entry: OutboxEntry, error: str) -> None:
        """Give an entry up; it stays to be looked at."""
        self._settle(entry, EntryState.DEAD, error, None)

    def mark_unknown(self, entry: OutboxEntry, look_at: Micros, *, error: str) -> None:
        """Note that nobody knows what became of the call, and when to look."""
        self._settle(entry, EntryState.UNKNOWN, error, look_at)

    def _settle(self, entry: OutboxEntry, state: EntryState, error: str, due_at: Micros | None) -> None:
        self._do("set_entry_state", id=entry.id, state=state.value, error=error or None, due_at=due_at)
        self._session.touched.add(entry.lane)

    def _sort_key(self, entry: NewEntry) -> int:
        """A header comes before all texts of its lane, whatever moment they bear, and a move first of all."""
        rank = self._session.now if entry.sort_key is None else entry.sort_key
        if entry.kind is EntryKind.MOVE:
            return rank
        return FIRST if entry.kind is EntryKind.OPEN_THREAD else max(rank, FIRST + 1)

    def _refresh(self, lane: str) -> None:
        if self._do("refresh_lane", lane=lane).rowcount == 0:
            self._do("remove_lane", lane=lane)
