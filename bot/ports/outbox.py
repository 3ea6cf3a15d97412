"""Outbox and inbox: repositories, as the use cases see them within one transaction.

Plain synchronous calls, all kept or none. Implemented in bot/store.
"""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.dedup import DedupScope
from bot.domain.ids import ChannelId, PostKey
from bot.domain.outbox import EntryKind, LaneOrder, LaneQueue, NewEntry, OutboxEntry, RateLimitHold, Tokens
from bot.domain.stored_events import InboxEvent
from bot.domain.subjects import Subject
from bot.domain.timestamps import Micros


class Inbox(Protocol):
    """Inbox: events seen before, webhook events not processed yet, and parked events."""

    def first_seen(self, scope: DedupScope, event_id: str) -> bool:
        """Remember an event; False where it was seen before."""

    def was_seen(self, scope: DedupScope, event_id: str) -> bool: ...

    def seen_among(self, scope: DedupScope, event_ids: Sequence[str]) -> set[str]:
        """Which of the events were seen before."""

    def forget_seen(self, scope: DedupScope, before: Micros) -> None:
        """Forget the events of a scope that were seen before a moment: they cannot come again."""

    def forget_one(self, scope: DedupScope, event_id: str) -> None:
        """Forget that an event was seen: the next one of its kind is news again."""

    def add_all(self, bodies: Sequence[str]) -> None:
        """Store events of the provider until they are processed."""

    def due(self, limit: int) -> list[InboxEvent]:
        """The oldest events that are due to be processed."""

    def next_due_at(self) -> Micros | None:
        """When the next event is due, a deferred or a new one."""

    def remove(self, event_ids: Sequence[int]) -> None:
        """Remove these events and no other: they are processed."""

    def defer(self, event_id: int, due_at: Micros) -> None:
        """Note that an event could not be processed, and when to try again."""

    def park(self, kind: str, subject: str, body: str) -> None:
        """Park an event that came before what it belongs to."""

    def parked(self, kind: str, subject: str) -> list[str]: ...

    def parked_subjects(self, kind: str) -> list[str]: ...

    def has_parked(self, kind: str, start: str) -> bool:
        """Whether anything is parked for a subject that begins so."""

    def parked_before(self, kind: str, before: Micros, limit: int) -> list[str]:
        """The subjects of what was parked before that moment."""

    def drop_parked(self, kind: str, before: Micros) -> None: ...

    def change_parked_kind(self, kind: str, subject: str, body: str, new: str) -> None:
        """Give a parked event another kind."""

    def keep_newest(self, kind: str, count: int) -> None: ...

    def take_parked(self, kind: str, subject: str) -> list[str]: ...


class Outbox(Protocol):
    """Outbox: entries, the lanes that keep them in order, and their rate limits."""

    def add(self, entry: NewEntry) -> PostKey:
        """Add an entry; returns its key."""

    def by_key(self, key: PostKey) -> OutboxEntry | None: ...

    def own_calls(self) -> list[OutboxEntry]:
        """List the entries whose calls are in flight and this bot's."""

    def own_call(self, key: PostKey) -> OutboxEntry | None:
        """The entry with this key, if its call is in flight and no other bot has taken it over."""

    def of_message(self, message_id: int) -> list[OutboxEntry]: ...

    def all_open(self) -> list[OutboxEntry]:
        """All entries that are pending, in flight or unknown, in any lane."""

    def pending(self, lane: str, kind: EntryKind, subject: Subject) -> OutboxEntry | None:
        """A pending entry of this kind and subject."""

    def open_in(self, lane: str) -> list[OutboxEntry]:
        """The entries of a lane that are pending, in flight or unknown, in order."""

    def has_open_header(self, lane: str) -> bool:
        """Whether a header is pending, in flight or unknown in a lane."""

    def is_busy(self, lane: str) -> bool:
        """Whether an entry of a lane is in flight or unknown."""

    def pending_moves(self, lane: str) -> list[OutboxEntry]:
        """Moves to another channel that are pending."""

    def cancel(self, entry: OutboxEntry) -> None: ...

    def mark_possible_duplicate(self, entry: OutboxEntry) -> None:
        """Note that this call may have been made before."""

    def mark_unmergeable(self, entry: OutboxEntry) -> None:
        """Note that this call was refused together with others, and must not be merged with any again."""

    def refund_attempt(self, entry: OutboxEntry) -> None:
        """Take the last attempt off the count: it says nothing about this call."""

    def mark_in_flight(self, entry: OutboxEntry) -> None:
        """Note that the call leaves now."""

    def complete(self, entry: OutboxEntry) -> None:
        """Complete an entry: its call did what it should, or is not needed any more."""

    def retry_at(self, entry: OutboxEntry, due_at: Micros, *, error: str = "") -> None:
        """Retry an entry at that moment, and note why not now."""

    def dead_letter(self, entry: OutboxEntry, error: str) -> None:
        """Give an entry up; it stays stored for inspection."""

    def mark_unknown(
        self, entry: OutboxEntry, look_at: Micros, *, error: str, absent_since: Micros | None = None
    ) -> None:
        """Note that the outcome of the call is unknown, when to look it up, and since when all looks found nothing."""

    def rate_limits(self) -> list[RateLimitHold]: ...

    def hold(self, hold: RateLimitHold) -> None: ...

    def tokens(self, key: str) -> Tokens | None:
        """The tokens of a rate limit; None where none was ever taken."""

    def set_tokens(self, key: str, tokens: Tokens) -> None: ...

    def earn_no_tokens(self, key: str) -> None:
        """Let a rate limit earn nothing for the time until now: a call leaves later than it was counted."""

    def change_limit(self, entry: OutboxEntry, limit_key: str) -> None:
        """Give a pending entry another rate limit."""

    def release_destinations(self) -> None:
        """Try every channel that waits for a person now; not where Slack asked us to wait."""

    def queues(self) -> tuple[list[LaneQueue], Micros | None]:
        """The queues with a lane that may leave now, and when the first of all others may."""

    def due_lanes(self, queue: str, limit: int, order: LaneOrder = LaneOrder.OLDEST) -> list[str]:
        """The lanes of a queue that may leave now."""

    def lane_to_probe(self, held_queue: str) -> tuple[str, str] | None:
        """A lane that may probe an unreachable channel now, and its rate limit."""

    def hold_channel(self, channel: ChannelId, until: Micros, *, limit_key: str = "") -> None:
        """Hold the entries of a channel, all of them or those of one rate limit, and no others."""

    def release_channel(self, held_queue: str) -> None:
        """Release the entries held in such a queue; their own rate limits apply again."""

    def refresh_lanes(self) -> None:
        """Let `queues` and `due_lanes` see what this unit has added so far."""

    def claimable(self, lane: str, limit: int) -> list[OutboxEntry]:
        """The first pending entries of a lane in order; none while one of that lane is in flight or unknown."""

    def unknown(self, *, sends: bool, limit: int) -> list[OutboxEntry]:
        """Entries whose outcome is unknown and due for a look-up, the oldest due first: sends, or all others."""

    def is_opening_thread(self, channel: ChannelId, begun_by: Micros) -> bool:
        """Whether a header is being posted in this channel, begun by then, and we have not learned its ts."""
