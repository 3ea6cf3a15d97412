"""Outbox and inbox, as the use cases see them within one transaction.

Plain synchronous calls, all kept or none. Implemented in bot/store.
"""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.dedup import DedupScope
from bot.domain.ids import ChannelId, PostKey
from bot.domain.outbox import EntryKind, LaneOrder, LaneQueue, NewEntry, OutboxEntry, RateLimitHold
from bot.domain.stored_events import InboxEvent
from bot.domain.subjects import Subject
from bot.domain.timestamps import Micros


class Inbox(Protocol):
    """Inbox: events seen before, webhook events not processed yet, and parked events."""

    def first_seen(self, scope: DedupScope, event_id: str) -> bool:
        """Remember an event; False where it was seen before."""

    def was_seen(self, scope: DedupScope, event_id: str) -> bool: ...

    def seen_among(self, scope: DedupScope, event_ids: Sequence[str]) -> set[str]:
        """Those of the events that were seen before."""

    def add_all(self, bodies: Sequence[str]) -> None:
        """Keep events of the provider until they are taken in."""

    def due(self, limit: int) -> list[InboxEvent]:
        """The oldest events that are due to be taken in."""

    def next_due_at(self) -> Micros | None:
        """When the next event that was put off is due, or one that has just come."""

    def remove(self, first_id: int, last_id: int) -> None:
        """Take the due events between these two, both included, off the books: they have been taken in."""

    def defer(self, event_id: int, due_at: Micros) -> None:
        """Note that an event could not be taken in, and when to try again."""

    def park(self, kind: str, subject: str, body: str) -> None:
        """Keep something that came before what it belongs to."""

    def parked(self, kind: str, subject: str) -> list[str]: ...

    def parked_subjects(self, kind: str) -> list[str]: ...

    def has_parked(self, kind: str, start: str) -> bool:
        """Whether anything is kept for a subject that begins so."""

    def parked_before(self, kind: str, before: Micros, limit: int) -> list[str]:
        """What something was kept for before that moment."""

    def drop_parked(self, kind: str, before: Micros) -> None: ...

    def take_parked(self, kind: str, subject: str) -> list[str]: ...


class Outbox(Protocol):
    """Outbox: entries, the lanes that keep them in order, the rate limits they keep."""

    def add(self, entry: NewEntry) -> PostKey:
        """Put a call on the books."""

    def by_key(self, key: PostKey) -> OutboxEntry | None: ...

    def of_message(self, message_id: int) -> list[OutboxEntry]: ...

    def all_open(self) -> list[OutboxEntry]:
        """Everything that is owed, under way or unknown, in any lane."""

    def pending(self, lane: str, kind: EntryKind, subject: Subject) -> OutboxEntry | None:
        """An effect of this kind and subject that is still owed."""

    def open_in(self, lane: str) -> list[OutboxEntry]:
        """Everything in a lane that is owed, under way or unknown, in order."""

    def has_open_header(self, lane: str) -> bool:
        """Whether a header is owed, under way or unknown in a lane."""

    def is_busy(self, lane: str) -> bool:
        """Whether a call of a lane is under way or unknown."""

    def pending_moves(self, lane: str) -> list[OutboxEntry]:
        """Moves to another channel that are still to be made."""

    def cancel(self, entry: OutboxEntry) -> None: ...

    def mark_possible_duplicate(self, entry: OutboxEntry) -> None:
        """Note that this call may have been made before."""

    def mark_unmergeable(self, entry: OutboxEntry) -> None:
        """Note that this call was refused together with others, and must not be merged with any again."""

    def refund_attempt(self, entry: OutboxEntry) -> None:
        """Take the last try off the count: it says nothing about this call."""

    def mark_in_flight(self, entry: OutboxEntry) -> None:
        """Note that the call leaves now."""

    def complete(self, entry: OutboxEntry) -> None:
        """Take an entry out: its call did what it should, or is not needed any more."""

    def retry_at(self, entry: OutboxEntry, due_at: Micros, *, error: str = "") -> None:
        """Let an entry be tried at that moment, and note why not now."""

    def dead_letter(self, entry: OutboxEntry, error: str) -> None:
        """Give an entry up; it stays to be looked at."""

    def mark_unknown(self, entry: OutboxEntry, look_at: Micros, *, error: str) -> None:
        """Note that nobody knows what became of the call, and when to look."""

    def rate_limits(self) -> list[RateLimitHold]: ...

    def hold(self, hold: RateLimitHold) -> None: ...

    def change_limit(self, entry: OutboxEntry, limit_key: str) -> None:
        """Let a call that is owed keep another pace."""

    def release_destinations(self) -> None:
        """Try every channel now that was left alone until somebody does something; not where Slack asked us to wait."""

    def queues(self) -> tuple[list[LaneQueue], Micros | None]:
        """The queues in which a lane may go now, and when the first of all others may."""

    def due_lanes(self, queue: str, limit: int, order: LaneOrder = LaneOrder.OLDEST) -> list[str]:
        """The lanes of a queue that may go now."""

    def lane_to_probe(self, held_queue: str) -> tuple[str, str] | None:
        """A lane of a channel in trouble that may try it now, and its pace."""

    def hold_channel(self, channel: ChannelId, until: Micros, *, limit_key: str = "") -> None:
        """Keep the calls to a channel waiting, all of them or those of one pace, and no others."""

    def release_channel(self, held_queue: str) -> None:
        """Let the calls that wait in such a queue go on by their own paces."""

    def refresh_lanes(self) -> None:
        """Let `queues` and `due_lanes` see what this unit has owed so far."""

    def claimable(self, lane: str, limit: int) -> list[OutboxEntry]:
        """The first owed effects of a lane in order; none while a call of that lane is under way or unknown."""

    def unknown(self, *, sends: bool, limit: int) -> list[OutboxEntry]:
        """Effects whose outcome is unknown and due for a look, oldest look first: sends, or all others."""

    def is_opening_thread(self, channel: ChannelId) -> bool:
        """Whether a header is being posted in this channel and we have not learned its ts."""
