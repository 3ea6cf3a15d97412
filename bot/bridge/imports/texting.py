"""Texts to the people of an import, each with words of their own: a few at a time, so that no other text waits long.

A text is an ordinary one of its conversation, under a key that its row gives, and so has the same guarantees. Like the
texts of a wave it opens no thread: it is shown once the contact answers, or somebody opens the conversation; and what
one person may send in an hour does not bound it, as very many need a second person's word. Where it may be night, the
text waits for the morning.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.bridge.conversations.open import find_or_begin
from bot.bridge.enqueue import enqueue_send
from bot.bridge.imports.checks import fault_of
from bot.bridge.messages.import_texts import key_of_row
from bot.bridge.messages.outbound import new_text
from bot.bridge.messages.withdrawal import is_unsent, withdraw
from bot.bridge.provider_rules import profile_of
from bot.bridge.restore_gap import gap_of
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, MessageKey, UserId
from bot.domain.imports import ImportJob, ImportRow, ImportState, RowFault, RowState
from bot.domain.message import Direction
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.phone import E164
from bot.domain.placeholders import check_placeholders, filled, first_empty
from bot.domain.text import for_phone, is_blank
from bot.ports.storage import Transaction

AT_ONCE = 20
"""Texts of an import that wait to leave at a time."""

LOOKED_AT_ONCE = 200
"""Rows that one unit of work looks at for somebody who may be texted now."""

SURVEYED_AT_ONCE = 500

ON_THEIR_WAY = "These texts are on their way."
TEXTED_BEFORE = "The people of this file were texted before, or the import is gone. Nothing was sent."
RESTORED = "The database was put back from a backup, so it is not known who was texted since."
AT_NIGHT = "Where it may be night now, people get their text in the morning."

IsNight = Callable[[E164], bool]
"""Whether nobody wants a text now where a number is from."""

RowWords = tuple[str, RowFault | None, str]
"""Text for a row, else why it gets none, and by which column."""

_WAITING = (DeliveryStatus.QUEUED, DeliveryStatus.SENDING)


def begin_texting(tx: Transaction, job_id: str, body: str, by: UserId) -> bool:
    """Let the people of an import be texted; False where that was said before, or it is gone."""
    job = tx.imports.get(job_id)
    if job is None or job.state is not ImportState.DONE:
        return False
    tx.imports.save(replace(job, state=ImportState.TEXTING, body=body, texter=by, note=""))
    people = tx.imports.counts(job_id).of(RowState.LISTED)
    tx.audit.add(by, "texted imported contacts", None, detail=f"{people} people")
    return True


def begin_confirmed(tx: Transaction, confirmation_id: str, job_id: str, body: str, by: UserId) -> bool:
    """Let the people be texted as a button confirmed it; who presses it again is told so."""
    has_begun = begin_texting(tx, job_id, body, by)
    tx.confirmations.end(confirmation_id, ON_THEIR_WAY if has_begun else TEXTED_BEFORE)
    return has_begun


def listed_rows(tx: Transaction, job: ImportJob, after: int) -> list[tuple[ImportRow, RowFault | None]]:
    """List some rows that can be texted, each with why its contact gets none all the same."""
    rows = tx.imports.rows(job.id, RowState.LISTED, after=after, limit=SURVEYED_AT_ONCE)
    return [(row, fault_of(tx, job.account, E164(row.number))) for row in rows]


def text_some(tx: Transaction, job_id: str, channel: ChannelId, is_night: IsNight, after: int) -> int | None:
    """Hand over the next texts, as many as there is room for, of the rows behind a line.

    Returns the line to go on behind; None where all who are left wait for the morning.
    """
    job = tx.imports.get(job_id)
    if job is None or job.state is not ImportState.TEXTING:
        return 0
    gap = gap_of(tx)
    if gap is not None and gap.until >= job.made_at:
        tx.imports.save(replace(job, state=ImportState.STOPPED, note=RESTORED))
        return 0
    waiting = _settle(tx, job_id)
    rows = tx.imports.rows(job_id, RowState.LISTED, after=after, limit=LOOKED_AT_ONCE)
    if not rows:
        if tx.imports.rows(job_id, RowState.LISTED, after=0, limit=1):
            return None
        if not waiting:
            tx.imports.save(replace(job, state=ImportState.TEXTED, note=""))
        return 0
    words = _writer(tx, job)
    room, has_night = AT_ONCE - waiting, False
    for row in rows:
        if room <= 0:
            break
        after = row.line
        if is_night(E164(row.number)):
            has_night = True
            continue
        texted = _texted(tx, job, row, words(row), channel)
        tx.imports.set_row(job_id, texted)
        room -= texted.state is RowState.HANDED
    if has_night and job.note != AT_NIGHT:
        tx.imports.save(replace(job, note=AT_NIGHT))
    return after


def _settle(tx: Transaction, job_id: str) -> int:
    """Note which texts have left, or never will; returns how many still wait."""
    handed = tx.imports.rows(job_id, RowState.HANDED, after=0, limit=AT_ONCE)
    left = [row for row in handed if not _is_waiting(tx, row)]
    for row in left:
        tx.imports.set_row(job_id, replace(row, state=RowState.TEXTED))
    return len(handed) - len(left)


def _is_waiting(tx: Transaction, row: ImportRow) -> bool:
    message = tx.messages.by_key(MessageKey(row.detail))
    return message is not None and message.status in _WAITING


def words_for(body: str, row: ImportRow, keys: tuple[str, ...], longest: int) -> RowWords:
    """Write the text for a row; else say why it gets none, and by which column."""
    empty = first_empty(keys, row.fields)
    if empty is not None:
        return "", RowFault.EMPTY_CELL, empty
    text = for_phone(filled(body, row.fields))
    if is_blank(text):
        return "", RowFault.EMPTY_CELL, ""
    return (text, None, "") if len(text) <= longest else ("", RowFault.TOO_LONG, "")


def _writer(tx: Transaction, job: ImportJob) -> Callable[[ImportRow], RowWords]:
    """Give what writes the text for each row."""
    keys = check_placeholders(job.body, [column.key for column in job.plan.columns])
    longest = profile_of(tx, job.account).limits.longest_text
    return lambda row: words_for(job.body, row, keys, longest)


def _texted(tx: Transaction, job: ImportJob, row: ImportRow, words: RowWords, channel: ChannelId) -> ImportRow:
    """Enqueue the text for a row, unless its contact wants none by now or it lacks a word."""
    number, (text, fault, detail) = E164(row.number), words
    fault = fault_of(tx, job.account, number) or fault
    if fault is not None:
        return replace(row, state=RowState.LEFT_OUT, fault=fault, detail=detail)
    key = key_of_row(job.id, row.line)
    if tx.messages.by_key(key) is None:
        conversation = find_or_begin(tx, job.account, number, channel)
        made = new_text(tx, conversation, author=job.texter, sort_key=int(tx.now))
        message = tx.messages.add(replace(made, key=key, body=text))
        tx.emit(MessageEvent(MessageEventKind.ACCEPTED, key, detail=Direction.OUTBOUND.value, why="import"))
        enqueue_send(tx, message)
    return replace(row, state=RowState.HANDED, detail=key)


def withdraw_waiting(tx: Transaction, job_id: str) -> None:
    """Take back the texts of a stopped import that have certainly not left."""
    for row in tx.imports.rows(job_id, RowState.HANDED, after=0, limit=AT_ONCE):
        message = tx.messages.by_key(MessageKey(row.detail))
        if message is None or not is_unsent(tx, [message]):
            tx.imports.set_row(job_id, replace(row, state=RowState.TEXTED))
            continue
        withdraw(tx, [message])
        tx.messages.save(replace(message, status=DeliveryStatus.CANCELLED))
        tx.imports.set_row(job_id, replace(row, state=RowState.LISTED, detail=""))
