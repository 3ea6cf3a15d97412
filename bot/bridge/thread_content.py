"""Thread content: what a post says, computed when it leaves, so that the newest state is shown, once.

Each function reads the database and returns facts (bot.domain.thread_content), or None where nothing is left to say.
"""

from dataclasses import replace
from datetime import datetime

from bot.bridge.attachments.incoming import missing_attachments, speaker_of
from bot.bridge.conversations.goals import goal_note, missed_note
from bot.bridge.conversations.later import follow_up_note, snooze_note
from bot.bridge.conversations.moving import goes_on
from bot.bridge.conversations.places import stands_in_own
from bot.bridge.conversations.state import FIRST_THREAD, mode_of
from bot.bridge.conversations.window import window_facts, window_note
from bot.bridge.messages.hand_over import wants_person
from bot.bridge.messages.outbound import was_kept_out
from bot.bridge.messages.scheduled import scheduled_line
from bot.bridge.provider_rules import profile_of
from bot.bridge.step_answers import is_by_workflow
from bot.domain import subjects
from bot.domain.approval import current_reasons
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ThreadRef
from bot.domain.message import Message
from bot.domain.outbox import OutboxEntry
from bot.domain.pieces import Piece, Ref, written_out
from bot.domain.roles import Policy
from bot.domain.thread_content import (
    Content,
    GoesOn,
    Header,
    InboundText,
    InboundTexts,
    LastText,
    OutboundText,
    ReceiptSummary,
)
from bot.domain.thread_notes import AuditNote, FloodNote, Notice, NoticeKind
from bot.domain.timestamps import from_micros
from bot.domain.window import is_shut
from bot.ports.storage import Transaction

LATE_S = 60.0
"""Delay from which on a text is shown with the time at which it was written."""


def texts_of(tx: Transaction, messages: list[Message]) -> InboundTexts:
    """Return texts of the contact as one post. Attachments follow in posts of their own."""
    texts = tuple(InboundText(message.body, late_at=_late_at(message), to_follow=message.media) for message in messages)
    return InboundTexts(texts, speaker=speaker_of(tx, messages[0]))


def _late_at(message: Message) -> datetime | None:
    """Return when a text was written that was found in the provider's record, and may stand below younger ones."""
    is_late = bool(message.provider_id) and message.created_at - message.sort_key > LATE_S * 1_000_000
    return from_micros(message.sort_key) if is_late else None


def sent_text_of(tx: Transaction, message: Message) -> OutboundText:
    """Return a text to the contact that was not written in the thread."""
    files = tuple(file.name or "file" for file in message.files)
    return OutboundText(
        message.body or written_out(message.pieces, {}),
        message.author,
        message.media,
        files=files,
        is_waiting=message.status is DeliveryStatus.DRAFT,
        is_cancelled=message.status is DeliveryStatus.CANCELLED,
        unnamed=_unnamed(message),
        is_template=message.template is not None,
        is_automatic=message.author is None and tx.hours.closed_period(message.id) is not None,
        is_by_workflow=is_by_workflow(tx, message),
    )


def _unnamed(message: Message) -> tuple[Piece, ...]:
    """Return the pieces of a text whose names have not been looked up yet."""
    is_open = not message.body and any(isinstance(piece, Ref) for piece in message.pieces)
    return message.pieces if is_open else ()


def line_of(tx: Transaction, entry: OutboxEntry) -> Content | None:  # noqa: PLR0911 - one for each kind of line
    """Return what a line in a thread says now; None where it has nothing left to say."""
    conversation = tx.conversations.get(entry.conversation_id)
    match entry.line:
        case subjects.Header():
            return None if conversation.is_erased else header_of(tx, conversation)
        case subjects.Left() | subjects.Leaving() | subjects.Elsewhere():
            return _about_left_thread(tx, conversation, entry.line)
        case subjects.Audit(audit_id) | subjects.Here(audit_id):
            done = tx.audit.get(audit_id)
            return AuditNote(done.actor, done.action, done.detail, note=tx.team.note(audit_id))
        case subjects.Scheduled(text_id):
            return scheduled_line(tx, text_id)
        case subjects.Flood():
            return FloodNote(conversation.id, conversation.name, conversation.muted_by)
        case subjects.ClosingSoon(at):
            is_shown = tx.shown_lines.get(conversation.id, entry.line) is not None
            return window_note(conversation, at, tx.now, is_shown=is_shown)
        case subjects.GoalSoon() | subjects.MissedGoals() | subjects.SnoozeOver() | subjects.FollowUpDue():
            return _about_waiting(tx, conversation, entry.line)
        case subjects.Receipts(turn):
            return _receipts(tx, conversation, turn)
        case subjects.Command() | subjects.Notice():
            return _about_text(tx, entry)


