"""What the shared store asks of a connection (bot/store/sql/connection.py), as SQLite answers it."""

from collections.abc import Mapping

from bot.domain.timestamps import Micros
from bot.store.sql.search import Search
from bot.store.sqlite.search import FullTextSearch
from bot.store.sqlite.soundness import is_fault
from bot.store.sqlite.statements import queries


class NamedStatements:
    """The answers of a connection that keeps nothing beside the file; the write connection has more to say."""

    put_back: int | None = None
    search: Search = FullTextSearch()
    is_shared = False
    seat: int | None = None
    begun = 0.0
    ahead = Micros(0)

    @property
    def statements(self) -> Mapping[str, str]:
        """The named statements."""
        return queries()

    def is_fault(self, error: Exception) -> bool:
        """Whether the disk is full or fails, or the file is damaged."""
        return is_fault(error)

    def has_duty(self, name: str) -> bool:  # noqa: ARG002 - whatever it is called
        """Have every duty: one file has one bot."""
        return True

    def end_duty(self, name: str) -> None:
        """Leave nothing to others: there are none."""

    def note_calls(self, calls: int) -> None:
        """Note nothing."""

    def note_wiped(self) -> None:
        """Note nothing."""

    def tidy(self, *, begins: bool) -> bool:
        """Tidy nothing."""
        return not begins
