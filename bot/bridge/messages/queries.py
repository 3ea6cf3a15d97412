"""Queries: what handlers read about texts, each in a unit of work that writes nothing."""

import re
from dataclasses import dataclass

from bot.bridge.messages.outbound import is_deleted
from bot.bridge.step_answers import is_by_workflow
from bot.domain.conversation import Conversation
from bot.domain.errors import RowNotFound
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs
from bot.domain.message import Message
from bot.domain.outbox import EntryKind, EntryState, OutboxEntry
from bot.domain.phone import E164
from bot.domain.provider_records import TextRecord
from bot.ports.storage import Transaction

_OUR_KEY = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class LocalText:
    """A text that is stored here, and its conversation. `is_by_workflow`: its author did not write it."""

    text: Message | None = None
    conversation: Conversation | None = None
    is_by_workflow: bool = False


def text_by_id(tx: Transaction, text_id: str) -> LocalText:
    """Find a text by the provider's id, by the carrier's, or by our own key."""
    is_key = _OUR_KEY.fullmatch(text_id.lower())
    found = tx.messages.by_key(MessageKey(text_id.lower())) if is_key else None
    found = found or tx.messages.by_provider_id(text_id, text_id)
    return _local(tx, found) if found else LocalText()


def _local(tx: Transaction, text: Message) -> LocalText:
    return LocalText(text, tx.conversations.get(text.conversation_id), is_by_workflow(tx, text))


def conversation_of_text(tx: Transaction, key: MessageKey) -> Conversation:
    """Read the conversation of a text that a button stands under. Raises RowNotFound."""
    found = tx.messages.by_key(key)
    if found is None:
        raise RowNotFound("no such text")
    return tx.conversations.get(found.conversation_id)


def text_of_record(tx: Transaction, record: TextRecord) -> LocalText:
    """Find the text that the provider's record is about, or at least the conversation that it belongs to."""
    found = tx.messages.by_provider_id(record.provider_id, record.legacy_id)
    if found is not None:
        return _local(tx, found)
    return LocalText(None, _conversation_of(tx, record.from_number, record.to_number))


def _conversation_of(tx: Transaction, first: E164 | None, second: E164 | None) -> Conversation | None:
    if first is None or second is None:
        return None
    return tx.conversations.find(first, second) or tx.conversations.find(second, first)


@dataclass(frozen=True)
class RecentTexts:
    """Newest texts of a conversation in both directions, and the ids of those that workflows sent."""

    texts: list[Message]
    by_workflows: set[int]


def recent_texts(tx: Transaction, conversation_id: ConversationId) -> RecentTexts:
    """List the newest texts of a conversation."""
    return RecentTexts(tx.messages.recent(conversation_id), tx.steps.texts_of(conversation_id))


def texts_shown_at(tx: Transaction, channel: ChannelId, ts: MessageTs) -> list[Message] | None:
    """List the texts that one Slack message shows; None where the message was deleted."""
    return None if is_deleted(tx, channel, ts) else tx.messages.shown_at(channel, ts)


def prepared_text(tx: Transaction, key: MessageKey) -> Message | None:
    """Return a text once it is known whether it is held for approval; None before."""
    text = tx.messages.by_key(key)
    if text is None or any(_is_to_come(entry) for entry in tx.outbox.of_message(text.id)):
        return None
    return text


def _is_to_come(entry: OutboxEntry) -> bool:
    return entry.kind is EntryKind.PREPARE and entry.state not in (EntryState.DONE, EntryState.DEAD)
