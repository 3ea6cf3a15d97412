"""Soundness of a database file, looked at before anything writes it: ours, or damaged, foreign, older or newer.

Changes nothing: not a byte of the file, and nothing is left beside it. Each refusal is one sentence that says what to
do. Where no write-ahead log lies beside the file it is read as if it could not change, because SQLite would make one.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlite_utils

from bot.domain.errors import DatabaseLost, StoreUnavailable
from bot.store.sqlite.migrations import FIRST_BEFORE_0_2, STEPS

CHECKED_BYTES = 256 * 1024 * 1024
"""A file up to this size is checked whole before it is opened, in a third of a second; a longer one soon afterwards."""

DAMAGED = (
    "The database file is damaged, so nothing is accepted. Stop the bot, put a backup in place"
    " (volt-bot restore FILE), and start it again."
)
GONE = (
    "The database file was moved, removed or replaced while the bot ran, so nothing is accepted. Stop the bot, put the"
    " file or a backup in place (volt-bot restore FILE), and start it again."
)

_JOURNAL = bytes.fromhex("d9d505f920a163d7")
"""How a rollback journal begins. Ours has one only until it is in WAL mode: the write-ahead log takes its place."""

_CORRUPT, _NO_DATABASE, _CORRUPT_INDEX = 11, 26, 267


def is_damage(error: BaseException) -> bool:
    """Tell whether SQLite says that the file is damaged; a search index alone does not count."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code != _CORRUPT_INDEX and code & 0xFF in (_CORRUPT, _NO_DATABASE)


def is_fault(error: BaseException) -> bool:
    """Tell whether an error is the whole batch's: a full disk, an I/O error, damage. Nothing may be half-written."""
    return isinstance(error, sqlite3.OperationalError) or is_damage(error)


def check_whole(database: Path) -> None:
    """Read the whole file and look whether it is sound. Raises DatabaseLost, or sqlite3.Error where it cannot tell."""
    try:
        with closing(only_reading(database)) as reader:
            reader.execute("PRAGMA cache_size=-64")  # each page is read once, and the bot's memory is not for that
            verdict = _verdict(reader)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise DatabaseLost(DAMAGED) from error
        raise
    if verdict:
        raise DatabaseLost(DAMAGED)


def examine(database: Path, *, whole: bool = False) -> bool:
    """Look whether this file can be opened and is ours; False for an empty one, in which a database can begin.

    `whole`: look through it all, however long that takes. Raises StoreUnavailable with the sentence for a person.
    """
    if not database.exists() or database.stat().st_size == 0 or _is_unbegun(database):
        return False
    refuse_older(database)
    try:
        with closing(only_reading(database)) as reader:
            is_ours = _is_ours(reader, database)
            whole = whole or database.stat().st_size <= CHECKED_BYTES
            verdict = _verdict(reader) if whole else ""
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF == _NO_DATABASE:
            raise StoreUnavailable(
                f"{database} is not a database of volt-bot, and is left as it is. Name another file."
            ) from error
        if not is_damage(error):
            raise
        verdict, is_ours = str(error), True
    if verdict:
        raise StoreUnavailable(
            f"{database} is damaged ({verdict[:80]}), and is left as it is."
            " Put a backup in place: volt-bot restore FILE"
        )
    return is_ours


def refuse_older(database: Path) -> None:
    """Refuse a database from before version 0.2. Raises StoreUnavailable."""
    if FIRST_BEFORE_0_2 in _steps_seen(database):
        file = database.absolute()
        raise StoreUnavailable(
            f"{file} is from a version before 0.2, and is left as it is."
            f" To start with a new database, move {file.name}* away, or set DATABASE_URL to another file."
        )


def _steps_seen(database: Path) -> set[str]:
    """Read which steps a file has gone through; unlike any other reader, this one leaves the index of its log alone.

    Empty where they cannot be read: whoever reads on finds out why.
    """
    log = database.with_name(f"{database.name}-wal")
    try:
        with closing(_opened(database, "mode=ro&immutable=1")) as reader:
            is_empty = not _tables_of(reader)
            if not is_empty or not log.exists():
                return set() if is_empty else _steps_taken(reader)
        with TemporaryDirectory() as folder:  # all of it is in its log: it was cut off soon after its first start
            copy = Path(folder) / database.name
            shutil.copyfile(database, copy)
            shutil.copyfile(log, copy.with_name(log.name))
            with closing(sqlite3.connect(copy)) as reader:
                return _steps_taken(reader)
    except sqlite3.DatabaseError:
        return set()


def _is_unbegun(database: Path) -> bool:
    """Tell whether the power went before anything was in the file: its rollback journal says that it was empty.

    The journal's first bytes are its name, how many pages it holds, a number, and how many pages the file had
    (https://sqlite.org/fileformat.html#the_rollback_journal). SQLite empties the file again when it opens it.
    """
    try:
        with database.with_name(f"{database.name}-journal").open("rb") as journal:
            head = journal.read(20)
    except OSError:
        return False
    return head.startswith(_JOURNAL) and head[16:] == bytes(4)


def only_reading(database: Path) -> sqlite3.Connection:
    """Open a file so that nothing of it changes and, where it has no log, nothing is left beside it."""
    log = database.with_name(f"{database.name}-wal")
    return _opened(database, "mode=ro" if log.exists() else "mode=ro&immutable=1")


def _opened(database: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?{how}", uri=True)


def _is_ours(reader: sqlite3.Connection, database: Path) -> bool:
    tables = _tables_of(reader)
    taken = _steps_taken(reader) if STEPS.migrations_table in tables else set()
    if not taken and not tables - {STEPS.migrations_table}:
        return False  # empty, or cut off by a power loss before anything began
    if not taken:
        raise StoreUnavailable(
            f"{database} is the database of another program, and is left as it is. Name another file."
        )
    if taken - _steps_known():
        raise StoreUnavailable(
            f"{database} was written by a newer volt-bot, and is left as it is. Install that version, or put a backup"
            " from before it in place: volt-bot restore FILE"
        )
    return True


def _tables_of(reader: sqlite3.Connection) -> set[str]:
    return {name for (name,) in reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _steps_taken(reader: sqlite3.Connection) -> set[str]:
    found = reader.execute(f"SELECT name FROM {STEPS.migrations_table} WHERE migration_set = ?", (STEPS.name,))  # noqa: S608 - the library's own name
    return {row[0] for row in found}


def _steps_known() -> set[str]:
    return {step.name for step in STEPS.pending(sqlite_utils.Database(memory=True))}


def _verdict(reader: sqlite3.Connection) -> str:
    """Say what is wrong; "" where nothing is."""
    found = str(reader.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if found == "ok" else found.splitlines()[0]
