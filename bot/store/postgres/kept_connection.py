"""The connection that writes, kept over outages: opened anew where it was lost, and the log says when it went and came.

Refuses at once (StoreUnavailable) while the server is away, so that nobody waits for it. All but stop_waiting() and
connected_s is of the writer's thread.
"""

import threading
import time
from collections.abc import Callable

import psycopg
import structlog
from psycopg import errors
from psycopg.pq import TransactionStatus

from bot.domain.errors import StoreUnavailable
from bot.store.postgres.address import Address
from bot.store.postgres.connection import Connection, open_for_writing
from bot.store.postgres.refusals import NotReachable

AWAY_PAUSE_S = 0.5
"""Pause between attempts to reach a server that is away."""

START_PAUSE_S = 2.0
"""Pause between attempts at the start, where nobody waits for an answer yet."""

_PERHAPS_NOT_REPLICATED = "01000"
"""PostgreSQL's code of the warning that a COMMIT was kept here and perhaps not on the standby."""

_log = structlog.get_logger(__name__)


class KeptConnection:
    """Connection to the database at `address`. `is_warned`: the server has warned that a COMMIT may get lost."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: Connection | None = None
        self._try_at = self._connected_at = 0.0
        self._is_away = False
        self._stop = threading.Event()
        self.is_warned = False

    @property
    def held(self) -> Connection | None:
        """The connection as it is now, which nobody has looked at; None where it was lost."""
        return self._connection

    @property
    def connected_s(self) -> float:
        """For how many seconds the server has been there, as far as this bot knows."""
        return time.monotonic() - self._connected_at if self._connection is not None else 0.0

    def open(self, set_up: Callable[[Connection], None]) -> None:
        """Open it for the first time; waits for a server that is not there yet, and says so. Raises StoreUnavailable.

        `set_up` does what is done once; it raises NotReachable where that is to be done again, and closes what it got.
        """
        while True:
            try:
                connection = open_for_writing(self._address)
                set_up(connection)
            except NotReachable as why:
                self.note_away(why)
                if self.wait(START_PAUSE_S):
                    raise
            else:
                self._use(connection)
                return

    def get(self) -> Connection:
        """Give it, opened anew where it was lost. Raises StoreUnavailable."""
        if self._connection is not None and not self._connection.closed:
            return self._connection
        if time.monotonic() < self._try_at:
            raise StoreUnavailable("the database cannot be reached")
        try:
            connection = open_for_writing(self._address)
        except StoreUnavailable as why:
            self.note_away(why)
            raise
        self._use(connection)
        return connection

    def note_away(self, why: Exception) -> None:
        """Note that the server is away, and say so once."""
        if not self._is_away:
            _log.warning("store.away", words=str(why))
        self._is_away, self._try_at = True, time.monotonic() + AWAY_PAUSE_S

    def roll_back(self) -> None:
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

    def drop(self) -> None:
        """Close a connection of which nobody knows how far it is."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def wait(self, seconds: float) -> bool:
        """Wait; True where nobody is to wait any more."""
        return self._stop.wait(seconds)

    def stop_waiting(self) -> None:
        """Wait no more for a server that is not there. From any thread."""
        self._stop.set()

    def _use(self, connection: Connection) -> None:
        connection.add_notice_handler(self._heed)
        self._connection, self._connected_at = connection, time.monotonic()
        if self._is_away:
            _log.warning("store.back", words="the database answers again")
        self._is_away = False

    def _heed(self, notice: errors.Diagnostic) -> None:
        self.is_warned = self.is_warned or notice.sqlstate == _PERHAPS_NOT_REPLICATED
