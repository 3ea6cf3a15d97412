"""Texts of an SQLite file as PostgreSQL takes them: without NUL, and without halves of surrogate pairs.

They are cleaned as they are where they come in by the wire; what was stored before that may hold such characters.
"""

from collections.abc import Sequence
from typing import Any


class Cleaned(str):
    """A text that had to be changed."""

    __slots__ = ()


class Cleaner:
    """Reads a text of the file (a text_factory of sqlite3), and counts those that had to be changed."""

    def __init__(self) -> None:
        self.changed = self.details = 0

    def __call__(self, raw: bytes) -> str:
        """Read a text."""
        try:
            found = raw.decode()
        except UnicodeDecodeError:
            found = _halves(raw)
        else:
            if "\x00" not in found:
                return found
        self.changed += 1
        return Cleaned(found.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", ""))

    def kept_chain(self, row: Sequence[Any], detail: int, salt: int) -> tuple[Any, ...]:
        """Give a line of the audit trail so that its chain holds: a detail that had to be changed is erased.

        The digest covers the detail as it was; without its salt it stands for an erased one, as after an erasure.
        """
        if not isinstance(row[detail], Cleaned):
            return tuple(row)
        self.details += 1
        kept = list(row)
        kept[detail] = kept[salt] = ""
        return tuple(kept)


def _halves(raw: bytes) -> str:
    """Read a text with halves of surrogate pairs; two that belong together become one character."""
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")
