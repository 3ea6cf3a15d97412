"""Receipts: reports of carriers about our texts, matched by key or id, never by words.

A receipt can come before the provider has answered the send. One without our key waits until the sends of its
conversation that are in flight have told us their ids. What then matches nothing was sent from outside Slack, and is
shown as such.
"""

import re
from dataclasses import replace

from bot.bridge.conversations.open import find_or_begin, find_or_open
from bot.bridge.conversations.state import note_outbound, save_and_refresh
from bot.bridge.enqueue import enqueue_line, enqueue_notice, enqueue_reaction, refresh_offers, refresh_receipts
from bot.bridge.enqueue_text import enqueue_text, key_of
from bot.bridge.erasure import was_erased
from bot.bridge.messages.scheduled import text_due, wave_author
from bot.bridge.parked_events import RECEIPT, park_receipt, take_receipts
from bot.bridge.step_answers import give_failure
from bot.domain.conversation import Conversation
from bot.domain.dedup import DedupScope
from bot.domain.delivery import DeliveryStatus, next_status
from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.message import Direction, Failure, Message, Receipt
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.outbox import EntryKind, EntryState, Lane, lane_of, post_limit
from bot.domain.retry_policy import CHECKING_S
from bot.domain.subjects import Receipts
from bot.domain.thread_notes import NoticeKind
from bot.domain.timestamps import believed, to_micros
from bot.ports.storage import Transaction

CONFIRMATION_S = 2.0
"""Delay of "sent": the carrier's confirmation mostly comes at once, and spares Slack an edit."""

_LETTER = re.compile(r"[0-9A-Za-z]")

ANSWERING = frozenset({DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ})
"""Statuses of a text that has certainly left."""


def record_receipt(tx: Transaction, receipt: Receipt, *, channel: ChannelId) -> bool:
    """Record one receipt; False where it is a repeat."""
    if not tx.inbox.first_seen(DedupScope.PROVIDER_EVENT, receipt.event_id):
        return False
    _apply(tx, receipt, channel)
    return True


def replay_waiting_receipts(tx: Transaction, conversation_id: ConversationId) -> None:
    """Replay receipts that matched nothing, now that a send has ended."""
    channel = tx.conversations.get(conversation_id).channel
    for receipt in take_receipts(tx, conversation_id):
        _apply(tx, receipt, channel)


def replay_parked_receipts(tx: Transaction) -> None:
    """Replay receipts after a start, where the sends they wait for are over."""
    for subject in tx.inbox.parked_subjects(RECEIPT):
        if not _is_sending(tx, ConversationId(int(subject))):
            replay_waiting_receipts(tx, ConversationId(int(subject)))


def enqueue_unknown_lines(tx: Transaction) -> None:
    """Enqueue lines about texts that a crash left unknown, unless they are found out at once."""
    for text in tx.messages.undecided():
        if text.status is DeliveryStatus.UNKNOWN and text.failure is None:
            enqueue_reaction(tx, text, delay_s=CHECKING_S)
            enqueue_notice(tx, text, NoticeKind.CHECKING, delay_s=CHECKING_S)


def _apply(tx: Transaction, receipt: Receipt, channel: ChannelId) -> None:
    message = _message_of(tx, receipt)
    if message is not None:
        apply_report(tx, message, receipt.status, receipt=receipt)
        if not _is_sending(tx, message.conversation_id):
            replay_waiting_receipts(tx, message.conversation_id)
        return
    is_foreign = receipt.key is not None and tx.messages.by_key(receipt.key) is None
    if is_foreign or was_erased(tx, receipt.provider_id, receipt.legacy_id):
        return  # its key is not in our database: a text of another installation, or one that was erased
    wave_by = wave_author(tx, receipt.text, to_micros(receipt.at))
    find = find_or_begin if wave_by else find_or_open
    conversation = find(tx, receipt.account, receipt.contact, channel)
    if _is_sending(tx, conversation.id):
        park_receipt(tx, conversation.id, receipt)
    else:
        _record_foreign(tx, conversation, receipt, wave_by)


def _message_of(tx: Transaction, receipt: Receipt) -> Message | None:
    """Find the text of a receipt: by the ids, which are signed, else by the key, which is not."""
    by_id = tx.messages.by_provider_id(receipt.provider_id, receipt.legacy_id)
    if by_id is not None and _is_between(tx, by_id, receipt):
        return by_id
    by_key = tx.messages.by_key(receipt.key) if receipt.key else None
    return by_key if by_key is not None and _may_have_key(tx, by_key, receipt) else None


def _is_between(tx: Transaction, message: Message, receipt: Receipt) -> bool:
    """Tell whether a text went between the two numbers of a receipt; both may be ours, then in either order."""
    conversation = tx.conversations.get(message.conversation_id)
    return {conversation.account, conversation.contact} == {receipt.account, receipt.contact}


def _may_have_key(tx: Transaction, message: Message, receipt: Receipt) -> bool:
    """Tell whether a key can be believed: the numbers fit, and no id that is known already says otherwise."""
    pairs = ((message.provider_id, receipt.provider_id), (message.legacy_id, receipt.legacy_id))
    is_other = any(known != told and _shape(known) == _shape(told) for known, told in pairs)
    return not is_other and message.direction is Direction.OUTBOUND and _is_between(tx, message, receipt)


def _shape(provider_id: str) -> str:
    """Write what an id looks like: of ids that do not look alike, none is documented to be the other."""
    return _LETTER.sub("x", provider_id)


def _is_sending(tx: Transaction, conversation_id: ConversationId) -> bool:
    lane = tx.outbox.open_in(lane_of(conversation_id, Lane.OUT))
    return any(entry.kind is EntryKind.SEND and entry.state is not EntryState.PENDING for entry in lane)


