"""Duties: a row for each thing that only one bot may do at a time, which names the seat of the bot that does it.

A duty is taken where nobody has it, or where the seat of whoever had it has ended. A transaction holds the row of its
own seat, so nobody can end that before its COMMIT: what it reads here is so until then.
"""

from bot.store.sql.connection import Connection

_HOLDER = "SELECT seat FROM duty WHERE name = %(name)s"

_TAKE = """INSERT INTO duty (name, seat) VALUES (%(name)s, %(seat)s)
ON CONFLICT (name) DO UPDATE SET seat = excluded.seat
WHERE duty.seat IS NULL OR duty.seat IN (SELECT id FROM seat WHERE ended_at IS NOT NULL)
RETURNING seat"""

_END = "UPDATE duty SET seat = NULL WHERE name = %(name)s AND seat = %(seat)s"


def has_duty(connection: Connection, seat: int, name: str) -> bool:
    """Tell whether a duty is this seat's, and take it where it is nobody's; reads only, where it was before."""
    holder = connection.execute(_HOLDER, {"name": name}).fetchone()
    if holder is not None and holder["seat"] == seat:
        return True
    return connection.execute(_TAKE, {"name": name, "seat": seat}).fetchone() is not None


def end_duty(connection: Connection, seat: int, name: str) -> None:
    """Leave a duty to others, where it is this seat's."""
    connection.execute(_END, {"name": name, "seat": seat})
