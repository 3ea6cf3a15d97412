"""The half of the ledger that owes: effects, the lanes that keep them in order, the paces they keep."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from bot.domain.ids import ChannelId, PostKey
from bot.domain.message_events import MessageEvent
from bot.domain.outbox import (
    EDIT_LIMIT,
    FIRST,
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
from bot.domain.retry_policy import MAX_FIRST_WAIT_S, MAX_WAIT_S
from bot.domain.stored_events import InboxEvent
from bot.domain.timestamps import Micros, add_seconds
from bot.store.sqlite import rows
from bot.store.sqlite.soundness import is_damage
from bot.store.sqlite.statements import Repository

CLOCK_SET = "clock set"
"""The fact that tells when the clock was last set."""


COUNTED_EVERY = 100_000
"""Microseconds in which calls that leave are counted once: the count is a page of its own in each COMMIT."""

SHARED = (EDIT_LIMIT, REACTION_LIMIT, UPLOAD_LIMIT)
"""Paces that calls to all channels keep together."""


class Effects(Repository):
    """Calls owed to the outside; see bot.ports.repositories.Ledger."""

    def __init__(self, connection: sqlite3.Connection, now: Micros) -> None:
        super().__init__(connection, now)
        self._touched: set[str] = set()
        self.news: list[MessageEvent] = []
        self._has_news = False
        self._paces: set[str] = set()
        self._damage: Exception | None = None
        self._has_started = False
        self.calls_made: int | None = None
        self.counted_at = Micros(0)

    def owe(self, entry: NewEntry) -> PostKey:
        """Put a call on the books."""
        key = entry.key or PostKey(uuid4().hex)
        lane = lane_of(entry.conversation_id, entry.lane)
        self._add_pace(entry.limit_key)
        self._do(
            "owe",
            key=key,
            lane=lane,
            kind=entry.kind.value,
            pace=entry.limit_key,
            conversation_id=entry.conversation_id,
            message_id=entry.message_id,
            subject=entry.subject,
            rank=self._rank(entry),
            due_at=self.now if entry.due_at is None else entry.due_at,
        )
        self._touched.add(lane)
        return key

    def _rank(self, entry: NewEntry) -> int:
        """A header comes before all texts of its lane, whatever moment they bear, and a move first of all."""
        rank = self.now if entry.sort_key is None else entry.sort_key
        if entry.kind is EntryKind.MOVE:
            return rank
        return FIRST if entry.kind is EntryKind.OPEN_THREAD else max(rank, FIRST + 1)

    def _add_pace(self, key: str) -> None:
        if key not in self._paces:
            self._do("add_pace", key=key)
            self._paces.add(key)

    def effect_by_key(self, key: PostKey) -> OutboxEntry | None:
        """Find a call by its key."""
        return rows.effect_or_none(self._one("effect_by_key", key=key))

    def effects_of(self, message_id: int) -> list[OutboxEntry]:
        """List the effects of a text in any state."""
        return [rows.entry(row) for row in self._all("effects_of", id=message_id)]

    def open_effects(self) -> list[OutboxEntry]:
        """List everything that is owed, under way or unknown."""
        return [rows.entry(row) for row in self._all("open_effects")]

    def waiting(self, lane: str, kind: EntryKind, subject: str) -> OutboxEntry | None:
        """Find an effect that is still owed."""
        return rows.effect_or_none(self._one("waiting", lane=lane, kind=kind.value, subject=subject))

    def open_in(self, lane: str) -> list[OutboxEntry]:
        """List what is open in a lane, in order."""
        return [rows.entry(row) for row in self._all("open_in", lane=lane)]

    def header_coming(self, lane: str) -> bool:
        """Tell whether a header is open in a lane."""
        return self._one("header_coming", lane=lane) is not None

    def drop(self, entry: OutboxEntry) -> None:
        """Take a call off the books."""
        self._do("drop", id=entry.id)
        self._touched.add(entry.lane)

    def doubt(self, entry: OutboxEntry) -> None:
        """Note that this call may have been made before."""
        self._do("doubt", id=entry.id)

    def uncount(self, entry: OutboxEntry) -> None:
        """Take the last try off the count."""
        self._do("uncount", id=entry.id)

    def start(self, entry: OutboxEntry) -> None:
        """Note that the call leaves now."""
        self._do("start", id=entry.id)
        self._has_started = True
        self._touched.add(entry.lane)

    def settle(self, entry: OutboxEntry, state: EntryState, *, error: str = "", due_at: Micros | None = None) -> None:
        """Note how a call ended; one that is done leaves the books."""
        if state is EntryState.DONE:
            self.drop(entry)
            return
        self._do("settle", id=entry.id, state=state.value, error=error or None, due_at=due_at)
        self._touched.add(entry.lane)

    def paces(self) -> list[RateLimitHold]:
        """List every pace there is."""
        return [RateLimitHold(row["key"], row["not_before"], row["calm_until"]) for row in self._all("paces")]

    def hold_pace(self, hold: RateLimitHold) -> None:
        """Note until when a pace waits, so that a restart waits too."""
        self._add_pace(hold.key)
        self._do("hold_pace", key=hold.key, not_before=hold.not_before, calm_until=hold.calm_until)

    def queues(self) -> tuple[list[LaneQueue], Micros | None]:
        """List the queues in which a lane may go now; and when the first of all others may."""
        found = [LaneQueue(*row) for row in self._all("queues")]
        return [one for one in found if one.key], next(one.due_at for one in found if not one.key)

    def due_lanes(self, queue: str, limit: int, order: LaneOrder = LaneOrder.OLDEST) -> list[str]:
        """Name the lanes of a queue whose head may go now."""
        return [row["name"] for row in self._all(f"{order.value}_lanes", queue=queue, limit=limit)]

    def lane_to_try(self, aside: str) -> tuple[str, str] | None:
        """Name a lane of a held channel that finds out how things are, and its pace; None where none may go now."""
        row = self._one("lane_to_try", queue=aside)
        return None if row is None else (row["name"], row["pace"])

    def hold_channel(self, channel: ChannelId, until: Micros, *, pace: str = "") -> None:
        """Keep the calls to a channel waiting, all of them or those of one pace, so that a restart waits too."""
        aside = held_queue_of(channel, pace)
        if self._do("add_pace", key=aside).rowcount:
            paces = (
                (pace,) if pace else (post_limit(channel), *SHARED, *(held_queue_of(channel, one) for one in SHARED))
            )
            self._do("hold_lanes", aside=aside, channel=channel, queues=json.dumps(paces))
        self._do("hold_pace", key=aside, not_before=until, calm_until=until)

    def release_channel(self, aside: str) -> None:
        """Let the calls to a channel go on by their own paces."""
        self._do("release_lanes", aside=aside)
        self._do("drop_aside", aside=aside)

    def heads(self, lane: str, limit: int) -> list[OutboxEntry]:
        """List the first owed effects of a lane; none while a call of it is under way or unknown."""
        return [rows.entry(row) for row in self._all("heads", lane=lane, limit=limit)]

    def unknown_effects(self, *, sends: bool, limit: int) -> list[OutboxEntry]:
        """List effects of unknown outcome that are due for a look."""
        return [rows.entry(row) for row in self._all("unknown_effects", sends=sends, limit=limit)]

    def opening(self, channel: ChannelId) -> bool:
        """Tell whether a header of unknown ts may be in this channel."""
        return self._one("opening", pace=post_limit(channel)) is not None

    # --- events that are not taken in yet

    def keep_arrivals(self, bodies: Sequence[str]) -> None:
        """Keep events, all in one statement."""
        if bodies:
            self._do("keep_arrivals", bodies=json.dumps(bodies))
            self._has_news = True

    def arrivals(self, limit: int) -> list[InboxEvent]:
        """List the oldest events that are due."""
        return [InboxEvent(*row) for row in self._all("arrivals", limit=limit)]

    def next_arrival(self) -> Micros | None:
        """Tell when the next event is due."""
        due_at: Micros | None = self._existing("next_arrival")[0]
        return due_at

    def drop_arrivals(self, first_id: int, last_id: int) -> None:
        """Take events off the books."""
        self._do("drop_arrivals", first_id=first_id, last_id=last_id)

    def put_off_arrival(self, arrival_id: int, due_at: Micros) -> None:
        """Try an event again later."""
        self._do("put_off_arrival", id=arrival_id, due_at=due_at)

    # --- a unit, its parts and its end

    def tell(self, news: MessageEvent) -> None:
        """Keep news until the unit is on the disk."""
        self.news.append(news)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Undo this part of the unit, and nothing else, where it raises."""
        told = len(self.news)
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except sqlite3.OperationalError:
            raise  # a full disk or an I/O error is the whole unit's
        except Exception as error:
            if is_damage(error):
                self._damage = error
            self._connection.execute("ROLLBACK TO part")
            self._messages.clear()
            self._conversations.clear()
            self._paces.clear()
            del self.news[told:]
            raise
        finally:
            if self._connection.in_transaction:
                self._connection.execute("RELEASE part")

    def finish(self) -> bool:
        """Bring the touched lanes up to date; True where there is something new to do."""
        if self._damage is not None:
            raise self._damage  # whoever caught it took it for a fault of one text
        if self._has_started and abs(self.now - self.counted_at) >= COUNTED_EVERY:
            self.calls_made = self._existing("count_call")["count"]
        self.line_up()
        return self._has_news

    def resume(self) -> int:
        """After a crash: what was under way is unknown, never "not sent"; returns how many calls that were."""
        self._touched.update(row["lane"] for row in self._all("resume_proved"))  # a receipt was faster than the crash
        self._follow_clock()
        interrupted = [row["lane"] for row in self._all("resume")]
        self._do("resume_looks")
        self._do("resume_messages")
        self._touched.update(row["lane"] for row in self._all("open_lanes"))
        return len(interrupted)

    def raise_calls(self, count: int) -> None:
        """Count more calls than this."""
        self.calls_made = self._existing("raise_calls", count=count)["count"]

    def known_until(self) -> Micros:
        """Tell the last moment that the books know of."""
        return Micros(min(self._existing("known_until")[0], self.now))

    def _follow_clock(self) -> None:
        """The clock may have been set back meanwhile: what waits goes on waiting as long as it was to."""
        newest = self._existing("newest_moment")[0]
        if newest > self.now:
            self.move_moments(Micros(self.now - newest))
        first, longest = add_seconds(0, MAX_FIRST_WAIT_S), add_seconds(0, MAX_WAIT_S)
        self._do("clamp_effects", first=first, longest=longest)
        self._do("clamp_paces", longest=longest)
        self._do("clamp_arrivals", longest=longest)
        self._do("note_start")

    def move_moments(self, by: Micros) -> None:
        """Move waiting times along with the clock."""
        for query in ("move_effects", "move_messages", "move_paces", "move_arrivals"):
            self._do(query, by=by)
        self._do("set_fact", name=CLOCK_SET, value=str(max(self.now, self.now + by)))
        self._messages.clear()
        self._touched.update(row["lane"] for row in self._all("open_lanes"))

    def clock_set_at(self) -> Micros:
        """Tell when the clock was last set."""
        row = self._one("fact", name=CLOCK_SET)
        return Micros(int(row["value"]) if row else 0)

    def line_up(self) -> None:
        """Bring the lanes touched so far up to date, so that this unit sees what it owes."""
        self._has_news = self._has_news or bool(self._touched)
        for lane in self._touched:
            self._refresh(lane)
        self._touched.clear()

    def _refresh(self, lane: str) -> None:
        if self._do("refresh_lane", lane=lane).rowcount == 0:
            self._do("rest_lane", lane=lane)
