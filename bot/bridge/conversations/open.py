"""TODO."""

from bot.bridge.channel_ids import known_as
from bot.bridge.conversations.state import FIRST_THREAD
from bot.bridge.enqueue_text import owe_showing
from bot.domain.conversation import Conversation, route_of
from bot.domain.ids import ChannelId, ConversationId
from bot.domain.outbox import FIRST, Kind, Owed, Way, lane_of, post_pace
from bot.domain.phone import E164, can_be_texted
from bot.ports.repositories import Ledger


def find_or_open(ledger: Ledger, account: E164, contact: E164, channel: ChannelId, *, text: str = "") -> Conversation:
    """Find the conversation, or begin it where its routes lead; where it has no thread, owe it a header.

    What went out to many and was not shown yet is shown now: somebody looks here, and should know what was said.
    """
    conversation = find_or_begin(ledger, account, contact, channel, text=text)
    owe_header(ledger, conversation)
    for sent in ledger.unshown(conversation.id):
        owe_showing(ledger, sent, Kind.POST_SENT, post_pace(conversation.channel))
    return conversation


def find_or_begin(ledger: Ledger, account: E164, contact: E164, channel: ChannelId, *, text: str = "") -> Conversation:
    """Find the conversation, or begin it where its routes lead; nothing is shown of it yet."""
    conversation = ledger.find_conversation(account, contact)
    if conversation is None:
        channel = route_of(ledger.routes(), account, text) or known_as(ledger, channel)
        conversation = ledger.add_conversation(account, contact, channel)
        if can_be_texted(contact) and ledger.fact(FIRST_THREAD) is None:
            ledger.set_fact(FIRST_THREAD, str(conversation.id))
    return conversation


def owe_header(ledger: Ledger, conversation: Conversation) -> None:
    """Owe a header to a conversation that has no thread, unless one is coming."""
    if conversation.thread_ts is None and not _header_is_coming(ledger, conversation.id):
        ledger.owe(
            Owed(
                conversation.id,
                Way.IN,
                Kind.OPEN_THREAD,
                post_pace(conversation.channel),
                rank=FIRST,
                due_at=ledger.now,
            )
        )


def _header_is_coming(ledger: Ledger, conversation_id: ConversationId) -> bool:
    return ledger.header_coming(lane_of(conversation_id, Way.IN))
