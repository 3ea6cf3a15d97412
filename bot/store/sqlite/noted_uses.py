"""Notes beside the database: who exported it, made a backup of it or erased somebody, one line of JSON each.

The running bot alone may write its database, so these are kept in a file next to it, and read back with the rest of
the audit trail. Each line is chained to the one before as those of the trail are, and how many there are stands in a
second file, so that a line that was cut off at the end is noticed, too.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.audit_chain import ChainedLine, ChainEnds, chained, faults_in
from bot.domain.errors import StoreUnavailable
from bot.domain.timestamps import Micros, to_micros
from bot.domain.workspaces import WHOLE_DATABASE
from bot.store.sqlite.backup import check_begun
from bot.store.sqlite.private_files import opener

_LONGEST_COUNT = 32


def note_use(database: Path, actor: str, action: str, detail: str, *, at: datetime) -> None:
    """Note what somebody does with the database, before it is done; `actor` is who they are on this machine.

    Raises StoreUnavailable: what cannot be noted must not be done.
    """
    check_begun(database)
    try:
        with open(notes_file(database), "a+", encoding="utf-8", opener=opener) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            last = [_fields(line) for line in file.read().splitlines()[-1:]]
            number, before = (int(last[0].get("number", 0)), str(last[0].get("hash", ""))) if last else (0, "")
            told: dict[str, Any] = {"at": at.isoformat(), "actor": actor, "action": action, "detail": detail}
            line = chained(_chain_line(told | {"number": number + 1}), before)
            file.write(json.dumps(told | {"number": line.number, "hash": line.hash}, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
            _set_count(database, line.number)
    except OSError as error:
        raise StoreUnavailable(f"Cannot note this in {notes_file(database)}: {error}.") from error


def _set_count(database: Path, count: int) -> None:
    with open(_count_file(database), "w", encoding="utf-8", opener=opener) as file:
        file.write(str(count))


def _chain_line(told: dict[str, Any]) -> ChainedLine:
    """Read a note as a line of a chain; what was changed until it cannot be read is a line all the same."""
    try:
        at, number = to_micros(datetime.fromisoformat(str(told.get("at")))), int(told.get("number", 0))
    except (ValueError, TypeError):
        at, number = Micros(0), 0
    actor, action, detail = (str(told.get(name, "")) for name in ("actor", "action", "detail"))
    line = ChainedLine(WHOLE_DATABASE, number, at, actor, action, None, None, detail, "-")
    return chained(line, "")


def notes_in(database: Path) -> list[str]:
    """List the notes, as one line of JSON each, without their places in the chain."""
    return [json.dumps(_told(_fields(line)), ensure_ascii=False) for line in _lines(database)]


def _told(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in ("number", "hash")}


def notes_between(database: Path, since: datetime | None, until: datetime | None) -> Iterator[str]:
    """Yield the notes of a time. Raises ValueError for one that cannot be read."""
    for line in notes_in(database):
        at = datetime.fromisoformat(json.loads(line)["at"])
        if (since is None or at >= since) and (until is None or at < until):
            yield line


def chained_notes(database: Path) -> list[ChainedLine]:
    """List the notes as lines of a chain, with the hashes that they bear."""
    fields = [_fields(line) for line in _lines(database)]
    return [_with_hash(_chain_line(told), str(told.get("hash", ""))) for told in fields]


def faults_in_notes(database: Path) -> Iterator[str]:
    """Say what is wrong with the notes."""
    found = chained_notes(database)
    last = found[-1] if found else None
    count = max(_count(database), last.number if last else 0)
    yield from faults_in(ChainEnds(last=count, last_hash=last.hash if last else ""), found)


def _with_hash(line: ChainedLine, stored: str) -> ChainedLine:
    return ChainedLine(**{**vars(line), "hash": stored})


def _fields(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _lines(database: Path) -> list[str]:
    file = notes_file(database)
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def _count(database: Path) -> int:
    file = _count_file(database)
    noted = file.read_text(encoding="utf-8")[:_LONGEST_COUNT] if file.exists() else ""
    return int(noted) if noted.isdecimal() else 0


def notes_file(database: Path) -> Path:
    """Name the file."""
    return database.with_name(f"{database.name}-exports.jsonl")


def _count_file(database: Path) -> Path:
    return database.with_name(f"{database.name}-exports.count")
