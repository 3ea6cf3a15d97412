"""Actions on a text: what its buttons and reactions do. One unit of work each; pressing twice does it once."""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum

from bot.bridge.attachments.fitted import copy_pictures
from bot.bridge.attachments.shared import open_again
from bot.bridge.conversations.state import note_outbound, save_and_refresh
from bot.bridge.conversations.window import is_window_shut
from bot.bridge.enqueue import (
    enqueue_notice,
    enqueue_prepare,
    enqueue_reaction,
    enqueue_send,
    refresh_command,
    refresh_lines,
    refresh_offers,
    refresh_receipts,
)
from bot.bridge.messages.allowance import is_over, note_departure
from bot.bridge.messages.outbound import QUICK_S, cancel, new_text, undo_reply, why_unreachable
from bot.bridge.messages.restored import look_up_before_send, may_have_left
from bot.bridge.messages.shut_window import held_before, is_ready_made, say_shut
from bot.bridge.messages.withdrawal import is_unsent, parts_of, withdraw
from bot.bridge.parked_events import park_undo
from bot.bridge.step_answers import mark_like
from bot.bridge.workspaces.roles import answer_for
from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Conversation
from bot.domain.dedup import DedupScope
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageKey, UserId
from bot.domain.message import Direction, Message
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.thread_events import UndoReaction
from bot.domain.thread_notes import NoticeKind
from bot.ports.storage import Transaction

WITH_BUTTONS = (NoticeKind.FAILED, NoticeKind.CHECKING, NoticeKind.EDITED_LATE, NoticeKind.ASK)
"""Lines that name the person who pressed their button."""


class DecisionResult(Enum):
    """Result of a person's decision about a held text."""

    TAKEN = "taken"
    SETTLED = "settled"  # it is not held any more
    STOPPED = "stopped"  # the contact asked for no more texts
    NEEDS_MANAGER = "needs_manager"  # its author has sent as many as one person may in an hour
    CLOSED = "closed"  # free text is not taken now
    UNREACHABLE = "unreachable"  # the contact's number is not texted from here
    CHANGED = "changed"  # the reply has other words now


Press = Callable[[Transaction, MessageKey, UserId], bool]
"""A button under a text; False where it was pressed before, or comes too late."""


def send_again(tx: Transaction, key: MessageKey, author: UserId) -> bool:
    """Send a text again because a person asked for it; False where somebody already did, or it is not failed.

    A failed text, or one that stayed unknown, is replaced by a new text with a key of its own.
    """
    old = tx.messages.by_key(key)
    if old is None or old.replaced_by or old.decided_by:
        return False
    is_undecided = old.status is DeliveryStatus.UNKNOWN and old.failure is not None
    if not (is_undecided or old.status is DeliveryStatus.FAILED):
        return False
    if old.failure is not None and not old.failure.allows_manual_retry:
        return False
    if old.changed_late:
        return _send_last_words(tx, old, author)
    conversation = tx.conversations.get(old.conversation_id)
    again = new_text(tx, conversation, author=old.author, sort_key=int(tx.now))
    # The body is ready for the phone: it must not be unescaped, numbered or split a second time.
    again = replace(again, body=old.body, media=old.media, channel=old.channel, ts=old.ts, part=old.part)
    again = replace(again, files=old.files, has_files=old.has_files, template=old.template)
    again = tx.messages.add(again)
    mark_like(tx, again, old)
    tx.emit(MessageEvent(MessageEventKind.ACCEPTED, again.key, detail=Direction.OUTBOUND.value, why="again"))
    tx.messages.save(replace(old, replaced_by=again.key, decided_by=author))
    tx.audit.add(author, "sent again", old.conversation_id)
    copy_pictures(tx, old, again)
    open_again(tx, old)
    enqueue_send(tx, again)
    enqueue_reaction(tx, again)
    refresh_lines(tx, old, WITH_BUTTONS)
    refresh_receipts(tx, old, delay_s=QUICK_S)
    return True


