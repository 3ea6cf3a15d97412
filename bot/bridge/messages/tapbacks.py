"""Reactions of contacts that come as texts: shown as reactions on the texts they quote, and stored as what they are.

One is not shown as a text, opens no closed conversation and asks nobody for an answer. Where Slack does not take the
reaction, it is shown as the text that it is: nothing is lost.
"""

from bot.bridge.conversations.state import note_inbound
from bot.bridge.messages.muting import show
from bot.bridge.requests import ShowTapbacks
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Message
from bot.domain.outbox import REACTION_LIMIT, EntryKind, Lane, NewEntry, OutboxEntry
from bot.domain.tapbacks import Quotable, find_quoted, read_tapback, shown_reaction
from bot.ports.storage import Transaction

LOOKED_AT = 200
"""Texts of a conversation that may be quoted: phones react on what they still show."""

_NOT_ON_PHONES = (DeliveryStatus.QUEUED, DeliveryStatus.DRAFT, DeliveryStatus.CANCELLED, DeliveryStatus.FAILED)


def take_tapback(tx: Transaction, conversation: Conversation, message: Message) -> bool:
    """Show a new text as a reaction; False where it is none, or it is not certain on which text."""
    tapback = read_tapback(message.body)
    if tapback is None or message.media or conversation.muted_by is not None:
        return False
    quoted_id = find_quoted(tapback, _quotable(tx, message))
    if quoted_id is None:
        return False
    tx.tapbacks.add(message.id, quoted_id, tapback)
    call = message.conversation_id, Lane.REACTION, EntryKind.TAPBACK, REACTION_LIMIT
    tx.outbox.add(NewEntry(*call, message_id=message.id))
    return True


def _quotable(tx: Transaction, message: Message) -> list[Quotable]:
    """List the texts that stand in Slack and on the phone, and are no reactions themselves."""
    recent = tx.messages.recent(message.conversation_id)[:LOOKED_AT]
    return [
        Quotable(text.id, text.body, bool(text.media or text.files))
        for text in recent
        if text.id != message.id and text.ts is not None and text.status not in _NOT_ON_PHONES
    ]


def tapback_request(tx: Transaction, entry: OutboxEntry) -> ShowTapbacks | None:
    """Return the reactions that a message in Slack has to have now; None where it is gone."""
    assert entry.message_id is not None
    quoted_id = tx.tapbacks.quoted_by(entry.message_id)
    quoted = tx.messages.get(quoted_id) if quoted_id is not None else None
    if quoted is None or quoted.channel is None or quoted.ts is None:
        tx.outbox.complete(entry)
        return None
    texts = tx.messages.shown_at(quoted.channel, quoted.ts)
    reactions = [tx.tapbacks.on(text.id) for text in texts]
    show_now = {shown_reaction(on) for on in reactions} - {""}
    ever = {tapback.emoji for on in reactions for tapback in on}
    return ShowTapbacks(quoted.channel, quoted.ts, frozenset(show_now), frozenset(ever - show_now))


def show_as_text(tx: Transaction, message: Message) -> None:
    """Show a reaction that Slack did not take as the text that it is."""
    if tx.tapbacks.quoted_by(message.id) is None:
        return
    tx.tapbacks.forget(message.id)
    conversation = tx.conversations.get(message.conversation_id)
    note_inbound(tx, show(tx, conversation, message))
