"""Move port: what the command line does with a move of a database, and what it is told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Contents:
    """What a file holds, in numbers.

    `waiting` are calls still to be made, `in_doubt` those that were under way when the bot ended; `cleaned` are values
    with characters that PostgreSQL takes in no text, `details` those of them that are details of the audit trail.
    """

    texts: int
    conversations: int
    rows: int
    size: int
    secrets: int
    waiting: int
    in_doubt: int
    cleaned: int
    details: int


@dataclass(frozen=True)
class Plan:
    """What a move would do; `rows_there` were copied by an earlier try."""

    contents: Contents
    rows_there: int


@dataclass(frozen=True)
class Moved:
    """What a move did. `had_been`: an earlier one had done it all. `tables` were compared, `notes` left as they are."""

    contents: Contents
    tables: int
    has_faulty_notes: bool
    had_been: bool = False


@dataclass(frozen=True)
class Undone:
    """What was taken back: a move to there, which was finished or not."""

    to: str
    was_done: bool


class Move(Protocol):
    """Move of one file into one database. Plain blocking calls; all of them raise StoreUnavailable.

    `source` and `target` name them for people.
    """

    @property
    def source(self) -> str: ...

    @property
    def target(self) -> str: ...

    def look(self) -> Plan:
        """Look whether it can be done; changes nothing."""

    def run(self, actor: str, tell: Callable[[int, int], None]) -> Moved:
        """Do it, or go on with it; `tell` is told how many rows of how many are there, each time some are."""
