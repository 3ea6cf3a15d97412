"""Imports as units of work: begun, confirmed, stopped and forgotten. A press counts once: the state decides."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.bridge.imports.texting import withdraw_waiting
from bot.domain.ids import UserId
from bot.domain.imports import MOST_JOBS, UNDER_WAY, ImportJob, ImportRow, ImportState, RowState
from bot.domain.thread_content import ImportPost
from bot.ports.storage import Transaction

SHOWN_ROWS = 3
"""Rows of each kind that a card shows."""

FORGOTTEN_AT_ONCE = 500


def begin_import(tx: Transaction, job: ImportJob) -> bool:
    """Begin an import, once for each form; False where too many are stored."""
    if tx.imports.get(job.id) is not None:
        return True
    if len(tx.imports.all(MOST_JOBS)) >= MOST_JOBS:
        return False
    tx.imports.save(job)
    tx.audit.add(job.author, "read a file of contacts", None)
    return True


def read_import(tx: Transaction, job_id: str) -> ImportJob | None:
    """Read an import; None where it is forgotten."""
    return tx.imports.get(job_id)


def confirm_import(tx: Transaction, job_id: str, by: UserId) -> bool:
    """Let the contacts be saved; False where that was said before, or it was cancelled."""
    job = tx.imports.get(job_id)
    if job is None or job.state is not ImportState.ASKING:
        return False
    tx.imports.save(replace(job, state=ImportState.SAVING))
    tx.audit.add(by, "imported contacts", None, detail=f"{tx.imports.counts(job_id).accepted} people")
    return True


def stop_import(tx: Transaction, job_id: str, note: str = "") -> bool:
    """Stop an import; what is done already stays. False where it is over."""
    job = tx.imports.get(job_id)
    if job is None or job.state not in (*UNDER_WAY, ImportState.ASKING):
        return False
    tx.imports.save(replace(job, state=ImportState.STOPPED, note=note))
    if job.state is ImportState.TEXTING:
        withdraw_waiting(tx, job_id)
    return True


def update_import(tx: Transaction, job_id: str, **changes: Any) -> None:
    """Change some facts of an import; nothing where it is forgotten."""
    job = tx.imports.get(job_id)
    if job is not None:
        tx.imports.save(replace(job, **changes))


def set_state(tx: Transaction, job_id: str, before: ImportState, after: ImportState, note: str = "") -> None:
    """Go on to another state, unless somebody stopped it meanwhile."""
    job = tx.imports.get(job_id)
    if job is not None and job.state is before:
        tx.imports.save(replace(job, state=after, note=note or job.note))


def card_of(tx: Transaction, job_id: str) -> ImportPost | None:
    """Return what the card of an import says now."""
    job = tx.imports.get(job_id)
    if job is None:
        return None
    good: Sequence[ImportRow] = ()
    if job.state is ImportState.ASKING:
        good = tx.imports.rows(job_id, RowState.READY, after=0, limit=SHOWN_ROWS)
    bad = tx.imports.rows(job_id, RowState.REFUSED, after=0, limit=SHOWN_ROWS)
    return ImportPost(job, tx.imports.counts(job_id), tuple(good), tuple(bad))


def forget_import(tx: Transaction, job_id: str) -> bool:
    """Remove a part of an import; False where it is gone."""
    if tx.imports.forget_rows(job_id, FORGOTTEN_AT_ONCE):
        return True
    tx.imports.forget(job_id)
    return False
