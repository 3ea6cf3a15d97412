"""Outbound replies: what people write in a thread, recorded by one unit of work each.

Nothing is sent from here. A reply enqueues a PREPARE, which waits out the undo window. The mode of its thread decides
what happens to it (reply_policy.py), approval.py whether it is held, author_changes.py what its author changes,
actions.py what its buttons do. Texts by command stand in send.py.
"""

from dataclasses import replace
from hashlib import sha256
from uuid import uuid4

from bot.bridge.conversations.places import conversation_of, is_over_in, is_own_channel
from bot.bridge.conversations.state import mode_of
from bot.bridge.enqueue import (
    enqueue_line,
    enqueue_notice,
    enqueue_prepare,
    enqueue_reaction,
    refresh_command,
    refresh_lines,
    refresh_receipts,
)
from bot.bridge.messages.restored import is_unread
from bot.bridge.parked_events import (
    REPLY,
    drop_edits,
    drop_parked_replies,
    park_reply,
    take_edit,
    take_replies,
    take_undo,
)
from bot.domain.conversation import Conversation
from bot.domain.dedup import DedupScope
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, MessageKey, MessageTs, ThreadRef, UserId, micros
from bot.domain.message import Direction, Failure, Message
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.phone import can_be_texted
from bot.domain.pieces import Piece
from bot.domain.reply_policy import ReplyDecision, decide_reply
from bot.domain.retry_policy import BEFORE_WORDS_S
from bot.domain.roles import REFUSALS, Reason
from bot.domain.subjects import Command, Elsewhere, Receipts
from bot.domain.thread_events import Edit, Reply
from bot.domain.thread_notes import NoticeKind
from bot.domain.timestamps import add_seconds, believed
from bot.ports.storage import Transaction

QUICK_S = 1.0
"""Time within which a text without an undo window mostly leaves; before that it needs no reaction."""

OFFERED_S = 2.0
"""Shortest undo window that is worth a line: a shorter one is over before anybody has read it."""

CLOCKS_APART_S = 300.0
"""How far our clock and Slack's may be apart."""


def record_reply(tx: Transaction, reply: Reply) -> bool:
    """Record what a person wrote in a thread or in a contact's own channel; False for a repeat, or none of ours."""
    is_own = is_own_channel(tx, reply.channel)
    if not is_own and reply.thread_ts is None:
        return False  # what people write in a channel that many share is theirs
    if not _is_first_sight(tx, reply):
        return False
    if reply.is_note:
        drop_edits(tx, reply)
        return False  # seen, so that it stays internal, whatever an edit makes of it
    if is_deleted(tx, reply.channel, reply.ts):
        return False  # deleted before it came: Slack promises no order
    conversation = conversation_of(tx, reply.channel, reply.thread_ts)
    if conversation is None:
        if not is_own and may_become_ours(tx, ThreadRef(reply.channel, reply.thread_ts), reply):
            park_reply(tx, reply)
        return False
    accept_reply(tx, conversation, reply)
    return True


def may_become_ours(tx: Transaction, place: ThreadRef, event: Reply | Edit) -> bool:
    """Tell whether a thread that belongs to no conversation may turn out to be ours.

    What people write elsewhere is not stored, so not where Slack names somebody else as the author of its first
    message, nor where that is older than every header whose place we do not know.
    """
    assert place.thread_ts is not None
    if tx.conversations.has_thread(place.thread_ts):  # the thread is known in another channel
        return True
    if event.is_under_others:
        return False
    if event.is_under_ours and not _is_no_header(tx, place.channel, place.thread_ts):
        return True
    begun_by = add_seconds(micros(place.thread_ts), CLOCKS_APART_S)
    return tx.outbox.is_opening_thread(place.channel, begun_by) or is_unread(tx)


def _is_no_header(tx: Transaction, channel: ChannelId, ts: MessageTs) -> bool:
    """Tell whether a post of ours heads no conversation: the card of a wave, or a weekly summary."""
    return tx.waves.is_card(channel, ts) or tx.weekly.is_one(channel, ts)


def lead_to(tx: Transaction, conversation: Conversation, place: ThreadRef) -> None:
    """Let a thread lead to a conversation, and record what was written there before it was known."""
    assert place.thread_ts is not None
    tx.conversations.add_thread(conversation.id, place.thread_ts, place.channel)
    if is_own_channel(tx, place.channel):
        drop_parked_replies(tx, place)  # threads in there are for colleagues
        return
    for reply in take_replies(tx, place.channel, place.thread_ts):
        if not is_deleted(tx, reply.channel, reply.ts):
            accept_reply(tx, conversation, reply)


