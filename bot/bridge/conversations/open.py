"""Opening a conversation: finding it, or beginning it where its routes lead, and its header."""

from bot.bridge.channel_ids import known_as
from bot.bridge.conversations.state import FIRST_THREAD
from bot.bridge.enqueue_text import enqueue_text
from bot.domain.conversation import Conversation
from bot.domain.ids import ChannelId, ConversationId
from bot.domain.outbox import FIRST, EntryKind, Lane, NewEntry, lane_of, post_limit
from bot.domain.phone import E164, can_be_texted
from bot.domain.routing import route_for
from bot.ports.storage import Transaction


def find_or_open(tx: Transaction, account: E164, contact: E164, channel: ChannelId, *, text: str = "") -> Conversation:
    """Find or begin a conversation, and enqueue a header where it has no thread.

    Texts of a wave that were not shown yet are shown now: somebody looks here, and should know what was said.
    """
    conversation = find_or_begin(tx, account, contact, channel, text=text)
    enqueue_header(tx, conversation)
    for sent in tx.messages.unshown(conversation.id):
        enqueue_text(tx, sent, EntryKind.POST_SENT, post_limit(conversation.channel))
    return conversation


def find_or_begin(tx: Transaction, account: E164, contact: E164, channel: ChannelId, *, text: str = "") -> Conversation:
    """Find or begin a conversation where its routes lead; nothing is shown of it yet."""
    conversation = tx.conversations.find(account, contact)
    if conversation is None:
        channel = route_for(tx.settings.routes(), account, text) or _channel_of(tx, account) or known_as(tx, channel)
        conversation = tx.conversations.add(account, contact, channel)
        if can_be_texted(contact) and tx.settings.value(FIRST_THREAD) is None:
            tx.settings.set_value(FIRST_THREAD, str(conversation.id))
    return conversation


def _channel_of(tx: Transaction, number: E164) -> ChannelId | None:
    """Return the channel of one of our numbers beside the main one, whose channel everybody knows."""
    accounts = (account for account in tx.connections.accounts() if not account.is_main)
    return next((account.channel for account in accounts if account.number == number), None)


def enqueue_header(tx: Transaction, conversation: Conversation) -> None:
    """Enqueue the header of a conversation without a thread, unless one is open."""
    if conversation.thread_ts is None and not _header_is_coming(tx, conversation.id):
        tx.outbox.add(
            NewEntry(
                conversation.id,
                Lane.IN,
                EntryKind.OPEN_THREAD,
                post_limit(conversation.channel),
                sort_key=FIRST,
                due_at=tx.now,
            )
        )


def _header_is_coming(tx: Transaction, conversation_id: ConversationId) -> bool:
    return tx.outbox.has_open_header(lane_of(conversation_id, Lane.IN))
