"""Restore a backup: refused where anything could be lost by it, and the old file is kept.

The new file is whole and on the disk before it takes the old one's name, in one step; so a crash leaves either of them.
It is marked as a copy, so that the bot that is started on it takes no pending entry for certain.
"""

import contextlib
import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot.domain.errors import StoreUnavailable
from bot.store.sqlite.backup import copy_whole, sync
from bot.store.sqlite.locks import Locks
from bot.store.sqlite.private_files import narrow
from bot.store.sqlite.soundness import examine


def check_copy(database: Path, copy: Path) -> None:
    """Look whether a file can be put in place of the database. Raises StoreUnavailable; changes nothing."""
    if not copy.is_file():
        raise StoreUnavailable(f"{copy} is not there. Name the file of a backup.")
    if database.exists() and copy.samefile(database):
        raise StoreUnavailable(f"{copy} is the database itself. Name the file of a backup.")
    try:
        is_ours = examine(copy, whole=True)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"Cannot read {copy}: {error}.") from error
    if not is_ours:
        raise StoreUnavailable(f"{copy} holds no database of volt-bot. Name the file of a backup.")


def put_in_place(database: Path, copy: Path, *, at: datetime) -> Path | None:
    """Put a copy in place; returns under which name the old file is kept, if there was one. Raises StoreUnavailable."""
    database = Path(os.path.realpath(database))
    check_copy(database, copy)
    was_there = database.exists() and database.stat().st_size > 0
    try:
        locks = Locks(database)
    except OSError as error:
        raise StoreUnavailable(f"Cannot write in {database.parent}: {error}.") from error
    try:
        _check_log(database)
        unfinished = database.with_name(f"{database.name}.unfinished")
        copy_whole(copy, unfinished)
        narrow(database)
        kept = _keep(database, at) if was_there else None
        unfinished.replace(database)
        sync(database.parent)
    except OSError as error:
        raise StoreUnavailable(f"Cannot put {copy} in place of {database}: {error}.") from error
    finally:
        locks.release()
    return kept


def _check_log(database: Path) -> None:
    """Refuse beside a log that holds texts, unless nothing could take them in any more."""
    log = database.with_name(f"{database.name}-wal")
    if not log.exists() or log.stat().st_size == 0:
        return
    try:
        examine(database, whole=True)
    except (StoreUnavailable, sqlite3.Error):
        return  # it goes with the old file
    raise StoreUnavailable(
        f"{log} holds texts that {database.name} lacks, from a bot that was cut off."
        " Start the bot and stop it, so that it takes them in. Then restore."
    )


def _keep(database: Path, at: datetime) -> Path:
    """Give the old file a name of its own besides, and its log with it; the old name is taken over in one step."""
    kept = database.with_name(f"{database.name}.{at:%Y%m%dT%H%M%S}")
    number = 1
    while kept.exists():
        number += 1
        kept = database.with_name(f"{database.name}.{at:%Y%m%dT%H%M%S}-{number}")
    try:
        os.link(database, kept)
    except OSError:  # a file system without second names
        database.rename(kept)
    for end in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            database.with_name(f"{database.name}{end}").rename(kept.with_name(f"{kept.name}{end}"))
    return kept


def texts_in(copy: Path) -> int:
    """Count the texts of a copy, for the question whether it is the right one."""
    with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as reader:
        return int(reader.execute("SELECT count(*) FROM message").fetchone()[0])
