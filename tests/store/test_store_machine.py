"""The outbox, beside a model of plain lists: lanes, their order, their moments, what a restart makes of them.

The store is the real one on a real file; the machine enqueues, lets leave, settles, drops and restarts at random.
"""

import asyncio
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain.ids import ChannelId, ConversationId, PostKey
from bot.domain.outbox import (
    REPEATABLE,
    EntryKind,
    EntryState,
    Lane,
    LaneOrder,
    NewEntry,
    OutboxEntry,
    RateLimitHold,
    lane_of,
)
from bot.domain.phone import E164
from bot.domain.timestamps import Micros
from bot.store.group_commit import GroupCommit
from bot.store.sql.store import SqlStore
from bot.store.sql.transaction import SqlTransaction
from tests.harness.twice import engine_on
from tests.store.plain_model import CONVERSATIONS, KINDS, LANES, OPEN, OTHERS, PACES, PlainOutbox, Row, at_once

T = TypeVar("T")
moments = st.integers(0, 5)
ways = st.sampled_from([Lane.IN, Lane.IN, Lane.OUT, Lane.OUT, Lane.ABOUT, Lane.REACTION])
wanted = st.tuples(moments, st.sampled_from([0, 0, 0, 1, 4]), st.booleans())
ends = st.sampled_from([EntryState.DONE, EntryState.DEAD, EntryState.UNKNOWN, EntryState.PENDING])
drawn_key = st.integers(0, 10**6)


