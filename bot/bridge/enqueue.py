"""Enqueueing: outbox entries for a text, its reaction, its line of receipts, and lines of its own.

Reactions and lines are enqueued by subject, and their content is computed when they leave (thread_content.py). So a
newer report replaces a pending one, and nothing outdated is shown.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.bridge.provider_rules import send_limit_of
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import FailureScope, Retryable
from bot.domain.ids import ConversationId, PostKey
from bot.domain.message import Failure, Message
from bot.domain.outbox import (
    EDIT_LIMIT,
    PREPARE_LIMIT,
    REACTION_LIMIT,
    EntryKind,
    EntryState,
    Lane,
    NewEntry,
    lane_of,
    post_limit,
)
from bot.domain.retry_policy import BEFORE_WORDS_S
from bot.domain.subjects import HEADER, Command, Left, Line, Notice, Reaction, Receipts, former_thread
from bot.domain.thread_notes import NoticeKind
from bot.domain.timestamps import add_seconds
from bot.ports.storage import Transaction

_OFFERED = {
    DeliveryStatus.DRAFT: NoticeKind.ASK,
    DeliveryStatus.FAILED: NoticeKind.FAILED,
    DeliveryStatus.UNKNOWN: NoticeKind.CHECKING,
}
"""The line that offers to send a text, by its status."""


def begin_turn(tx: Transaction, conversation: Conversation) -> Conversation:
    """Begin a new turn, with a line of receipts of its own, where the present one has replies to speak of."""
    if not tx.messages.has_replies(conversation.id, conversation.turn):
        return conversation
    begun = replace(conversation, turn=conversation.turn + 1)
    tx.conversations.save(begun)
    return begun


def end_turn(tx: Transaction, conversation_id: ConversationId, subject: Line) -> None:
    """End the turn whose line of receipts stands or is in flight: later replies would stand below it."""
    conversation = tx.conversations.get(conversation_id)
    if subject == Receipts(conversation.turn):
        tx.conversations.save(replace(conversation, turn=conversation.turn + 1))


def reaction_on(message: Message) -> Reaction:
    """Name the reaction on the message in Slack that shows a text."""
    assert message.channel is not None
    assert message.ts is not None
    return Reaction(message.channel, message.ts)


def enqueue_reaction(tx: Transaction, message: Message, *, delay_s: float = 0) -> None:
    """Enqueue the reaction that shows the status of a reply, once Slack has its message."""
    if message.channel is None or message.ts is None:
        return
    subject = reaction_on(message)
    waiting = tx.outbox.pending(lane_of(message.conversation_id, Lane.REACTION), EntryKind.REACTION, subject)
    if waiting is not None:
        if delay_s > 0:
            return
        if waiting.attempts:  # an answer was lost: the next try removes whatever may be there
            tx.outbox.retry_at(waiting, tx.now)
            return
        tx.outbox.cancel(waiting)
    due_at = add_seconds(tx.now, delay_s)
    tx.outbox.add(
        NewEntry(
            message.conversation_id,
            Lane.REACTION,
            EntryKind.REACTION,
            REACTION_LIMIT,
            message_id=message.id,
            subject=subject,
            sort_key=due_at,
            due_at=due_at,
        )
    )


def enqueue_line(
    tx: Transaction,
    conversation_id: ConversationId,
    subject: Line,
    *,
    message_id: int | None = None,
    delay_s: float = 0,
) -> None:
    """Enqueue a line: posted where it is not shown yet, edited where it is."""
    lane = Lane.HEADER if subject == HEADER else Lane.ABOUT
    waiting = tx.outbox.pending(lane_of(conversation_id, lane), EntryKind.LINE, subject)
    due_at = add_seconds(tx.now, delay_s)
    if waiting is not None:
        if delay_s > 0 and (waiting.attempts or waiting.error or waiting.sort_key <= due_at):
            return
        tx.outbox.cancel(waiting)  # its delay is over
    shown, own = tx.shown_lines.get(conversation_id, subject), former_thread(subject)
    is_there = subject == HEADER or isinstance(subject, Left) or (shown is not None and shown.ts is not None)
    limit_key = EDIT_LIMIT if is_there else post_limit((own or tx.conversations.get(conversation_id)).channel)
    tx.outbox.add(
        NewEntry(
            conversation_id,
            lane,
            EntryKind.LINE,
            limit_key,
            message_id=message_id,
            subject=subject,
            sort_key=due_at,
            due_at=due_at,
        )
    )


def is_standing(tx: Transaction, conversation_id: ConversationId, subject: Line) -> bool:
    """Tell whether a line stands in the thread, or its post is in flight."""
    if tx.shown_lines.get(conversation_id, subject) is not None:
        return True
    lane = lane_of(conversation_id, Lane.ABOUT)
    return any(entry.subject == subject and entry.state is not EntryState.PENDING for entry in tx.outbox.open_in(lane))


def enqueue_notice(tx: Transaction, message: Message, topic: NoticeKind, *, delay_s: float = 0) -> None:
    """Enqueue a line of its own about a text."""
    enqueue_line(tx, message.conversation_id, Notice(topic, message.key), message_id=message.id, delay_s=delay_s)


def enqueue_prepare(tx: Transaction, message: Message, *, undo_window_s: float) -> None:
    """Enqueue the preparation of a reply as phone text, once the undo window has passed."""
    call, due_at = (
        (message.conversation_id, Lane.OUT, EntryKind.PREPARE, PREPARE_LIMIT),
        add_seconds(tx.now, undo_window_s),
    )
    tx.outbox.add(NewEntry(*call, message_id=message.id, sort_key=message.sort_key, due_at=due_at))


def enqueue_send(tx: Transaction, message: Message) -> None:
    """Enqueue the send of one text that is ready for the phone."""
    limit_key = send_limit_of(tx, tx.conversations.get(message.conversation_id).account)
    call, key = (message.conversation_id, Lane.OUT, EntryKind.SEND, limit_key), PostKey(message.key)
    tx.outbox.add(NewEntry(*call, message_id=message.id, sort_key=message.sort_key, key=key))


def hold_back(tx: Transaction, message: Message, why: Retryable) -> None:
    """Record what keeps a text from leaving; the lines of receipts say so, unless it leaves soon."""
    needs_person = why.scope is FailureScope.DESTINATION
    tx.messages.save(replace(message, failure=Failure(why.code, why.user_message, allows_manual_retry=False)))
    if message.failure is None:  # else a line says so, or is about to
        for turn in {message.turn, *tx.messages.waiting_turns(message.conversation_id)}:  # others wait behind it
            delay_s = 0 if needs_person else BEFORE_WORDS_S
            enqueue_line(tx, message.conversation_id, Receipts(turn), delay_s=delay_s)


def refresh_receipts(tx: Transaction, message: Message, *, delay_s: float = 0) -> None:
    """Refresh the line of receipts of a text, where it stands in the thread."""
    subject = Receipts(message.turn)
    if is_standing(tx, message.conversation_id, subject):
        enqueue_line(tx, message.conversation_id, subject, delay_s=delay_s)


def refresh_command(tx: Transaction, message: Message) -> None:
    """Refresh the post of a text sent by command, where it stands in the thread."""
    if tx.shown_lines.get(message.conversation_id, Command(message.key)) is not None:
        enqueue_line(tx, message.conversation_id, Command(message.key), message_id=message.id)


def refresh_offers(tx: Transaction, conversation_id: ConversationId) -> None:
    """Refresh every line that offers to send a text: whether the contact wants texts has changed."""
    for text in tx.messages.recent(conversation_id):
        if text.status in _OFFERED:
            refresh_lines(tx, text, (_OFFERED[text.status],))


def refresh_lines(tx: Transaction, message: Message, topics: Iterable[NoticeKind]) -> None:
    """Refresh the lines about a text that stand in the thread, or whose posts are in flight."""
    for topic in topics:
        if is_standing(tx, message.conversation_id, Notice(topic, message.key)):
            enqueue_notice(tx, message, topic)
