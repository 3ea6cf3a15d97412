"""Tables that are moved, read from the schema of the file: all of them but those that the other side makes itself.

Search indexes and reply counts follow from what is moved. So does no other table; one that the other side lacks is a
mistake of ours and stops the move before it begins.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from bot.store.postgres.unfinished_move import MOVED_FROM, MOVING
from bot.store.sqlite.migrations import STEPS
from bot.store.sqlite.moved_mark import MOVED

_DERIVED = ("reply_count", STEPS.migrations_table)

_KINDS = {"INTEGER": "int8", "TEXT": "text", "BLOB": "bytea", "REAL": "float8"}
"""The kinds of columns, and what PostgreSQL calls them."""

_OWN_VALUES = ", ".join(f"'{name}'" for name in (MOVED, MOVING, MOVED_FROM))

_DIGEST_BYTES = 16


@dataclass(frozen=True)
class Table:
    """A table: its columns with their kinds as the file calls them, and the key by which its rows stand in order."""

    name: str
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def listed(self) -> str:
        """The columns, as a statement names them."""
        return ", ".join(self.columns)

    @property
    def source(self) -> str:
        """What is moved of it, as a statement reads it on both sides: what a move itself notes is left out."""
        return self.name + (f" WHERE name NOT IN ({_OWN_VALUES})" if self.name == "value" else "")

    @property
    def select(self) -> str:
        """The statement that reads it on both sides."""
        return f"SELECT {self.listed} FROM {self.source}"  # noqa: S608 - names out of our own schema

    @property
    def types(self) -> list[str]:
        """The kinds, as PostgreSQL calls them."""
        return [_KINDS[kind] for kind in self.kinds]


def tables_of(reader: sqlite3.Connection) -> list[Table]:
    """List the tables in the order in which they were made: what a row refers to was moved before it."""
    found = reader.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '*_index*' AND name NOT GLOB 'sqlite_*'"
    )
    return [_table(reader, name) for (name,) in found.fetchall() if name not in _DERIVED]


def _table(reader: sqlite3.Connection, name: str) -> Table:
    found = reader.execute("SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid", (name,)).fetchall()
    columns, kinds, places = zip(*found, strict=True)
    key = [column for place, column in sorted(zip(places, columns, strict=True)) if place]
    return Table(name, columns, kinds, tuple(key))


@dataclass(frozen=True)
class Checksum:
    """How many rows, and a number that follows from all of them, in whatever order they are read."""

    rows: int
    total: int


def checksum(rows: Iterable[tuple[Any, ...]]) -> Checksum:
    """Compute it, the same way for both sides: from the values as Python has them."""
    count = total = 0
    for row in rows:
        count += 1
        total += int.from_bytes(blake2b(repr(row).encode(), digest_size=_DIGEST_BYTES).digest(), "big")
    return Checksum(count, total % 256**_DIGEST_BYTES)
