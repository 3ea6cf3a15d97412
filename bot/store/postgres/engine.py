"""The engine of PostgreSQL: runs a batch of units of work in one transaction, and knows what became of it.

Units run without savepoints; where one raises, the whole batch is undone and run again, each unit in a savepoint of its
own, so that it alone is undone. A batch that another one was in the way of is run again, too. A connection that is lost
at COMMIT leaves the batch in doubt until the server answers again: then the seat tells, and nobody is told before.

Refuses work at once (StoreUnavailable) while the server is away, and goes on by itself when it is back
(kept_connection.py).
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
import structlog
from psycopg import errors

from bot.call_deadline import steady
from bot.domain.errors import StoreUnavailable
from bot.domain.timestamps import Micros
from bot.ports.observer import FleetEvent, FleetEventKind, FleetReason
from bot.store.group_commit import InDoubt, Outcome
from bot.store.postgres.address import Address
from bot.store.postgres.connection import Connection
from bot.store.postgres.kept_connection import KeptConnection
from bot.store.postgres.migrations import migrate
from bot.store.postgres.refusals import NotReachable
from bot.store.postgres.running import UnitRaised, Units, named, run_apart, run_plainly
from bot.store.postgres.seat import Last, Seat, prove, remove_old_seats, take_seat
from bot.store.postgres.unfinished_move import refuse_unfinished

BEGIN_WITHIN_S = 2.5
"""Seconds in which the server has to take up a batch, and to keep it: then it is away."""

PATIENCE_S = 2.0
"""Seconds for which a batch is tried again; whoever came while it was waits for another BEGIN_WITHIN_S at most."""

PAUSE_S = 0.05
"""Pause between attempts of one batch."""

_LOCK = "SELECT id FROM part WHERE id = 0 FOR UPDATE"
"""Waits until nobody else writes."""

BEHIND_S = 2.0
"""Seconds by which the server's clock may be behind the time before that is said: it was set back."""

_IN_EACH_OTHERS_WAY = (errors.SerializationFailure, errors.DeadlockDetected)

_WORDS = {
    Last.ENDED: "this bot was not heard of for too long, so others have taken its calls over",
    Last.KEPT: "this bot was not heard of for too long, so others have taken its calls over",
    Last.UNDONE: (
        "a failover has lost what was acknowledged: the standby was not a synchronous one. Start every bot anew, so"
        " that what is stored is compared with Slack before anything leaves"
    ),
}

_log = structlog.get_logger(__name__)


class _Doubt(NamedTuple):
    """A batch whose COMMIT was not answered: what it would have given, and who waits to be told."""

    outcomes: Sequence[Outcome]
    waiting: Sequence[InDoubt]


