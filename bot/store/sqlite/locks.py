"""Locks: one bot on one database, because two would send every text twice. They go with the process, however it ends.

In the lock file stands how often calls have left. The database counts them, too; so one that was put back knows less
than the file beside it.
"""

import fcntl
import os
import re
import sys
from pathlib import Path

from bot.domain.errors import StoreUnavailable
from bot.store.sqlite.private_files import opener

_NOTE = re.compile(rb"(\d{20}) (\d{20})\n")


class Locks:
    """A lock file beside the database, and on Linux the database itself, which may have several names.

    Elsewhere a lock on the database would be taken for one of SQLite's own. Its handle is opened before SQLite opens
    the file and closed after SQLite has: closing any handle on a file takes SQLite's locks off it.
    """

    def __init__(self, database: Path) -> None:
        """Take them. Raises StoreUnavailable where another process has one, OSError where there can be none."""
        self._held: list[int] = []
        self._beside = Path(f"{database}-lock")
        self._is_new = not self._beside.exists()
        names = [str(self._beside)]
        if sys.platform == "linux":
            names.append(str(database))
        for name in names:
            self._take(name, database)

    def _take(self, name: str, database: Path) -> None:
        try:
            held = opener(name, os.O_RDWR | os.O_CREAT)
            self._held.append(held)
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            raise StoreUnavailable(
                f"{database}: another volt-bot is using it. Stop that one first, or name another file."
            ) from None
        except OSError:
            self.release()
            raise

    def noted(self) -> tuple[int, int] | None:
        """Read what `note` wrote; None where nothing readable is there."""
        found = _NOTE.fullmatch(os.pread(self._held[0], 64, 0))
        return (int(found[1]), int(found[2])) if found else None

    def note(self, calls: int, inode: int) -> None:
        """Write beside the database how often calls left, and which file that database is."""
        os.pwrite(self._held[0], b"%020d %020d\n" % (calls, inode), 0)

    def release(self) -> None:
        """Let go."""
        while self._held:
            os.close(self._held.pop())
