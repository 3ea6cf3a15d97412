"""The bytes that are stored: of a database, of its log, and of a backup of both."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from bot.store.sqlite.backup import write_copy


def stored_bytes(database: Path) -> bytes:
    """Read the bytes of every file that may hold what a bot has stored, and of a fresh backup."""
    copy = database.with_name(f"copy-{uuid4().hex}.db")
    write_copy(database, copy)
    found = sorted(path for path in database.parent.glob(f"{database.name}*") if path.is_file())
    try:
        return b"".join(path.read_bytes() for path in (*found, copy))
    finally:
        copy.unlink()
