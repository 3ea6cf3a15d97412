"""The audit trail as an export shows it: who, what, and what came of it."""

from __future__ import annotations

import json
from pathlib import Path

from bot.store.sqlite.operations import SqliteOperations


def deeds_in(database: Path) -> list[tuple[str, ...]]:
    """Read who did what in Slack, each with its last outcome."""
    lines = (json.loads(line) for line in SqliteOperations(database).export_audit())
    return [(line["actor"], line["action"], line.get("detail", "")) for line in lines]