def _about_waiting(
    tx: Transaction,
    conversation: Conversation,
    line: subjects.GoalSoon | subjects.MissedGoals | subjects.SnoozeOver | subjects.FollowUpDue,
) -> Content | None:
    is_shown = tx.shown_lines.get(conversation.id, line) is not None
    match line:
        case subjects.GoalSoon(since):
            return goal_note(tx, conversation, since, is_shown=is_shown)
        case subjects.MissedGoals():
            return missed_note(tx, line, is_shown=is_shown)
        case subjects.SnoozeOver(at):
            return snooze_note(tx, conversation, at)
        case subjects.FollowUpDue(at):
            return follow_up_note(tx, conversation, at)


def _about_left_thread(
    tx: Transaction, conversation: Conversation, line: subjects.Left | subjects.Leaving | subjects.Elsewhere
) -> Header | GoesOn:
    """Return where a conversation goes on: as its former header says it, or the line under that."""
    left = ThreadRef(line.channel)
    if isinstance(line, subjects.Elsewhere):
        return replace(goes_on(tx, conversation, left), is_refused=True)
    if isinstance(line, subjects.Leaving):
        return goes_on(tx, conversation, left, line.audit_id)
    after = goes_on(tx, conversation, left)
    return replace(header_of(tx, conversation), former=None, goes_on=after.place, is_over=after.is_over)


def _about_text(tx: Transaction, entry: OutboxEntry) -> Content | None:
    assert entry.message_id is not None
    message = tx.messages.get(entry.message_id)
    if not isinstance(entry.line, subjects.Notice):
        return sent_text_of(tx, message)
    is_shown = tx.shown_lines.get(entry.conversation_id, entry.line) is not None
    return _notice(tx, entry.line.kind, message, is_shown=is_shown)


def header_of(tx: Transaction, conversation: Conversation) -> Header:
    """Return the header of a thread: what it is about, and its state."""
    waiting, follow_up = tx.waiting.get(conversation.id), tx.waiting.follow_up(conversation.id)
    snoozed_until = None if waiting is None else waiting.snoozed_until
    follow_up_at = follow_up.until if follow_up is not None and follow_up.told_at is None else None
    return Header(
        account=conversation.account,
        contact=conversation.contact,
        name=conversation.name,
        conversation_id=conversation.id,
        stage=conversation.stage,
        assignee=conversation.assignee,
        mode=mode_of(tx, conversation),
        is_opted_out=conversation.is_opted_out,
        is_blocked=conversation.is_blocked,
        last=_last_text(tx, conversation),
        has_lines=tx.conversations.has_several_accounts(),
        is_first=tx.settings.value(FIRST_THREAD) == str(conversation.id),
        former=_former(conversation),
        muted_by=conversation.muted_by,
        unshown=conversation.unshown,
        window=window_facts(conversation, tx.now),
        wants_person=wants_person(tx, conversation),
        snoozed_until=None if snoozed_until is None else from_micros(snoozed_until),
        follow_up_at=None if follow_up_at is None else from_micros(follow_up_at),
        is_own=stands_in_own(tx, conversation),
        tags=tuple(tx.tags.of(conversation.id)),
    )


def _last_text(tx: Transaction, conversation: Conversation) -> LastText | None:
    last = None if conversation.muted_by is not None else tx.messages.last_inbound(conversation.id)
    return LastText(last.body, last.media) if last is not None else None


def _former(conversation: Conversation) -> ThreadRef | None:
    if conversation.former_channel is None or conversation.former_ts is None:
        return None
    return ThreadRef(conversation.former_channel, conversation.former_ts)


def _receipts(tx: Transaction, conversation: Conversation, turn: int) -> ReceiptSummary | None:
    """Count replies, not parts: a reply has arrived when its last part has."""
    count = tx.messages.reply_count(conversation.id, turn)
    waiting = count.queued + count.sending
    undo_key = tx.messages.undoable(conversation.id, turn)
    held = tx.messages.held(conversation.id) if waiting else None
    is_shown = tx.shown_lines.get(conversation.id, subjects.Receipts(turn)) is not None
    is_worth_showing = undo_key or held or (count.last_at is not None and (count.read or count.delivered or count.sent))
    if not is_shown and not is_worth_showing:
        return None  # a failure has a line of its own; only a line that stands already must take it in
    return ReceiptSummary(
        delivered=count.delivered,
        read=count.read,
        sent=count.sent,
        failed=count.failed,
        last_at=None if count.last_at is None else from_micros(count.last_at),
        waiting=waiting,
        undo_key=undo_key or (held.key if held and held.turn == turn and held.part == 1 else None),
        held=held.failure.user_message if held and held.failure else "",
        drafts=count.drafts,
        unknown=count.unknown,
        is_taken_back=count.is_any or not _was_last_kept_out(tx, conversation),
        is_below=not count.is_any and not tx.messages.has_withdrawn(conversation.id, turn),
    )


