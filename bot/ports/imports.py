"""Imports port: contacts from files, and what was done with each row."""

from typing import Protocol

from bot.domain.imports import ImportCounts, ImportJob, ImportRow, RowState
from bot.domain.timestamps import Micros


class Imports(Protocol):
    """Imports of a workspace."""

    def save(self, job: ImportJob) -> None:
        """Store an import, or what changed about it."""

    def get(self, job_id: str) -> ImportJob | None: ...

    def all(self, limit: int) -> list[ImportJob]:
        """Imports that are not forgotten yet, the oldest first."""

    def add_row(self, job_id: str, row: ImportRow) -> None:
        """Store a row; one of a line that is stored already stays as it is."""

    def set_row(self, job_id: str, row: ImportRow) -> None:
        """Store what was done with a row."""

    def rows(self, job_id: str, state: RowState, *, after: int, limit: int) -> list[ImportRow]:
        """Rows in a state behind a line of the file, in its order."""

    def line_of(self, job_id: str, number: str) -> int | None:
        """Line of the row that has this number and was not refused."""

    def last_line(self, job_id: str) -> int:
        """Last line that is stored; 0 for none."""

    def counts(self, job_id: str) -> ImportCounts: ...

    def forget_rows(self, job_id: str, limit: int) -> int:
        """Remove rows; returns how many."""

    def forget_old_rows(self, before: Micros, limit: int) -> int:
        """Remove rows of imports from before a moment that wait for nothing the bot does; returns how many."""

    def forget(self, job_id: str) -> None:
        """Remove an import that has no rows any more."""
