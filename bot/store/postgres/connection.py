"""Connections to a PostgreSQL database, opened here and looked at before anything is done with them.

Refuses in one sentence, which says what to do, a server that cannot keep what it acknowledges or that is not for us.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from psycopg import ServerCursor, errors
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

from bot.domain.errors import StoreUnavailable
from bot.domain.timestamps import Micros
from bot.store.postgres.address import READING, SETTINGS, Address
from bot.store.postgres.duties import end_duty, has_duty
from bot.store.postgres.refusals import unfit, why_not
from bot.store.postgres.rows import adapt, named_rows
from bot.store.postgres.search import WordSearch
from bot.store.postgres.statements import queries
from bot.store.sql.connection import Row
from bot.store.sql.search import Search

C = TypeVar("C", bound="Connection")

PREPARED = 1_000
"""Statements that one connection keeps prepared: all there are, each for the types that it is asked with."""

ANSWER_WITHIN_S = 10.0
"""Seconds in which any statement is answered, or the connection is given up: a frozen server says nothing."""


_TOO_MUCH_ASKED = (errors.ProgramLimitExceeded, errors.StatementTooComplex)
"""What the library takes for the server's trouble and is one statement's: a value that is too long for an index."""

_CLOCK = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::BIGINT AS clock"


class Connection(psycopg.Connection[Row]):
    """A connection that keeps nobody waiting for ever, with what the shared store asks of one."""

    put_back: int | None = None
    search: Search = WordSearch()
    is_shared = True
    seat: int | None = None
    """The seat of the bot whose transaction this is; None for a command beside the bots."""
    begun = 0.0
    """The steady moment from before the time of this transaction was read; a command claims no calls."""
    ahead = Micros(0)

    answer_within_s = ANSWER_WITHIN_S
    _parts: tuple[ServerCursor[Row], ...] = ()
    reads_by_parts = False
    """Whether what a statement finds is fetched a part at a time, so that all of it takes no memory."""

    @property
    def statements(self) -> Mapping[str, str]:
        """The named statements."""
        return queries()

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for an answer; a connection that gave none in time is closed (psycopg's place for it)."""
        try:
            return super().wait(gen, interval, self.answer_within_s if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            super().close()
            raise errors.ConnectionTimeout("no answer in time") from None

    def close(self) -> None:
        """Close the connection, and what is read through it by parts."""
        for cursor in self._parts:
            with suppress(psycopg.Error):  # it is closed with its connection all the same
                cursor.close()
        super().close()

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        """Run a statement; one with parameters by name may ask for :seat."""
        if params.__class__ is dict:
            params["seat"] = self.seat
        if not self.reads_by_parts:
            return super().execute(query, params, **how)
        cursor = self.cursor(name=f"part_{len(self._parts)}")  # of the server: in a transaction only
        self._parts = (*self._parts, cursor)
        return cursor.execute(query, params)

    def server_clock(self) -> Micros:
        """Tell what time it is by the server's clock."""
        row = self.execute(_CLOCK, {}).fetchone()
        return Micros(row["clock"])

    def is_fault(self, error: Exception) -> bool:
        """Whether an error is of the database and not of one unit of work: lost, full, or in each other's way."""
        return is_fault(error)

    def has_duty(self, name: str) -> bool:
        """Whether this bot has a duty until the COMMIT; a command beside the bots has none."""
        return self.seat is not None and has_duty(self, self.seat, name)

    def end_duty(self, name: str) -> None:
        """Leave a duty to others, where this bot has it."""
        if self.seat is not None:
            end_duty(self, self.seat, name)

    def note_calls(self, calls: int) -> None:
        """Note nothing: no file beside the database could tell which of two is the newer one."""

    def note_wiped(self) -> None:
        """Note nothing: what is deleted lies in the server's files until its vacuum, and in its log for a while."""

    def tidy(self, *, begins: bool) -> bool:
        """Tidy nothing: what is deleted is in no search index any more."""
        return not begins


def is_fault(error: Exception) -> bool:
    """Whether an error is of the database and not of one unit of work: it would fail again, and all with it."""
    return isinstance(error, psycopg.OperationalError) and not isinstance(error, _TOO_MUCH_ASKED)


def open_for_writing(address: Address) -> Connection:
    """Open the connection that writes. Raises NotReachable, or StoreUnavailable where waiting would not help."""
    connection = _opened(Connection, address, address.for_writing(), SETTINGS)
    try:
        _examine(connection, address)
    except psycopg.OperationalError as error:
        connection.close()
        raise why_not(error, address) from None
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_reading(address: Address) -> Connection:
    """Open one that cannot write. Raises as open_for_writing does."""
    return _opened(Connection, address, address.for_reading(), READING)


def open_for_looking(address: Address) -> Connection:
    """Open one with the server's own settings, also at a server that a bot would refuse. Raises as the others do."""
    return _opened(Connection, address, address.for_reading(), {})


def _opened(kind: type[C], address: Address, parameters: Mapping[str, str | int], settings: Mapping[str, str]) -> C:
    try:
        connection = kind.connect(
            make_conninfo("", **parameters),
            autocommit=True,  # BEGIN and COMMIT are said where they are meant
            prepare_threshold=None,
            row_factory=named_rows,
        )
        adapt(connection)
        if not address.is_pooled and settings:
            _set_up(connection, settings)
    except psycopg.Error as error:
        raise why_not(error, address) from None  # the library's error knows the password
    return connection


def _set_up(connection: Connection, settings: Mapping[str, str]) -> None:
    """Make the session ours, unless a pooler lends it to others: that names another process than the server does."""
    row = connection.execute("SELECT pg_backend_pid() AS process").fetchone()
    if row is None or row["process"] != connection.info.backend_pid:
        return
    connection.execute("; ".join(f"SET {name} = '{value}'" for name, value in settings.items()).encode())
    connection.prepare_threshold = 0  # a statement not prepared takes three times as long
    connection.prepared_max = PREPARED


_SEEN = """SELECT current_setting('server_version_num')::BIGINT / 10000 AS version, current_setting('fsync') AS fsync,
    current_setting('synchronous_commit') AS synchronous_commit, pg_is_in_recovery() AS is_standby,
    current_setting('transaction_read_only') AS is_read_only, current_setting('server_encoding') AS encoding,
    current_schema() AS schema"""


def _examine(connection: Connection, address: Address) -> None:
    """Refuse what cannot keep our promises. Raises StoreUnavailable."""
    try:
        seen = connection.execute(_SEEN, {}).fetchone()
    except errors.InsufficientPrivilege:
        raise StoreUnavailable(f'"{address.user}" may not even look at the settings of {address.location}.') from None
    except psycopg.OperationalError as error:
        raise why_not(error, address) from None
    assert seen is not None
    if fault := unfit(seen, address):
        raise StoreUnavailable(fault)
