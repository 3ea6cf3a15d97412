"""Exports beside the running bot: what is exported from the file, and what is noted beside it.

What people do in Slack stands in the database; exports and backups are noted beside it (noted_uses.py), and read back
here with the rest of the trail.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from bot.domain.errors import StoreUnavailable
from bot.domain.figures import FiguresRead, HourSpan
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId
from bot.store.sql import export
from bot.store.sql.connection import Connection
from bot.store.sql.export import Wanted
from bot.store.sql.figures import Figures
from bot.store.sql.session import Session
from bot.store.sqlite.backup import check_begun
from bot.store.sqlite.connection import open_for_reading
from bot.store.sqlite.noted_uses import notes_between


def workspace_of(database: Path, team_id: str) -> WorkspaceId | None:
    """Find the workspace of a team, or of an organisation. Raises StoreUnavailable."""
    check_begun(database)
    try:
        with closing(open_for_reading(database)) as reader:
            return export.workspace_of(reader, team_id)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"Cannot read {database}: {error}.") from error


def texts_as_json(database: Path, wanted: Wanted) -> Iterator[str]:
    """Write each text as one line of JSON. Raises StoreUnavailable."""
    return _lines(database, wanted, export.texts_as_json)


def deeds_as_json(database: Path, wanted: Wanted) -> Iterator[str]:
    """Write each audit line as JSON: those in Slack, oldest first, then the notes where all is asked for.

    Raises StoreUnavailable.
    """
    yield from _lines(database, wanted, export.deeds_as_json)
    if wanted.contact is None and wanted.workspace is None:
        try:
            yield from notes_between(database, wanted.since, wanted.until)
        except (OSError, ValueError) as error:
            raise StoreUnavailable(f"Cannot read {database}: {error}.") from error


def _lines(database: Path, wanted: Wanted, read: Callable[[Connection, Wanted], Iterator[str]]) -> Iterator[str]:
    try:
        with closing(open_for_reading(database)) as reader:
            yield from read(reader, wanted)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"Cannot read {database}: {error}.") from error


def figures(database: Path, workspace: WorkspaceId, spans: Sequence[HourSpan]) -> FiguresRead:
    """Read figures. Raises StoreUnavailable."""
    check_begun(database)
    try:
        with closing(open_for_reading(database)) as reader:
            return Figures(Session(reader, Micros(0), workspace)).read(spans)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"Cannot read {database}: {error}.") from error
