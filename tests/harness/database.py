"""An empty database for a test: a copy of one that is made once, because making one takes longer than most tests."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.locks import Locks


def make_database(path: Path) -> None:
    """Put an empty database there, as one that a bot has run on and closed."""
    shutil.copyfile(Path(_folder().name) / "bot.db", path)
    locks = Locks(path)
    locks.note(0, path.stat().st_ino)
    locks.release()


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Make the one that is copied, in a folder that goes with this process."""
    folder = tempfile.TemporaryDirectory(prefix="empty-database-")
    open_for_writing(Path(folder.name) / "bot.db").close()
    return folder
