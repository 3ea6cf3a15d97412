"""The engine of PostgreSQL: runs a batch of units of work in one transaction, and knows what became of it.

Units run without savepoints; where one raises, the whole batch is undone and run again, each unit in a savepoint of its
own, so that it alone is undone. A batch that another one was in the way of is run again, too. A connection that is lost
at COMMIT leaves the batch in doubt until the server answers again: then the seat tells, and nobody is told before.

Refuses work at once (StoreUnavailable) while the server is away, and goes on by itself when it is back.
"""

import threading
import time
from collections.abc import Sequence
from typing import Any

import psycopg
import structlog
from psycopg import errors
from psycopg.pq import TransactionStatus

from bot.domain.errors import StoreUnavailable
from bot.domain.timestamps import Micros
from bot.store.group_commit import InDoubt, Outcome, UnitOfWork
from bot.store.postgres.address import Address
from bot.store.postgres.connection import Connection, NotReachable, open_for_writing
from bot.store.postgres.migrations import migrate
from bot.store.postgres.seat import Last, Seat, take_seat

Units = Sequence[UnitOfWork[Any]]

BEGIN_WITHIN_S = 2.5
"""Seconds in which the server has to take up a batch, and to keep it: then it is away."""

PATIENCE_S = 2.0
"""Seconds for which a batch is tried again; whoever came while it was waits for another BEGIN_WITHIN_S at most."""

PAUSE_S = 0.05
AWAY_PAUSE_S = 0.5
"""Pauses between attempts: of one batch, and to reach a server that is away."""

START_PAUSE_S = 2.0
"""Pause between attempts at the start, where nobody waits for an answer yet."""

_log = structlog.get_logger(__name__)


class _UnitRaised(Exception):
    """A unit raised in a batch without savepoints: all of it is run again."""


class _SeatGone(Exception):
    """Somebody has ended our seat: what we had begun is not ours to go on with."""


