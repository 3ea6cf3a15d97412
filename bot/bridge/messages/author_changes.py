"""Changes by the author of a reply: edits and deletions. One unit of work each.

The phone gets what the author last meant. Until one of its parts has left, an edit replaces a reply and a deletion
cancels it; afterwards the thread says that the change came too late. Slack promises no order: the newest edit is the
one with the latest `edited_ts`, even after one that kept the reply internal.
"""

from dataclasses import replace

from bot.bridge.conversations.places import conversation_of, is_own_channel
from bot.bridge.enqueue import enqueue_notice, enqueue_prepare, refresh_lines, refresh_receipts
from bot.bridge.messages.outbound import (
    cancel,
    decision_in,
    enqueue_progress,
    is_deleted,
    is_from_outside,
    keep_decided,
    may_become_ours,
    undo_reply,
    with_edit,
)
from bot.bridge.messages.restored import hold_for_approval, needs_approval
from bot.bridge.messages.withdrawal import is_unsent, parts_of, withdraw
from bot.bridge.parked_events import is_parked, is_parked_reply, park_edit, take_undo
from bot.domain.dedup import DedupScope
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ThreadRef, micros
from bot.domain.message import Message
from bot.domain.outbox import EntryKind, EntryState
from bot.domain.pieces import Piece
from bot.domain.reply_policy import ReplyDecision
from bot.domain.thread_events import Deletion, Edit
from bot.domain.thread_notes import NoticeKind
from bot.ports.storage import Transaction


def record_edit(tx: Transaction, edit: Edit) -> bool:
    """Record an edit; False where it changed nothing: a repeat, older than what we know, or no reply of ours."""
    if not tx.inbox.first_seen(DedupScope.SLACK_EDIT, f"{edit.channel}:{edit.ts}:{edit.edited_ts}"):
        return False
    inside = tx.messages.kept_internal_at(edit.channel, edit.ts)
    parts = tx.messages.at(edit.channel, edit.ts) or ([inside] if inside is not None else [])
    if not parts:
        if _may_be_ours(tx, edit):
            park_edit(tx, edit)
        return False
    if parts[0].author != edit.author or _is_overtaken(tx, edit, parts):
        return False
    conversation, is_outside = tx.conversations.get(parts[0].conversation_id), is_from_outside(tx, edit)
    place = edit.channel if parts == [inside] else conversation.channel  # what was accepted is texted from anywhere
    decision = decision_in(tx, conversation, edit.pieces, is_note=edit.is_note, is_outside=is_outside, channel=place)
    if parts != [inside] and not is_unsent(tx, parts):
        parts = [replace(part, edited_at=micros(edit.edited_ts)) for part in parts]
        parts = [replace(part, approval_reasons=decision.approval_reasons) for part in parts]
        _record_late_change(tx, parts, () if decision.stays else decision.pieces, NoticeKind.EDITED_LATE)
        return True
    _apply_decision(tx, with_edit(withdraw(tx, parts), edit), decision, edit)
    return True


def _apply_decision(tx: Transaction, reply: Message, decision: ReplyDecision, edit: Edit) -> None:
    """Apply the decision about the new words of a reply that has not left."""
    assert reply.channel is not None
    assert reply.ts is not None
    undone_by = take_undo(tx, reply.channel, reply.ts)
    if undone_by is not None:
        undo_reply(tx, reply, undone_by)
    elif decision.stays:
        keep_decided(tx, reply, decision, edit)
    else:
        waited, undo_window_s = (
            reply.status is DeliveryStatus.QUEUED,
            0 if decision.approval_reasons else tx.undo_window_s,
        )
        reply = replace(
            reply,
            status=DeliveryStatus.QUEUED,
            pieces=decision.pieces,
            body="",
            approval_reasons=decision.approval_reasons,
        )
        reply = replace(reply, approved_by=None, failure=None)
        tx.messages.save(reply)
        if not _is_being_prepared(tx, reply):
            enqueue_prepare(tx, reply, undo_window_s=undo_window_s)
        if not waited:
            enqueue_progress(tx, reply, undo_window_s=undo_window_s)
            refresh_receipts(tx, reply)