def _was_last_kept_out(tx: Transaction, conversation: Conversation) -> bool:
    newest = tx.messages.newest(conversation.id)
    return newest is not None and was_kept_out(newest)


_WHILE = {
    NoticeKind.FAILED: DeliveryStatus.FAILED,
    NoticeKind.CHECKING: DeliveryStatus.UNKNOWN,
    NoticeKind.ASK: DeliveryStatus.DRAFT,
}
"""Lines that matter only as long as the text has this status."""


_CERTAINLY_HERE = frozenset(
    {DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.DRAFT, DeliveryStatus.CANCELLED}
)
"""Statuses in which a text whose outcome was unknown has certainly not left."""


def is_outdated(tx: Transaction, entry: OutboxEntry) -> bool:
    """Tell whether a line that was just posted is outdated: it could not be refreshed while in flight."""
    line = entry.line
    if not isinstance(line, subjects.Notice) or line.kind not in _WHILE or entry.message_id is None:
        return False
    return tx.messages.get(entry.message_id).status is not _WHILE[line.kind]


def _notice(tx: Transaction, topic: NoticeKind, message: Message, *, is_shown: bool) -> Notice | None:
    if topic is NoticeKind.TAKEN_BACK and _is_said_taken_back(tx, message):
        return None
    is_current = _WHILE.get(topic, message.status) is message.status
    if not is_current and not is_shown:
        return None
    if topic is NoticeKind.CHECKING:
        return _checking(tx, message)
    if topic in (NoticeKind.EDITED_LATE, NoticeKind.DELETED_LATE) and not message.changed_late:
        return _about(tx, NoticeKind.IN_TIME, message)
    if topic in (NoticeKind.PICTURE_NOT_SHOWN, NoticeKind.FILES_LINKED):
        return _about_files(tx, topic, message)
    return _about(tx, topic, message)


def _about_files(tx: Transaction, topic: NoticeKind, message: Message) -> Notice | None:
    if topic is NoticeKind.FILES_LINKED:
        return _linked(tx, message)
    return Notice(topic, message.key, missing=missing_attachments(tx, message))


def _linked(tx: Transaction, message: Message) -> Notice | None:
    """Return the line that names the files which links lead to; None where there are none any more."""
    shared = tx.shared_files.of(message.id)
    ended_by = next((one.ended_by for one in shared if one.ended_by is not None), None)
    names = tuple(one.file.name or "file" for one in shared)
    return Notice(NoticeKind.FILES_LINKED, message.key, files=names, decided_by=ended_by) if shared else None


def _is_said_taken_back(tx: Transaction, message: Message) -> bool:
    """Tell whether the line of receipts of a withdrawn reply stands, and speaks of nothing else."""
    line = tx.shown_lines.get(message.conversation_id, subjects.Receipts(message.turn))
    return line is not None and not tx.messages.has_replies(message.conversation_id, message.turn)


def _checking(tx: Transaction, message: Message) -> Notice | None:
    """Return the line that follows an unknown outcome to its end."""
    if message.status is DeliveryStatus.UNKNOWN:
        return _about(tx, NoticeKind.UNDECIDED if message.failure else NoticeKind.CHECKING, message)
    if message.status in _CERTAINLY_HERE:
        return _about(tx, NoticeKind.FOUND_NOT_SENT, message)
    if message.status is DeliveryStatus.FAILED and not message.decided_by:
        return _about(tx, NoticeKind.FAILED, message)
    return _about(tx, NoticeKind.FOUND_SENT, message)


def _about(tx: Transaction, topic: NoticeKind, message: Message) -> Notice:
    conversation = tx.conversations.get(message.conversation_id)
    is_stopped = conversation.is_opted_out
    return Notice(
        topic=topic,
        message_key=message.key,
        text=message.body or written_out(message.pieces, {}),
        failure=message.failure,
        author=message.author,
        decided_by=message.decided_by,
        is_sent_again=message.replaced_by is not None,
        at=from_micros(message.status_at) if message.status_at else None,
        has_correction=message.changed_late and bool(message.pieces),
        approval_reasons=current_reasons(message.approval_reasons, is_stopped=is_stopped),
        is_waiting=message.status is DeliveryStatus.DRAFT,
        is_cancelled=message.status is DeliveryStatus.CANCELLED,
        approved_by=message.approved_by,
        files=tuple(file.name or "file" for file in message.files),
        version=message.version,
        is_unwanted=message.is_unwanted,
        unnamed=_unnamed(message),
        is_stopped=is_stopped,
        name=conversation.name,
        policy=tx.roles.policy() if topic is NoticeKind.OUTSIDE else Policy(),
        refusal=tx.limits.refusal(conversation.account, conversation.contact),
        is_window_shut=is_shut(conversation.free_text_until, tx.now),
        provider=profile_of(tx, conversation.account),
    )