def is_deleted(tx: Transaction, channel: ChannelId, ts: MessageTs) -> bool:
    """Tell whether a message was deleted, as far as Slack has told us."""
    return tx.inbox.was_seen(DedupScope.SLACK_DELETION, f"{channel}:{ts}")


def _is_first_sight(tx: Transaction, reply: Reply) -> bool:
    """Tell whether a reply is new: one message may come under two event ids, one gesture under two ts.

    The text counts in the second key because equal client ids with different words cannot be one gesture. Only a hash
    of both is stored: the words may be for colleagues.
    """
    is_new = tx.inbox.first_seen(DedupScope.SLACK_MESSAGE, f"{reply.channel}:{reply.ts}")
    if is_new and reply.client_msg_id:
        gesture = f"{reply.client_msg_id}:{reply.channel}:{reply.thread_ts}:{reply.pieces!r}"
        hashed = sha256(gesture.encode(errors="replace")).hexdigest()
        is_new = tx.inbox.first_seen(DedupScope.SLACK_GESTURE, hashed)
    return is_new


def replay_parked_reply(tx: Transaction, channel: ChannelId) -> None:
    """Replay replies that came under a new id of their channel before we were told of it."""
    for subject in tx.inbox.parked_subjects(REPLY):
        place, _, ts = subject.partition(":")
        conversation = tx.conversations.at(channel, MessageTs(ts)) if place == channel else None
        if conversation is not None:
            lead_to(tx, conversation, ThreadRef(channel, MessageTs(ts)))


def accept_reply(tx: Transaction, conversation: Conversation, reply: Reply) -> Message:
    """Store a reply, and enqueue its preparation once the undo window has passed."""
    sort_key = believed(micros(reply.ts), tx.now)
    message = new_text(tx, conversation, author=reply.author, sort_key=sort_key)
    message = replace(message, channel=reply.channel, ts=reply.ts)
    edit, is_outside = take_edit(tx, reply), is_from_outside(tx, reply)
    if edit is None:
        decision = decision_in(
            tx, conversation, reply.pieces, is_note=False, is_outside=is_outside, channel=reply.channel
        )
        message = replace(message, has_files=reply.has_files, files=reply.files)
    else:
        decision = decision_in(
            tx, conversation, edit.pieces, is_note=edit.is_note, is_outside=is_outside, channel=reply.channel
        )
        message = with_edit(message, edit)
    if decision.stays:
        message = without_words(message)
    else:
        message = replace(message, pieces=decision.pieces, approval_reasons=decision.approval_reasons)
    message = tx.messages.add(message)
    tx.emit(MessageEvent(MessageEventKind.ACCEPTED, message.key, detail=Direction.OUTBOUND.value, why=reply.event_id))
    undone_by = take_undo(tx, reply.channel, reply.ts)
    if undone_by is not None:
        undo_reply(tx, message, undone_by)
        return message
    if decision.stays:
        keep_decided(tx, message, decision, reply)
        return message
    undo_window_s = 0 if decision.approval_reasons else tx.undo_window_s  # an approval leaves time enough
    enqueue_prepare(tx, message, undo_window_s=undo_window_s)
    enqueue_progress(tx, message, undo_window_s=undo_window_s)
    if reply.channel != conversation.channel:  # written in a thread that was left: the present one shows it, too
        delay_s = max(undo_window_s, QUICK_S)
        enqueue_line(tx, conversation.id, Command(message.key), message_id=message.id, delay_s=delay_s)
    return message


def enqueue_progress(tx: Transaction, message: Message, *, undo_window_s: float) -> None:
    """Enqueue the reaction of a pending reply, and its line where there is time to read it."""
    enqueue_reaction(tx, message, delay_s=0 if undo_window_s else QUICK_S)
    if undo_window_s >= OFFERED_S:
        enqueue_line(tx, message.conversation_id, Receipts(message.turn))
    elif tx.messages.held(message.conversation_id) is not None:
        enqueue_line(tx, message.conversation_id, Receipts(message.turn), delay_s=BEFORE_WORDS_S)


def decision_in(
    tx: Transaction,
    conversation: Conversation,
    pieces: tuple[Piece, ...],
    *,
    is_note: bool,
    is_outside: bool,
    channel: ChannelId,
) -> ReplyDecision:
    """Decide what happens to these words in a conversation, where they stand in this channel."""
    kept_for = NoticeKind.OUTSIDE if is_outside else why_unreachable(tx, conversation)
    decision = decide_reply(mode_of(tx, conversation), pieces, is_note=is_note, kept_for=kept_for)
    if decision.stays or not is_over_in(tx, conversation, channel):
        return decision
    return ReplyDecision(pieces, stays=True, is_astray=True)


