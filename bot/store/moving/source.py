"""The file that is moved: looked at before anything is done, read table by table, and marked.

Refuses a file that a bot uses, that lacks what its log holds, or that may not be the newest: what waits in a backup may
have been sent. Everything is read while nobody else may write it; all that is written is the mark.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlite_utils

from bot.domain.audit_chain import ChainedLine
from bot.domain.errors import StoreUnavailable
from bot.domain.workspaces import WHOLE_DATABASE
from bot.ports.move import Contents
from bot.store.moving.cleaning import Cleaner
from bot.store.moving.tables import Table, tables_of
from bot.store.sql.recovery import COPIED
from bot.store.sqlite.erase_file import requested_erasure
from bot.store.sqlite.locks import Locks
from bot.store.sqlite.migrations import STEPS
from bot.store.sqlite.moved_mark import MovedMark, read_mark, set_mark
from bot.store.sqlite.noted_uses import chained_notes, faults_in_notes
from bot.store.sqlite.soundness import examine, only_reading
from bot.store.sqlite.statements import queries

_TYPES = {"INTEGER": "integer", "TEXT": "text", "BLOB": "blob", "REAL": "real"}
"""The kinds of columns, and what SQLite calls the values that they hold."""

_START = "Start the bot on it and stop it"


class Source:
    """A file that nobody else uses meanwhile; made by `opened`."""

    def __init__(self, file: Path, connection: sqlite3.Connection) -> None:
        self.file = file
        self._connection = connection
        self._cleaner = Cleaner()
        connection.text_factory = self._cleaner
        self.tables = tables_of(connection)

    # --- the mark

    @property
    def mark(self) -> MovedMark | None:
        """The mark that it bears."""
        return read_mark(self._connection)

    def set_mark(self, mark: MovedMark | None) -> None:
        """Mark it, or take the mark off, on the disk before anything else is done."""
        self._connection.execute("BEGIN IMMEDIATE")
        set_mark(self._connection, mark)
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # --- what it holds

    def rows(self, table: Table, *, behind: int = 0) -> Iterator[tuple[Any, ...]]:
        """Read the rows of a table in the order of its key, behind so many; one at a time, so it takes no memory."""
        order = f"{table.select} ORDER BY {', '.join(table.key)} LIMIT -1 OFFSET ?"
        found = self._connection.execute(order, (behind,))
        if table.name != "audit":
            return found
        detail, salt = table.columns.index("detail"), table.columns.index("salt")
        return (self._cleaner.kept_chain(row, detail, salt) for row in found)

    def read_all(self) -> None:
        """Read every row once, to know what has to be changed."""
        for table in self.tables:
            for _ in self.rows(table):
                pass

    def count(self, table: Table) -> int:
        """Count the rows of a table."""
        return self._number(f"SELECT count(*) FROM {table.source}")  # noqa: S608 - a name out of our own schema

    def last_ids(self) -> dict[str, int]:
        """Tell for tables whose ids are never given twice which the last one was, also where its row is gone."""
        return dict(self._connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())

    def contents(self) -> Contents:
        """Count what it holds; what has to be changed is known once all of it was read (`with_cleaned`)."""
        return Contents(
            texts=self._number("SELECT count(*) FROM message"),
            conversations=self._number("SELECT count(*) FROM conversation"),
            rows=sum(map(self.count, self.tables)),
            size=self.file.stat().st_size,
            secrets=len(self._connection.execute(queries()["stored_secrets"]).fetchall()),
            waiting=self._number("SELECT count(*) FROM outbox WHERE state IN ('pending', 'unknown')"),
            in_doubt=self._number("SELECT count(*) FROM outbox WHERE state = 'in_flight'"),
            cleaned=0,
            details=0,
        )

    def with_cleaned(self, contents: Contents) -> Contents:
        """Say how many values had to be changed while all rows were read, once."""
        return replace(contents, cleaned=self._cleaner.changed, details=self._cleaner.details)

    def begin_count(self) -> None:
        """Count what has to be changed from here on."""
        self._cleaner.changed = self._cleaner.details = 0

    def notes(self) -> tuple[list[ChainedLine], bool]:
        """Give what is noted beside the file of exports and backups; none, and True, where it was changed."""
        if any(faults_in_notes(self.file)):
            return [], True
        return chained_notes(self.file), False

    def check_values(self) -> None:
        """Look whether each value is of the kind of its column, which SQLite does not ask. Raises StoreUnavailable."""
        for table in self.tables:
            strange = " OR ".join(
                f"typeof({column}) NOT IN ('null', '{_TYPES[kind]}')"
                for column, kind in zip(table.columns, table.kinds, strict=True)
            )
            if count := self._number(f"SELECT count(*) FROM {table.name} WHERE {strange}"):  # noqa: S608 - our own names
                raise StoreUnavailable(
                    f"{self.file} was changed by another program: {count} of the rows in {table.name} hold values of"
                    " another kind than their columns. Put a backup in place: volt-bot restore FILE"
                )

    def _number(self, statement: str) -> int:
        return int(self._connection.execute(statement).fetchone()[0])


@contextmanager
def opened(file: Path, *, only_looks: bool) -> Iterator[Source]:
    """Open a file that can be moved; where one only looks, not a byte of it changes. Raises StoreUnavailable."""
    file = Path(os.path.realpath(file))
    if not file.is_file():
        raise StoreUnavailable(f"{file} is not there. Name the file that the bot has used, like sqlite:///volt-bot.db.")
    try:
        locks = Locks(file)
    except OSError as error:
        raise StoreUnavailable(f"Cannot write in {file.parent}: {error}.") from error
    try:
        _check(file, locks)
        with closing(only_reading(file) if only_looks else _for_marking(file)) as connection:
            yield Source(file, connection)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"Cannot read {file}: {error}.") from error
    finally:
        locks.release()


def _for_marking(file: Path) -> sqlite3.Connection:
    """Open it so that the mark can be set; a plain connection: the bot's own would note that it has run."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    STEPS.apply(sqlite_utils.Database(connection))  # as the bot would
    return connection


