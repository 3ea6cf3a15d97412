"""Automatic answers: who writes while the office is closed is told so, once in each closed period.

Recorded in the transaction that records the contact's text, so that no kill can bring two or none. The answer is an
ordinary text without an author. Nobody gets one who cannot or must not be texted, or whose texts are not read here;
none goes to a number of ours, and none answers the words that start and stop texts, which carriers answer themselves.
Two robots answer each other at most once in a closed period.
"""

from dataclasses import replace

from bot.bridge.conversations.state import mode_of
from bot.bridge.enqueue import begin_turn, enqueue_send
from bot.bridge.enqueue_text import enqueue_text, key_of
from bot.bridge.messages.outbound import cancel, new_text, why_unreachable
from bot.bridge.messages.restored import look_up_before_send
from bot.bridge.provider_rules import profile_of
from bot.bridge.restore_gap import gap_of
from bot.domain.closed_answers import answer_for
from bot.domain.conversation import Conversation, Mode
from bot.domain.hours import closed_since
from bot.domain.ids import MessageKey
from bot.domain.message import Direction, Message
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.opt_out import is_opt_in, is_opt_out, may_opt_out
from bot.domain.outbox import EntryKind, post_limit
from bot.domain.own_numbers import number_of
from bot.domain.text import for_phone
from bot.domain.timestamps import Micros
from bot.domain.window import is_shut
from bot.ports.storage import Transaction


def answer_if_closed(tx: Transaction, conversation: Conversation, text: Message) -> bool:
    """Answer a text of a contact that came while the office is closed; False where it gets no answer."""
    office = tx.hours.office(conversation.account)
    if office is None:
        return False
    since = closed_since(office.hours, tx.now, tx.limits.days_off)
    if since is None or text.sort_key < since:  # what was written before it closed is answered when it opens
        return False
    last = tx.hours.last_automatic(conversation.id)
    if (last is not None and last >= since) or not _may_be_answered(tx, conversation, text):
        return False
    answer = answer_for(tx.hours.answers(conversation.account), conversation.contact)
    if answer is None:
        return False
    _record(tx, conversation, text, answer.body, since)
    return True


def _may_be_answered(tx: Transaction, conversation: Conversation, text: Message) -> bool:
    words = profile_of(tx, conversation.account).opt_out_words
    is_command = is_opt_out(text.body, words) or is_opt_in(text.body, words) or may_opt_out(text.body)
    is_unwanted = conversation.is_opted_out or conversation.is_blocked or conversation.muted_by is not None
    is_person = conversation.contact.startswith("+") and not _is_ours(tx, conversation)  # not a short code, nor a name
    if is_command or is_unwanted or not is_person or why_unreachable(tx, conversation) is not None:
        return False
    return mode_of(tx, conversation) is not Mode.ALERTS and not is_shut(conversation.free_text_until, tx.now)


def _is_ours(tx: Transaction, conversation: Conversation) -> bool:
    """Tell whether the contact is a number of ours, so that we would answer ourselves."""
    ours = {number_of(conversation.account), *(number_of(one.number) for one in tx.connections.accounts())}
    return conversation.contact in ours


def _record(tx: Transaction, conversation: Conversation, text: Message, words: str, since: Micros) -> None:
    conversation = begin_turn(tx, conversation)
    answer = new_text(tx, conversation, author=None, sort_key=max(tx.now, text.sort_key + 1))  # it is shown behind it
    body = for_phone(words)
    answer = replace(answer, key=_key(text), body=body, pieces=(body,))
    answer = tx.messages.add(answer)
    tx.hours.add_automatic(answer, since)
    tx.emit(MessageEvent(MessageEventKind.ACCEPTED, answer.key, detail=Direction.OUTBOUND.value, why="closed"))
    enqueue_text(tx, answer, EntryKind.POST_SENT, post_limit(conversation.channel))
    enqueue_send(tx, answer)
    gap = gap_of(tx)
    if gap is not None and gap.may_hold(Micros(text.sort_key)):  # it may have left before the database was restored
        look_up_before_send(tx, answer)


def _key(text: Message) -> MessageKey:
    """Return the key of the answer to a text; the same each time that the text is recorded."""
    return key_of(f"closed answer {text.key}")


def withdraw_if_late(tx: Transaction, conversation: Conversation, message: Message) -> bool:
    """Withdraw an automatic answer that comes to leave only when it is open again, or nobody may be texted any more.

    The same where its words were dropped or written anew meanwhile. False for any other text.
    """
    period = None if message.author is not None else tx.hours.closed_period(message.id)
    if period is None:
        return False
    office = tx.hours.office(conversation.account)
    since = None if office is None else closed_since(office.hours, tx.now, tx.limits.days_off)
    is_wanted = not (conversation.is_opted_out or conversation.is_blocked or conversation.muted_by is not None)
    words = answer_for(tx.hours.answers(conversation.account), conversation.contact)
    is_said = words is not None and for_phone(words.body) == message.body
    if since == period and is_wanted and is_said and why_unreachable(tx, conversation) is None:
        return False
    cancel(tx, message)
    return True