def _is_being_prepared(tx: Transaction, reply: Message) -> bool:
    calls = tx.outbox.of_message(reply.id)
    return any(entry.kind is EntryKind.PREPARE and entry.state is EntryState.IN_FLIGHT for entry in calls)


def record_deletion(tx: Transaction, deletion: Deletion) -> bool:
    """Record a deletion: of a reply that has not left, of one that has, or of the header of a thread."""
    if not tx.inbox.first_seen(DedupScope.SLACK_DELETION, f"{deletion.channel}:{deletion.ts}"):
        return False
    parts = tx.messages.at(deletion.channel, deletion.ts)
    if parts and is_unsent(tx, parts):
        cancel(tx, withdraw(tx, parts))
        return True
    if parts:
        _record_late_change(tx, parts, (), NoticeKind.DELETED_LATE)
        return True
    conversation = tx.conversations.at(deletion.channel, deletion.ts)
    if conversation is not None and conversation.thread_ts == deletion.ts:
        tx.conversations.set_thread(conversation.id, None)  # the next text opens a new thread
    return conversation is not None


def apply_last_change(tx: Transaction, message: Message) -> None:
    """Let a text that certainly has not left go out as its author means it now, if at all."""
    parts = parts_of(tx, message)
    if parts[0].part > 1 or not is_unsent(tx, parts):
        return
    if needs_approval(tx, parts[0]) and (parts[0].pieces or not parts[0].changed_late):
        hold_for_approval(tx, withdraw(tx, parts))
        return
    if not parts[0].changed_late:
        return
    first = replace(withdraw(tx, parts), changed_late=False)
    if first.pieces:
        first = replace(first, status=DeliveryStatus.QUEUED, body="", approved_by=None)
        tx.messages.save(first)
        enqueue_prepare(tx, first, undo_window_s=0)
    else:
        cancel(tx, first)
    refresh_lines(tx, first, (NoticeKind.EDITED_LATE, NoticeKind.DELETED_LATE))


def _is_overtaken(tx: Transaction, edit: Edit, parts: list[Message]) -> bool:
    """Tell whether a newer edit is known, or the message is deleted."""
    newest = max(part.edited_at or 0 for part in parts)
    return micros(edit.edited_ts) <= newest or is_deleted(tx, edit.channel, edit.ts)


def _may_be_ours(tx: Transaction, edit: Edit) -> bool:
    """Tell whether an edit may be of a reply that has not come yet, or whose thread is not known yet.

    A message that came and was not kept is a note, or stands in a thread of others; its edits are not kept either.
    """
    channel, ts = edit.channel, edit.thread_ts
    if is_own_channel(tx, channel):
        was_seen = tx.inbox.was_seen(DedupScope.SLACK_MESSAGE, f"{channel}:{edit.ts}")
        return not was_seen and conversation_of(tx, channel, ts) is not None
    if ts is None:
        return False
    if tx.inbox.was_seen(DedupScope.SLACK_MESSAGE, f"{channel}:{edit.ts}"):
        return is_parked_reply(tx, edit)
    is_known = tx.conversations.at(channel, ts) is not None or is_parked(tx, channel, ts)
    return is_known or may_become_ours(tx, ThreadRef(channel, ts), edit)


def _record_late_change(tx: Transaction, parts: list[Message], meant: tuple[Piece, ...], topic: NoticeKind) -> None:
    """Record a change that came too late, and say so where the phone shows the reply."""
    for part in parts:
        if part.status is DeliveryStatus.DRAFT:  # the rest of a reply whose beginning has left: nobody wants it so
            cancel(tx, part)
            continue
        tx.messages.save(replace(part, pieces=meant, changed_late=True))
        refresh_lines(tx, part, (NoticeKind.FAILED, NoticeKind.CHECKING))
    if any(part.status not in (DeliveryStatus.FAILED, DeliveryStatus.DRAFT) for part in parts):
        enqueue_notice(tx, parts[0], topic)
