"""Saving at the provider: each contact that it does not know, then all of them on the list.

A contact that is there keeps the name that it has. Everything may be repeated safely, so what a kill interrupts is done
again; what is done is stored, a few rows at a time.
"""

import asyncio
from dataclasses import replace
from functools import partial

from bot.bridge.duties import OnDuty
from bot.bridge.imports.jobs import set_state
from bot.domain.errors import Rejected
from bot.domain.imports import ImportJob, ImportRow, ImportState, RowFault, RowState
from bot.domain.phone import E164
from bot.domain.provider_records import ContactRecord
from bot.ports.capabilities import Capabilities, Contacts, Lists
from bot.ports.messaging import Providers
from bot.ports.storage import Transaction

CALLS_AT_ONCE = 4
ROWS_AT_ONCE = 100
"""Rows that are put on the list by one call."""


async def save_some(on_duty: OnDuty, providers: Providers, job: ImportJob) -> None:
    """Save some contacts, or end with the list. Raises CallFailed where the provider cannot be asked now."""
    can = _capabilities(providers, job)
    if can is None or can.lists is None:
        words = "This number is connected no more, or keeps no lists."
        await on_duty.run(lambda tx: set_state(tx, job.id, ImportState.SAVING, ImportState.FAILED, words))
        return
    ready = await on_duty.run(lambda tx: tx.imports.rows(job.id, RowState.READY, after=0, limit=ROWS_AT_ONCE))
    if ready:
        for at in range(0, len(ready), CALLS_AT_ONCE):
            some = ready[at : at + CALLS_AT_ONCE]
            with await on_duty.check():
                done = await asyncio.gather(*(_saved(can.contacts, job, row) for row in some))
            if not await on_duty.run(partial(_note, job=job, rows=done)):
                return
        return
    saved = await on_duty.run(lambda tx: tx.imports.rows(job.id, RowState.SAVED, after=0, limit=ROWS_AT_ONCE))
    if saved:
        with await on_duty.check():
            listed = await _listed(can.lists, job, saved)
        await on_duty.run(lambda tx: _note(tx, job, listed))
        return
    await on_duty.run(lambda tx: set_state(tx, job.id, ImportState.SAVING, ImportState.REPORTING))


def _capabilities(providers: Providers, job: ImportJob) -> Capabilities | None:
    try:
        return providers.of(job.account).capabilities
    except Rejected:
        return None


async def _saved(contacts: Contacts | None, job: ImportJob, row: ImportRow) -> ImportRow:
    """Save one contact. Raises CallFailed unless the provider refuses this one."""
    number = E164(row.number)
    try:
        if contacts is not None:
            known = await contacts.contact(job.account, number)
            if known is None:
                card = ContactRecord(number, row.name, (), (), is_blocked=False, mapped_number=None)
                await contacts.save_contact(job.account, card)
            elif known.is_blocked:
                return row.refused(RowFault.BLOCKED)
            elif row.name and not known.name:
                await contacts.save_contact(job.account, replace(known, name=row.name))
    except Rejected as refused:
        return row.refused(RowFault.PROVIDER, refused.user_message)
    return replace(row, state=RowState.SAVED)


async def _listed(lists: Lists, job: ImportJob, rows: list[ImportRow]) -> list[ImportRow]:
    """Put contacts on the list; where the provider refuses some, one by one to find out which."""
    name, numbers = job.plan.list_name, [E164(row.number) for row in rows]
    if await lists.contact_list(job.account, name) is None:
        await lists.save_list(job.account, name)
    try:
        await lists.add_to_list(job.account, name, numbers)
    except Rejected as refused:
        if len(rows) == 1:
            return [rows[0].refused(RowFault.PROVIDER, refused.user_message)]
        return [listed for row in rows for listed in await _listed(lists, job, [row])]
    return [replace(row, state=RowState.LISTED) for row in rows]


def _note(tx: Transaction, job: ImportJob, rows: list[ImportRow]) -> bool:
    """Store what was done with rows; False where somebody stopped the import."""
    for row in rows:
        tx.imports.set_row(job.id, row)
    now = tx.imports.get(job.id)
    return now is not None and now.state is ImportState.SAVING
