"""Archiving: what follows when a person archives a channel of a conversation's own, or unarchives it.

To archive it closes the conversation. To unarchive it opens the conversation again, which goes on there: it comes back
if it had left for no other reason, and stays away where somebody has moved it. Slack throws the app out of a channel
that is archived, so it first goes in again; nothing has changed until it is in. The newest event of a channel decides,
in whatever order they come.
"""

from dataclasses import replace

from bot.bridge.conversations.counting import count_closing
from bot.bridge.conversations.moving import go_to
from bot.bridge.conversations.places import goes_back_to
from bot.bridge.conversations.state import refresh_header, save_and_refresh, say
from bot.bridge.conversations.waiting import follow_waiting
from bot.bridge.enqueue import enqueue_line
from bot.domain.audit import THE_APP
from bot.domain.conversation import Conversation, Stage
from bot.domain.dedup import DedupScope
from bot.domain.outbox import CHANNEL_LIMIT, EntryKind, Lane, NewEntry, OutboxEntry
from bot.domain.own_channels import OwnChannel
from bot.domain.subjects import Archived, Audit, Move, Unarchived
from bot.domain.thread_events import Archiving
from bot.ports.storage import Transaction

STAYS_ARCHIVED, UNARCHIVED = "channel stays archived", "channel unarchived"
"""Actions of the audit trail; the detail is the channel."""

BY_HAND, STAYS_OUT = "channel unarchived by hand", "app not in unarchived channel"
"""The same of a channel that a person has unarchived."""

FIRST = -1
"""Order of a call about the channel: before what is to be shown in it."""


def record_archiving(tx: Transaction, event: Archiving) -> bool:
    """Close or reopen the conversation of a channel of its own; False where nothing follows."""
    own = tx.own_channels.at(event.channel)
    if own is None or not tx.inbox.first_seen(DedupScope.SLACK_ARCHIVING, f"{event.channel}:{event.event_id}"):
        return False
    if event.at is not None and not tx.own_channels.note_change(event.channel, event.at):
        return False
    conversation = tx.conversations.get(own.conversation_id)
    if event.is_undone:
        return _ask_to_go_in(tx, conversation, own, event)
    return _close(tx, conversation, event)


def _close(tx: Transaction, conversation: Conversation, event: Archiving) -> bool:
    is_elsewhere = conversation.channel != event.channel
    if is_elsewhere or conversation.stage is Stage.CLOSED or _wrote_since(conversation, event):
        return False
    count_closing(tx, conversation, event.author)
    closed = replace(conversation, stage=Stage.CLOSED)
    tx.conversations.save(closed)  # an archived channel takes no words about it
    follow_waiting(tx, conversation, closed)
    tx.audit.add(event.author, "closed", conversation.id)
    return True


def _wrote_since(conversation: Conversation, event: Archiving) -> bool:
    """Tell whether the contact wrote after the channel was archived, of which Slack tells late at times."""
    return event.at is not None and (conversation.last_inbound_at or 0) > event.at


# --- a person unarchives it


def _ask_to_go_in(tx: Transaction, conversation: Conversation, own: OwnChannel, event: Archiving) -> bool:
    if conversation.is_erased or not (conversation.channel == event.channel or _left_by_itself(conversation, own)):
        return False
    audit_id = tx.audit.add(event.author, BY_HAND, conversation.id, event.channel)
    call = conversation.id, Lane.IN, EntryKind.UNARCHIVE, CHANNEL_LIMIT
    tx.outbox.add(NewEntry(*call, subject=Unarchived(event.channel, audit_id), sort_key=FIRST))
    return True


def _left_by_itself(conversation: Conversation, own: OwnChannel) -> bool:
    """Tell whether a conversation left a channel only because that was archived, and went nowhere since."""
    return own.is_left and conversation.former_channel == own.channel


def _go_back(tx: Transaction, entry: OutboxEntry, to: Unarchived) -> None:
    """Go on in a channel that a person has unarchived, unless the conversation was moved meanwhile."""
    conversation, own = tx.conversations.get(entry.conversation_id), tx.own_channels.at(to.channel)
    if own is None or conversation.is_erased:
        return
    if conversation.channel == to.channel:
        if conversation.stage is Stage.CLOSED:
            save_and_refresh(tx, replace(conversation, stage=Stage.OPEN))
            enqueue_line(tx, conversation.id, Audit(to.audit_id))
        refresh_header(tx, conversation.id)
    elif _left_by_itself(conversation, own):
        tx.own_channels.forget_leaving(conversation.id)
        go_to(tx, conversation.id, Move(to.channel, to.audit_id))


def _stay_away(tx: Transaction, entry: OutboxEntry, to: Unarchived, code: str) -> None:
    """Say why a conversation does not go on there, where it can be said."""
    conversation = tx.conversations.get(entry.conversation_id)
    if conversation.channel != to.channel and not conversation.is_erased:
        author = tx.audit.get(to.audit_id).actor
        say(tx, entry.conversation_id, author, STAYS_OUT, f"{to.channel} {code}")


# --- what Slack answered


def record_unarchived(tx: Transaction, entry: OutboxEntry) -> None:
    """Go on in a channel that is not archived any more; its header may be out of date."""
    if isinstance(entry.subject, Unarchived):
        _go_back(tx, entry, entry.subject)
        return
    assert isinstance(entry.subject, Archived)
    say(tx, entry.conversation_id, THE_APP, UNARCHIVED, entry.subject.channel)
    refresh_header(tx, entry.conversation_id)


def record_stays_archived(tx: Transaction, entry: OutboxEntry, code: str) -> None:
    """Go on in the channel from before: Slack lets no app unarchive a channel in most workspaces."""
    if isinstance(entry.subject, Unarchived):
        _stay_away(tx, entry, entry.subject, code)
        return
    assert isinstance(entry.subject, Archived)
    conversation, channel = tx.conversations.get(entry.conversation_id), entry.subject.channel
    if conversation.channel == channel:
        tx.own_channels.leave(channel)
        audit_id = tx.audit.add(THE_APP, STAYS_ARCHIVED, conversation.id, channel)
        go_to(tx, conversation.id, Move(goes_back_to(tx, conversation), audit_id))
