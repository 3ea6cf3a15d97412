"""A connection to a database as the shared store uses it, whichever engine it is of.

Refuses nothing and knows no database: an engine's own connection has these methods.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from bot.domain.timestamps import Micros
from bot.store.sql.search import Search


class Row(Protocol):
    """A row, read by the names of its columns; its values come in the order in which the statement lists them."""

    def __getitem__(self, name: str, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...


class Cursor(Protocol):
    """What a statement found or changed."""

    @property
    def rowcount(self) -> int:
        """How many rows a statement changed."""

    def fetchone(self) -> Any:
        """Read the next row; None where there is none."""

    def fetchall(self) -> list[Any]:
        """Read all rows."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection with the named statements of its engine (statements.py).

    `put_back` is how often calls have left at least, where the database turned out to be an older one; else None.
    `search` says what people look for in the words of its indexes. `is_shared`: other bots may be at work on the same
    database; `seat` is the one of the bot whose transaction this is, None where there are no others. `begun` is the
    steady moment (call_deadline.py) from before the time of this transaction was read, once nobody else writes; `ahead`
    is how far that time is ahead of the server's clock, which was set back.
    """

    put_back: int | None
    search: Search
    is_shared: bool
    seat: int | None
    begun: float
    ahead: Micros

    @property
    def statements(self) -> Mapping[str, str]:
        """The named statements, as this engine runs them."""

    def execute(self, sql: str, parameters: Mapping[str, Any] | Sequence[Any] = ..., /) -> Cursor:
        """Run a statement with parameters by name."""

    def close(self) -> None:
        """Close the connection."""

    def is_fault(self, error: Exception) -> bool:
        """Whether an error is of the database and not of one unit of work: nothing of the batch may be kept."""

    def has_duty(self, name: str) -> bool:
        """Whether this bot has a duty until the COMMIT; it takes one that nobody has who still runs."""

    def end_duty(self, name: str) -> None:
        """Leave a duty to others, where this bot has it."""

    def note_calls(self, calls: int) -> None:
        """Note how often calls have left, from the next COMMIT on, where a database that was put back shows by it."""

    def note_wiped(self) -> None:
        """From the next COMMIT on keep no trace of what this unit wiped."""

    def tidy(self, *, begins: bool) -> bool:
        """Take what was removed out of the search indexes, a part at a time; True where that is done."""
