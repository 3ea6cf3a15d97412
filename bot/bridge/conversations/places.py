"""Places: where a conversation is shown, and whose conversation is shown in a place.

Most stand in a thread of a channel that many share. One that has a channel of its own stands in that channel itself:
what people write at its top level is a reply, and every thread in it is for colleagues. Nothing is written here.
"""

from bot.bridge.channel_ids import DEFAULT_CHANNEL
from bot.domain.conversation import Conversation
from bot.domain.ids import ChannelId, ConversationId, MessageTs, ThreadRef
from bot.domain.message import Direction
from bot.domain.outbox import Lane, lane_of
from bot.domain.own_channels import OwnChannel
from bot.domain.routing import route_for
from bot.domain.subjects import Leaving, Move, Subject, former_thread
from bot.ports.storage import Transaction


def is_own_channel(tx: Transaction, channel: ChannelId) -> bool:
    """Tell whether a channel is, or once was, one conversation's own."""
    return tx.own_channels.at(channel) is not None


def stands_in_own(tx: Transaction, conversation: Conversation) -> bool:
    """Tell whether a conversation stands in a channel of its own."""
    own = tx.own_channels.at(conversation.channel)
    return own is not None and own.conversation_id == conversation.id


def place_of(tx: Transaction, conversation: Conversation) -> ThreadRef:
    """Return where posts of a conversation that has a header go."""
    return ThreadRef(conversation.channel, None if stands_in_own(tx, conversation) else conversation.thread_ts)


def place_of_line(tx: Transaction, conversation: Conversation, subject: Subject | None) -> ThreadRef:
    """Return where a line is posted: in a place that the conversation has left, or where it is."""
    left = former_thread(subject)
    if left is None:
        return place_of(tx, conversation)
    return ThreadRef(left.channel) if isinstance(subject, Leaving) and is_own_channel(tx, left.channel) else left


def conversation_of(tx: Transaction, channel: ChannelId, thread_ts: MessageTs | None) -> Conversation | None:
    """Return the conversation that a message replies to, by its channel, and its thread unless it stands in none."""
    own = tx.own_channels.at(channel)
    if own is not None:
        return _of_own(tx, own, thread_ts)
    return None if thread_ts is None else tx.conversations.at(channel, thread_ts)


def _of_own(tx: Transaction, own: OwnChannel, thread_ts: MessageTs | None) -> Conversation | None:
    return None if thread_ts is not None else tx.conversations.get(own.conversation_id)


def conversation_around(tx: Transaction, channel: ChannelId, ts: MessageTs | None) -> Conversation | None:
    """Return the conversation that a button or a command is about, wherever in its own channel that is."""
    own = tx.own_channels.at(channel)
    if own is not None:
        return tx.conversations.get(own.conversation_id)
    return None if ts is None else tx.conversations.at(channel, ts)


def is_over_in(tx: Transaction, conversation: Conversation, channel: ChannelId) -> bool:
    """Tell whether what is written in a channel is not texted, because the conversation goes on elsewhere.

    A thread that was left for another one still counts. One that was left for a channel of its own does not, and
    neither does a channel of its own that was left: it might be texted from two places that look alike.
    """
    if channel == conversation.channel or _is_on_its_way(tx, conversation.id, channel):
        return False
    return is_own_channel(tx, channel) or stands_in_own(tx, conversation)


def _is_on_its_way(tx: Transaction, conversation_id: ConversationId, channel: ChannelId) -> bool:
    moves = (entry.subject for entry in tx.outbox.pending_moves(lane_of(conversation_id, Lane.IN)))
    return any(isinstance(move, Move) and move.channel == channel for move in moves)


# --- from where a conversation came


def opens_in(tx: Transaction, conversation: Conversation) -> ChannelId:
    """Return the channel in which a conversation would open today."""
    first = tx.messages.first(conversation.id)
    text = first.body if first is not None and first.direction is Direction.INBOUND else ""
    home = ChannelId(tx.settings.value(DEFAULT_CHANNEL) or conversation.channel)
    return route_for(tx.settings.routes(), conversation.account, text) or home


def goes_back_to(tx: Transaction, conversation: Conversation) -> ChannelId:
    """Return where a conversation goes on whose channel is gone: from a channel of its own to the one before that."""
    before = conversation.former_channel
    if before is None or not stands_in_own(tx, conversation) or is_own_channel(tx, before):
        return opens_in(tx, conversation)
    return before


def team_channel_of(tx: Transaction, conversation: Conversation) -> ChannelId:
    """Return the channel of those who answer a conversation: of one in a channel of its own, the one before that."""
    return goes_back_to(tx, conversation) if stands_in_own(tx, conversation) else conversation.channel
