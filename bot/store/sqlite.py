"""Opening the one database file right, and its named queries. Holds every pragma with its reason."""

import fcntl
import os
import re
import sqlite3
from functools import cache
from importlib.resources import files
from pathlib import Path

import sqlite_utils

from bot.domain.errors import StoreUnavailable
from bot.store.schema import STEPS


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open or create the database, bring its schema up to date, and return the write connection.

    Raises StoreUnavailable with a sentence that names the file and what to do.
    """
    try:
        connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=256, factory=_OnlyWriter
        )
        connection.claim(path)
        prepare(connection)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(
            f"cannot open {path}: {error}. Check that the folder exists and may be written, "
            "and that no other bot runs on the same file."
        ) from error
    return connection


def prepare(connection: sqlite3.Connection) -> None:
    """Make a fresh connection the write connection: its settings, the schema brought up to date, rows read by name."""
    for pragma in (
        "journal_mode=WAL",  # readers do not wait for the writer
        "synchronous=FULL",  # NORMAL loses acknowledged commits when the power goes (tests/crash/power), FULL none
        "foreign_keys=ON",
        "busy_timeout=5000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    STEPS.apply(sqlite_utils.Database(connection))
    connection.row_factory = sqlite3.Row


class _OnlyWriter(sqlite3.Connection):
    """The write connection, holding a lock file beside the database for as long as it is open.

    Two bots on one database would send every text twice. The lock goes with the process, however it ends.
    """

    _lock: int | None = None

    def claim(self, path: Path) -> None:
        """Take the lock. Raises sqlite3.OperationalError where another process has it."""
        self._lock = os.open(f"{path}-lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise sqlite3.OperationalError("another volt-bot is using it") from None

    def close(self) -> None:
        """Close the database, then let go of the lock."""
        super().close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a second connection that cannot write: for backup, export and doctor. Raises sqlite3.Error."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    connection.execute("PRAGMA query_only=ON")
    connection.row_factory = sqlite3.Row
    return connection


@cache
def queries() -> dict[str, str]:
    """Read queries.sql: name to statement. A name that stands twice is an error."""
    text = files("bot.store").joinpath("queries.sql").read_text(encoding="utf-8")
    found = re.findall(r"^-- name: (\w+).*\n((?:(?!-- name:).*\n?)*)", text, flags=re.MULTILINE)
    named = {
        name: "\n".join(line for line in sql.splitlines() if not line.startswith("--")).strip() for name, sql in found
    }
    if len(named) != len(found):
        raise ValueError("a name stands twice in queries.sql")
    return named