class PostgresEngine:
    """bot.store.group_commit.Engine on PostgreSQL. `now` is what the server's clock said when the batch began."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: Connection | None = None
        self._seat: Seat | None = None
        self._doubt: tuple[Units, Sequence[Outcome], list[InDoubt]] | None = None
        self._now = Micros(0)
        self._try_at = 0.0
        self._is_warned = False
        self._is_away = False
        self._stop = threading.Event()

    def now(self) -> Micros:
        """Tell the moment of the batch that runs."""
        return self._now

    # --- opening and closing

    def open(self) -> None:
        """Open the database; waits for a server that is not there yet, and says so. Raises StoreUnavailable."""
        while True:
            try:
                connection = open_for_writing(self._address)
                break
            except NotReachable as why:
                self._note_away(why)
                if self._stop.wait(START_PAUSE_S):
                    raise
        try:
            migrate(connection, self._address)
            self._seat = take_seat(connection)
        except psycopg.Error as error:
            connection.close()
            raise StoreUnavailable(f"{self._address.location} cannot be set up ({_name(error)}).") from None
        except StoreUnavailable:
            connection.close()
            raise
        self._use(connection)

    def stop_waiting(self) -> None:
        """Wait no more for a server that is not there. From any thread."""
        self._stop.set()

    def close(self) -> None:
        """End the seat and close the connection; what is in doubt stays so."""
        self._stop.set()
        if self._doubt is not None:
            self._settle([(None, StoreUnavailable("it is not known whether this was stored"))] * len(self._doubt[2]))
        if self._connection is None:
            return
        try:
            if self._seat is not None:
                self._seat.end(self._connection)
        except psycopg.Error as error:
            _log.warning("store.seat_not_ended", reason=_name(error))  # others end it for us
        self._connection.close()
        self._connection = None

    def _use(self, connection: Connection) -> None:
        connection.add_notice_handler(self._heed)
        self._connection = connection
        if self._is_away:
            _log.warning("store.back", words="the database answers again")
        self._is_away = False

    def _heed(self, notice: errors.Diagnostic) -> None:
        self._is_warned = self._is_warned or notice.sqlstate == "01000"

    def _note_away(self, why: Exception) -> None:
        if not self._is_away:
            _log.warning("store.away", words=str(why))
        self._is_away, self._try_at = True, time.monotonic() + AWAY_PAUSE_S

    # --- a batch

    def run(self, units: Units, /) -> Sequence[Outcome]:
        """Run a batch; see bot.store.group_commit.Engine."""
        until, apart = time.monotonic() + PATIENCE_S, False
        while True:
            try:
                return self._run_once(units, apart=apart)
            except _UnitRaised:
                apart = True
            except _SeatGone as gone:
                return _refused(units, str(gone))
            except StoreUnavailable as away:
                return _refused(units, str(away))
            except psycopg.Error as error:
                self._roll_back()
                if not _may_pass(error, self._connection) or time.monotonic() > until:
                    _log.error("store.commit_failed", reason=_name(error), units=len(units))
                    if self._connection is None:
                        self._note_away(error_words(error))
                    return _refused(units, f"the database cannot be written ({_name(error)})")
                self._stop.wait(PAUSE_S)

    def _run_once(self, units: Units, *, apart: bool) -> Sequence[Outcome]:
        connection = self._connected()
        if self._doubt is not None:
            self._end_doubt(connection)
        self._begin(connection)
        outcomes = self._run_units(connection, units, apart=apart)
        if self._commit(connection):
            return outcomes
        doubts = [InDoubt() for _ in units]
        self._doubt = (units, outcomes, doubts)
        return self._decided_now() or [(None, doubt) for doubt in doubts]

    def _connected(self) -> Connection:
        """Give the connection, opened anew where it was lost. Raises StoreUnavailable."""
        if self._connection is not None and not self._connection.closed:
            return self._connection
        if time.monotonic() < self._try_at:
            raise StoreUnavailable("the database cannot be reached")
        try:
            self._use(open_for_writing(self._address))
        except StoreUnavailable as why:
            self._note_away(why)
            raise
        assert self._connection is not None
        return self._connection

    def _begin(self, connection: Connection) -> None:
        """Begin a transaction as the only one that writes. Raises _SeatGone."""
        assert self._seat is not None
        with _within(connection, BEGIN_WITHIN_S):
            now = self._seat.begin(connection)
        if now is None:
            last = self._seat.look(connection)
            connection.execute("ROLLBACK")
            self._leave_seat(connection, last)
        else:
            self._now = now
            connection.execute("SELECT id FROM part WHERE id = 0 FOR UPDATE")

    def _leave_seat(self, connection: Connection, last: Last) -> None:
        """Take a new seat, because the one we had is not ours any more. Raises _SeatGone."""
        if last is Last.UNDONE:
            _log.error("store.undone", words="a failover has lost what was acknowledged: there is no synchronous standby")
        else:
            _log.warning("store.seat_ended", words="this bot was silent for too long: others have taken its calls over")
        self._seat = take_seat(connection)
        raise _SeatGone("this bot was not heard of for too long")

    def _run_units(self, connection: Connection, units: Units, *, apart: bool) -> list[Outcome]:
        if apart:
            return [_run_apart(connection, unit) for unit in units]
        outcomes: list[Outcome] = []
        for unit in units:
            try:
                outcomes.append((unit(connection), None))
            except psycopg.OperationalError:
                raise
            except Exception as error:
                connection.execute("ROLLBACK")
                if len(units) == 1:
                    self._begin(connection)  # an empty transaction: a sign of life all the same
                    return [(None, _without_values(error))]
                raise _UnitRaised from error
        return outcomes

    def _roll_back(self) -> None:
        """Undo what is open; a connection that cannot do so is closed."""
        connection = self._connection
        if connection is None:
            return
        try:
            if connection.pgconn.transaction_status != TransactionStatus.IDLE:
                connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()
        if connection.closed:
            self._connection = None

    # --- COMMIT, and what is in doubt after it

    def _commit(self, connection: Connection) -> bool:
        """Commit; False where nobody knows whether that was kept. Raises psycopg.Error where it certainly was not."""
        assert self._seat is not None
        self._is_warned = False
        try:
            with _within(connection, BEGIN_WITHIN_S):
                connection.execute("COMMIT")
        except psycopg.Error as error:
            if error.diag.severity_nonlocalized == "ERROR" and not connection.closed:
                raise  # the server itself says so
            self._is_warned = True
        if self._is_warned:  # kept here, and perhaps not on the standby: nobody may be told yet
            connection.close()
            self._connection = None
            return False
        self._seat.batch += 1
        return True

    def _decided_now(self) -> Sequence[Outcome] | None:
        """Find out what became of the batch in doubt while its callers still wait; None where that takes longer."""
        assert self._doubt is not None
        doubts, until = self._doubt[2], time.monotonic() + PATIENCE_S
        while self._doubt is not None and time.monotonic() < until:
            try:
                self._end_doubt(self._connected())
            except (psycopg.Error, StoreUnavailable, _SeatGone):
                self._roll_back()
                self._stop.wait(PAUSE_S)
        return None if self._doubt is not None else [doubt.decided.result() for doubt in doubts]

    def _end_doubt(self, connection: Connection) -> None:
        """Ask the seat what became of the batch in doubt, and settle it. Raises psycopg.Error while that is not known."""
        assert self._doubt is not None
        assert self._seat is not None
        units, outcomes, _ = self._doubt
        with _within(connection, BEGIN_WITHIN_S):
            is_undone = self._seat.begin(connection) is not None
        last = None if is_undone else self._seat.look(connection)
        connection.execute("ROLLBACK")
        if last in (Last.KEPT, Last.KEPT_AND_ENDED):
            self._seat.batch += 1
            self._prove(connection)
            _log.info("store.doubt_ended", was_kept=True, units=len(units))
            self._settle(outcomes)
        else:
            _log.info("store.doubt_ended", was_kept=False, units=len(units))
            self._settle(_refused(units, "the database was lost before this was stored"))

    def _prove(self, connection: Connection) -> None:
        """Commit anything: the log is in order, so a standby that has this has all that came before. Raises."""
        probe = take_seat(connection)
        if self._is_warned:
            connection.close()
            raise psycopg.OperationalError("kept here, and perhaps not on the standby")
        probe.end(connection)

    def _settle(self, outcomes: Sequence[Outcome]) -> None:
        assert self._doubt is not None
        doubts, self._doubt = self._doubt[2], None
        for doubt, outcome in zip(doubts, outcomes, strict=True):
            doubt.decided.set_result(outcome)
