"""Move of a file into a database: checked, copied, compared, handed over; each step can be cut off and done again.

The file is marked before anything is copied and bears its final mark before the database is handed over, so at no
moment may a bot run on both, and none runs on half of it. What was under way when the bot ended stays so, and the bot
that is started on the database takes it for unknown, as after a crash.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from uuid import uuid4

from bot.domain.errors import StoreUnavailable
from bot.ports.move import Contents, Moved, Plan
from bot.store.moving import source, target
from bot.store.moving.source import Source
from bot.store.moving.tables import Table, checksum
from bot.store.moving.target import Progress, Target
from bot.store.postgres.address import Address
from bot.store.sqlite.moved_mark import MovedMark
from bot.time_of_day import utc_now

ROWS_AT_ONCE = 10_000
"""Rows of one transaction: a second or two, which a cut takes back."""


class DatabaseMove:
    """bot.ports.move.Move of one file into one PostgreSQL database."""

    def __init__(self, file: Path, address: Address, *, rows_at_once: int = ROWS_AT_ONCE) -> None:
        self._file, self._address = file, address
        self._rows_at_once = rows_at_once

    @property
    def source(self) -> str:
        """The path of the file."""
        return str(self._file)

    @property
    def target(self) -> str:
        """The server and the name of the database."""
        return self._address.location

    def look(self) -> Plan:
        """Look at both; see bot.ports.move.Move."""
        with source.opened(self._file, only_looks=True) as ours, target.opened(self._address, self.source) as theirs:
            mark = ours.mark
            if mark is not None and mark.is_done:
                self._refuse_elsewhere(mark, theirs)
            ours.check_values()
            progress = theirs.look(mark.id if mark else None)
            contents = ours.contents()
            ours.read_all()
            there = 0 if progress is None else _rows_there(ours, progress)
            return Plan(ours.with_cleaned(contents), there)

    def run(self, actor: str, tell: Callable[[int, int], None]) -> Moved:
        """Do it, or go on with it; see bot.ports.move.Move."""
        with source.opened(self._file, only_looks=False) as ours, target.opened(self._address, self.source) as theirs:
            mark = ours.mark
            if mark is not None and mark.is_done and theirs.was_finished(mark.id):
                return Moved(ours.contents(), len(ours.tables), has_faulty_notes=False, had_been=True)
            if mark is not None and mark.is_done:
                self._refuse_elsewhere(mark, theirs)
            ours.check_values()
            progress = self._begin(ours, theirs, mark)
            contents = ours.contents()
            progress = self._copy(ours, theirs, progress, lambda rows: tell(rows, contents.rows))
            return self._hand_over(ours, theirs, progress, contents, actor)

    def _refuse_elsewhere(self, mark: MovedMark, theirs: Target) -> None:
        """Refuse a file that was moved, unless it is this database that is still to be handed over."""
        if not theirs.holds_rest_of(mark.id):
            raise StoreUnavailable(
                f"{self.source} was moved to {mark.to} on {mark.on}. Go on there; or, to use the file after all:"
                f" volt-bot move sqlite:///{self._file.absolute()} --undo"
            )

    def _begin(self, ours: Source, theirs: Target, mark: MovedMark | None) -> Progress:
        """Mark the file, then begin in the database; where that refuses, the mark comes off again.

        It stays where the server is lost: nobody knows whether it has begun.
        """
        new = mark or MovedMark(uuid4().hex, self.target, f"{utc_now():%Y-%m-%d}")
        if not new.is_done:
            ours.set_mark(replace(new, to=self.target))
        try:
            return theirs.begin(new.id, str(ours.file))
        except StoreUnavailable:
            ours.set_mark(mark)
            raise

    def _copy(self, ours: Source, theirs: Target, progress: Progress, tell: Callable[[int], None]) -> Progress:
        """Copy what is not there yet."""
        names = [table.name for table in ours.tables]
        first = names.index(progress.table) if progress.table else 0
        there = _rows_there(ours, progress)
        for table in ours.tables[first:]:
            rows = iter(ours.rows(table, behind=progress.rows if progress.table == table.name else 0))
            for row in rows:  # it is read before the transaction begins: finding it may take a while
                before = progress.rows if progress.table == table.name else 0
                progress = theirs.add(table, chain([row], islice(rows, self._rows_at_once - 1)), progress)
                there += progress.rows - before
                tell(there)
        return progress

    def _hand_over(self, ours: Source, theirs: Target, progress: Progress, contents: Contents, actor: str) -> Moved:
        """Compare both sides, and let bots run on the new one."""
        theirs.set_identities(ours.tables, ours.last_ids())
        theirs.gather_statistics(ours.tables)
        ours.begin_count()
        for table in ours.tables:
            self._compare(ours, theirs, table)
        notes, are_faulty = ours.notes()
        mark = ours.mark
        assert mark is not None
        ours.set_mark(replace(mark, is_done=True))
        theirs.finish(progress, notes, actor)
        return Moved(ours.with_cleaned(contents), len(ours.tables), has_faulty_notes=are_faulty)

    def _compare(self, ours: Source, theirs: Target, table: Table) -> None:
        here, there = checksum(ours.rows(table)), theirs.checksum(table)
        if here != there:
            raise StoreUnavailable(
                f"{self.target} does not hold what {self.source} holds: of {here.rows} rows in {table.name}"
                f" {there.rows} are there, or some differ. The file is as it was. Name another, empty database and try"
                " again."
            )


def _rows_there(ours: Source, progress: Progress) -> int:
    names = [table.name for table in ours.tables]
    before = names.index(progress.table) if progress.table else 0
    return progress.rows + sum(map(ours.count, ours.tables[:before]))