def send_again_if_wanted(tx: Transaction, key: MessageKey, author: UserId) -> DecisionResult:
    """Send a text again as send_again does, unless its contact or a limit is against it."""
    old = tx.messages.by_key(key)
    if old is not None and tx.conversations.get(old.conversation_id).is_opted_out:
        refresh_lines(tx, old, WITH_BUTTONS)
        return DecisionResult.STOPPED
    if old is not None and why_unreachable(tx, tx.conversations.get(old.conversation_id)) is not None:
        return DecisionResult.UNREACHABLE
    if old is not None and is_over(tx, author, 1):
        return DecisionResult.NEEDS_MANAGER
    if not send_again(tx, key, author):
        return DecisionResult.SETTLED
    if old is not None and not old.changed_late:  # words that are prepared anew count when they leave
        note_departure(tx, author, 1)
    return DecisionResult.TAKEN


def confirm_arrived(tx: Transaction, key: MessageKey, author: UserId) -> bool:
    """Record that a text of unknown outcome arrived, as a person says; False where that was decided before."""
    old = tx.messages.by_key(key)
    if old is None or old.replaced_by or old.decided_by or old.status is not DeliveryStatus.UNKNOWN:
        return False
    tx.messages.save(replace(old, status=DeliveryStatus.SENT, decided_by=author))
    tx.audit.add(author, "said it arrived", old.conversation_id)
    note_outbound(tx, old)
    enqueue_reaction(tx, old)
    refresh_lines(tx, old, WITH_BUTTONS)
    refresh_receipts(tx, old)
    return True


def send_correction(tx: Transaction, key: MessageKey, author: UserId) -> bool:
    """Send the edited words of a reply that had left; False where that was done, or nothing was edited."""
    old = tx.messages.by_key(key)
    if old is None or old.replaced_by or old.decided_by or not old.changed_late:
        return False
    return _send_last_words(tx, old, author)


def _send_last_words(tx: Transaction, old: Message, author: UserId) -> bool:
    """Send the newest words of a reply that had left; False where its author wants nothing of it sent."""
    if not old.pieces or old.channel is None or old.ts is None:
        return False
    conversation = tx.conversations.get(old.conversation_id)
    again = new_text(tx, conversation, author=old.author, sort_key=int(tx.now))
    again = replace(again, pieces=old.pieces, channel=old.channel, ts=old.ts, edited_at=old.edited_at)
    again = tx.messages.add(again)
    answer_for(tx, again)
    tx.emit(MessageEvent(MessageEventKind.ACCEPTED, again.key, detail=Direction.OUTBOUND.value, why="correction"))
    for part in tx.messages.at(old.channel, old.ts):
        if part.id != again.id:
            tx.messages.save(replace(part, replaced_by=again.key, decided_by=author))
    tx.audit.add(author, "sent a correction", old.conversation_id)
    enqueue_prepare(tx, again, undo_window_s=0)
    enqueue_reaction(tx, again)
    refresh_lines(tx, old, WITH_BUTTONS)
    return True


def stop_texts(tx: Transaction, key: MessageKey, author: UserId) -> bool:
    """Record an opt-out that a person sees in a text of the contact; False where that was decided before."""
    asked = tx.messages.by_key(key)
    if asked is None or asked.direction is not Direction.INBOUND or asked.decided_by:
        return False
    conversation = tx.conversations.get(asked.conversation_id)
    if conversation.is_opted_out:
        return False
    tx.messages.save(replace(asked, decided_by=author))
    tx.audit.add(author, "stopped texts", conversation.id)
    save_and_refresh(tx, replace(conversation, is_opted_out=True))
    refresh_lines(tx, asked, (NoticeKind.MAY_OPT_OUT,))
    refresh_offers(tx, conversation.id)
    return True


def approve(tx: Transaction, key: MessageKey, version: str, author: UserId) -> DecisionResult:
    """Approve a held reply, if the person decided about the words that it has now."""
    draft, _ = _draft(tx, key, version)
    if draft is not None and ApprovalReason.ALLOWANCE in draft.approval_reasons:
        return DecisionResult.NEEDS_MANAGER
    return approve_as_manager(tx, key, version, author)


