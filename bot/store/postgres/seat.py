"""Seats: a row for each bot that runs on a database, by which every transaction of that bot begins.

The UPDATE of it is four things at once: a fence (nobody has ended this bot), a sign of life, the one clock of all bots,
and a count, which tells after a COMMIT whose answer was lost whether it was kept. What the server says of a transaction
by its number would not do: after a failover another one may bear that number.
"""

import os
import socket
from dataclasses import dataclass, field
from enum import Enum

from bot.call_deadline import steady
from bot.domain.timestamps import Micros
from bot.store.postgres.connection import Connection

_MICROS = "(extract(epoch FROM seen_at) * 1000000)::BIGINT AS now"

_TAKE = f"""INSERT INTO seat (name, seen_at)
SELECT %(name)s, greatest(clock_timestamp(), max(seen_at)) FROM seat RETURNING id, {_MICROS}"""  # noqa: S608 - our own

_BEGIN = f"""UPDATE seat SET batch = batch + 1,
    seen_at = greatest(clock_timestamp(), seen_at + %(passed)s * INTERVAL '1 s' / 2)
WHERE id = %(id)s AND batch = %(batch)s AND ended_at IS NULL RETURNING {_MICROS}"""  # noqa: S608 - our own
"""Time never goes back, not even where the server's clock was set back, or a standby's that was promoted is behind.

It does not stand still either, or all that waits would: it goes half as fast by our own steady clock, until the
server's has caught up. Nothing of a bot's own decides how long that may be: moments that are stored are of that time,
too. `doctor` tells, and how it is ended.
"""

_LOOK = "SELECT batch FROM seat WHERE id = %(id)s"

_PROVE = "UPDATE seat SET name = name WHERE id = %(id)s"

_REMOVE = """DELETE FROM seat WHERE ended_at < clock_timestamp() - INTERVAL '1 day'
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE claim = seat.id)
    AND NOT EXISTS (SELECT 1 FROM duty WHERE duty.seat = seat.id)"""

_END = "UPDATE seat SET ended_at = clock_timestamp() WHERE id = %(id)s AND ended_at IS NULL"


class Last(Enum):
    """What the seat tells of the last transaction that was to be kept."""

    NOT_KEPT = "not kept"
    KEPT = "kept"
    ENDED = "not kept, and somebody has ended the seat"
    UNDONE = "undone"
    """A failover has lost what was acknowledged: there was no synchronous standby.

    Of all these it is the only one after which the database is older than the world. Where a seat was ended, or a batch
    in doubt proves not kept, nobody was told that it was stored: nothing is lost, and nothing has to be compared. After
    this one a call may be made again whose claim was lost, as no bot can tell which of the others' batches are gone,
    too. So it is told as an error and counted; starting the bots anew compares the database with Slack, as every start
    does (bot/bridge/recovery), and a synchronous standby is what rules it out.
    """


@dataclass
class Seat:
    """The seat of one bot: its id, and how many of its transactions are known to be kept."""

    id: int
    batch: int = 0
    _heard_at: float = field(default_factory=steady)

    def begin(self, connection: Connection) -> Micros | None:
        """Begin a transaction; returns what time it is, or None where it is not ours to begin."""
        connection.execute("BEGIN")
        passed = max(0.0, steady() - self._heard_at)
        row = connection.execute(_BEGIN, {"id": self.id, "batch": self.batch, "passed": passed}).fetchone()
        self._heard_at = steady()
        return None if row is None else Micros(row["now"])

    def look(self, connection: Connection) -> Last:
        """Find out why a transaction was not ours to begin."""
        row = connection.execute(_LOOK, {"id": self.id}).fetchone()
        if row is None or row["batch"] < self.batch:
            return Last.UNDONE
        return Last.KEPT if row["batch"] == self.batch + 1 else Last.ENDED

    def end(self, connection: Connection) -> None:
        """End it: this bot stops, and what it has not finished is for others."""
        connection.execute(_END, {"id": self.id})


def take_seat(connection: Connection) -> Seat:
    """Take a new seat; what is acknowledged after it is acknowledged after all that came before."""
    row = connection.execute(_TAKE, {"name": own_name()}).fetchone()
    assert row is not None
    return Seat(row["id"])


def remove_old_seats(connection: Connection) -> None:
    """Remove the seats of bots that ended long ago, and have left nothing."""
    connection.execute(_REMOVE)


def prove(connection: Connection, seat: Seat) -> None:
    """Commit anything: the log is in order, so a standby that has this has all that came before."""
    connection.execute(_PROVE, {"id": seat.id})


def own_name() -> str:
    """Name this process for people who look at the seats."""
    return f"{socket.gethostname()}:{os.getpid()}"