def apply_report(
    tx: Transaction,
    message: Message,
    status: DeliveryStatus,
    *,
    receipt: Receipt | None = None,
    failure: Failure | None = None,
) -> bool:
    """Apply a reported status to a text, and enqueue what the thread then shows; False where it is stale.

    A report about a text whose send is unknown also ends that send: it certainly left.
    """
    if receipt is not None:
        failure = receipt.failure
        message = identified(tx, message, receipt.provider_id, receipt.legacy_id)
    assert message.status is not None
    after = next_status(message.status, status)
    if after is None:
        return False
    at = believed(to_micros(receipt.at), tx.now) if receipt else tx.now
    tx.messages.save(replace(message, status=after, failure=failure, status_at=at))
    seconds = (tx.now - message.created_at) / 1_000_000
    tx.emit(
        MessageEvent(
            MessageEventKind.STATUS,
            message.key,
            detail=after.value,
            why=failure.code if failure else "",
            seconds=seconds,
        )
    )
    _note_opt_out(tx, message, failure)
    if after is DeliveryStatus.FAILED:
        give_failure(tx, replace(message, failure=failure))
    if receipt is not None:
        _end_send(tx, message)
    if not _is_out_of_sight(tx, message):
        if after in ANSWERING and message.status not in ANSWERING:
            note_outbound(tx, message)
        _enqueue_status(tx, message, before=message.status, after=after)
    return True


def _is_out_of_sight(tx: Transaction, message: Message) -> bool:
    """Tell whether a text stands in no thread and is not about to: one of a wave, until the contact answers."""
    if message.ts is not None or message.pieces or message.part > 1:
        return False
    return all(entry.kind is EntryKind.SEND for entry in tx.outbox.of_message(message.id))


def identified(tx: Transaction, message: Message, provider_id: str, legacy_id: str) -> Message:
    """Store the provider's ids of a text as they become known; an id once known stays."""
    message = replace(message, provider_id=message.provider_id or provider_id, legacy_id=message.legacy_id or legacy_id)
    tx.messages.save(message)
    return message


def _end_send(tx: Transaction, message: Message) -> None:
    """Complete what is pending or unknown about a text that certainly left; a call in flight ends by itself."""
    for entry in tx.outbox.of_message(message.id):
        if entry.kind is EntryKind.SEND and entry.state in (EntryState.UNKNOWN, EntryState.PENDING):
            tx.outbox.complete(entry)


def _enqueue_status(tx: Transaction, message: Message, *, before: DeliveryStatus, after: DeliveryStatus) -> None:
    enqueue_reaction(tx, message, delay_s=CONFIRMATION_S if after is DeliveryStatus.SENT else 0)
    if after is DeliveryStatus.FAILED:
        enqueue_notice(tx, message, NoticeKind.FAILED)
        if tx.shown_lines.get(message.conversation_id, Receipts(message.turn)):
            enqueue_line(tx, message.conversation_id, Receipts(message.turn))
    elif after in (DeliveryStatus.DELIVERED, DeliveryStatus.READ):
        enqueue_line(tx, message.conversation_id, Receipts(message.turn))
    elif after is DeliveryStatus.SENT:
        enqueue_line(tx, message.conversation_id, Receipts(message.turn), delay_s=CONFIRMATION_S)
    if before is DeliveryStatus.UNKNOWN or after is DeliveryStatus.UNKNOWN:
        enqueue_notice(tx, message, NoticeKind.CHECKING, delay_s=CHECKING_S if after is DeliveryStatus.UNKNOWN else 0)
    if after is DeliveryStatus.UNKNOWN:
        refresh_receipts(tx, message, delay_s=CHECKING_S)


def _record_foreign(tx: Transaction, conversation: Conversation, receipt: Receipt, wave_by: UserId | None) -> None:
    """Record a text to the contact that was sent from outside Slack, or scheduled from here.

    One of a wave is shown once the contact answers: thousands of posts would hold up everything else.
    """
    sort_key = believed(to_micros(receipt.at), tx.now)
    due = text_due(tx, conversation.id, receipt.text, sort_key)
    message = tx.messages.add(
        Message(
            id=0,
            key=key_of(receipt.event_id),
            conversation_id=conversation.id,
            direction=Direction.OUTBOUND,
            turn=conversation.turn,
            body=receipt.text,
            media=receipt.media,
            author=due.author if due else wave_by,
            sort_key=sort_key,
            status=receipt.status,
            provider_id=receipt.provider_id,
            legacy_id=receipt.legacy_id,
            failure=receipt.failure,
            created_at=tx.now,
            status_at=sort_key,
        )
    )
    if due is not None:
        tx.scheduled.match(due.id, message.id)
    tx.emit(MessageEvent(MessageEventKind.ACCEPTED, message.key, detail="elsewhere", why=receipt.event_id))
    _note_opt_out(tx, message, receipt.failure)
    if wave_by is not None and due is None:
        return
    note_outbound(tx, message)
    enqueue_text(tx, message, EntryKind.POST_SENT, post_limit(conversation.channel))
    _enqueue_status(tx, message, before=DeliveryStatus.SENDING, after=receipt.status)


def _note_opt_out(tx: Transaction, message: Message, failure: Failure | None) -> None:
    """Record an opt-out that the provider reports: the contact may have said STOP elsewhere."""
    if failure is not None and failure.is_opt_out:
        save_and_refresh(tx, replace(tx.conversations.get(message.conversation_id), is_opted_out=True))
        refresh_offers(tx, message.conversation_id)
