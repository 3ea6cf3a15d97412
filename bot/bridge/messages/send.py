"""Sending by command, form or template: the text is recorded, shown in its thread, and enqueued for the phone.

One unit of work each, deduplicated by Slack's trigger: a form that is submitted twice texts once. Replies stand in
outbound.py.
"""

from dataclasses import dataclass, replace

from bot.bridge.conversations.open import find_or_open
from bot.bridge.conversations.places import conversation_around
from bot.bridge.conversations.writing import end_form
from bot.bridge.enqueue import begin_turn, enqueue_prepare, enqueue_reaction
from bot.bridge.messages.outbound import QUICK_S, new_text
from bot.domain.approved_templates import FilledTemplate
from bot.domain.conversation import Conversation
from bot.domain.dedup import DedupScope
from bot.domain.ids import ChannelId, MessageKey, MessageTs, UserId
from bot.domain.message import Direction, Message
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.outbox import EntryKind, Lane, NewEntry, post_limit
from bot.domain.phone import E164
from bot.domain.pieces import Piece
from bot.domain.thread_events import SlackFile
from bot.ports.storage import Transaction


@dataclass(frozen=True)
class SendRequest:
    """A request to send, as an agent made it by `/volt`. `trigger_id` is Slack's, and good for one time.

    `key` is the text's own, where what asks for it gives one; `action` is what the audit trail calls it.
    """

    trigger_id: str
    account: E164
    contact: E164
    author: UserId
    key: MessageKey | None = None
    action: str = "sent by command"


@dataclass(frozen=True)
class ThreadMessage:
    """A message that a person wrote in a conversation's thread and that was not texted."""

    channel: ChannelId
    thread_ts: MessageTs
    ts: MessageTs
    author: UserId


def record_send(
    tx: Transaction,
    request: SendRequest,
    pieces: tuple[Piece, ...],
    *,
    channel: ChannelId,
    files: tuple[SlackFile, ...] = (),
    template: FilledTemplate | None = None,
) -> Message | None:
    """Record `/volt send`, a form or a workflow: shown in the thread, then sent; None where the same came before.

    With a `template` it is that template, and the pieces are what a phone will show.
    """
    if not tx.inbox.first_seen(DedupScope.SLACK_TRIGGER, request.trigger_id):
        return None
    conversation = find_or_open(tx, request.account, request.contact, channel)
    conversation = begin_turn(tx, conversation)  # a line about others may leave before the post that shows this
    message = new_text(tx, conversation, author=request.author, sort_key=int(tx.now))
    message = replace(message, pieces=pieces, files=files, has_files=bool(files), template=template)
    message = tx.messages.add(message if request.key is None else replace(message, key=request.key))
    tx.emit(MessageEvent(MessageEventKind.ACCEPTED, message.key, detail=Direction.OUTBOUND.value, why="command"))
    tx.audit.add(request.author, request.action, conversation.id)
    limit_key = post_limit(conversation.channel)
    tx.outbox.add(
        NewEntry(conversation.id, Lane.IN, EntryKind.POST_SENT, limit_key, message_id=message.id, sort_key=int(tx.now))
    )
    enqueue_prepare(tx, message, undo_window_s=0)
    return message


def record_send_as_text(
    tx: Transaction,
    request: SendRequest,
    pieces: tuple[Piece, ...],
    *,
    original: ThreadMessage,
    files: tuple[SlackFile, ...] = (),
) -> bool:
    """Send a message that stands in the thread already; False where it was texted before.

    The message stays its author's, whose edits count; the audit trail names the person who had it sent.
    """
    conversation = conversation_around(tx, original.channel, original.thread_ts)
    if conversation is None or tx.messages.at(original.channel, original.ts):
        return False
    if not tx.inbox.first_seen(DedupScope.SLACK_TRIGGER, request.trigger_id):
        return False
    # its event may still come: then it is a repeat
    tx.inbox.first_seen(DedupScope.SLACK_MESSAGE, f"{original.channel}:{original.ts}")
    message = new_text(tx, conversation, author=original.author, sort_key=int(tx.now))
    message = replace(message, pieces=pieces, channel=original.channel, ts=original.ts, edited_at=tx.now)
    message = tx.messages.add(replace(message, files=files, has_files=bool(files)))
    tx.audit.add(request.author, "sent as text", conversation.id)
    tx.emit(MessageEvent(MessageEventKind.ACCEPTED, message.key, detail=Direction.OUTBOUND.value, why="command"))
    enqueue_prepare(tx, message, undo_window_s=0)
    enqueue_reaction(tx, message, delay_s=QUICK_S)
    return True


def record_open(tx: Transaction, request: SendRequest, *, channel: ChannelId) -> Conversation | None:
    """Record `/volt open`: the conversation has or gets a thread; None where the same request came before."""
    if not tx.inbox.first_seen(DedupScope.SLACK_TRIGGER, request.trigger_id):
        return None
    return find_or_open(tx, request.account, request.contact, channel)


def open_or_find(tx: Transaction, request: SendRequest, *, channel: ChannelId) -> Conversation | None:
    """Open the thread of a conversation; where the same request came before, return the conversation."""
    return record_open(tx, request, channel=channel) or tx.conversations.find(request.account, request.contact)


@dataclass(frozen=True)
class AcceptedText:
    """Accepted text: the conversation as it was then, and the text; no text where the same came before."""

    conversation: Conversation
    key: MessageKey | None


def accept_text(
    tx: Transaction,
    request: SendRequest,
    pieces: tuple[Piece, ...],
    *,
    channel: ChannelId,
    files: tuple[SlackFile, ...] = (),
    template: FilledTemplate | None = None,
) -> AcceptedText:
    """Accept a text, once for each request."""
    text = record_send(tx, request, pieces, channel=channel, files=files, template=template)
    end_form(tx, request.author, request.trigger_id)
    conversation = tx.conversations.find(request.account, request.contact)
    assert conversation is not None  # the request opened it, now or before
    return AcceptedText(conversation, text.key if text else None)


def accept_message(
    tx: Transaction, request: SendRequest, pieces: tuple[Piece, ...], at: ThreadMessage, files: tuple[SlackFile, ...]
) -> AcceptedText | None:
    """Accept a message that stands in the thread of its contact; None where it was texted before."""
    if not record_send_as_text(tx, request, pieces, original=at, files=files):
        return None
    end_form(tx, request.author, request.trigger_id)
    (text, *_) = tx.messages.at(at.channel, at.ts)
    return AcceptedText(tx.conversations.get(text.conversation_id), text.key)
