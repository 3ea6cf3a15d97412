"""Check of the audit trail beside the running bot.

The trail of each workspace is a chain; what was noted beside the database (noted_uses.py) is one more.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.domain.errors import StoreUnavailable
from bot.domain.workspaces import WorkspaceId
from bot.store.sql.audit_check import faults_in_chains, looked_at
from bot.store.sqlite.backup import check_begun
from bot.store.sqlite.connection import open_for_reading
from bot.store.sqlite.noted_uses import faults_in_notes, notes_in


def check_trail(database: Path, workspace: WorkspaceId | None) -> tuple[list[str], str]:
    """Say what is wrong with the trail of a workspace, or of all, and what was looked at. Raises StoreUnavailable."""
    check_begun(database)
    try:
        with closing(open_for_reading(database)) as reader:
            reader.execute("BEGIN")  # all of it as of one moment
            in_chains, lines = faults_in_chains(reader, workspace)
        notes = [] if workspace is not None else notes_in(database)
        in_notes = [] if workspace is not None else [f"exports and backups: {one}" for one in faults_in_notes(database)]
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"Cannot read {database}: {error}.") from error
    return in_notes + in_chains, looked_at(lines, len(notes))
