"""Making a channel of a conversation's own: one unit of work for each step. No call is made here.

Somebody asks, and its name is stored before Slack is asked to make it. No other channel can have that name, so an
answer that was lost makes none twice: the same name is asked for again, and a channel that is ours by it is the one.
Then people are let in, and the conversation moves there (moving.py). Until then all goes on in its thread. What Slack
refuses is said in words there, and nothing has changed. What follows when it is archived: archiving.py.
"""

from enum import Enum

from bot.bridge.conversations.archiving import record_stays_archived
from bot.bridge.conversations.moving import MOVED, go_to
from bot.bridge.conversations.places import stands_in_own
from bot.bridge.conversations.state import say
from bot.bridge.requests import FurnishChannel, MakeChannel, UnarchiveChannel
from bot.domain.audit import THE_APP
from bot.domain.conversation import Conversation
from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.outbox import CHANNEL_LIMIT, EntryKind, Lane, NewEntry, OutboxEntry, lane_of
from bot.domain.own_channels import OwnChannel, names_for
from bot.domain.subjects import Archived, Made, Move, Unarchived
from bot.domain.thread_content import ChannelTopic
from bot.ports.storage import Transaction

NOT_MADE, NOT_LET_IN, NOT_FURNISHED = "channel not made", "not let in", "channel not furnished"
"""Actions of the audit trail; the detail is Slack's code, behind the person for one who was not let in."""

ASKED_FOR = "asked for a channel"
NO_NAME_LEFT = "name_taken"


class Asked(Enum):
    """Result of asking for a channel."""

    IS_COMING = "is_coming"
    WAS_ASKED = "was_asked"
    IS_THERE = "is_there"
    ERASED = "erased"
    NO_NAME = "no_name"


def ask_for_channel(tx: Transaction, conversation_id: ConversationId, user: UserId) -> Asked:
    """Enqueue the making of a channel for a conversation, unless it has one or one is being made."""
    conversation = tx.conversations.get(conversation_id)
    if conversation.is_erased:
        return Asked.ERASED
    if stands_in_own(tx, conversation):
        return Asked.IS_THERE
    if tx.outbox.open_in(lane_of(conversation_id, Lane.CHANNEL)):
        return Asked.WAS_ASKED
    unmade = tx.own_channels.unmade(conversation_id)  # Slack may have made it, and never said so
    name = unmade.name if unmade else next(iter(_free_names(tx, conversation)), None)
    if name is None:
        return Asked.NO_NAME
    own_id = unmade.id if unmade else tx.own_channels.ask(conversation_id, name, user)
    tx.audit.add(user, ASKED_FOR, conversation_id)
    _enqueue(tx, conversation_id, own_id)
    return Asked.IS_COMING


def _free_names(tx: Transaction, conversation: Conversation) -> list[str]:
    return [one for one in names_for(conversation.name, conversation.contact) if not tx.own_channels.has_name(one)]


def _enqueue(tx: Transaction, conversation_id: ConversationId, own_id: int) -> None:
    call = conversation_id, Lane.CHANNEL, EntryKind.MAKE_CHANNEL, CHANNEL_LIMIT
    tx.outbox.add(NewEntry(*call, subject=Made(own_id)))


def channel_request(tx: Transaction, entry: OutboxEntry) -> MakeChannel | FurnishChannel | UnarchiveChannel | None:
    """Build the next request of a channel; None where nothing is left to do."""
    conversation = tx.conversations.get(entry.conversation_id)
    if isinstance(entry.subject, Archived | Unarchived):
        return UnarchiveChannel(entry.subject.channel)
    own = _own(tx, entry)
    if own is None or conversation.is_erased:
        tx.outbox.complete(entry)
        return None
    if own.channel is None:
        may_exist = entry.attempts > 0 or entry.created_at > own.asked_at
        return MakeChannel(own, conversation.channel, may_exist)
    topic = ChannelTopic(conversation.account, conversation.contact, conversation.name)
    members = dict.fromkeys(filter(None, (own.asked_by, conversation.assignee)))
    return FurnishChannel(own.channel, topic, tuple(members))


def _own(tx: Transaction, entry: OutboxEntry) -> OwnChannel | None:
    assert isinstance(entry.subject, Made)
    return tx.own_channels.get(entry.subject.own_id)


# --- what Slack answered


def record_made(tx: Transaction, entry: OutboxEntry, channel: ChannelId | None) -> None:
    """Record that Slack has made a channel, which is let in and moved to next; None: others have the name."""
    own = _own(tx, entry)
    if own is None or own.channel is not None:
        return
    if channel is None:
        _try_next_name(tx, own)
        return
    tx.own_channels.set_channel(own.id, channel)
    conversation = tx.conversations.get(own.conversation_id)
    mode = tx.settings.channel_mode(conversation.channel)
    if mode is not None:  # nothing more is texted there than before
        tx.settings.set_channel_mode(channel, mode, own.asked_by)
    _enqueue(tx, own.conversation_id, own.id)
    for waiting in tx.outbox.pending_moves(lane_of(own.conversation_id, Lane.IN)):
        tx.outbox.cancel(waiting)  # it would leave an empty channel behind
    detail = f"{conversation.channel} {channel}"
    go_to(tx, own.conversation_id, Move(channel, tx.audit.add(own.asked_by, MOVED, own.conversation_id, detail)))


def _try_next_name(tx: Transaction, own: OwnChannel) -> None:
    conversation = tx.conversations.get(own.conversation_id)
    names = list(names_for(conversation.name, conversation.contact))
    left = names[names.index(own.name) + 1 :] if own.name in names else names  # they were given another name since
    for name in left:
        if not tx.own_channels.has_name(name):
            tx.own_channels.set_name(own.id, name)
            _enqueue(tx, own.conversation_id, own.id)
            return
    tx.own_channels.remove(own.id)
    say(tx, own.conversation_id, own.asked_by, NOT_MADE, NO_NAME_LEFT)


def record_furnished(tx: Transaction, entry: OutboxEntry, left_out: tuple[tuple[UserId, str], ...]) -> None:
    """Say who could not be let in."""
    own = _own(tx, entry)
    assert own is not None
    for user, code in left_out:
        say(tx, entry.conversation_id, own.asked_by, NOT_LET_IN, f"{user} {code}")


def record_not_done(tx: Transaction, entry: OutboxEntry, code: str) -> None:
    """Say that Slack made no channel, let nobody in, or left it archived: then the conversation goes on elsewhere."""
    if entry.kind is EntryKind.UNARCHIVE:
        record_stays_archived(tx, entry, code)
        return
    conversation, own = tx.conversations.get(entry.conversation_id), _own(tx, entry)
    if own is not None and not conversation.is_erased:
        say(tx, conversation.id, own.asked_by, NOT_MADE if own.channel is None else NOT_FURNISHED, code)


def know_own_channel(tx: Transaction, conversation: Conversation, channel: ChannelId) -> None:
    """Know a channel again whose header says that it is a conversation's own: the database was restored."""
    if tx.own_channels.at(channel) is not None:
        return
    unmade = tx.own_channels.unmade(conversation.id)
    own_id = unmade.id if unmade else tx.own_channels.ask(conversation.id, f"known {channel}", THE_APP)
    tx.own_channels.set_channel(own_id, channel)
