"""The write connection: the one writer of its file, which it watches and cleans up after what was wiped."""

import os
import sqlite3
from pathlib import Path

import structlog

from bot.domain.errors import DatabaseLost
from bot.domain.workspaces import WHOLE_DATABASE
from bot.store.sql.recovery import COPIED
from bot.store.sqlite.locks import Locks
from bot.store.sqlite.named_statements import NamedStatements
from bot.store.sqlite.soundness import GONE

BUSY_MS = 5_000
"""How long another process that uses the file is waited for."""

READERS_WAIT_MS = 500
"""How long readers are waited for before the log is emptied: nothing else is written meanwhile."""

MOST_WRITTEN_ANEW = 30_000_000
"""Bytes of a file that is written anew while texts wait: about half a second."""

PAGES_AT_ONCE = 200
"""Pages of a search index that are written anew in one unit: a few milliseconds."""

_MERGES = ("merge_name_index", "merge_part_index", "merge_text_index")

_log = structlog.get_logger(__name__)


class OnlyWriter(NamedStatements, sqlite3.Connection):
    """The write connection: holds the locks as long as it is open, and sees at each COMMIT whether its file is there.

    A file that is removed or replaced under us would take every COMMIT, and nothing of it would be found again.
    """

    _locks: Locks | None = None
    _files: tuple[tuple[str, tuple[int, int]], ...] = ()
    _noted = 0
    calls = 0
    """How often calls left, as the last unit counted it."""
    has_log_to_empty = True
    """Whether the log may hold what was wiped, which a crash may have left there; the next COMMIT empties it."""

    has_gaps_to_close = False
    """Whether free space in the pages may hold what was erased: the file is written anew, where that takes no time."""

    def guard(self, path: Path, locks: Locks, *, is_new: bool) -> None:
        """From now on be the one writer of this file."""
        self._locks = locks
        self._files = tuple((name, _inode(name)) for name in (str(path), f"{path}-wal"))
        self.calls = int(self.execute(self.statements["calls_made"]).fetchone()["count"])
        noted = locks.noted()
        is_copy = self.execute(self.statements["value"], {"workspace": WHOLE_DATABASE, "name": COPIED}).fetchone()
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

    def note_calls(self, calls: int) -> None:
        """Write beside the file how often calls have left, once that is committed."""
        self.calls = calls

    def note_wiped(self) -> None:
        """Let the next COMMIT empty the log."""
        self.has_log_to_empty = True

    def tidy(self, *, begins: bool) -> bool:
        """Merge each index into one part: what was deleted stays in its old parts until then."""
        pages, is_done = -PAGES_AT_ONCE if begins else PAGES_AT_ONCE, True
        for statement in _MERGES:
            before = self.total_changes
            self.execute(self.statements[statement], {"pages": pages})
            is_done = is_done and self.total_changes - before <= 1
        if is_done and not begins:
            self.has_log_to_empty = self.has_gaps_to_close = True
        return is_done and not begins

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

    def rollback(self) -> None:
        """Roll back, and count no call that was not kept."""
        super().rollback()
        self.calls = self._noted

    def close(self) -> None:
        """Close the database, then let go of the locks."""
        super().close()
        if self._locks is not None:
            self._locks.release()
            self._locks = None


def _inode(name: str) -> tuple[int, int]:
    found = os.stat(name)  # noqa: PTH116 - once for every COMMIT; a Path takes twice as long
    return found.st_dev, found.st_ino
