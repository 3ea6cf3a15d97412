"""Showing of the contact's texts: each as it comes, those of a minute together, or none while somebody has muted them.

A text that is not shown now is stored like any other, and is enqueued when the contact is unmuted: none is lost, and
none is shown twice. An opt-out and everything that is sent count the same all the while.
"""

from dataclasses import replace

from bot.bridge.attachments.incoming import enqueue_attachments
from bot.bridge.conversations.state import save_and_refresh, say
from bot.bridge.enqueue import enqueue_line, is_standing
from bot.bridge.enqueue_text import enqueue_text
from bot.bridge.parked_events import note_found, shown_texts
from bot.bridge.post_metadata import is_stamp_of
from bot.domain.conversation import CALM_S, Conversation, Stage
from bot.domain.ids import ConversationId, UserId
from bot.domain.message import Message
from bot.domain.outbox import EntryKind, post_limit
from bot.domain.subjects import Flood
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction

MANY = 60
"""Texts of one contact in ten minutes: with more, they are shown together."""

EVERY_S = 60.0
"""Time between two posts then."""

AT_ONCE = 500
"""Texts that one unit of work shows when a contact is unmuted: it must not keep the writer long."""


def show(tx: Transaction, conversation: Conversation, message: Message) -> Conversation:
    """Enqueue a new text for its thread; returns the conversation as it is then."""
    if conversation.muted_by is not None:
        return replace(conversation, unshown=conversation.unshown + 1)
    after = _note_flood(tx, conversation, message)
    _enqueue(tx, after, message, due_at=_next_post(after, tx.now))
    return _in_next_turn(tx, after)


def mute(tx: Transaction, conversation_id: ConversationId, user: UserId) -> bool:
    """Show no more texts of a contact from here on; False where they are muted already."""
    conversation = tx.conversations.get(conversation_id)
    if conversation.muted_by is not None:
        return False
    last = tx.messages.last_inbound_id(conversation_id)
    save_and_refresh(tx, replace(conversation, muted_by=user, muted_after=last, unshown=0))
    say(tx, conversation_id, user, "muted")
    _refresh_note(tx, conversation)
    return True


def unmute(tx: Transaction, conversation_id: ConversationId, user: UserId) -> bool | None:
    """Show what a muted contact wrote, the oldest first; True where there is more, None where they are not muted.

    They stay muted until nothing is left, so that what they write now comes after it.
    """
    conversation = tx.conversations.get(conversation_id)
    if conversation.muted_by is None:
        return None
    texts = tx.messages.inbound_after(conversation_id, conversation.muted_after, AT_ONCE)
    for message in _without_shown(tx, conversation, texts):
        _enqueue(tx, conversation, message)
    after = _with_shown(tx, conversation, texts) if texts else conversation
    if len(texts) == AT_ONCE:
        save_and_refresh(tx, after)
        return True
    gathered_until = conversation.gathered_until or tx.now
    save_and_refresh(tx, replace(after, muted_by=None, unshown=0, gathered_until=gathered_until))
    say(tx, conversation_id, user, "unmuted")
    _refresh_note(tx, conversation)
    return False


def _without_shown(tx: Transaction, conversation: Conversation, texts: list[Message]) -> list[Message]:
    """Leave out what Slack shows already: a restored database does not know that the contact was unmuted before."""
    missing = [text for text in texts if text.ts is None]
    for shown in shown_texts(tx, conversation.id):
        for text in missing:
            if shown.text.sort_key == text.sort_key and is_stamp_of(shown.text, text):
                note_found(tx, conversation.id, shown)
                tx.messages.place(text, conversation.channel, shown.ts)
                missing.remove(text)
                break
    return missing


def _with_shown(tx: Transaction, conversation: Conversation, texts: list[Message]) -> Conversation:
    left = max(0, conversation.unshown - len(texts))
    shown = replace(conversation, stage=Stage.OPEN, muted_after=texts[-1].id, unshown=left)
    return _in_next_turn(tx, shown)


def _enqueue(tx: Transaction, conversation: Conversation, message: Message, *, due_at: Micros | None = None) -> None:
    enqueue_text(tx, message, EntryKind.POST_TEXT, post_limit(conversation.channel), due_at=due_at)
    enqueue_attachments(tx, message)


def _note_flood(tx: Transaction, conversation: Conversation, message: Message) -> Conversation:
    """Note that the contact writes a lot, where this text is one too many, and say so once."""
    since = add_seconds(tx.now, -CALM_S)
    if message.sort_key <= since:
        return conversation  # it was written long ago
    first = tx.messages.inbound_before(conversation.id, MANY)
    if first is None or first <= since:
        return conversation
    begun = conversation.flood_at if conversation.is_flooded(tx.now) else None
    after = replace(conversation, flood_at=begun or tx.now, gathered_until=add_seconds(tx.now, CALM_S))
    if begun is None:
        enqueue_line(tx, conversation.id, Flood(tx.now))
    return after


def _next_post(conversation: Conversation, now: Micros) -> Micros | None:
    """Return when the next post of a contact who writes a lot is due; None for now."""
    if conversation.flood_at is None or not conversation.is_flooded(now):
        return None
    every = int(EVERY_S * 1_000_000)
    return Micros(now + every - (now - conversation.flood_at) % every)


def _refresh_note(tx: Transaction, conversation: Conversation) -> None:
    """Give the line about a contact who writes a lot the button that is needed now."""
    if conversation.flood_at is not None and is_standing(tx, conversation.id, Flood(conversation.flood_at)):
        enqueue_line(tx, conversation.id, Flood(conversation.flood_at))


def _in_next_turn(tx: Transaction, conversation: Conversation) -> Conversation:
    """Begin a new turn: what we send from here on answers this text, and its line of receipts stands below."""
    after = conversation.turn + tx.messages.has_replies(conversation.id, conversation.turn)
    return replace(conversation, turn=after, answers_from=after)
