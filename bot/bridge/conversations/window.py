"""Window of a conversation: until when free text may go, what follows when it opens, and what is said before it shuts.

Units of work only. An entry of the outbox wakes us before a window shuts and again when it does; one at most waits for
each conversation, and finds out itself that the contact has written since. Conversations without a window have none.
"""

from dataclasses import replace

from bot.bridge.conversations.state import refresh_header, save_and_refresh
from bot.bridge.enqueue import enqueue_line, refresh_lines
from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Conversation, Stage
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ConversationId
from bot.domain.message import Message
from bot.domain.outbox import WINDOW_LIMIT, EntryKind, Lane, NewEntry, OutboxEntry, lane_of
from bot.domain.subjects import ClosingSoon
from bot.domain.thread_content import WindowFacts
from bot.domain.thread_notes import NoticeKind, WindowNote
from bot.domain.timestamps import Micros, add_seconds, from_micros
from bot.domain.window import SOON_S, after_look, is_open, is_shut
from bot.ports.storage import Transaction


def is_window_shut(tx: Transaction, message: Message) -> bool:
    """Tell whether a text may not leave now because free text is not taken; templates always are."""
    conversation = tx.conversations.get(message.conversation_id)
    return message.template is None and is_shut(conversation.free_text_until, tx.now)


def note_window(tx: Transaction, conversation_id: ConversationId, seen: Micros) -> None:
    """Note what the provider tells of a window that it was asked about."""
    before = tx.conversations.get(conversation_id)
    after = replace(before, free_text_until=after_look(before.free_text_until, seen, tx.now))
    if after == before:
        return
    save_and_refresh(tx, after)
    follow_window(tx, before, after)


def follow_window(tx: Transaction, before: Conversation, after: Conversation) -> None:
    """Do what follows from a changed window: the header and held replies show it, and its end is watched."""
    if before.free_text_until == after.free_text_until:
        return
    if is_shut(before.free_text_until, tx.now) is not is_shut(after.free_text_until, tx.now):
        _show(tx, after)
    if after.free_text_until is not None and is_open(after.free_text_until, tx.now):
        lane = lane_of(after.id, Lane.WINDOW)
        if not tx.outbox.open_in(lane):
            _wake(tx, after.id, add_seconds(after.free_text_until, -SOON_S))


def _show(tx: Transaction, conversation: Conversation) -> None:
    """Let the header and the lines about held replies show whether the window is open."""
    if conversation.thread_ts is not None:
        refresh_header(tx, conversation.id)
    for text in tx.messages.awaiting_decision(conversation.id):
        if text.status is DeliveryStatus.DRAFT and ApprovalReason.WINDOW in text.approval_reasons:
            refresh_lines(tx, text, (NoticeKind.ASK,))


def _wake(tx: Transaction, conversation_id: ConversationId, at: Micros) -> None:
    at = max(at, tx.now)
    tx.outbox.add(NewEntry(conversation_id, Lane.WINDOW, EntryKind.WINDOW, WINDOW_LIMIT, sort_key=at, due_at=at))


def watch_window(tx: Transaction, entry: OutboxEntry) -> None:
    """Say that a window is about to shut, or show that it has; where the contact has written since, wait on."""
    tx.outbox.complete(entry)
    conversation = tx.conversations.get(entry.conversation_id)
    until = conversation.free_text_until
    if until is None or conversation.is_erased:
        return
    if until <= tx.now:
        _show(tx, conversation)
        return
    soon_at = add_seconds(until, -SOON_S)
    if tx.now < soon_at:
        _wake(tx, conversation.id, soon_at)
        return
    if _matters(conversation):
        enqueue_line(tx, conversation.id, ClosingSoon(until))
    _wake(tx, conversation.id, until)


def _matters(conversation: Conversation) -> bool:
    """Tell whether somebody should know that free text to this contact is over soon."""
    is_left = conversation.stage is Stage.CLOSED or conversation.muted_by is not None or conversation.is_opted_out
    return conversation.assignee is not None and not is_left


def window_facts(conversation: Conversation, now: Micros) -> WindowFacts | None:
    """Return a window as people are told of it; None where there is no such rule, or nobody has told yet."""
    until = conversation.free_text_until
    if until is None:
        return None
    return WindowFacts(from_micros(until) if is_open(until, now) else None)


def window_note(conversation: Conversation, until: int, now: Micros, *, is_shown: bool) -> WindowNote | None:
    """Return the line that says that a window is about to shut; None where that has changed before it was said."""
    is_current = conversation.free_text_until == until and until > now and _matters(conversation)
    if conversation.assignee is None or not (is_shown or is_current):
        return None
    return WindowNote(conversation.assignee, from_micros(Micros(until)), conversation.name)
