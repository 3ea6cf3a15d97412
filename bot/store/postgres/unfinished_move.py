"""The note in a database that an SQLite file is being moved into: no bot may run on half of it.

A bot takes its seat first and reads the note then; a move writes the note while nobody can take a seat, and only where
there is none. So whichever of the two comes second sees the other.
"""

from bot.domain.errors import StoreUnavailable
from bot.domain.workspaces import WHOLE_DATABASE
from bot.store.postgres.connection import Connection

MOVING = "moving from"
"""Name of the value that tells from which file, and how far it is."""

MOVED_FROM = "moved from"
"""Name of the value that tells so afterwards."""


def read_note(connection: Connection, name: str = MOVING) -> str | None:
    """Read the note; None where nothing is being moved."""
    row = connection.execute(connection.statements["value"], {"workspace": WHOLE_DATABASE, "name": name}).fetchone()
    return None if row is None else str(row["value"])


def refuse_unfinished(connection: Connection, location: str) -> None:
    """Refuse a database that holds a part of a file only. Raises StoreUnavailable."""
    if read_note(connection) is not None:
        raise StoreUnavailable(
            f"{location} holds a part of an SQLite file that is being moved here. Run the same volt-bot move again: it"
            " goes on where it stopped."
        )
