"""Inbound texts: one is recorded once, put into its conversation, and enqueued for its thread.

All in one unit of work.
"""

from dataclasses import replace

from bot.bridge.conversations.on_duty import share_out
from bot.bridge.conversations.open import find_or_open
from bot.bridge.conversations.state import (
    SETTLING_S,
    is_after_silence,
    note_inbound,
    refresh_standing_header,
    save_and_refresh,
)
from bot.bridge.conversations.tags import apply_rules
from bot.bridge.conversations.window import follow_window
from bot.bridge.enqueue import enqueue_notice, refresh_offers
from bot.bridge.enqueue_text import key_of
from bot.bridge.matching import is_same_text
from bot.bridge.messages.closed_answer import answer_if_closed
from bot.bridge.messages.muting import show
from bot.bridge.messages.tapbacks import take_tapback
from bot.bridge.provider_rules import profile_of
from bot.bridge.step_answers import give_answer
from bot.domain.conversation import Conversation
from bot.domain.dedup import DedupScope
from bot.domain.ids import ChannelId
from bot.domain.message import Direction, Inbound, Message
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.opt_out import is_opt_in, is_opt_out, may_opt_out
from bot.domain.thread_notes import NoticeKind
from bot.domain.timestamps import Micros, believed, to_micros
from bot.domain.window import heard
from bot.ports.storage import Transaction

AFTER_THE_TEXT_S = 1.0
"""Delay of a line about a text, which has another lane: the text should be shown first."""


def record_inbound(tx: Transaction, inbound: Inbound, *, channel: ChannelId) -> bool:
    """Record one text; False where it is a repeat and nothing was changed.

    A repeat is known by the envelope's id, and by the content's id where the envelope has a new one.
    """
    is_new_event = tx.inbox.first_seen(DedupScope.PROVIDER_EVENT, inbound.event_id)
    if not is_new_event or not tx.inbox.first_seen(DedupScope.PROVIDER_TEXT, inbound.content_id):
        return False
    conversation = find_or_open(tx, inbound.account, inbound.contact, channel, text=inbound.text)
    if not inbound.provider_id and _was_found_in_record(tx, conversation, inbound):
        return False
    sort_key = int(believed(to_micros(inbound.at), tx.now))
    conversation = tx.conversations.get(conversation.id)
    message = tx.messages.add(
        Message(
            id=0,
            key=key_of(inbound.content_id),
            conversation_id=conversation.id,
            direction=Direction.INBOUND,
            turn=conversation.turn,
            body=inbound.text,
            media=inbound.media,
            sort_key=sort_key,
            legacy_id=inbound.legacy_id,
            provider_id=inbound.provider_id,
            created_at=tx.now,
            broadcast=conversation.muted_by is None and is_after_silence(conversation, tx.now),
        )
    )
    tx.emit(MessageEvent(MessageEventKind.ACCEPTED, message.key, detail=Direction.INBOUND.value, why=inbound.event_id))
    if take_tapback(tx, conversation, message):
        updated = _with_window(conversation, inbound, tx.now)
        save_and_refresh(tx, updated)
        follow_window(tx, conversation, updated)
        return True
    conversation = show(tx, conversation, message)
    updated = _apply_opt_out(tx, conversation, message)
    updated = _with_window(updated, inbound, tx.now)
    note_inbound(tx, updated)
    if apply_rules(tx, updated, message):
        refresh_standing_header(tx, updated, delay_s=SETTLING_S)
    share_out(tx, updated.id)
    give_answer(tx, message)
    follow_window(tx, conversation, updated)
    if updated.is_opted_out is not conversation.is_opted_out:
        refresh_offers(tx, conversation.id)
    answer_if_closed(tx, tx.conversations.get(conversation.id), message)
    return True


def _with_window(conversation: Conversation, inbound: Inbound, now: Micros) -> Conversation:
    """Note until when the contact may be answered in free text; most providers know no such time."""
    before, seen = conversation.free_text_until, inbound.free_text_until
    if before is None and seen is None:
        return conversation
    after = heard(before, to_micros(seen) if seen else None, at=to_micros(inbound.at), now=now)
    return replace(conversation, free_text_until=after)


def _apply_opt_out(tx: Transaction, conversation: Conversation, message: Message) -> Conversation:
    """Apply an opt-out or an opt-in, and say so in the thread; ask about words that may be an opt-out."""
    words = profile_of(tx, conversation.account).opt_out_words
    if is_opt_out(message.body, words):
        enqueue_notice(tx, message, NoticeKind.OPTED_OUT, delay_s=AFTER_THE_TEXT_S)
        return replace(conversation, is_opted_out=True)
    if conversation.is_opted_out and is_opt_in(message.body, words):
        enqueue_notice(tx, message, NoticeKind.OPTED_IN, delay_s=AFTER_THE_TEXT_S)
        return replace(conversation, is_opted_out=False)
    if not conversation.is_opted_out and may_opt_out(message.body):
        enqueue_notice(tx, message, NoticeKind.MAY_OPT_OUT, delay_s=AFTER_THE_TEXT_S)
    return conversation


def _was_found_in_record(tx: Transaction, conversation: Conversation, inbound: Inbound) -> bool:
    """Tell whether a text was found in the provider's record before its event came.

    Each such text stands for one event only.
    """
    at, found = to_micros(inbound.at), tx.messages.found_in_record(conversation.id)
    same = (text for text in found if is_same_text(text, inbound.legacy_id, inbound.text, at))
    return any(tx.inbox.first_seen(DedupScope.FOUND_TEXT, text.key) for text in same)
