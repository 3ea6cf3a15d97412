"""Rows of PostgreSQL that answer to the names of their columns, and how values of Python are sent."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from psycopg import Connection as LibraryConnection
from psycopg import Cursor
from psycopg.abc import Buffer
from psycopg.types.numeric import Int8Dumper, IntLoader
from psycopg.types.string import StrDumper

from bot.store.sql.connection import Row


@cache
def _row_class(names: tuple[bytes | None, ...]) -> Callable[[Sequence[Any]], Row]:
    """Make the class of all rows with these columns: whoever reads a value by name looks nothing up anew."""
    positions = {name.decode(): position for position, name in enumerate(names) if name is not None}

    class NamedRow(tuple[Any, ...]):
        """A tuple in the order of the statement, whose values are also read by the names of their columns."""

        __slots__ = ()

        def __getitem__(self, wanted: Any) -> Any:
            return tuple.__getitem__(self, positions[wanted] if wanted.__class__ is str else wanted)

    return NamedRow


def named_rows(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], Row]:
    """Make rows of a cursor (psycopg's row factory), by the bare names: to describe each column takes longer."""
    result = cursor.pgresult
    return _row_class(() if result is None else tuple(map(result.fname, range(result.nfields))))


class WithoutNul(StrDumper):
    """Sends a text without NUL, which PostgreSQL takes in none: what came by whatever wire can always be stored."""

    def dump(self, obj: str) -> Buffer | None:
        """Write a text."""
        return super().dump(obj.replace("\x00", "") if "\x00" in obj else obj)


def adapt(connection: "LibraryConnection[Any]") -> None:
    """Send each kind of value as one type, so that a statement is prepared once; read every whole number as one.

    The library would choose the type of a number by its size, and of a text by the place where it stands.
    """
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_dumper(str, WithoutNul)
    connection.adapters.register_loader("numeric", IntLoader)  # sums of whole numbers: there are no others here
