"""Undo of a move: the mark is taken off the file, and a bot may run on it again.

Bots may have run on the other database since, so the file is older then: it is marked as a copy, and the bot looks up
what waits in it before anything leaves.
"""

from pathlib import Path

from bot.domain.errors import StoreUnavailable
from bot.domain.workspaces import WHOLE_DATABASE
from bot.ports.move import Undone
from bot.store.sql.recovery import COPIED
from bot.store.sqlite.alone import opened_alone
from bot.store.sqlite.moved_mark import read_mark, set_mark
from bot.store.sqlite.statements import queries
from bot.time_of_day import time_ns


def take_back(database: Path) -> Undone:
    """Take the mark off. Raises StoreUnavailable, also where there is none."""
    with opened_alone(database, "Nothing was changed.") as connection:
        mark = read_mark(connection)
        if mark is None:
            raise StoreUnavailable(f"{database} was not moved, so there is nothing to undo.")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN IMMEDIATE")
        set_mark(connection, None)
        if mark.is_done:
            now = time_ns() // 1_000
            copied = {"workspace": WHOLE_DATABASE, "name": COPIED, "value": str(now), "now": now}
            connection.execute(queries()["set_value"], copied)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Undone(mark.to, was_done=mark.is_done)
