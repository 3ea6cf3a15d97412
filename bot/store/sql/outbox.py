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
    Tokens,
    held_queue_of,
    lane_of,
    post_limit,
)
from bot.domain.subject_codec import encode
from bot.domain.subjects import Subject
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId
from bot.store.sql import rows
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository

SHARED = (EDIT_LIMIT, REACTION_LIMIT, UPLOAD_LIMIT)
"""Rate limits that calls to all channels share."""


class Outbox(Repository):
    """Outbox: entries, the lanes that keep them in order, the rate limits they keep."""

    def add(self, entry: NewEntry) -> PostKey:
        """Add an entry for a call to make."""
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
        """Find an entry by its key."""
        return rows.entry_or_none(self._one("entry_by_key", key=key))

    def own_calls(self) -> list[OutboxEntry]:
        """List the entries whose calls are in flight and this bot's."""
        return [rows.entry(row) for row in self._all("own_calls")]

    def own_call(self, key: PostKey) -> OutboxEntry | None:
        """Find an entry by its key, if its call is in flight and still this bot's."""
        return rows.entry_or_none(self._one("own_call", key=key))

    def of_message(self, message_id: int) -> list[OutboxEntry]:
        """List the entries of a text in any state."""
        return [rows.entry(row) for row in self._all("entries_of_message", id=message_id)]

    def all_open(self) -> list[OutboxEntry]:
        """List every entry that is pending, in flight or unknown."""
        return [rows.entry(row) for row in self._all("open_entries")]

    def pending(self, lane: str, kind: EntryKind, subject: Subject) -> OutboxEntry | None:
        """Find the pending entry of this kind and subject."""
        return rows.entry_or_none(self._one("pending_entry", lane=lane, kind=kind.value, subject=encode(subject)))

    def open_in(self, lane: str) -> list[OutboxEntry]:
        """List the open entries of a lane, in order."""
        return [rows.entry(row) for row in self._all("entries_open_in", lane=lane)]

    def has_open_header(self, lane: str) -> bool:
        """Tell whether the entry of a header is open in a lane."""
        return self._one("has_open_header", lane=lane) is not None

    def is_busy(self, lane: str) -> bool:
        """Tell whether an entry of a lane is in flight or unknown."""
        return self._one("is_busy", lane=lane) is not None

    def pending_moves(self, lane: str) -> list[OutboxEntry]:
        """List the pending moves of a lane."""
        return [rows.entry(row) for row in self._all("pending_moves", lane=lane)]

    def cancel(self, entry: OutboxEntry) -> None:
        """Remove an entry; its call is not made any more."""
        self._do("remove_entry", id=entry.id)
        self._session.touched.add(entry.lane)

    def mark_possible_duplicate(self, entry: OutboxEntry) -> None:
        """Mark an entry whose call may have been made before."""
        self._do("mark_possible_duplicate", id=entry.id)

    def mark_unmergeable(self, entry: OutboxEntry) -> None:
        """Mark an entry that must not share a call with others."""
        self._do("mark_unmergeable", id=entry.id)

    def refund_attempt(self, entry: OutboxEntry) -> None:
        """Take the last attempt off the count."""
        self._do("refund_attempt", id=entry.id)

    def mark_in_flight(self, entry: OutboxEntry) -> None:
        """Mark an entry in flight: its call leaves now."""
        self._do("mark_in_flight", id=entry.id)
        self._session.has_started = True
        self._session.touched.add(entry.lane)

    def rate_limits(self) -> list[RateLimitHold]:
        """List every rate limit there is."""
        return [RateLimitHold(row["key"], row["not_before"], row["calm_until"]) for row in self._all("rate_limits")]

    def hold(self, hold: RateLimitHold) -> None:
        """Hold a rate limit until then, across a restart too."""
        self._session.add_limit(hold.key)
        self._do("hold_rate_limit", key=hold.key, not_before=hold.not_before, calm_until=hold.no_burst_until)

    def tokens(self, key: str) -> Tokens | None:
        """Read the tokens of a rate limit; None where none was ever taken."""
        row = self._one("tokens", key=key)
        return None if row is None else _tokens(row)

    def set_tokens(self, key: str, tokens: Tokens) -> None:
        """Store the tokens of a rate limit."""
        self._do("set_tokens", key=key, left=tokens.left, at=tokens.at)

    def earn_no_tokens(self, key: str) -> None:
        """Let nothing be earned for the time until now."""
        self._do("earn_no_tokens", key=key)

    def change_limit(self, entry: OutboxEntry, limit_key: str) -> None:
        """Put a pending entry under another rate limit."""
        self._session.add_limit(limit_key)
        self._do("change_limit", id=entry.id, limit_key=limit_key)
        self._session.touched.add(entry.lane)

    def release_destinations(self) -> None:
        """Release every destination that waits until a person does something."""
        self._do("release_destinations")
        for hold in self.rate_limits():
            if hold.key.startswith(HELD):
                self.release_channel(hold.key)
        self._session.has_work = True

    def queues(self) -> tuple[list[LaneQueue], Micros | None]:
        """List the queues that have a lane due now; and when the first of all others is due."""
        found = [LaneQueue(row["queue"], row["due_at"], row["calm_until"], _tokens(row)) for row in self._all("queues")]
        return [queue for queue in found if queue.key], next(queue.due_at for queue in found if not queue.key)

    def due_lanes(self, queue: str, limit: int, order: LaneOrder = LaneOrder.OLDEST) -> list[str]:
        """Name the lanes of a queue whose first entry is due."""
        return [row["name"] for row in self._all(f"{order.value}_lanes", queue=queue, limit=limit)]

    def lane_to_probe(self, held_queue: str) -> tuple[str, str] | None:
        """Name a due lane of a held channel to probe it with, and its rate limit; None where there is none."""
        row = self._one("lane_to_probe", queue=held_queue)
        return None if row is None else (row["name"], row["limit_key"])

    def hold_channel(self, channel: ChannelId, until: Micros, *, limit_key: str = "") -> None:
        """Hold the calls to a channel, all of them or those of one rate limit, across a restart too."""
        held_queue = held_queue_of(channel, limit_key)
        if self._do("add_rate_limit", key=held_queue).rowcount:
            narrower = (held_queue_of(channel, shared) for shared in SHARED)
            queues = (limit_key,) if limit_key else (post_limit(channel), *SHARED, *narrower)
            self._do("hold_lanes", held_queue=held_queue, channel=channel, queues=json.dumps(queues))
        self._do("hold_rate_limit", key=held_queue, not_before=until, calm_until=until)

    def release_channel(self, held_queue: str) -> None:
        """Release the lanes of a held channel to the queues of their own rate limits."""
        self._do("release_lanes", held_queue=held_queue)
        self._do("drop_held_queue", held_queue=held_queue)

    def refresh_lanes(self) -> None:
        """Bring the touched lanes up to date, so that this unit sees its new entries in them."""
        session = self._session
        session.has_work = session.has_work or bool(session.touched) or bool(session.touched_anywhere)
        for lane in session.touched:
            self._refresh(lane, session.workspace)
        for workspace, lane in session.touched_anywhere:
            self._refresh(lane, workspace)
        session.touched.clear()
        session.touched_anywhere.clear()

    def claimable(self, lane: str, limit: int) -> list[OutboxEntry]:
        """List the first pending entries of a lane; none while an entry of it is in flight or unknown."""
        return [rows.entry(row) for row in self._all("claimable_entries", lane=lane, limit=limit)]

    def unknown(self, *, sends: bool, limit: int) -> list[OutboxEntry]:
        """List entries of unknown outcome that are due for a look."""
        return [rows.entry(row) for row in self._all("unknown_entries", sends=int(sends), limit=limit)]

    def is_opening_thread(self, channel: ChannelId, begun_by: Micros) -> bool:
        """Tell whether a header of unknown ts, whose post had begun by then, may stand in this channel."""
        return self._one("is_opening_thread", limit_key=post_limit(channel), begun_by=begun_by) is not None

    def complete(self, entry: OutboxEntry) -> None:
        """Remove an entry: its call did what it should, or is not needed any more."""
        self.cancel(entry)

    def retry_at(self, entry: OutboxEntry, due_at: Micros, *, error: str = "") -> None:
        """Keep an entry pending until that moment, and note why."""
        self._settle(entry, EntryState.PENDING, error, due_at)

    def dead_letter(self, entry: OutboxEntry, error: str) -> None:
        """Dead-letter an entry: it is not tried again and stays to be looked at."""
        self._settle(entry, EntryState.DEAD, error, None)

    def mark_unknown(
        self, entry: OutboxEntry, look_at: Micros, *, error: str, absent_since: Micros | None = None
    ) -> None:
        """Mark an entry whose outcome nobody knows, and when to look."""
        self._settle(entry, EntryState.UNKNOWN, error, look_at, absent_since)

    def _settle(
        self,
        entry: OutboxEntry,
        state: EntryState,
        error: str,
        due_at: Micros | None,
        absent_since: Micros | None = None,
    ) -> None:
        values = {"state": state.value, "error": error or None, "due_at": due_at, "absent_since": absent_since}
        self._do("set_entry_state", id=entry.id, **values)
        self._session.touched.add(entry.lane)

    def _sort_key(self, entry: NewEntry) -> int:
        """Sort key: a header comes before all texts of its lane, whatever their time, and a move first of all."""
        sort_key = self._session.now if entry.sort_key is None else entry.sort_key
        if entry.kind is EntryKind.MOVE:
            return sort_key
        return FIRST if entry.kind is EntryKind.OPEN_THREAD else max(sort_key, FIRST + 1)

    def _refresh(self, lane: str, workspace: WorkspaceId) -> None:
        if self._do("refresh_lane", lane=lane, workspace=workspace).rowcount == 0:
            self._do("remove_lane", lane=lane, workspace=workspace)


def _tokens(row: Row) -> Tokens | None:
    return None if row["tokens"] is None else Tokens(row["tokens"], row["tokens_at"])