def _check(file: Path, locks: Locks) -> None:
    """Refuse a file that cannot be moved as it is. Raises StoreUnavailable."""
    if not examine(file, whole=True):
        raise StoreUnavailable(f"{file} holds no database yet. Name the file that the bot has used.")
    with closing(only_reading(file)) as reader:
        is_marked = read_mark(reader) is not None
        is_newest = _is_newest(reader, file, locks)
    log = file.with_name(f"{file.name}-wal")
    if log.exists() and log.stat().st_size and not is_marked:  # where it is marked, the log is the mark's
        raise StoreUnavailable(
            f"{log} holds texts that {file.name} lacks, from a bot that was cut off. {_START}, so that it takes them"
            " in. Then move."
        )
    if not is_newest:
        raise StoreUnavailable(
            f"{file} may not be the newest: it is a backup, or it was put here from elsewhere. {_START}, so that it"
            " looks up what it owes. Then move."
        )
    if requested_erasure(file) is not None:
        raise StoreUnavailable(
            f"Somebody is still to be erased from {file}. {_START}, so that this is done. Then move."
        )


def _is_newest(reader: sqlite3.Connection, file: Path, locks: Locks) -> bool:
    """Tell whether the bot would go on with this file as with the one that it ran on last."""
    calls = int(reader.execute(queries()["calls_made"]).fetchone()[0])
    copied = reader.execute(queries()["value"], {"workspace": WHOLE_DATABASE, "name": COPIED}).fetchone()
    noted = locks.noted()
    is_known = noted is not None and calls >= noted[0] and noted[1] == file.stat().st_ino
    return is_known and not (copied and copied[0])
