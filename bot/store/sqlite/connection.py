"""Connections to the database file are opened here, with every pragma and its reason."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import sqlite_utils

from bot.domain.errors import DatabaseLost, StoreUnavailable
from bot.store.sql.read_model import Reader
from bot.store.sqlite.locks import Locks
from bot.store.sqlite.migrations import STEPS
from bot.store.sqlite.moved_mark import refuse_moved
from bot.store.sqlite.named_statements import NamedStatements
from bot.store.sqlite.only_writer import BUSY_MS, OnlyWriter
from bot.store.sqlite.private_files import make, narrow
from bot.store.sqlite.soundness import DAMAGED, examine, is_damage


def open_for_writing(path: Path) -> OnlyWriter:
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
        if is_ours:
            refuse_moved(path)
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


class ReadingConnection(NamedStatements, sqlite3.Connection):
    """A connection for look-ups."""


def reader_of(path: Path, on_damage: Callable[[DatabaseLost], None] = lambda _lost: None) -> Reader:
    """Make the reader of a file for the read model; whoever looks something up may find the file damaged."""

    def look_for_damage(error: Exception) -> None:
        if is_damage(error):
            on_damage(DatabaseLost(DAMAGED))

    return Reader(lambda: open_for_reading(path), sqlite3.Error, look_for_damage)


def open_for_reading(path: Path) -> ReadingConnection:
    """Open a connection that cannot write: for the read model, metrics, export and values. Raises sqlite3.Error."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, factory=ReadingConnection)
    connection.execute("PRAGMA query_only=ON")
    connection.row_factory = sqlite3.Row
    return connection
