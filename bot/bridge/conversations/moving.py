"""Moves: a conversation goes on in another channel, because somebody asked for it or its channel is gone.

A move stands first in the lane of the texts. It waits until no post of the conversation is in flight or unknown: what
was said in the old thread is known before the new one begins. Then every pending entry goes there, in order, under a
new header that links to the old thread. The old thread still leads to the conversation, so what is written in it is
texted, unless one of both is a channel of the conversation's own (places.py). No call is made here.

A channel is gone when Slack refuses a post for that reason. It is left only where routes or SLACK_CHANNEL name another.
A channel of its own that is archived is first unarchived.
"""

from collections.abc import Sequence

from bot.bridge.conversations.open import enqueue_header
from bot.bridge.conversations.places import goes_back_to, is_over_in, place_of, stands_in_own
from bot.bridge.conversations.waiting import watch_goal
from bot.bridge.enqueue import begin_turn, enqueue_line, enqueue_notice
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import FailureScope, Retryable
from bot.domain.ids import ChannelId, ConversationId, ThreadRef, UserId
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.outbox import (
    CHANNEL_LIMIT,
    MOVE_LIMIT,
    EntryKind,
    Lane,
    NewEntry,
    OutboxEntry,
    lane_of,
    post_limit,
)
from bot.domain.retry_policy import BLOCKED_RETRY_S, MOVED_WAIT_S, UNDER_WAY_WAIT_S
from bot.domain.shown import Shown
from bot.domain.subjects import HEADER, Archived, Here, Leaving, Left, Move, Notice, former_thread, is_about_move
from bot.domain.thread_content import GoesOn
from bot.domain.thread_notes import NoticeKind
from bot.domain.timestamps import add_seconds
from bot.ports.storage import Transaction

MOVED = "moved"
"""Action of the audit trail; its detail is the old channel and the new one."""

ARCHIVED = frozenset({"is_archived", "channel_is_archived"})
"""Slack's error codes for a channel that takes nothing any more."""

OUT_OF_REACH = frozenset({"channel_not_found", "invalid_channel", "not_in_channel"})
"""Slack's error codes for a channel that is deleted or that the bot was removed from; it may come back, or be renamed.
"""

BEFORE_ALL = -1
"""Order of a move: before a header, which would be posted into the old channel."""


MAX_FOLLOWERS = 200
"""Conversations that follow the first one out of a channel at once; more follow with the next refusal."""


# --- asking for a move


def ask_to_move(tx: Transaction, conversation_id: ConversationId, channel: ChannelId, user: UserId) -> bool:
    """Enqueue a move to another channel; False where the conversation is there already."""
    conversation, own = tx.conversations.get(conversation_id), tx.own_channels.at(channel)
    if conversation.channel == channel or (own is not None and own.conversation_id != conversation_id):
        return False
    audit_id = tx.audit.add(user, MOVED, conversation_id, f"{conversation.channel} {channel}")
    for entry in tx.outbox.pending_moves(lane_of(conversation_id, Lane.IN)):
        tx.outbox.cancel(entry)  # the newest request counts
    tx.own_channels.forget_leaving(conversation_id)
    go_to(tx, conversation_id, Move(channel, audit_id))
    return True


def go_to(tx: Transaction, conversation_id: ConversationId, to: Move) -> None:
    """Enqueue a move, unless one is pending."""
    if not tx.outbox.pending_moves(lane_of(conversation_id, Lane.IN)):
        tx.outbox.add(NewEntry(conversation_id, Lane.IN, EntryKind.MOVE, MOVE_LIMIT, subject=to, sort_key=BEFORE_ALL))


# --- making the move


def move(tx: Transaction, entry: OutboxEntry) -> None:
    """Move a conversation once nothing of it is in flight or unknown."""
    conversation_id = entry.conversation_id
    if _is_busy(tx, conversation_id):
        tx.outbox.retry_at(entry, add_seconds(tx.now, UNDER_WAY_WAIT_S))
        return
    tx.outbox.complete(entry)
    to = entry.subject
    assert isinstance(to, Move)
    before = tx.conversations.get(conversation_id)
    if before.channel == to.channel:
        return
    begin_turn(tx, before)  # replies from here on have their line of receipts in the new thread
    tx.conversations.move(conversation_id, to.channel)
    watch_goal(tx, tx.conversations.get(conversation_id))
    enqueue_header(tx, tx.conversations.get(conversation_id))
    if to.audit_id is not None:
        _say(tx, before, to.audit_id)
    for message in tx.messages.awaiting_decision(conversation_id):
        topic = NoticeKind.ASK if message.status is DeliveryStatus.DRAFT else NoticeKind.CHECKING
        tx.shown_lines.set(conversation_id, Notice(topic, message.key), Shown(None, None))
        enqueue_notice(tx, message, topic)


def _is_busy(tx: Transaction, conversation_id: ConversationId) -> bool:
    return any(tx.outbox.is_busy(lane_of(conversation_id, lane)) for lane in (Lane.IN, Lane.ABOUT, Lane.HEADER))


def _say(tx: Transaction, before: Conversation, audit_id: int) -> None:
    """Enqueue lines in both threads: who moved the conversation, and where it goes on."""
    enqueue_line(tx, before.id, Here(audit_id))
    if before.thread_ts is not None:
        enqueue_line(tx, before.id, Left(before.channel, before.thread_ts))
        enqueue_line(tx, before.id, Leaving(before.channel, before.thread_ts, audit_id))