class PostgresEngine:
    """bot.store.group_commit.Engine on PostgreSQL. `now` is what the server's clock said when the batch began.

    `tell` is told what happens between this bot, the others and their server, in the writer's thread.
    """

    def __init__(self, address: Address, tell: Callable[[FleetEvent], None] = lambda _: None) -> None:
        self._address, self._tell = address, tell
        self._kept = KeptConnection(address)
        self._seat = Seat(0)
        self._doubt: _Doubt | None = None
        self._now, self._now_at = Micros(0), 0
        self._is_behind = False

    def now(self) -> Micros:
        """Tell the moment of the batch that runs."""
        return self._now

    def server_now(self) -> Micros | None:
        """Tell what time it is by the server's clock; None before it was heard of."""
        if not self._now:
            return None
        return Micros(self._now + (time.monotonic_ns() - self._now_at) // 1_000)

    @property
    def connected_s(self) -> float:
        """For how many seconds the server has been there, as far as this bot knows."""
        return self._kept.connected_s

    # --- opening and closing

    def open(self) -> None:
        """Open the database; waits for a server that is not there yet, and says so. Raises StoreUnavailable."""
        self._kept.open(self._set_up)

    def _set_up(self, connection: Connection) -> None:
        """Bring the schema up to date and take a seat. Raises NotReachable, or StoreUnavailable for good."""
        try:
            migrate(connection, self._address)
            remove_old_seats(connection)
            self._seat = take_seat(connection)
            self._refuse_unfinished(connection)
        except psycopg.Error as error:
            connection.close()
            words = f"{self._address.location} cannot be set up ({named(error)})."
            is_lost = isinstance(error, psycopg.OperationalError)
            raise (NotReachable if is_lost else StoreUnavailable)(words) from None
        except StoreUnavailable:
            connection.close()
            raise

    def _refuse_unfinished(self, connection: Connection) -> None:
        try:
            refuse_unfinished(connection, self._address.location)
        except StoreUnavailable:
            self._seat.end(connection)
            raise

    def stop_waiting(self) -> None:
        """Wait no more for a server that is not there. From any thread."""
        self._kept.stop_waiting()

    def close(self) -> None:
        """End the seat and close the connection; what is in doubt stays so."""
        self._kept.stop_waiting()
        if self._doubt is not None:
            self._settle([(None, StoreUnavailable("nobody knows whether this was stored"))] * len(self._doubt.outcomes))
        connection = self._kept.held
        if connection is None:
            return
        try:
            self._seat.end(connection)
        except psycopg.Error as error:
            _log.warning("store.seat_not_ended", reason=named(error))  # others end it for us
        self._kept.drop()

    # --- a batch

    def run(self, units: Units, /) -> Sequence[Outcome]:
        """Run a batch; see bot.store.group_commit.Engine."""
        until, apart = time.monotonic() + PATIENCE_S, False
        while True:
            try:
                outcomes = self._run_once(units, apart=apart)
            except UnitRaised as raised:
                if not units[1:]:
                    return [(None, raised.error)]
                apart = True
                self._tell(FleetEvent(FleetEventKind.RAN_AGAIN, FleetReason.UNIT_RAISED))
            except StoreUnavailable as refused:
                return _all(units, refused)
            except psycopg.Error as error:
                if (failure := self._failed(error, until)) is not None:
                    return _all(units, failure)
            except Exception as error:  # noqa: BLE001 - the thread must outlive a bug; every caller is told
                _log.error("store.bug", exc_info=error)
                self._kept.drop()
                return _all(units, StoreUnavailable(f"the database cannot be written ({type(error).__name__})"))
            else:
                if outcomes is not None:
                    return outcomes
                self._tell(FleetEvent(FleetEventKind.RAN_AGAIN, FleetReason.CONNECTION_LOST))

    def _failed(self, error: psycopg.Error, until: float) -> StoreUnavailable | None:
        """Undo what was begun; gives None where it may be tried again now."""
        self._kept.roll_back()
        is_lost = self._kept.held is None
        if (is_lost or isinstance(error, _IN_EACH_OTHERS_WAY)) and time.monotonic() < until:
            self._kept.wait(PAUSE_S)
            why = FleetReason.CONNECTION_LOST if is_lost else FleetReason.IN_THE_WAY
            self._tell(FleetEvent(FleetEventKind.RAN_AGAIN, why))
            return None
        failure = StoreUnavailable(f"the database cannot be written now ({named(error)})")
        if is_lost:
            self._kept.note_away(failure)
        else:
            _log.error("store.commit_failed", reason=named(error))
        return failure

    def _run_once(self, units: Units, *, apart: bool) -> Sequence[Outcome] | None:
        """Run a batch; None where it certainly was not kept and is to be run again."""
        connection = self._kept.get()
        if self._doubt is not None:
            self._end_doubt(connection)
        self._begin(connection)
        outcomes = run_apart(connection, units) if apart else run_plainly(connection, units)
        if self._commit(connection):
            return outcomes
        return self._decided(outcomes)

    def _begin(self, connection: Connection) -> None:
        """Begin a transaction as the only one that writes. Raises StoreUnavailable where our seat was ended."""
        with _within(connection, BEGIN_WITHIN_S):
            now = self._seat.begin(connection)
        if now is None:
            last = self._seat.look(connection)
            connection.execute("ROLLBACK")
            self._seat = take_seat(connection)
            _log.error("store.seat_lost", words=_WORDS[last])
            why = FleetReason.UNDONE if last is Last.UNDONE else FleetReason.SILENT
            self._tell(FleetEvent(FleetEventKind.SEAT_LOST, why))
            raise StoreUnavailable(_WORDS[last])
        connection.seat = self._seat.id
        connection.execute(_LOCK)
        connection.begun = steady()
        clock = connection.server_clock()  # read after that: what others kept before is never of the future
        self._now, self._now_at = max(now, clock), time.monotonic_ns()
        connection.ahead = Micros(self._now - clock)
        self._note_behind(connection.ahead / 1_000_000)

    def _note_behind(self, seconds: float) -> None:
        """Say once that the server's clock is behind the time that it told before, and once that it has caught up."""
        is_behind = seconds > BEHIND_S
        if is_behind and not self._is_behind:
            words = "the server's clock was set back; until it has caught up all waits take twice as long"
            _log.warning("store.clock_behind", seconds=round(seconds), words=words)
        elif self._is_behind and not seconds:
            _log.warning("store.clock_caught_up", words="waits take as long as usual again")
        self._is_behind = is_behind or (self._is_behind and seconds > 0)

    # --- COMMIT, and what is in doubt after it

    def _commit(self, connection: Connection) -> bool:
        """Commit; False where nobody knows whether that was kept. Raises psycopg.Error where it certainly was not."""
        self._kept.is_warned = False
        try:
            with _within(connection, BEGIN_WITHIN_S):
                connection.execute("COMMIT")
        except psycopg.Error as error:
            if error.diag.severity_nonlocalized == "ERROR" and not connection.closed:
                raise  # the server itself says so
            self._kept.is_warned = True
        if self._kept.is_warned:
            self._kept.drop()
            return False
        self._seat.batch += 1
        return True

    def _decided(self, outcomes: Sequence[Outcome]) -> Sequence[Outcome] | None:
        """Find out what became of a batch while its callers wait; None where it was not kept.

        Where that takes too long, they are told later, and nobody else waits for it.
        """
        waiting = [InDoubt() for _ in outcomes]
        self._doubt = _Doubt(outcomes, waiting)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                was_kept = self._was_kept(self._kept.get())
            except (psycopg.Error, StoreUnavailable):
                self._kept.roll_back()
                self._kept.wait(PAUSE_S)
            else:
                self._doubt = None
                return outcomes if was_kept else None
        return [(None, one) for one in waiting]

    def _end_doubt(self, connection: Connection) -> None:
        """Find out what became of the batch in doubt, and tell its callers. Raises while that cannot be known."""
        assert self._doubt is not None
        outcomes = self._doubt.outcomes
        was_kept = self._was_kept(connection)
        self._settle(outcomes if was_kept else _all(outcomes, StoreUnavailable("the database was lost before this")))

    def _was_kept(self, connection: Connection) -> bool:
        """Ask the seat whether the batch in doubt was kept, for good. Raises while that cannot be known."""
        with _within(connection, BEGIN_WITHIN_S):  # it waits while the server is still at work on that COMMIT
            last = Last.NOT_KEPT if self._seat.begin(connection) is not None else self._seat.look(connection)
        connection.execute("ROLLBACK")
        if last is Last.KEPT:
            self._kept.is_warned = False
            with _within(connection, BEGIN_WITHIN_S):
                prove(connection, self._seat)
            if self._kept.is_warned:
                self._kept.drop()
                raise psycopg.OperationalError("kept here, and perhaps not on the standby")
            self._seat.batch += 1
        _log.info("store.doubt_ended", was_kept=last is Last.KEPT)
        outcome = FleetReason.KEPT if last is Last.KEPT else FleetReason.NOT_KEPT
        self._tell(FleetEvent(FleetEventKind.DOUBT_ENDED, outcome))
        return last is Last.KEPT

    def _settle(self, outcomes: Sequence[Outcome]) -> None:
        assert self._doubt is not None
        doubt, self._doubt = self._doubt, None
        for one, outcome in zip(doubt.waiting, outcomes, strict=True):
            one.decided.set_result(outcome)


def _all(units: Sequence[object], failure: StoreUnavailable) -> list[Outcome]:
    return [(None, failure)] * len(units)


@contextmanager
def _within(connection: Connection, seconds: float) -> Iterator[None]:
    """Give the server so long to answer, and no longer."""
    patience, connection.answer_within_s = connection.answer_within_s, seconds
    try:
        yield
    finally:
        connection.answer_within_s = patience