class Outbox(RuleBasedStateMachine):
    """The store and its model; the clock stands still unless a rule moves it."""

    @initialize()
    def open(self) -> None:
        """Begin with an empty file and a few conversations."""
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.runner = asyncio.Runner()
        self.now, self.model = 100, PlainOutbox()
        self.start()
        self.run(add_conversations)

    def start(self) -> int:
        """Open the store; returns how many calls it says were interrupted."""
        path = Path(self.folder.name) / "bot.db"
        self.store = SqlStore(GroupCommit(engine_on(path)), lambda: Micros(self.now))
        return self.runner.run(self.store.start())

    def run(self, unit: Callable[[SqlTransaction], T]) -> T:
        """Run one unit of work."""
        return self.runner.run(self.store.run(unit))

    def teardown(self) -> None:
        """Close what was opened."""
        if hasattr(self, "store"):
            self.runner.run(self.store.close())
            self.runner.close()
            self.folder.cleanup()

    # --- what the bridge does

    @rule(number=st.sampled_from(CONVERSATIONS), way=ways, wants=st.lists(wanted, min_size=1, max_size=4))
    def enqueue(self, number: int, way: Lane, wants: list[tuple[int, int, bool]]) -> None:
        """Put calls into the outbox: with any rank, due at once or later."""
        conversation_id = ConversationId(number)
        for rank, wait, is_other in wants:
            kind, pace = (OTHERS if is_other else KINDS)[way]
            entry = NewEntry(conversation_id, way, kind, pace, sort_key=rank, due_at=Micros(self.now + wait))
            key = self.run(partial(_add, entry=entry))
            lane = lane_of(conversation_id, way)
            self.model.enqueue(key, lane, kind, pace, rank=rank, due_at=self.now + wait)

    @rule(seconds=st.integers(1, 8))
    def time_passes(self, seconds: int) -> None:
        """Let what was pending for later become due."""
        self.now += seconds

    @rule(limit=st.integers(1, 3), merged=st.integers(1, 3))
    def leave(self, limit: int, merged: int) -> None:
        """Start what may leave: of each due lane the first call, or several texts in one."""
        for pace in PACES:
            self.leave_by(pace, limit, merged)

    def leave_by(self, pace: str, limit: int, merged: int) -> None:
        """Start what one pace lets leave."""
        expected = [row for row in self.model.ready(pace) if row.due_at <= self.now][:limit]

        def unit(tx: SqlTransaction) -> list[list[str]]:
            found = [tx.outbox.claimable(lane, at_once(lane, merged)) for lane in tx.outbox.due_lanes(pace, limit)]
            for entry in chain(*found):
                tx.outbox.mark_in_flight(entry)
            return [[entry.key for entry in group] for group in found]

        groups = [[self.model.row(key) for key in group] for group in self.run(unit)]
        assert [group[0].due_at for group in groups] == [row.due_at for row in expected]
        for group in groups:
            lane = group[0].lane
            assert self.model.head(lane) is group[0], "a call left out of turn, or beside another"
            assert group == self.model.of(EntryState.PENDING, lane=lane)[: at_once(lane, merged)]
            for row in group:
                row.state, row.attempts = EntryState.IN_FLIGHT, row.attempts + 1

    @precondition(lambda self: self.model.of(EntryState.IN_FLIGHT))
    @rule(which=drawn_key, state=ends, wait=st.none() | moments)
    def end(self, which: int, state: EntryState, wait: int | None) -> None:
        """A call under way ends: done, failed, of unknown outcome, or to be tried again."""
        self.settle(pick(self.model.of(EntryState.IN_FLIGHT), which), state, wait)

    @rule(limit=st.integers(1, 4), which=drawn_key, state=ends, wait=moments)
    def look(self, limit: int, which: int, state: EntryState, wait: int) -> None:
        """Look into what is unknown, longest due first, and find out about one, or look again later."""
        doubts = [row for row in self.model.of(EntryState.UNKNOWN) if row.due_at <= self.now]
        found = []
        for sends in (True, False):
            due = sorted(row.due_at for row in doubts if (row.kind is EntryKind.SEND) is sends)[:limit]
            entries = self.run(partial(_unknown, sends=sends, limit=limit))
            rows = [self.model.row(entry.key) for entry in entries]
            assert [row.due_at for row in rows] == due
            found += rows
        assert all(row.state is EntryState.UNKNOWN for row in found)
        if found:
            self.settle(pick(found, which), state, wait)

    def settle(self, row: Row, state: EntryState, wait: int | None) -> None:
        """Write down how a call ended."""
        due_at = Micros(self.now + (wait or 0))
        self.run(lambda tx: end(tx, known(tx, row), state, due_at))
        row.state = state
        if state in (EntryState.PENDING, EntryState.UNKNOWN):
            row.due_at = due_at
        if state is EntryState.DONE:
            self.model.rows.remove(row)

    @precondition(lambda self: self.model.of(EntryState.PENDING))
    @rule(which=drawn_key)
    def drop(self, which: int) -> None:
        """Something newer takes the place of a call that waits."""
        row = pick(self.model.of(EntryState.PENDING), which)
        self.run(lambda tx: tx.outbox.cancel(known(tx, row)))
        self.model.rows.remove(row)

    @precondition(lambda self: self.model.rows)
    @rule(which=drawn_key)
    def raise_halfway(self, which: int) -> None:
        """A unit of work that raises leaves nothing behind."""
        row = pick(self.model.rows, which)

        def unit(tx: SqlTransaction) -> None:
            tx.outbox.cancel(known(tx, row))
            tx.outbox.hold(RateLimitHold(PACES[0], Micros(1), Micros(1)))
            raise LookupError("second thoughts")

        with pytest.raises(LookupError, match="second thoughts"):
            self.run(unit)

    @rule(pace=st.sampled_from(PACES), not_before=moments, calm=moments)
    def hold(self, pace: str, not_before: int, calm: int) -> None:
        """The other side asks a pace to wait."""
        hold = RateLimitHold(pace, Micros(self.now + not_before), Micros(self.now + calm))
        self.run(lambda tx: tx.outbox.hold(hold))
        before, calm_before = self.model.holds.get(pace, (0, 0))  # of two holds the longer one counts
        self.model.holds[pace] = (max(before, hold.not_before), max(calm_before, hold.no_burst_until))

    @rule()
    def restart(self) -> None:
        """What was under way is unknown after a restart, or pending again where a repeat does no harm."""
        interrupted = self.model.of(EntryState.IN_FLIGHT)
        self.runner.run(self.store.close())
        assert self.start() == len(interrupted)
        for row in interrupted:
            row.state = EntryState.PENDING if row.kind in REPEATABLE else EntryState.UNKNOWN
            row.due_at = self.now
        for row in self.model.of(EntryState.UNKNOWN):
            row.due_at = self.now  # looked into at once

    # --- what must hold after every step

    @invariant()
    def both_agree(self) -> None:
        """Nothing is lost or doubled, lanes are in order and give nothing while busy, and moments are known."""
        if hasattr(self, "store"):
            expected = {lane: [facts(row) for row in self.model.of(*OPEN, lane=lane)] for lane in LANES}
            free = {lane for lane in LANES if self.model.head(lane) is not None}
            due = self.model.queues(self.now)
            failed = [facts(row) for row in self.model.of(EntryState.DEAD)]
            assert self.run(self.read) == (expected, free, due, self.model.holds, failed)

    def read(self, tx: SqlTransaction) -> tuple[object, ...]:
        """Read from the database what the model knows."""
        lanes = {lane: [facts(entry) for entry in tx.outbox.open_in(lane)] for lane in LANES}
        free = {lane for lane in LANES if tx.outbox.claimable(lane, 9)}
        queues, others_at = tx.outbox.queues()
        newest = {pace: tx.outbox.due_lanes(pace, 9, LaneOrder.NEWEST) for pace in PACES}
        fresh = {pace: [self.model.fresh_at(lane) for lane in lanes] for pace, lanes in newest.items()}
        due = {queue.key: queue.due_at for queue in queues}, others_at, fresh
        holds = {hold.key: (hold.not_before, hold.no_burst_until) for hold in tx.outbox.rate_limits()}
        return lanes, free, due, holds, [facts(known(tx, row)) for row in self.model.of(EntryState.DEAD)]


