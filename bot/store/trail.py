"""The audit trail as JSON Lines: who did what and when, and who took texts out of the database.

What people do in Slack stands in the books. An export is made beside the running bot, which alone may write them; so
each is noted in a file next to the database, one line of JSON, and read back here with the rest.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot.domain.errors import StoreUnavailable
from bot.domain.moment import micros_of, moment_of
from bot.store.copies import check_begun
from bot.store.sqlite import open_for_reading, queries


def note_export(database: Path, actor: str, detail: str, *, at: datetime) -> None:
    """Note that somebody exports, before anything is given out; `actor` is who they are on this machine.

    Raises StoreUnavailable: what cannot be noted must not be given out.
    """
    check_begun(database)
    told = {"at": at.isoformat(), "actor": actor, "action": "exported", "detail": detail}
    try:
        with _exports(database).open("a", encoding="utf-8") as file:
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
    except OSError as error:
        raise StoreUnavailable(f"Cannot note the export in {_exports(database)}: {error}.") from error


def deeds_as_json(
    database: Path, *, contact: str | None = None, since: datetime | None = None, until: datetime | None = None
) -> Iterator[str]:
    """Write each deed as one line of JSON: those in Slack, oldest first, then the exports. Raises StoreUnavailable."""
    wanted = {
        "contact": contact,
        "since": micros_of(since) if since else None,
        "until": micros_of(until) if until else None,
    }
    try:
        with closing(open_for_reading(database)) as reader:
            for row in reader.execute(queries()["audit_trail"], wanted):
                yield _line(row)
        if contact is None:
            yield from _exports_between(database, since, until)
    except (sqlite3.Error, OSError, ValueError) as error:
        raise StoreUnavailable(f"Cannot read {database}: {error}.") from error


def _line(row: sqlite3.Row) -> str:
    fields = {"at": moment_of(row["at"]).isoformat(), "actor": row["actor"], "action": row["action"]}
    about = {"detail": row["detail"], "account": row["account"], "contact": row["contact"]}
    return json.dumps(fields | {name: value for name, value in about.items() if value}, ensure_ascii=False)


def _exports_between(database: Path, since: datetime | None, until: datetime | None) -> Iterator[str]:
    file = _exports(database)
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        at = datetime.fromisoformat(json.loads(line)["at"])
        if (since is None or at >= since) and (until is None or at < until):
            yield line


def _exports(database: Path) -> Path:
    return database.with_name(f"{database.name}-exports.jsonl")
