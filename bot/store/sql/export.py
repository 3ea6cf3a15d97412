"""Exports as JSON Lines: texts, and the audit trail of who did what and when.

Only reads, and one row after the other, so that an export of everything takes no memory.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from bot.domain.timestamps import from_micros, to_micros
from bot.domain.workspaces import WorkspaceId
from bot.store.sql.connection import Connection, Row


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


def workspace_of(reader: Connection, team_id: str) -> WorkspaceId | None:
    """Find the workspace of a team, or of an organisation."""
    found = [workspace for workspace, name in _names(reader).items() if name == team_id]
    return found[0] if found and team_id else None


def texts_as_json(reader: Connection, wanted: Wanted) -> Iterator[str]:
    """Write each text as one line of JSON, oldest first within its conversation; times are ISO 8601 in UTC.

    Where there are several workspaces each line says which one it is of. Raises what the engine raises.
    """
    names = _names(reader)
    for row in reader.execute(reader.statements["export_messages"], wanted.values()):
        yield _as_line(_whose(row, names) | _text(row))


def _text(row: Row) -> dict[str, object]:
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


def _whose(row: Row, names: dict[WorkspaceId, str]) -> dict[str, object]:
    return {"workspace": names.get(row["workspace"], "")} if len(names) > 1 else {}


def _names(reader: Connection) -> dict[WorkspaceId, str]:
    return {row["id"]: row["name"] for row in reader.execute(reader.statements["export_workspaces"])}


def deeds_as_json(reader: Connection, wanted: Wanted) -> Iterator[str]:
    """Write each line of the audit trail as JSON, oldest first. Raises what the engine raises."""
    names = _names(reader)
    for row in reader.execute(reader.statements["audit_trail"], wanted.values()):
        yield _as_line(_whose(row, names) | _deed(row))


def _deed(row: Row) -> dict[str, object]:
    fields = {"at": from_micros(row["at"]).isoformat(), "actor": row["actor"], "action": row["action"]}
    about = {"detail": row["detail"], "account": row["account"], "contact": row["contact"]}
    return fields | {name: value for name, value in about.items() if value}


def _as_line(fields: dict[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False)