def add_conversations(tx: SqlTransaction) -> None:
    """Begin the conversations; their ids count up from 1."""
    for number in CONVERSATIONS:
        tx.conversations.add(E164("+15555550123"), E164(f"+1555555020{number}"), ChannelId("C1"))


def facts(one: Row | OutboxEntry) -> tuple[str, EntryState, int]:
    """What the database and the model must say alike."""
    return one.key, one.state, one.attempts


def _add(tx: SqlTransaction, entry: NewEntry) -> PostKey:
    return tx.outbox.add(entry)


def _unknown(tx: SqlTransaction, *, sends: bool, limit: int) -> list[OutboxEntry]:
    return tx.outbox.unknown(sends=sends, limit=limit)


def end(tx: SqlTransaction, entry: OutboxEntry, state: EntryState, due_at: Micros) -> None:
    """Write down the end of a call in the database."""
    match state:
        case EntryState.PENDING:
            tx.outbox.retry_at(entry, due_at, error="busy")
        case EntryState.UNKNOWN:
            tx.outbox.mark_unknown(entry, due_at, error="lost")
        case EntryState.DEAD:
            tx.outbox.dead_letter(entry, "refused")
        case _:
            tx.outbox.complete(entry)


def known(tx: SqlTransaction, row: Row) -> OutboxEntry:
    """Read the effect of a row."""
    entry = tx.outbox.by_key(PostKey(row.key))
    assert entry is not None
    return entry


def pick(rows: list[Row], which: int) -> Row:
    """Choose one."""
    return rows[which % len(rows)]


TestOutbox = Outbox.TestCase
TestOutbox.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    phases=[Phase.generate],  # a failure is told at once; to shrink it would take minutes
    deadline=None,
    derandomize=True,
    print_blob=True,
)
