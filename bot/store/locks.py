"""One bot on one database: two would send every text twice. The locks go with the process, however it ends."""

import fcntl
import os
import sys
from pathlib import Path

from bot.domain.errors import StoreUnavailable


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
            held = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600 if name.endswith("-lock") else 0o644)
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

    def release(self) -> None:
        """Let go."""
        while self._held:
            os.close(self._held.pop())
