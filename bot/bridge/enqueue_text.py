"""Enqueueing a text for Slack, under a key that the text itself gives.

The same event can come again to a database that does not know it: the database was restored, or the backup holds the
event unprocessed. The entry then has the same key as before, and is looked up before it is made.
"""

from uuid import NAMESPACE_OID, uuid5

from bot.bridge.restore_gap import gap_of, look_up_first
from bot.domain.ids import MessageKey, PostKey
from bot.domain.message import Message
from bot.domain.outbox import EntryKind, Lane, NewEntry
from bot.domain.subject_codec import encode
from bot.domain.subjects import Attachment
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction


def key_of(event_id: str) -> MessageKey:
    """Return the key of the text that an event brings; the same each time that the event comes."""
    return MessageKey(uuid5(NAMESPACE_OID, event_id).hex)


def enqueue_text(
    tx: Transaction,
    message: Message,
    kind: EntryKind,
    limit_key: str,
    *,
    subject: Attachment | None = None,
    due_at: Micros | None = None,
) -> None:
    """Enqueue a post that shows a text, or one attachment of it."""
    key = PostKey(uuid5(NAMESPACE_OID, f"{message.key} {kind.value} {encode(subject)}").hex)
    place = message.conversation_id, Lane.IN, kind, limit_key
    entry = NewEntry(*place, message_id=message.id, subject=subject, sort_key=message.sort_key, due_at=due_at, key=key)
    tx.outbox.add(entry)
    gap = gap_of(tx)
    if gap is None or not gap.may_hold(Micros(message.sort_key)):
        return
    added = tx.outbox.by_key(key)
    assert added is not None
    look_up_first(tx, added)
