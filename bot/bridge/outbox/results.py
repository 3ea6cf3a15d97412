"""Results: what a call returned, recorded in one unit of work.

What the other side did is recorded before anything else is attempted, so that a failure in Slack can never make us
forget that the provider took a text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from uuid import uuid4

from bot.bridge.attachments.fitted import keep_pictures
from bot.bridge.attachments.incoming import record_fetched, record_shown
from bot.bridge.attachments.shared import keep_shared, say_shared
from bot.bridge.conversations.archiving import record_unarchived
from bot.bridge.conversations.own_channel import record_furnished, record_made
from bot.bridge.conversations.window import note_window
from bot.bridge.enqueue import (
    enqueue_line,
    enqueue_notice,
    enqueue_prepare,
    enqueue_reaction,
    enqueue_send,
    hold_back,
    refresh_command,
    refresh_lines,
)
from bot.bridge.messages.allowance import note_departure
from bot.bridge.messages.approval import hold_for_approval
from bot.bridge.messages.awaiting_header import resume_after_header
from bot.bridge.messages.outbound import (
    cancel,
    forget_refusal,
    keep_internal,
    keep_out,
    lead_to,
    why_unreachable,
)
from bot.bridge.messages.receipts import apply_report, identified, replay_waiting_receipts
from bot.bridge.messages.restored import look_up_before_send, may_have_left
from bot.bridge.requests import Attempt, Call, FetchAttachments, ShowReaction, UnarchiveChannel, UploadAttachment
from bot.bridge.step_answers import mark_like
from bot.bridge.thread_content import is_outdated
from bot.domain.approval import ContactFacts, QuietHours
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import Retryable
from bot.domain.ids import ChannelId, MessageKey, MessageTs, ThreadRef, UserId
from bot.domain.media import Media
from bot.domain.message import Failure, Message
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.outbox import EntryKind, OutboxEntry
from bot.domain.pieces import Piece
from bot.domain.provider_messages import Accepted
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.roles import Reason
from bot.domain.shown import Shown
from bot.domain.subjects import Command
from bot.domain.thread_events import SlackFile
from bot.domain.thread_notes import NoticeKind
from bot.domain.timestamps import Micros
from bot.domain.window import is_sure
from bot.ports.storage import Transaction


@dataclass(frozen=True)
class Posted:
    """Result of a post: the header or a post is in Slack."""

    ts: MessageTs


@dataclass(frozen=True)
class Done:
    """Result of any other call: it succeeded and returned nothing to store."""


@dataclass(frozen=True)
class Prepared:
    """Result of a preparation: phone text of a reply, whole and in parts; no parts where nothing is left to send.

    `pieces` is what it was made from. `files` go along, made from those that were `given`, and
    `pictures` are those of them that are pictures, by their number. A `refusal` says why nothing
    may be sent, `not_allowed` why its author may not text. `hours` is the time of day at the contact's place, in each
    zone it may be in; `quiet` when nobody wants a text. `blocked_by` is what keeps every text from leaving just now, if
    anything does. `profile` is that of its provider, `window` until when that takes free text, where it was asked.
    """

    parts: tuple[str, ...]
    pieces: tuple[Piece, ...]
    given: tuple[SlackFile, ...] = ()
    files: tuple[SlackFile, ...] = ()
    pictures: Mapping[int, Media] = field(default_factory=dict)
    refusal: Failure | None = None
    not_allowed: Reason | None = None
    quiet: QuietHours | None = None
    hours: tuple[time, ...] = ()
    text: str = ""
    blocked_by: Retryable | None = None
    profile: ProviderProfile = UNKNOWN_PROVIDER
    window: Micros | None = None


@dataclass(frozen=True)
class ChannelMade:
    """Result of the making of a channel: its id, or None where others have its name."""

    channel: ChannelId | None


@dataclass(frozen=True)
class Furnished:
    """Result of letting people into a channel: who could not be let in, with Slack's codes."""

    left_out: tuple[tuple[UserId, str], ...]


Result = Posted | Done | Prepared | Accepted | ChannelMade | Furnished


def record_result(tx: Transaction, attempt: Attempt, result: Result) -> None:
    """Record a call that succeeded; Slack's echo of a post may have said so before."""
    if attempt.held_queue:
        tx.outbox.release_channel(attempt.held_queue)
    entry, open_ones = attempt.entries[0], still_under_way(tx, attempt)
    for open_entry in open_ones:
        tx.outbox.complete(open_entry)
    match result:
        case Posted():
            for open_entry in open_ones:
                record_posted(tx, open_entry, result.ts)
            if entry.kind is EntryKind.OPEN_THREAD:
                _record_opened(tx, entry, result)
        case Done():
            _record_changed(tx, entry, attempt.call)
        case Prepared() if open_ones:  # else another bot has taken it over, and prepares it itself
            _record_prepared(tx, entry, result)
        case ChannelMade() | Furnished() if open_ones:
            _record_channel(tx, entry, result)
        case Accepted():
            record_accepted(tx, entry, result)


def _record_channel(tx: Transaction, entry: OutboxEntry, result: ChannelMade | Furnished) -> None:
    if isinstance(result, ChannelMade):
        record_made(tx, entry, result.channel)
    else:
        record_furnished(tx, entry, result.left_out)


def still_under_way(tx: Transaction, attempt: Attempt) -> list[OutboxEntry]:
    """List the entries of an attempt that are still ours: an echo completes some, another bot takes them over.

    None is where we have lost our seat since: what we may have claimed anew of them is another attempt.
    """
    if attempt.seat != tx.seat:
        return []
    found = (tx.outbox.own_call(entry.key) for entry in attempt.entries)
    return [entry for entry in found if entry is not None]


