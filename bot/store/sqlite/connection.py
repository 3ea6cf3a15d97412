"""Connections to the database file, with every pragma and its reason, and the named queries."""

import os
import re
import sqlite3
from functools import cache
from importlib.resources import files
from pathlib import Path

import sqlite_utils
import structlog

from bot.domain.errors import DatabaseLost, StoreUnavailable
from bot.domain.workspaces import WHOLE_DATABASE
from bot.store.sqlite.columns import COLUMNS
from bot.store.sqlite.locks import Locks
from bot.store.sqlite.migrations import STEPS
from bot.store.sqlite.private_files import make, narrow
from bot.store.sqlite.soundness import GONE, examine

BUSY_MS = 5_000
"""How long another process that uses the file is waited for."""

READERS_WAIT_MS = 500
"""How long readers are waited for before the log is emptied: nothing else is written meanwhile."""

MOST_WRITTEN_ANEW = 30_000_000
"""Bytes of a file that is written anew while texts wait: about half a second."""

_log = structlog.get_logger(__name__)

COPIED = "copied"
"""Name of the value that a backup carries: a database made of it knows that it is not the first."""


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open or create the database, bring its schema up to date, and return the write connection.

    Raises StoreUnavailable with a sentence that names the file and what to do.
    """
    path = Path(os.path.realpath(path))  # under whatever name: one file has one bot
    index = path.with_name(f"{path.name}-shm")
    was_read = index.exists()
    try:
        locks = Locks(path)
    except OSError as error:
        raise _unopened(path, error) from error
    try:
        is_ours = examine(path)
        make(path)  # where the locks have not
        narrow(path)
        connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=256, factory=OnlyWriter
        )
        prepare(connection)
        connection.guard(path, locks, is_new=not is_ours)
    except (sqlite3.Error, OSError) as error:
        locks.release()
        raise _unopened(path, error) from error
    except StoreUnavailable:
        if not was_read:
            index.unlink(missing_ok=True)  # looking at a file that has a log makes one
        locks.release()
        raise
    return connection


def _unopened(path: Path, error: Exception) -> StoreUnavailable:
    return StoreUnavailable(f"Cannot open {path}: {error}. Check that the folder exists and may be written.")


def prepare(connection: sqlite3.Connection) -> None:
    """Make a fresh connection the write connection: its settings, the schema brought up to date, rows read by name."""
    for pragma in (
        "auto_vacuum=INCREMENTAL",  # of a new file: its free pages can be given back a few at a time (vacuum.py)
        "journal_mode=WAL",  # readers do not wait for the writer
        "synchronous=FULL",  # NORMAL loses acknowledged commits when the power goes (tests/crash/power), FULL none
        "foreign_keys=ON",
        "secure_delete=ON",  # what is deleted or replaced is overwritten: a token that was wiped is in no free page
        f"busy_timeout={BUSY_MS}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    STEPS.apply(sqlite_utils.Database(connection))
    connection.row_factory = sqlite3.Row


class OnlyWriter(sqlite3.Connection):
    """The write connection: holds the locks as long as it is open, and sees at each COMMIT whether its file is there.

    A file that is removed or replaced under us would take every COMMIT, and nothing of it would be found again.
    """

    _locks: Locks | None = None
    _files: tuple[tuple[str, tuple[int, int]], ...] = ()
    _noted = 0
    calls = 0
    """How often calls left, as the last unit counted it."""
    put_back: int | None = None
    """Where the database was put back: how often calls have left at least; else None."""
    has_log_to_empty = True
    """Whether the log may hold what was wiped, which a crash may have left there; the next COMMIT empties it."""

    has_gaps_to_close = False
    """Whether free space in the pages may hold what was erased: the file is written anew, where that takes no time."""

    def guard(self, path: Path, locks: Locks, *, is_new: bool) -> None:
        """From now on be the one writer of this file."""
        self._locks = locks
        self._files = tuple((name, _inode(name)) for name in (str(path), f"{path}-wal"))
        self.calls = int(self.execute(queries()["calls_made"]).fetchone()["count"])
        noted = locks.noted()
        is_copy = self.execute(queries()["value"], {"workspace": WHOLE_DATABASE, "name": COPIED}).fetchone()
        is_known = noted is not None and self.calls >= noted[0] and noted[1] == self._files[0][1][1]
        if (is_copy and is_copy["value"]) or not (is_known or is_new):
            self.put_back = max(self.calls, noted[0] if noted else 0)
        else:
            self._note()

    def _note(self) -> None:
        """Note how often calls left; what a power loss takes of that only makes the database look newer."""
        assert self._locks is not None
        self._locks.note(self.calls, self._files[0][1][1])
        self._noted = self.calls

    def commit(self) -> None:
        """Commit. Raises DatabaseLost where that did not reach the file that everybody else sees."""
        super().commit()
        try:
            is_there = all(_inode(name) == inode for name, inode in self._files)
        except OSError:
            is_there = False
        if not is_there:
            raise DatabaseLost(GONE)
        if self._noted != self.calls and self._locks is not None:
            self._note()
        if self.has_log_to_empty:
            self._empty_log()

    def _empty_log(self) -> None:
        """Move the log into the file and empty it. Where somebody reads just now, the next COMMIT tries again.

        The COMMIT stands, whatever happens here.
        """
        try:
            if self.has_gaps_to_close:
                self._close_gaps()
                self.has_gaps_to_close = False
            self.execute(f"PRAGMA busy_timeout={READERS_WAIT_MS}")
            was_busy = self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            self.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        except sqlite3.Error as error:
            _log.warning("store.log_not_emptied", reason=str(error))
            return
        self.has_log_to_empty = bool(was_busy)

    def _close_gaps(self) -> None:
        """Write the file anew, unless it is so large that texts would wait for it."""
        size = self.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0]
        if size <= MOST_WRITTEN_ANEW:
            self.execute("VACUUM")

    def close(self) -> None:
        """Close the database, then let go of the locks."""
        super().close()
        if self._locks is not None:
            self._locks.release()
            self._locks = None


def _inode(name: str) -> tuple[int, int]:
    found = os.stat(name)  # noqa: PTH116 - once for every COMMIT; a Path takes twice as long
    return found.st_dev, found.st_ino


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a connection that cannot write: for the read model, metrics, export and values. Raises sqlite3.Error."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    connection.execute("PRAGMA query_only=ON")
    connection.row_factory = sqlite3.Row
    return connection


@cache
def queries() -> dict[str, str]:
    """Read queries.sql: name to statement. A name that stands twice is an error."""
    text = files("bot.store.sqlite").joinpath("queries.sql").read_text(encoding="utf-8")
    found = re.findall(r"^-- name: (\w+).*\n((?:(?!-- name:).*\n?)*)", text, flags=re.MULTILINE)
    named = {
        name: _with_columns("\n".join(line for line in sql.splitlines() if not line.startswith("--")).strip())
        for name, sql in found
    }
    if len(named) != len(found):
        raise ValueError("a name stands twice in queries.sql")
    return named


def _with_columns(sql: str) -> str:
    for name, columns in COLUMNS.items():
        sql = sql.replace(f"{{{name}}}", columns)
    return sql
