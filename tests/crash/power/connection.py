"""A connection of apsw, whose SQLite lets Python be the disk, looking like the sqlite3.Connection that the store uses.

Holds what the store and sqlite-utils use of sqlite3, and nothing more.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import apsw

from bot.store.sqlite.connection import prepare
from bot.store.sqlite.named_statements import NamedStatements
from bot.store.sqlite.only_writer import OnlyWriter
from tests.crash.power.disk import Disk, PowerLost
from tests.crash.power.vfs import LosingVfs

Values = Mapping[str, Any] | Sequence[Any]
P = ParamSpec("P")
T = TypeVar("T")


class Row(tuple[Any, ...]):  # noqa: SLOT001 - a tuple with an attribute cannot have slots
    """A row read by place or by name."""

    names: tuple[str, ...] = ()

    def __getitem__(self, which: Any) -> Any:
        return super().__getitem__(self.names.index(which) if isinstance(which, str) else which)


class Answer:
    """What a statement gave, as a cursor of sqlite3 tells it."""

    def __init__(self, rows: list[Row], names: tuple[str, ...], *, rowcount: int, lastrowid: int) -> None:
        self._rows = iter(rows)
        self.description = tuple((name, *[None] * 6) for name in names) or None
        self.rowcount = rowcount
        self.lastrowid = lastrowid

    def fetchone(self) -> Row | None:
        """Give the next row."""
        return next(self._rows, None)

    def fetchall(self) -> list[Row]:
        """Give the rows that are left."""
        return list(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return self._rows


class LosingConnection(NamedStatements):
    """A connection whose file lies on a disk that can lose power."""

    row_factory: Any = None  # rows are read by name here whatever the store asks for

    def __init__(self, path: Path, disk: Disk) -> None:
        self._names: tuple[str, ...] = ()
        self._vfs = LosingVfs(f"losing-{id(disk)}", disk)
        self._apsw = as_sqlite3(apsw.Connection, str(path), vfs=f"losing-{id(disk)}")
        self._apsw.exec_trace = self._note_names

    def _note_names(self, cursor: apsw.Cursor, _sql: str, _values: object) -> bool:
        self._names = tuple(column[0] for column in cursor.get_description())
        return True

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._apsw.in_transaction

    def execute(self, sql: str, values: Values = ()) -> Answer:
        """Run one statement to its end. Raises what sqlite3 would."""
        before = self._apsw.total_changes()
        found = as_sqlite3(lambda: self._apsw.execute(sql, values).fetchall())
        rows = [self._row(row) for row in found]
        changed = self._apsw.total_changes() - before
        return Answer(rows, self._names, rowcount=changed, lastrowid=self._apsw.last_insert_rowid())

    def _row(self, values: tuple[Any, ...]) -> Row:
        row = Row(values)
        row.names = self._names
        return row

    def copy_wal_every(self, pages: int) -> None:
        """Copy the WAL into the database when it has so many pages, after the COMMIT, as SQLite does by itself.

        SQLite does not let a copying that fails make the COMMIT fail, which is synced by then; apsw would.
        """

        def committed(connection: apsw.Connection, name: str, pages_now: int) -> int:
            if pages_now >= pages:
                with contextlib.suppress(PowerLost):
                    connection.wal_checkpoint(name)
            return apsw.SQLITE_OK

        self._apsw.set_wal_hook(committed)

    def create_function(self, name: str, arity: int, function: Callable[..., Any], *, deterministic: bool) -> None:
        """Add a function to SQL, as sqlite-utils does."""
        self._apsw.create_scalar_function(name, function, arity, deterministic=deterministic)

    def commit(self) -> None:
        """Commit."""
        self.execute("COMMIT")

    def rollback(self) -> None:
        """Roll back what is open."""
        if self.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        """Close; SQLite copies the WAL into the database now, unless the power goes."""
        with contextlib.suppress(PowerLost):
            self._apsw.close(True)  # forced: without power an orderly end is not to be had


def as_sqlite3(make: Callable[P, T], *args: P.args, **values: P.kwargs) -> T:
    """Call into apsw and raise its errors as those of sqlite3."""
    try:
        return make(*args, **values)
    except apsw.ConstraintError as error:
        raise sqlite3.IntegrityError(str(error)) from error
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise sqlite3.DatabaseError(str(error)) from error
    except apsw.Error as error:
        raise sqlite3.OperationalError(str(error)) from error


def open_on(disk: Disk, path: Path, *, synchronous: str, checkpoint_at: int) -> OnlyWriter:
    """Open the database as the bot does; then another `synchronous`, and a checkpoint every so many pages of WAL."""
    losing = LosingConnection(path, disk)
    connection = cast("OnlyWriter", losing)
    try:
        prepare(connection)
        connection.execute(f"PRAGMA synchronous={synchronous}")
        losing.copy_wal_every(checkpoint_at)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
