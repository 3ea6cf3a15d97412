"""The mark of a file whose contents are moved to another database: no bot may be started on it by mistake.

It stands in the file itself, as one value, so it goes with it wherever it is copied; nothing else of the file changes.
Where somebody takes the mark off after all, the bot takes nothing that waits for certain: others may have sent it.
"""

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.domain.errors import StoreUnavailable
from bot.domain.workspaces import WHOLE_DATABASE
from bot.store.sqlite.soundness import only_reading
from bot.store.sqlite.statements import queries
from bot.time_of_day import time_ns

MOVED = "moved to"
"""Name of the value."""


@dataclass(frozen=True)
class MovedMark:
    """Which move it was, to which database (as people are told of it), when; and whether all of it is there."""

    id: str
    to: str
    on: str
    is_done: bool = False


def read_mark(reader: sqlite3.Connection) -> MovedMark | None:
    """Read the mark; None where there is none."""
    row = reader.execute(queries()["value"], {"workspace": WHOLE_DATABASE, "name": MOVED}).fetchone()
    return MovedMark(**json.loads(row[0])) if row is not None else None


def set_mark(connection: sqlite3.Connection, mark: MovedMark | None) -> None:
    """Set the mark, or take it off, in the transaction that is open."""
    wanted = {"workspace": WHOLE_DATABASE, "name": MOVED}
    if mark is None:
        connection.execute("DELETE FROM value WHERE workspace = :workspace AND name = :name", wanted)
    else:
        written = {"value": json.dumps(asdict(mark)), "now": time_ns() // 1_000}
        connection.execute(queries()["set_value"], wanted | written)


def refuse_moved(database: Path) -> None:
    """Refuse a file with a mark. Raises StoreUnavailable with the sentence for a person."""
    with closing(only_reading(database)) as reader:
        mark = read_mark(reader)
    if mark is None:
        return
    undo = f"To use this file after all: volt-bot move sqlite:///{database} --undo"
    if mark.is_done:
        raise StoreUnavailable(
            f"{database} was moved to {mark.to} on {mark.on}. Set DATABASE_URL to the database there. {undo}"
        )
    raise StoreUnavailable(
        f"{database} is being moved to {mark.to}. Run the same volt-bot move again: it goes on where it stopped. {undo}"
    )
