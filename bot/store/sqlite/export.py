"""Exports beside the running bot, as JSON Lines: texts, and the audit trail of who did what and when.

What people do in Slack stands in the database; exports and backups are noted beside it (noted_uses.py), and read back
here with the rest of the trail.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from bot.domain.errors import StoreUnavailable
from bot.domain.timestamps import from_micros, to_micros
from bot.domain.workspaces import WorkspaceId
from bot.store.sqlite.backup import check_begun
from bot.store.sqlite.connection import open_for_reading, queries
from bot.store.sqlite.noted_uses import notes_between


class Wanted(NamedTuple):
    """What is to be exported: of one workspace or all, of one contact or all, between two moments."""

    workspace: WorkspaceId | None = None
    contact: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def values(self) -> dict[str, Any]:
        """Give the values of a statement."""
        moments = {"since": self.since, "until": self.until}
        return {"workspace": self.workspace, "contact": self.contact} | {
            name: to_micros(moment) if moment else None for name, moment in moments.items()
        }


def workspace_of(database: Path, team_id: str) -> WorkspaceId | None:
    """Find the workspace of a team, or of an organisation. Raises StoreUnavailable."""
    check_begun(database)
    found = [workspace for workspace, name in _names(database).items() if name == team_id]
    return found[0] if found and team_id else None


def texts_as_json(database: Path, wanted: Wanted) -> Iterator[str]:
    """Write each text as one line of JSON, oldest first within its conversation; times are ISO 8601 in UTC.

    Where there are several workspaces each line says which one it is of. Raises StoreUnavailable.
    """
    names = _names(database)
    for row in _rows(database, "export_messages", wanted.values()):
        yield _as_line(_whose(row, names) | _text(row))


def _text(row: sqlite3.Row) -> dict[str, object]:
    return {
        "account": row["account"],
        "contact": row["contact"],
        "name": row["name"],
        "direction": row["direction"],
        "at": from_micros(row["sort_key"]).isoformat(),
        "text": row["body"],
        "media": json.loads(row["media"]),
        "status": row["status"],
        "author": row["author"],
        "approved_by": row["approved_by"],
        "thread": row["thread_ts"],
        "provider_id": row["provider_id"],
    }


def _whose(row: sqlite3.Row, names: dict[WorkspaceId, str]) -> dict[str, object]:
    return {"workspace": names.get(row["workspace"], "")} if len(names) > 1 else {}


def _names(database: Path) -> dict[WorkspaceId, str]:
    return {row["id"]: row["name"] for row in _rows(database, "export_workspaces", {})}


def deeds_as_json(database: Path, wanted: Wanted) -> Iterator[str]:
    """Write each audit line as JSON: those in Slack, oldest first, then the notes where all is asked for.

    Raises StoreUnavailable.
    """
    names = _names(database)
    for row in _rows(database, "audit_trail", wanted.values()):
        yield _as_line(_whose(row, names) | _deed(row))
    if wanted.contact is None and wanted.workspace is None:
        try:
            yield from notes_between(database, wanted.since, wanted.until)
        except (OSError, ValueError) as error:
            raise StoreUnavailable(f"Cannot read {database}: {error}.") from error


def _deed(row: sqlite3.Row) -> dict[str, object]:
    fields = {"at": from_micros(row["at"]).isoformat(), "actor": row["actor"], "action": row["action"]}
    about = {"detail": row["detail"], "account": row["account"], "contact": row["contact"]}
    return fields | {name: value for name, value in about.items() if value}


def _rows(database: Path, statement: str, values: dict[str, Any]) -> Iterator[sqlite3.Row]:
    """Read what a named statement finds."""
    try:
        with closing(open_for_reading(database)) as reader:
            yield from reader.execute(queries()[statement], values)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"Cannot read {database}: {error}.") from error


def _as_line(fields: dict[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False)