def why_unreachable(tx: Transaction, conversation: Conversation) -> NoticeKind | None:
    """Name the line that says why a contact cannot be texted; None for whom can be."""
    if not can_be_texted(conversation.contact):
        return NoticeKind.NO_NUMBER
    refused = tx.limits.refusal(conversation.account, conversation.contact)
    return NoticeKind.UNREACHABLE if refused is not None else None


def is_from_outside(tx: Transaction, event: Reply | Edit) -> bool:
    """Tell whether a message was written by somebody who may not text; once known, it stays so.

    Who else may not is found out before a reply leaves: Slack has to be asked about its author (keep_out).
    """
    message = DedupScope.OUTSIDE, f"{event.channel}:{event.ts}"
    if tx.inbox.was_seen(*message):
        return True
    is_refused = bool(event.outside_team) and event.outside_team not in tx.roles.policy().partners
    return is_refused and tx.inbox.first_seen(*message)


def with_edit(message: Message, edit: Edit) -> Message:
    """Give a reply the files and the time of an edit; its words depend on the mode (reply_policy.py)."""
    return replace(message, files=edit.files, has_files=bool(edit.files), edited_at=micros(edit.edited_ts))


def without_words(message: Message) -> Message:
    """Leave out what a reply says: what colleagues write to each other is not stored."""
    return replace(message, body="", pieces=(), files=(), has_files=False)


def keep_decided(tx: Transaction, message: Message, decision: ReplyDecision, written: Reply | Edit) -> None:
    """Keep a reply internal as it was decided, and say where the conversation goes on, if that is why."""
    keep_internal(tx, message, decision.topic)
    if decision.is_astray:
        line = Elsewhere(written.channel, written.thread_ts or written.ts, written.ts)
        enqueue_line(tx, message.conversation_id, line)


def keep_internal(tx: Transaction, message: Message, topic: NoticeKind | None) -> None:
    """Keep a reply internal: it is for colleagues. Said where people may have meant it otherwise."""
    cancel(tx, without_words(message))
    is_said = topic is NoticeKind.OUTSIDE and not tx.inbox.first_seen(DedupScope.OUTSIDE, _told(message))
    if topic is not None and not is_said:
        enqueue_notice(tx, message, topic)


def forget_refusal(tx: Transaction, message: Message) -> None:
    """Forget that an author was told in a thread that they may not text: once they may, it would be news again."""
    tx.inbox.forget_one(DedupScope.OUTSIDE, _told(message))


def _told(message: Message) -> str:
    return f"{message.conversation_id}:{message.author}"


def keep_out(tx: Transaction, message: Message, reason: Reason) -> None:
    """Keep a reply internal for good, because its author may not text; an edit or a new role does not change it."""
    if message.channel is not None:
        tx.inbox.first_seen(DedupScope.OUTSIDE, f"{message.channel}:{message.ts}")
    failure = Failure(reason.value, "", allows_manual_retry=False)
    keep_internal(tx, replace(message, failure=failure), NoticeKind.OUTSIDE)


def was_kept_out(message: Message) -> bool:
    """Tell whether a reply was not texted because its author may not text: nobody took it back."""
    code = message.failure.code if message.failure else ""
    return message.status is DeliveryStatus.CANCELLED and code in REFUSALS


def cancel(tx: Transaction, message: Message) -> None:
    """Cancel a reply, and show that wherever something was shown about it."""
    tx.messages.save(replace(message, status=DeliveryStatus.CANCELLED))
    enqueue_reaction(tx, message)
    refresh_lines(tx, message, (NoticeKind.ASK,))
    refresh_command(tx, message)
    refresh_receipts(tx, message)


def undo_reply(tx: Transaction, message: Message, by: UserId) -> None:
    """Undo a reply and say so: in its line of receipts, unless that speaks of others as well."""
    was_asked_about = message.status is DeliveryStatus.DRAFT  # the line that asked says what became of it
    tx.audit.add(by, "took back", message.conversation_id)
    cancel(tx, replace(message, decided_by=by))
    if not was_asked_about:
        enqueue_notice(tx, message, NoticeKind.TAKEN_BACK)


def new_text(tx: Transaction, conversation: Conversation, *, author: UserId | None, sort_key: int) -> Message:
    """Return a new text of ours; it is not stored yet."""
    return Message(
        id=0,
        key=MessageKey(uuid4().hex),
        conversation_id=conversation.id,
        direction=Direction.OUTBOUND,
        turn=conversation.turn,
        body="",
        media=(),
        sort_key=sort_key,
        status=DeliveryStatus.QUEUED,
        author=author,
        created_at=tx.now,
    )
