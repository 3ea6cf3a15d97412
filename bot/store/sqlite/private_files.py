"""Files of a database, for their owner alone: they hold what customers wrote, and sealed tokens.

They are made so, whatever the umask, and SQLite gives its log and index the permissions of the database. Files that
others may read, as earlier versions made them, are narrowed at the start.
"""

import os
import re
import stat
from pathlib import Path

import structlog

PRIVATE = stat.S_IRUSR | stat.S_IWUSR
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

_KEPT = r"\.\d{8}T\d{6}(-\d+)?"
"""What restore adds to the name of an old file."""

_BESIDE = r"-lock|-exports\.(jsonl|count)|-erased?\.json(\.unfinished)?|\.unfinished(-journal)?"
_OURS = re.compile(rf"({_KEPT})?(-wal|-shm|-journal)?|{_BESIDE}")
"""What stands behind the database's own name in the name of each file that belongs to it."""

_log = structlog.get_logger(__name__)


def make(file: Path) -> None:
    """Make an empty file; nothing where it is there. For a database that no connection has open. Raises OSError."""
    if not file.exists():
        os.close(opener(str(file), os.O_WRONLY | os.O_CREAT))


def opener(name: str, flags: int) -> int:
    """Open a file as `open` would, and let a new one be for its owner alone."""
    return os.open(name, flags | os.O_CLOEXEC, PRIVATE)


def files_of(database: Path) -> list[Path]:
    """List the files that belong to a database, those that are there."""
    database = Path(os.path.realpath(database))
    found = database.parent.glob(f"{_literally(database.name)}*")
    return sorted(file for file in found if _OURS.fullmatch(file.name.removeprefix(database.name)) and file.is_file())


def _literally(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)


def open_to_others(database: Path) -> list[Path]:
    """List the files of a database that group or others may read or write."""
    return [file for file in files_of(database) if is_open_to_others(file)]


def is_open_to_others(file: Path) -> bool:
    """Tell whether group or others may read or write a file."""
    return bool(file.stat().st_mode & _OTHERS)


def narrow(database: Path) -> None:
    """Take the files of a database away from group and others. The doctor says where that was not possible."""
    for file in open_to_others(database):
        try:
            file.chmod(stat.S_IMODE(file.stat().st_mode) & ~_OTHERS)
        except OSError as error:
            _log.warning("store.not_private", file=str(file), reason=str(error.strerror))
