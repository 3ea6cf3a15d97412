"""Withdrawal: a reply that has not left is taken back, whole, with all its parts.

Holds what may still be taken back. What has left, or may have, stays.
"""

from dataclasses import replace

from bot.bridge.messages.allowance import note_withdrawn
from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Message
from bot.domain.outbox import EntryKind, EntryState, Lane, OutboxEntry, lane_of
from bot.ports.storage import Transaction


def is_unsent(tx: Transaction, parts: list[Message]) -> bool:
    """Tell whether certainly no part has left: no send is in flight, unknown or done."""
    if any(part.status not in (DeliveryStatus.QUEUED, DeliveryStatus.DRAFT) for part in parts):
        return False
    return all(entry.state is EntryState.PENDING for entry in _calls_for(tx, parts) if entry.kind is EntryKind.SEND)


def parts_of(tx: Transaction, message: Message) -> list[Message]:
    """List the parts of a reply in order, as far as they wait or stand in Slack.

    Of a text by command only the first part stands there, and none before it is shown.
    """
    at = tx.messages.at(message.channel, message.ts) if message.channel and message.ts else []
    waiting = (entry.message_id for entry in tx.outbox.open_in(lane_of(message.conversation_id, Lane.OUT)))
    texts = (tx.messages.get(text) for text in waiting if text is not None)
    parts = {one.id: one for one in (*(at or [message]), *(text for text in texts if is_of_one(text, message)))}
    return sorted(parts.values(), key=lambda one: one.part)


def is_of_one(text: Message, other: Message) -> bool:
    """Tell whether two texts are parts of one reply."""
    return (text.sort_key, text.created_at, text.author) == (other.sort_key, other.created_at, other.author)


def withdraw(tx: Transaction, parts: list[Message]) -> Message:
    """Cancel the pending sends of all parts and return the first part, which stands for the reply.

    A preparation in flight stays: it looks at the reply again when it ends.
    """
    calls = [entry for entry in _calls_for(tx, parts) if entry.state is EntryState.PENDING]
    for entry in calls:
        if entry.kind in (EntryKind.PREPARE, EntryKind.SEND):
            tx.outbox.cancel(entry)
    if parts[0].pieces:  # its words are prepared anew before they leave, and count then
        note_withdrawn(tx, parts[0].author, len([entry for entry in calls if entry.kind is EntryKind.SEND]))
    for part in parts[1:]:
        tx.messages.save(replace(part, status=DeliveryStatus.CANCELLED))
    return parts[0]


def _calls_for(tx: Transaction, parts: list[Message]) -> list[OutboxEntry]:
    return [entry for part in parts for entry in tx.outbox.of_message(part.id)]