def _record_opened(tx: Transaction, entry: OutboxEntry, result: Posted) -> None:
    """Let both headers lead to the conversation, where an echo told of another one made for the same call."""
    conversation = tx.conversations.get(entry.conversation_id)
    if conversation.thread_ts not in (None, result.ts):
        lead_to(tx, conversation, ThreadRef(conversation.channel, result.ts))


def _record_changed(tx: Transaction, entry: OutboxEntry, call: Call) -> None:
    match call:
        case ShowReaction():
            assert entry.subject is not None
            tx.shown_lines.set(entry.conversation_id, entry.subject, Shown(call.ts, call.show))
        case FetchAttachments():
            record_fetched(tx, entry)
        case UploadAttachment():
            record_shown(tx, entry)
        case UnarchiveChannel():
            record_unarchived(tx, entry)


def record_posted(tx: Transaction, entry: OutboxEntry, ts: MessageTs) -> None:
    """Record where a post of ours is."""
    conversation = tx.conversations.get(entry.conversation_id)
    if entry.kind is EntryKind.OPEN_THREAD:
        tx.conversations.set_thread(conversation.id, ts)
        resume_after_header(tx, conversation)
        lead_to(tx, conversation, ThreadRef(conversation.channel, ts))
        return
    if entry.kind is EntryKind.LINE:
        tx.shown_lines.set(conversation.id, entry.line, Shown(ts, None))
        if is_outdated(tx, entry):
            enqueue_line(tx, conversation.id, entry.line, message_id=entry.message_id)
        return
    if entry.kind is EntryKind.UPLOAD:
        record_shown(tx, entry)
        return
    assert entry.message_id is not None
    message = tx.messages.place(tx.messages.get(entry.message_id), conversation.channel, ts)
    seconds = (tx.now - message.created_at) / 1_000_000
    tx.emit(MessageEvent(MessageEventKind.SHOWN, message.key, detail=entry.kind.value, seconds=seconds))
    if entry.kind is EntryKind.POST_SENT:
        tx.shown_lines.set(conversation.id, Command(message.key), Shown(ts, None))
        enqueue_reaction(tx, message)
        if message.status in (DeliveryStatus.DRAFT, DeliveryStatus.CANCELLED):
            refresh_command(tx, message)


def _record_prepared(tx: Transaction, entry: OutboxEntry, result: Prepared) -> None:
    assert entry.message_id is not None
    message = tx.messages.get(entry.message_id)
    if message.status is not DeliveryStatus.QUEUED:
        return  # it was cancelled, a receipt proved that it left, or it is held
    if result.not_allowed is not None:
        keep_out(tx, message, result.not_allowed)
        return
    if (message.pieces, message.files) != (result.pieces, result.given):  # edited meanwhile: once more, as it is now
        enqueue_prepare(tx, message, undo_window_s=0)
        return
    if not result.parts:
        cancel(tx, replace(message, failure=result.refusal))
        enqueue_notice(tx, message, NoticeKind.FILES_REFUSED if result.refusal else NoticeKind.NOTHING_TO_SEND)
        return
    unreachable = why_unreachable(tx, tx.conversations.get(message.conversation_id))
    if unreachable is not None:  # since it was written, the settings have changed
        keep_internal(tx, message, unreachable)
        return
    known = tx.conversations.get(message.conversation_id).free_text_until
    if result.window is not None and not is_sure(known, tx.now):  # else the contact has written since that was asked
        note_window(tx, message.conversation_id, result.window)
    message = replace(message, files=result.files, failure=None)
    keep_pictures(tx, message, result.pictures)
    keep_shared(tx, message)
    forget_refusal(tx, message)
    facts = ContactFacts(quiet=result.quiet, hours=result.hours)
    if not hold_for_approval(tx, message, result.parts, result.text, facts, result.profile):
        _release(tx, message, result)


def _release(tx: Transaction, message: Message, result: Prepared) -> None:
    """Let the parts of a reply leave; the first one keeps the whole, signed and with its names, should it be held."""
    message = replace(message, pieces=(result.text,) if result.text else message.pieces)
    note_departure(tx, message.author, len(result.parts))
    say_shared(tx, message)
    refresh_lines(tx, message, (NoticeKind.ASK,))
    for number, body in enumerate(result.parts, start=1):
        part = _part(tx, message, number)
        tx.messages.save(replace(part, body=body))
        enqueue_send(tx, part)
        if number == 1 and result.blocked_by is not None:
            hold_back(tx, replace(part, body=body), result.blocked_by)
        if may_have_left(tx, message):
            look_up_before_send(tx, part)


def _part(tx: Transaction, message: Message, number: int) -> Message:
    if number == 1:
        return message
    part = replace(message, id=0, key=MessageKey(uuid4().hex), part=number, pieces=(), has_files=False, files=())
    part = tx.messages.add(part)
    mark_like(tx, part, message)
    return part


def record_accepted(tx: Transaction, entry: OutboxEntry, accepted: Accepted) -> None:
    """Record that the provider took a text, then replay receipts that came before its answer."""
    assert entry.message_id is not None
    message = identified(tx, tx.messages.get(entry.message_id), accepted.provider_id, accepted.legacy_id)
    apply_report(tx, message, accepted.status)
    replay_waiting_receipts(tx, message.conversation_id)
