"""Reading of a file: fetched to the disk, and stored row by row, each with what is wrong with it.

The file on the disk has no name, so that nothing of it is left after a kill; another bot then fetches it again, and
goes on behind the last line that is stored.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from tempfile import TemporaryFile
from typing import BinaryIO

from bot.bridge.duties import OnDuty
from bot.bridge.erasure import erased_at, may_be_erased
from bot.bridge.imports.checks import fault_of
from bot.bridge.imports.jobs import set_state
from bot.domain.errors import InvalidNumber, Rejected
from bot.domain.imports import (
    MOST_BYTES,
    MOST_ROWS,
    ImportJob,
    ImportPlan,
    ImportRow,
    ImportState,
    Record,
    RowFault,
    RowState,
    UnreadableFile,
)
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.ports.storage import Transaction
from bot.ports.workspace import Workspace

ROWS_AT_ONCE = 200
"""Rows that one unit of work stores."""

UNREADABLE = "\ufffd"

TOO_LARGE = f"The file is larger than {MOST_BYTES // 1_000_000} MB. Divide it, and send the parts one after the other."
TOO_MANY = f"The file has more than {MOST_ROWS:,} rows. Divide it, and send the parts one after the other."
NO_ROWS = "There are no rows below the header."


@dataclass(frozen=True)
class Tables:
    """How tables are read and written: rows of a file, numbers as typed in our region, and what is wrong with a row."""

    rows_of: Callable[[BinaryIO], Iterator[Record]]
    read_number: Callable[[str, str], E164]
    region_of: Callable[[E164], str]
    written_row: Callable[[tuple[str, ...]], str]
    fault_words: Callable[[ImportRow], str]


Show = Callable[[], Awaitable[None]]
"""Shows now and then how far the reading is."""


async def read_file(on_duty: OnDuty, workspace: Workspace, tables: Tables, job: ImportJob, show: Show) -> None:
    """Fetch and read the whole file of an import. Raises CallFailed where Slack cannot be asked now."""
    with TemporaryFile() as file:
        try:
            await workspace.fetch_table(job.plan.file_id, file, MOST_BYTES + 1)
            _check_size(file)
            await _read_rows(on_duty, tables, job, file, show)
        except (UnreadableFile, Rejected) as refused:
            words = refused.user_message if isinstance(refused, Rejected) else str(refused)
            await on_duty.run(lambda tx: set_state(tx, job.id, ImportState.READING, ImportState.FAILED, words))


def _check_size(file: BinaryIO) -> None:
    if file.tell() > MOST_BYTES:
        raise UnreadableFile(TOO_LARGE)
    file.seek(0)


async def _read_rows(on_duty: OnDuty, tables: Tables, job: ImportJob, file: BinaryIO, show: Show) -> None:
    rows = at_most(MOST_ROWS + job.plan.has_header, tables.rows_of(file))
    if job.plan.has_header:
        next(rows, None)
    last, read = await on_duty.run(lambda tx: tx.imports.last_line(job.id)), 0
    region = tables.region_of(number_of(job.account))
    while some := list(islice(rows, ROWS_AT_ONCE)):
        read += len(some)
        if some[-1].line <= last:
            continue
        made = [_row(tables, job.plan, record, region) for record in some if record.line > last]
        if not await on_duty.run(partial(_store, job=job, rows=made)):
            return
        await show()
    if not read:
        raise UnreadableFile(NO_ROWS)
    await on_duty.run(lambda tx: _end_reading(tx, job))


def at_most(most: int, rows: Iterator[Record]) -> Iterator[Record]:
    """Give no more rows than are read. Raises UnreadableFile at the first one above."""
    for number, row in enumerate(rows):
        if number >= most:
            raise UnreadableFile(TOO_MANY)
        yield row


def _row(tables: Tables, plan: ImportPlan, record: Record, region: str) -> ImportRow:
    """Read one row; what only the database knows about its number is checked when it is stored."""
    cells = record.cells + ("",) * (len(plan.columns) - len(record.cells))
    fields = {column.key: cell for column, cell in zip(plan.columns, cells, strict=False)}
    typed, name = cells[plan.number], cells[plan.name] if plan.name >= 0 else ""
    unread = ImportRow(record.line, "", "", fields)
    if len(record.cells) > len(plan.columns):
        return unread.refused(RowFault.TOO_MANY_CELLS)
    if any(UNREADABLE in cell for cell in cells):
        return unread.refused(RowFault.BAD_SIGNS)
    if not typed:
        return unread.refused(RowFault.NO_NUMBER)
    try:
        number = tables.read_number(typed.removeprefix("'"), region)
    except InvalidNumber as wrong:
        return unread.refused(RowFault.BAD_NUMBER, str(wrong).replace("`", '"'))
    return ImportRow(record.line, number, name, fields)


def _store(tx: Transaction, job: ImportJob, rows: list[ImportRow]) -> bool:
    """Store some rows; False where somebody stopped the import."""
    now = tx.imports.get(job.id)
    if now is None or now.state is not ImportState.READING:
        return False
    has_erased = may_be_erased(tx)
    for row in rows:
        if not (has_erased and _was_erased(tx, now, row)):
            tx.imports.add_row(job.id, checked(tx, job, row))
    return True


def _was_erased(tx: Transaction, job: ImportJob, row: ImportRow) -> bool:
    """Tell whether somebody was erased since the file was given."""
    at = erased_at(tx, E164(row.number)) if row.number else None
    return at is not None and at >= job.made_at


def checked(tx: Transaction, job: ImportJob, row: ImportRow) -> ImportRow:
    """Check the number of a row against what is known of it here."""
    if row.state is RowState.REFUSED:
        return row
    number = E164(row.number)
    before = tx.imports.line_of(job.id, number)
    if before is not None:
        return row.refused(RowFault.TWICE, str(before))
    fault = fault_of(tx, job.account, number)
    return row if fault is None else row.refused(fault)


def _end_reading(tx: Transaction, job: ImportJob) -> None:
    """Ask the person; where no row can be imported there is nothing to ask."""
    has_some = tx.imports.counts(job.id).accepted > 0
    set_state(tx, job.id, ImportState.READING, ImportState.ASKING if has_some else ImportState.REPORTING)
