"""A database file opened for a command that changes it while no bot runs.

A plain connection: the bot's own would note beside the file that this is the newest one, which it may not be.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.domain.errors import StoreUnavailable
from bot.store.sqlite.backup import check_begun
from bot.store.sqlite.locks import Locks


@contextmanager
def opened_alone(database: Path, todo: str) -> Iterator[sqlite3.Connection]:
    """Open a database that nobody else uses meanwhile; `todo` says what to do where it cannot be written.

    Raises StoreUnavailable, also while a bot uses the file.
    """
    check_begun(database)
    database = Path(os.path.realpath(database))
    try:
        locks = Locks(database)
    except OSError as error:
        raise StoreUnavailable(f"Cannot write in {database.parent}: {error}.") from error
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise StoreUnavailable(f"Cannot write {database}: {error}. {todo}") from error
    finally:
        locks.release()
