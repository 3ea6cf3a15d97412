"""Backup beside the running bot: a consistent copy of the database, and a look at whether it is sound.

Never writes the live file: SQLite before 3.51.3 can corrupt a WAL file that two connections write.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.domain.errors import StoreUnavailable
from bot.domain.workspaces import FROM_ENVIRONMENT, WHOLE_DATABASE
from bot.store.sql.recovery import COPIED
from bot.store.sqlite.connection import open_for_reading
from bot.store.sqlite.moved_mark import refuse_moved
from bot.store.sqlite.private_files import make
from bot.store.sqlite.soundness import examine, only_reading, refuse_older
from bot.store.sqlite.statements import queries
from bot.time_of_day import time_ns


def write_copy(database: Path, target: Path) -> None:
    """Copy the live database, complete as of one moment; never over an existing file. Raises StoreUnavailable.

    The copy says that it is one: a bot that is started on it looks up what is pending before anything leaves.
    """
    check_target(database, target)
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        copy_whole(database, unfinished)
        unfinished.rename(target)
        sync(target.absolute().parent)
    except OSError as error:
        raise StoreUnavailable(f"Cannot copy {database} to {target}: {error}.") from error


def check_target(database: Path, target: Path) -> None:
    """Look whether a copy can be written there. Raises StoreUnavailable; changes nothing."""
    if target.exists() or target.is_symlink():
        raise StoreUnavailable(f"{target} exists already. Name a new file.")
    if target.absolute().parent == database.absolute().parent and target.name.startswith(f"{database.name}-"):
        raise StoreUnavailable(f"{target} is a name that the database keeps for files of its own. Choose another.")
    if not target.absolute().parent.is_dir():
        raise StoreUnavailable(
            f"The folder {target.absolute().parent} does not exist. Create it, or name another file."
        )
    check_begun(database)


def check_begun(database: Path) -> None:
    """Look whether a bot has begun a database here. Raises StoreUnavailable."""
    where = database.absolute()
    try:
        is_begun = database.is_file() and examine(database)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"Cannot read {where}: {error}.") from error
    if not is_begun:
        raise StoreUnavailable(
            f"There is no database at {where} yet. volt-bot serve begins one when it first starts."
            " If yours is elsewhere, set DATABASE_URL to it, or go to the folder that serve runs in."
        )


def copy_whole(database: Path, to: Path) -> None:
    """Copy a database with what its log holds into one file, marked as a copy and on the disk.

    Raises StoreUnavailable; then nothing is left of it.
    """
    try:
        to.unlink(missing_ok=True)
        make(to)
        with closing(only_reading(database)) as source, closing(sqlite3.connect(to)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # a copy is one file; the bot changes it back
            now = time_ns() // 1_000
            mark = {"workspace": WHOLE_DATABASE, "name": COPIED, "value": str(now), "now": now}
            copy.execute(queries()["set_value"], mark)
            copy.commit()
        sync(to)
    except (sqlite3.Error, OSError) as error:
        to.unlink(missing_ok=True)
        raise StoreUnavailable(f"Cannot copy {database} to {to.parent}: {error}.") from error


def sync(path: Path) -> None:
    """Sync a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def look_at(database: Path) -> str:
    """Check the database without changing it; returns a sentence. Raises StoreUnavailable."""
    if not database.exists():
        if not database.absolute().parent.is_dir():
            raise StoreUnavailable(f"The folder {database.absolute().parent} does not exist. Create it.")
        return f"SQLite {sqlite3.sqlite_version}, {database} will be created by serve"
    if examine(database, whole=True):
        refuse_moved(database)
    return f"SQLite {sqlite3.sqlite_version}, {database} is sound"


def read_value(database: Path, name: str) -> str | None:
    """Read a single value of the environment's workspace beside the running bot; None where there is none."""
    try:
        refuse_older(database)
        with closing(open_for_reading(database)) as reader:
            wanted = {"workspace": FROM_ENVIRONMENT, "name": name}
            found = reader.execute(queries()["value"], wanted).fetchone()
    except (sqlite3.Error, OSError, StoreUnavailable):
        return None  # the check of the database says what is wrong with it
    return str(found["value"]) if found else None
