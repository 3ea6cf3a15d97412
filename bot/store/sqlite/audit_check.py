"""Check of the audit trail beside the running bot: every line is there, in its place, and as it was written.

The trail of each workspace is a chain; what was noted beside the database (noted_uses.py) is one more.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.domain.audit_chain import ChainedLine, ChainEnds, faults_in
from bot.domain.errors import StoreUnavailable
from bot.domain.text import counted
from bot.domain.workspaces import WorkspaceId
from bot.store.sqlite.backup import check_begun
from bot.store.sqlite.connection import open_for_reading, queries
from bot.store.sqlite.noted_uses import faults_in_notes, notes_in


def check_trail(database: Path, workspace: WorkspaceId | None) -> tuple[list[str], str]:
    """Say what is wrong with the trail of a workspace, or of all, and what was looked at. Raises StoreUnavailable."""
    check_begun(database)
    try:
        with closing(open_for_reading(database)) as reader:
            reader.execute("BEGIN")  # all of it as of one moment
            chains = dict(_chains(reader, workspace))
            names = {row["id"]: row["name"] for row in reader.execute(queries()["export_workspaces"])}
        notes = [] if workspace is not None else notes_in(database)
        faults = [] if workspace is not None else [f"exports and backups: {one}" for one in faults_in_notes(database)]
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"Cannot read {database}: {error}.") from error
    for number, (ends, lines) in chains.items():
        where = f"workspace {names.get(number) or number}: " if len(chains) > 1 else ""
        faults += [f"{where}{fault}" for fault in faults_in(ends, lines)]
    return faults, _looked_at([line for _, lines in chains.values() for line in lines], len(notes))


def _chains(
    reader: sqlite3.Connection, workspace: WorkspaceId | None
) -> Iterator[tuple[int, tuple[ChainEnds, list[ChainedLine]]]]:
    wanted = {"workspace": workspace}
    ends = {row["workspace"]: ChainEnds(*tuple(row)[1:]) for row in reader.execute(queries()["audit_ends"], wanted)}
    lines: dict[int, list[ChainedLine]] = {number: [] for number in ends}
    for row in reader.execute(queries()["audit_chain_lines"], wanted):
        lines.setdefault(row["workspace"], []).append(ChainedLine(*tuple(row)))
    for number, found in lines.items():
        yield number, (ends.get(number, ChainEnds()), found)


def _looked_at(lines: list[ChainedLine], notes: int) -> str:
    erased = sum(not line.salt for line in lines)
    noted = counted(notes, "export or backup", "exports and backups")
    words = f"{counted(len(lines), 'line')} of the audit trail, {noted}"
    return f"{words}; the details of {counted(erased, 'line')} are erased" if erased else words
