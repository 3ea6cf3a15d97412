"""The books: what the bridge writes down, in one unit of work at a time.

Holds the Ledger over one SQLite transaction and the Store that runs units through the engine. No decision of the
bridge is taken here; no SQL stands here (queries.sql).
"""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

from bot.domain.conversation import Conversation
from bot.domain.effect import Effect, Kind, State, Way, lane_of, post_pace
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs, PostKey
from bot.domain.message import Message
from bot.domain.moment import Micros
from bot.domain.phone import E164
from bot.ports import Owed, PaceHold, Shown
from bot.store import rows
from bot.store.engine import Engine
from bot.store.sqlite import queries

T = TypeVar("T")

PRIORITIES = (0, 1)
"""Texts first; marks and lines about texts yield to them."""


class SqliteLedger:
    """bot.ports.Ledger over one open transaction."""

    def __init__(self, connection: sqlite3.Connection, now: Micros) -> None:
        self.now = now
        self._connection = connection
        self._sql = queries()
        self._touched: set[str] = set()

    # --- events

    def note_event(self, source: str, event_id: str) -> bool:
        """Remember an event; False where it was seen before."""
        return self._do("note_event", source=source, id=event_id).rowcount == 1

    # --- conversations

    def find_conversation(self, account: E164, contact: E164) -> Conversation | None:
        """Find the conversation of an account number and a contact."""
        return rows.conversation_or_none(self._one("find_conversation", account=account, contact=contact))

    def add_conversation(self, account: E164, contact: E164, channel: ChannelId) -> Conversation:
        """Begin a conversation that shows in a channel."""
        return rows.conversation(self._existing("add_conversation", account=account, contact=contact, channel=channel))

    def conversation(self, conversation_id: ConversationId) -> Conversation:
        """Read a conversation that exists."""
        return rows.conversation(self._existing("conversation", id=conversation_id))

    def conversation_at(self, channel: ChannelId, thread_ts: MessageTs) -> Conversation | None:
        """Find the conversation that a thread shows, now or formerly."""
        return rows.conversation_or_none(self._one("conversation_at", channel=channel, ts=thread_ts))

    def set_thread(self, conversation_id: ConversationId, ts: MessageTs | None) -> None:
        """Note the header's ts, or that it is gone; a former thread keeps leading to its conversation."""
        row = self._existing("set_thread", id=conversation_id, ts=ts)
        if ts is not None:
            self._do("add_thread", channel=row["channel"], ts=ts, id=conversation_id)

    def set_name(self, conversation_id: ConversationId, name: str) -> None:
        """Note what the contact is called."""
        self._do("set_name", id=conversation_id, name=name)

    def set_round(self, conversation_id: ConversationId, round_: int) -> None:
        """Begin a new round."""
        self._do("set_round", id=conversation_id, round=round_)

    # --- texts

    def add_message(self, message: Message) -> Message:
        """Store a new text and give it an id."""
        row = self._existing("add_message", **rows.from_message(message))
        return rows.with_id(message, row["id"])

    def save_message(self, message: Message) -> None:
        """Store what changed about a text."""
        self._do("save_message", **rows.from_message(message))

    def message(self, message_id: int) -> Message:
        """Read a text that exists."""
        return rows.message(self._existing("message", id=message_id))

    def message_by_key(self, key: MessageKey) -> Message | None:
        """Find a text by our own key."""
        return rows.message_or_none(self._one("message_by_key", key=key))

    def message_by_provider(self, provider_id: str, legacy_id: str) -> Message | None:
        """Find an outbound text by the provider's ids; an empty id matches nothing."""
        found = self._one("message_by_provider_id", id=provider_id) if provider_id else None
        if found is None and legacy_id:
            found = self._one("message_by_legacy_id", id=legacy_id)
        return rows.message_or_none(found)

    def messages_at(self, channel: ChannelId, ts: MessageTs) -> list[Message]:
        """List the outbound texts that one Slack message shows: the parts of a reply."""
        return [rows.message(row) for row in self._all("messages_at", channel=channel, ts=ts)]

    def replies_of_round(self, conversation_id: ConversationId, round_: int) -> list[Message]:
        """List the outbound texts of one round, oldest first."""
        return [rows.message(row) for row in self._all("replies_of_round", id=conversation_id, round=round_)]

    def provider_ids(self, conversation_id: ConversationId) -> frozenset[str]:
        """Name the texts of a conversation whose provider's id is known."""
        return frozenset(row["provider_id"] for row in self._all("provider_ids", id=conversation_id))

    # --- what threads show

    def shown(self, conversation_id: ConversationId, subject: str) -> Shown | None:
        """Read what is shown about a subject."""
        row = self._one("shown", id=conversation_id, subject=subject)
        return None if row is None else Shown(row["ts"], rows.status(row["status"]))

    def set_shown(self, conversation_id: ConversationId, subject: str, shown: Shown) -> None:
        """Note what is shown about a subject."""
        status = shown.status.value if shown.status else None
        self._do("set_shown", id=conversation_id, subject=subject, ts=shown.ts, status=status)

    # --- effects and lanes

    def owe(self, effect: Owed) -> PostKey:
        """Put a call on the books."""
        key = effect.key or PostKey(uuid4().hex)
        lane = lane_of(effect.conversation_id, effect.way)
        self._do("add_pace", key=effect.pace)
        self._do(
            "owe",
            key=key,
            lane=lane,
            kind=effect.kind.value,
            pace=effect.pace,
            conversation_id=effect.conversation_id,
            message_id=effect.message_id,
            subject=effect.subject,
            rank=self.now if effect.rank is None else effect.rank,
            due_at=self.now if effect.due_at is None else effect.due_at,
        )
        self._touched.add(lane)
        return key

    def effect_by_key(self, key: PostKey) -> Effect | None:
        """Find a call by its key."""
        return rows.effect_or_none(self._one("effect_by_key", key=key))

    def effects_of(self, message_id: int) -> list[Effect]:
        """List the effects of a text in any state."""
        return [rows.effect(row) for row in self._all("effects_of", id=message_id)]

    def waiting(self, lane: str, kind: Kind, subject: str) -> Effect | None:
        """Find an effect that is still owed."""
        return rows.effect_or_none(self._one("waiting", lane=lane, kind=kind.value, subject=subject))

    def open_in(self, lane: str) -> list[Effect]:
        """List what is open in a lane, in order."""
        return [rows.effect(row) for row in self._all("open_in", lane=lane)]

    def drop(self, effect: Effect) -> None:
        """Take a call off the books."""
        self._do("drop", id=effect.id)
        self._touched.add(effect.lane)

    def start(self, effect: Effect) -> None:
        """Note that the call leaves now."""
        self._do("start", id=effect.id)
        self._touched.add(effect.lane)

    def settle(self, effect: Effect, state: State, *, error: str = "", due_at: Micros | None = None) -> None:
        """Note how a call ended; one that is done leaves the books."""
        if state is State.DONE:
            self.drop(effect)
            return
        self._do("settle", id=effect.id, state=state.value, error=error or None, due_at=due_at)
        self._touched.add(effect.lane)

    def paces(self) -> list[PaceHold]:
        """List every pace there is."""
        return [PaceHold(row["key"], row["not_before"], row["calm_until"]) for row in self._all("paces")]

    def hold_pace(self, hold: PaceHold) -> None:
        """Note until when a pace waits, so that a restart waits too."""
        self._do("add_pace", key=hold.key)
        self._do("hold_pace", key=hold.key, not_before=hold.not_before, calm_until=hold.calm_until)

    def due_lanes(self, pace: str, limit: int) -> list[str]:
        """Name the lanes whose head may go now, texts first, then the longest waiting."""
        names: list[str] = []
        for priority in PRIORITIES:
            if len(names) < limit:
                found = self._all("due_lanes", pace=pace, priority=priority, limit=limit - len(names))
                names += [row["name"] for row in found]
        return names

    def next_due(self, pace: str) -> Micros | None:
        """Tell when the next lane of a pace is due."""
        found = [self._existing("next_due", pace=pace, priority=priority)[0] for priority in PRIORITIES]
        return min((moment for moment in found if moment is not None), default=None)

    def heads(self, lane: str, limit: int) -> list[Effect]:
        """List the first owed effects of a lane; none while a call of it is under way or unknown."""
        if self._one("busy", lane=lane) is not None:
            return []
        return [rows.effect(row) for row in self._all("heads", lane=lane, limit=limit)]

    def unknown_effects(self, limit: int) -> list[Effect]:
        """List effects of unknown outcome that are due for a look."""
        return [rows.effect(row) for row in self._all("unknown_effects", limit=limit)]

    def opening(self, channel: ChannelId) -> bool:
        """Tell whether a header of unknown ts may be in this channel."""
        return self._one("opening", pace=post_pace(channel)) is not None

    # --- strays and facts

    def keep_stray(self, kind: str, subject: str, body: str) -> None:
        """Keep something that came before what it belongs to."""
        self._do("keep_stray", kind=kind, subject=subject, body=body)

    def take_strays(self, kind: str, subject: str) -> list[str]:
        """Take them back, oldest first."""
        return [
            row["body"] for row in sorted(self._all("take_strays", kind=kind, subject=subject), key=lambda r: r["id"])
        ]

    def fact(self, name: str) -> str | None:
        """Read a single remembered value."""
        row = self._one("fact", name=name)
        return None if row is None else str(row["value"])

    def set_fact(self, name: str, value: str) -> None:
        """Remember a single value."""
        self._do("set_fact", name=name, value=value)

    # --- the end of a unit

    def finish(self) -> bool:
        """Bring the touched lanes up to date; True where any was touched."""
        for lane in self._touched:
            self._refresh(lane)
        return bool(self._touched)

    def resume(self) -> int:
        """After a crash: what was under way is unknown, never "not sent"; returns how many calls that were."""
        interrupted = [row["lane"] for row in self._all("resume")]
        self._do("resume_messages")
        self._touched.update(row["lane"] for row in self._all("open_lanes"))
        return len(interrupted)

    def _refresh(self, lane: str) -> None:
        head = None if self._one("busy", lane=lane) else self._one("head", lane=lane)
        if head is None:
            self._do("rest_lane", lane=lane)
            return
        priority = 1 if lane.startswith(Way.ABOUT.value) else 0
        self._do("set_lane", lane=lane, pace=head["pace"], due_at=head["due_at"], priority=priority)

    def _do(self, query: str, /, **values: Any) -> sqlite3.Cursor:
        return self._connection.execute(self._sql[query], {"now": self.now, **values})

    def _one(self, query: str, /, **values: Any) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._do(query, **values).fetchone()
        return row

    def _existing(self, query: str, /, **values: Any) -> sqlite3.Row:
        row = self._one(query, **values)
        if row is None:
            raise LookupError(f"{query}: no such row")
        return row

    def _all(self, query: str, /, **values: Any) -> list[sqlite3.Row]:
        return self._do(query, **values).fetchall()


class SqliteStore:
    """bot.ports.Store: runs units of work through the engine and wakes whoever performs what they owe."""

    def __init__(self, engine: Engine, clock: Callable[[], Micros]) -> None:
        self._engine = engine
        self._clock = clock
        self.on_owed: Callable[[], None] = lambda: None

    async def run(self, unit: Callable[[SqliteLedger], T]) -> T:
        """Run one unit of work; see bot.ports.Store."""
        result, touched = await self._engine.run(self._in_transaction(unit))
        if touched:
            self.on_owed()
        return result

    def _in_transaction(self, unit: Callable[[SqliteLedger], T]) -> Callable[[sqlite3.Connection], tuple[T, bool]]:
        def work(connection: sqlite3.Connection) -> tuple[T, bool]:
            ledger = SqliteLedger(connection, self._clock())
            result = unit(ledger)
            return result, ledger.finish()

        return work

    async def start(self) -> int:
        """Open the database and mark what a crash interrupted; returns how many calls that were."""
        await self._engine.start()
        return await self.run(lambda ledger: ledger.resume())

    @property
    def waiting(self) -> int:
        """How many units of work wait to be written."""
        return self._engine.waiting

    async def close(self) -> None:
        """Commit what waits and close the database."""
        await self._engine.close()
