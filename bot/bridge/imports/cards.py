"""Card of an import and the file of what was refused: each posted once, and found again where an answer was lost."""

from functools import partial
from tempfile import TemporaryFile
from typing import BinaryIO

from bot.bridge.duties import OnDuty
from bot.bridge.find_post import find_post
from bot.bridge.imports.jobs import set_state, update_import
from bot.bridge.imports.reading import Tables
from bot.domain.errors import CallFailed, Rejected
from bot.domain.ids import ChannelId, MessageTs, PostKey, ThreadRef
from bot.domain.imports import ImportJob, ImportRow, ImportState, RowState
from bot.domain.thread_content import ImportPost
from bot.domain.timestamps import from_micros
from bot.ports.storage import Transaction
from bot.ports.workspace import Workspace

REPORT = "not-imported.csv"
ROWS_AT_ONCE = 500
SEARCHED_PAGES = 20


async def post_card(on_duty: OnDuty, workspace: Workspace, post: ImportPost, *, home: ChannelId) -> MessageTs | None:
    """Post the card, or find it where it was posted before; in the bot's channel where its own cannot have it."""
    job = post.job
    if job.is_posting:
        there = await _find(workspace, job, ThreadRef(job.channel), job.card_key)
        if there is not None:
            return await on_duty.run(partial(_placed, job=job, ts=there))
    await on_duty.run(lambda tx: update_import(tx, job.id, channel=job.channel, is_posting=True))
    try:
        with await on_duty.check():
            ts = await workspace.post(ThreadRef(job.channel), post, keys=[job.card_key])
    except CallFailed as error:
        if error.is_refusal and job.channel != home:
            await on_duty.run(lambda tx: update_import(tx, job.id, channel=home, is_posting=True))
            return None
        raise
    return await on_duty.run(partial(_placed, job=job, ts=ts))


async def _find(workspace: Workspace, job: ImportJob, place: ThreadRef, key: PostKey) -> MessageTs | None:
    """Find a post of an import. Raises CallFailed."""
    return await find_post(workspace, place, key, since=from_micros(job.made_at), pages=SEARCHED_PAGES)


def _placed(tx: Transaction, job: ImportJob, ts: MessageTs) -> MessageTs:
    update_import(tx, job.id, ts=ts, is_posting=False)
    return ts


async def report(on_duty: OnDuty, workspace: Workspace, tables: Tables, job: ImportJob, ts: MessageTs) -> None:
    """Post the file of refused rows under the card, once, where any was refused. Raises CallFailed."""
    with TemporaryFile() as file:
        written = await _write(on_duty, tables, job, file)
        is_there = not written
        place = ThreadRef(job.channel, ts)
        if job.is_reporting and written:
            is_there = await _find(workspace, job, place, job.report_key) is not None
        if not is_there:
            await on_duty.run(lambda tx: update_import(tx, job.id, is_reporting=True))
            try:
                with await on_duty.check():
                    await workspace.upload_table(place, file, REPORT, key=job.report_key)
            except Rejected as refused:  # the card says so: nothing of the import depends on it
                words = refused.user_message
                await on_duty.run(lambda tx: set_state(tx, job.id, ImportState.REPORTING, ImportState.DONE, words))
                return
    await on_duty.run(lambda tx: set_state(tx, job.id, ImportState.REPORTING, ImportState.DONE))


async def _write(on_duty: OnDuty, tables: Tables, job: ImportJob, file: BinaryIO) -> int:
    """Write the refused rows to the disk; returns how many."""
    head = ("row", *(column.name for column in job.plan.columns), "reason")
    file.write(b"\xef\xbb\xbf" + tables.written_row(head).encode())
    after = written = 0
    while rows := await on_duty.run(partial(_refused_rows, job=job, after=after)):
        file.writelines(tables.written_row(_cells(tables, job, row)).encode() for row in rows)
        written, after = written + len(rows), rows[-1].line
    return written


def _refused_rows(tx: Transaction, job: ImportJob, after: int) -> list[ImportRow]:
    return tx.imports.rows(job.id, RowState.REFUSED, after=after, limit=ROWS_AT_ONCE)


def _cells(tables: Tables, job: ImportJob, row: ImportRow) -> tuple[str, ...]:
    return (str(row.line), *(row.fields.get(column.key, "") for column in job.plan.columns), tables.fault_words(row))