def goes_on(tx: Transaction, conversation: Conversation, left: ThreadRef, audit_id: int | None = None) -> GoesOn:
    """Return where the conversation of a thread that was left goes on, and who moved it."""
    actor = None if audit_id is None else tx.audit.get(audit_id).actor
    return GoesOn(place_of(tx, conversation), actor or None, is_over=is_over_in(tx, conversation, left.channel))


# --- a channel that is gone


def goes_elsewhere(tx: Transaction, entries: Sequence[OutboxEntry], channel: ChannelId, failure: Retryable) -> bool:
    """Decide entries that a channel did not take, where they need not wait for it; False where they do."""
    if failure.scope is not FailureScope.DESTINATION:
        return False
    first = entries[0]
    conversation = tx.conversations.get(first.conversation_id)
    if former_thread(first.subject) is not None:
        tx.outbox.dead_letter(first, failure.code)  # nobody can be told any more in a thread that was left
        return True
    if channel != conversation.channel:
        return _say_here(tx, first, channel, failure)
    if failure.code in ARCHIVED and stands_in_own(tx, conversation):
        _unarchive(tx, entries, failure)
        return True
    if not _is_gone(first, failure) or not _leaves(tx, conversation.id, is_worth=_is_worth_a_thread(first)):
        return False
    for entry in entries:
        _go_along(tx, entry, failure)
    for lane in tx.outbox.due_lanes(post_limit(channel), MAX_FOLLOWERS):
        for entry in tx.outbox.claimable(lane, 1):
            _leaves(tx, entry.conversation_id, is_worth=_is_worth_a_thread(entry))
    return True


def _unarchive(tx: Transaction, entries: Sequence[OutboxEntry], failure: Retryable) -> None:
    """Enqueue the unarchiving of a channel of its own before what is to be shown there; a line is not worth that."""
    conversation = tx.conversations.get(entries[0].conversation_id)
    lane = lane_of(conversation.id, Lane.IN)
    is_coming = tx.outbox.pending_moves(lane) or any(
        entry.kind is EntryKind.UNARCHIVE for entry in tx.outbox.open_in(lane)
    )
    if _is_worth_a_thread(entries[0]) and not is_coming:
        call = conversation.id, Lane.IN, EntryKind.UNARCHIVE, CHANNEL_LIMIT
        tx.outbox.add(NewEntry(*call, subject=Archived(conversation.channel), sort_key=BEFORE_ALL))
    for entry in entries:
        _go_along(tx, entry, failure)


def _is_gone(entry: OutboxEntry, failure: Retryable) -> bool:
    """Tell whether a channel is gone: one out of reach only where the same entry was refused for it before."""
    return failure.code in ARCHIVED or (failure.code in OUT_OF_REACH and entry.error == failure.code)


def _is_worth_a_thread(entry: OutboxEntry) -> bool:
    """Tell whether an entry opens a new thread: not a header's edit, nor a line about no text."""
    is_line = entry.kind is EntryKind.LINE and entry.message_id is None
    return not is_line or is_about_move(entry.subject)


def _leaves(tx: Transaction, conversation_id: ConversationId, *, is_worth: bool) -> bool:
    """Enqueue a move to where the conversation would open today; False where it is there already."""
    conversation = tx.conversations.get(conversation_id)
    channel = goes_back_to(tx, conversation)
    if channel == conversation.channel:
        return False
    if is_worth:
        go_to(tx, conversation_id, Move(channel))
    return True


def _go_along(tx: Transaction, entry: OutboxEntry, failure: Retryable) -> None:
    """Retry an entry in the new thread; while the move waits, the old channel is not tried over and over."""
    if not _is_worth_a_thread(entry):
        tx.outbox.dead_letter(entry, failure.code)
        return
    tx.outbox.retry_at(entry, tx.now, error=failure.code)
    if entry.lane != lane_of(
        entry.conversation_id, Lane.IN
    ):  # in a lane of its own, which does not wait behind the move
        wait_s = BLOCKED_RETRY_S if _is_busy(tx, entry.conversation_id) else MOVED_WAIT_S
        tx.outbox.retry_at(entry, add_seconds(tx.now, wait_s), error=failure.code)
    _note_try(tx, entry, failure)


def _say_here(tx: Transaction, entry: OutboxEntry, channel: ChannelId, failure: Retryable) -> bool:
    """Post a line anew whose post stands in a channel that the conversation has left, and cannot be edited there."""
    if entry.kind is not EntryKind.LINE or entry.line == HEADER:
        return False
    shown = tx.shown_lines.get(entry.conversation_id, entry.line)
    if shown is None or shown.channel != channel:
        return False
    tx.shown_lines.set(entry.conversation_id, entry.line, Shown(None, None))
    tx.outbox.change_limit(entry, post_limit(tx.conversations.get(entry.conversation_id).channel))
    tx.outbox.retry_at(entry, tx.now, error=failure.code)
    _note_try(tx, entry, failure)
    return True


def _note_try(tx: Transaction, entry: OutboxEntry, failure: Retryable) -> None:
    """Refund the attempt: a refusal that is the channel's fault does not count."""
    tx.outbox.refund_attempt(entry)
    key = tx.messages.get(entry.message_id).key if entry.message_id is not None else None
    tx.emit(MessageEvent(MessageEventKind.RETRY, key, detail=entry.kind.value, why=failure.code))