def approve_as_manager(tx: Transaction, key: MessageKey, version: str, author: UserId) -> DecisionResult:
    """Approve a held reply as somebody who may approve each."""
    draft, word = _draft(tx, key, version)
    if draft is None:
        return word
    conversation = tx.conversations.get(draft.conversation_id)
    if conversation.is_opted_out:
        refresh_lines(tx, draft, (NoticeKind.ASK,))
        return DecisionResult.STOPPED
    if is_window_shut(tx, draft):
        say_shut(tx, draft)
        return DecisionResult.CLOSED
    for part in (*held_before(tx, draft), draft):
        _release(tx, part, conversation, author)
    return word


def _release(tx: Transaction, draft: Message, conversation: Conversation, author: UserId) -> None:
    """Let a held text leave."""
    turn = draft.turn if draft.turn >= conversation.answers_from else conversation.turn
    message = replace(draft, status=DeliveryStatus.QUEUED, approved_by=author, turn=turn)
    tx.messages.save(message)
    tx.audit.add(author, "approved", message.conversation_id, " ".join(ask.value for ask in draft.approval_reasons))
    if is_ready_made(message):
        enqueue_send(tx, message)
        if may_have_left(tx, message):
            look_up_before_send(tx, message)
    else:
        enqueue_prepare(tx, message, undo_window_s=0)
    enqueue_reaction(tx, message)
    refresh_lines(tx, message, WITH_BUTTONS)
    refresh_command(tx, message)
    refresh_receipts(tx, draft, delay_s=QUICK_S)  # it stands where the reply was written, above what came since


def discard(tx: Transaction, key: MessageKey, version: str, author: UserId) -> DecisionResult:
    """Discard a held reply, if the person decided about the words that it has now."""
    draft, word = _draft(tx, key, version)
    if draft is not None:
        tx.audit.add(author, "discarded", draft.conversation_id)
        cancel(tx, replace(draft, decided_by=author))
    return word


def _draft(tx: Transaction, key: MessageKey, version: str) -> tuple[Message | None, DecisionResult]:
    """Find a held reply; where its words have changed, its line is refreshed."""
    draft = tx.messages.by_key(key)
    if draft is None or draft.status not in (DeliveryStatus.DRAFT, DeliveryStatus.QUEUED):
        return None, DecisionResult.SETTLED
    if draft.version != version:
        refresh_lines(tx, draft, (NoticeKind.ASK,))
        return None, DecisionResult.CHANGED
    return (draft, DecisionResult.TAKEN) if draft.status is DeliveryStatus.DRAFT else (None, DecisionResult.SETTLED)


class UndoResult(Enum):
    """Result of an undo."""

    DONE = "done"  # it is not sent
    TOO_LATE = "too_late"  # it has left, or may have
    BEFORE = "before"  # it was cancelled before, or it certainly did not leave


def undo_text(tx: Transaction, key: MessageKey, author: UserId) -> UndoResult:
    """Undo a reply, if certainly no part of it has left."""
    message = tx.messages.by_key(key)
    if message is None or message.status in (DeliveryStatus.CANCELLED, DeliveryStatus.FAILED):
        return UndoResult.BEFORE
    parts = parts_of(tx, message)
    if parts[0].part > 1 or not is_unsent(tx, parts):
        return UndoResult.TOO_LATE
    undo_reply(tx, withdraw(tx, parts), author)
    return UndoResult.DONE


def record_reaction(tx: Transaction, reaction: UndoReaction) -> bool:
    """Record a reaction that asks for a reply back; False where it is a repeat or on no reply of ours."""
    event = f"{reaction.channel}:{reaction.ts}:{reaction.author}:{reaction.at}"
    if not tx.inbox.first_seen(DedupScope.SLACK_REACTION, event):
        return False
    parts = tx.messages.at(reaction.channel, reaction.ts)
    if not parts:
        park_undo(tx, reaction)  # it may come before the reply, or before we know that the thread is ours
        return False
    undone = undo_text(tx, parts[0].key, reaction.author)
    if undone is UndoResult.TOO_LATE:
        enqueue_notice(tx, parts[0], NoticeKind.TOO_LATE)
    return undone is UndoResult.DONE
