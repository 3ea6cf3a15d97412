"""Erasure of a person: what is stored about a number, and what threads in Slack show about it, is removed for good.

Units of work and nothing that waits. A conversation loses its name and number at once, so that a later text of theirs
begins anew, and its threads stay known, so that nothing written there is texted to anybody. Its texts go in parts, so
that no other text waits. Slack is asked through the outbox: in order, and again until it is done.
"""

import hashlib
import re
from dataclasses import replace
from secrets import token_hex

from bot.bridge.enqueue import enqueue_line
from bot.bridge.event_codec import Event, read_event, written_contact, written_event
from bot.domain.contact_channels import CONTACT_CHANNELS, channels_without
from bot.domain.conversation import WANTS_PERSON, Conversation
from bot.domain.dedup import DedupScope
from bot.domain.erasure import ErasureResult
from bot.domain.ids import ConversationId, UserId
from bot.domain.message import HandOver, Message
from bot.domain.outbox import ERASE_LIMIT, EntryKind, Lane, NewEntry, lane_of
from bot.domain.phone import E164
from bot.domain.subjects import HEADER, ErasedThread
from bot.domain.tags import RuleKind, words_of
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction

AT_ONCE = 100
"""Texts that are removed in one unit of work."""

KNOWN_FOR_S = 8 * 86_400.0
"""Time for which a number is known to be erased: the bot reads back at most a week of the provider's record."""

_SALT = "erased numbers"
_MARK = "erased number "
_IN_PLACE = "…"
_SEPARATORS = r"[\s().\-/\u2010-\u2015]*"
_NORTH_AMERICA = "1"
_UNPARTED = 2
"""Digits at the end of a number that nobody writes apart."""


def begin_erasure(tx: Transaction, contact: E164, by: UserId) -> ErasureResult | None:
    """Take name and number off every conversation of a contact; None while a call of one is under way.

    Then only what waits is dropped, so that nothing new begins.
    """
    conversations = tx.conversations.with_contact(contact)
    names = [words_of(conversation.name) for conversation in conversations]
    if any(_may_be_making_channel(tx, conversation) for conversation in conversations):
        return None
    are_busy = [tx.erasure.drop_calls(conversation.id) for conversation in conversations]
    if any(are_busy):
        return None
    result = ErasureResult()
    for conversation in conversations:
        result = result.plus(_take_name_off(tx, conversation))
        tx.audit.add(by, "erased", conversation.id)
    if not conversations:
        tx.audit.add(by, "erased", None)
    note_erased(tx, contact)
    _forget_number(tx, contact)
    _forget_tags_naming(tx, names, _spellings(contact))
    if (left := channels_without(tx.settings.value(CONTACT_CHANNELS), contact)) is not None:
        tx.settings.set_value(CONTACT_CHANNELS, left)
    return result


def _may_be_making_channel(tx: Transaction, conversation: Conversation) -> bool:
    """Tell whether Slack may have made a channel that bears the contact's name, and of which we do not know yet."""
    calls = tx.outbox.open_in(lane_of(conversation.id, Lane.CHANNEL))
    return bool(calls) and calls[0].attempts > 0 and tx.own_channels.unmade(conversation.id) is not None


def go_on_erasing(tx: Transaction) -> bool:
    """Remove some texts of conversations that have lost their name; False where there is none left."""
    return tx.erasure.forget_texts(AT_ONCE) > 0


def _take_name_off(tx: Transaction, conversation: Conversation) -> ErasureResult:
    threads = tx.erasure.threads(conversation.id)
    texts, own, scheduled = tx.erasure.count(conversation.id)
    tx.erasure.take_name_off(conversation.id)
    tx.settings.forget_value(f"{WANTS_PERSON}{conversation.id}")
    for place in threads:
        assert place.thread_ts is not None
        subject = ErasedThread(place.channel, place.thread_ts)
        tx.outbox.add(NewEntry(conversation.id, Lane.HEADER, EntryKind.ERASE, ERASE_LIMIT, subject=subject))
    return ErasureResult(1, texts, own, scheduled)


# --- the number elsewhere


def _forget_number(tx: Transaction, contact: E164) -> None:
    """Remove the number where others' texts, templates, waves and forms name it."""
    tx.erasure.forget_events(written_contact(contact))
    spellings = _spellings(contact)
    for digits in spellings:
        tx.erasure.forget_number(digits)
    if not spellings:
        return
    written = [re.compile(rf"\+?{_SEPARATORS.join(digits)}") for digits in spellings]
    end = contact[-_UNPARTED:]
    phrases = [phrase for digits in spellings for phrase in _phrases(digits)]
    for message in (*tx.erasure.mentioning(phrases), *tx.erasure.waiting_with(end)):
        tx.messages.save(_text_without(message, written))
    for event_id, body in tx.erasure.events_with(end):
        tx.erasure.save_event(event_id, written_event(_event_without(read_event(body), written)))
    for template in tx.settings.templates():
        tx.erasure.save_template_body(template.id, _without(template.body, written))


def _forget_tags_naming(tx: Transaction, names: list[str], numbers: list[str]) -> None:
    """Remove the tags, rules and kept searches that name somebody: the whole name, or the number however grouped.

    A name of one word may be a town's or a firm's as well, so it alone names nobody; but a tag of that word that nobody
    else has, and that no rule puts, was about them.
    """
    whole, single = [name for name in names if " " in name], {name for name in names if " " not in name}

    def is_naming(text: str) -> bool:
        words, digits = f" {words_of(text)} ", re.sub(_SEPARATORS, "", text)
        return any(f" {name} " in words for name in whole) or any(number in digits for number in numbers)

    for rule in tx.tags.rules():
        if rule.kind is RuleKind.KEYWORD and isinstance(rule.subject, str) and is_naming(rule.subject):
            tx.tags.drop_rule(rule.id)
    by_rule = {rule.tag for rule in tx.tags.rules()}
    for tag in tx.tags.known():
        bearers = tx.tags.bearers(tag)
        if is_naming(tag) or (words_of(tag) in single and not bearers and tag not in by_rule):
            tx.tags.forget(tag)
            _refresh_headers(tx, bearers)
    for search in tx.searches.all():
        if is_naming(search.name) or is_naming(search.query):
            tx.searches.drop(search.id)


def _refresh_headers(tx: Transaction, conversations: list[ConversationId]) -> None:
    for conversation in map(tx.conversations.get, conversations):
        if conversation.thread_ts is not None or tx.outbox.is_busy(lane_of(conversation.id, Lane.IN)):
            enqueue_line(tx, conversation.id, HEADER)


def _text_without(message: Message, written: list[re.Pattern[str]]) -> Message:
    pieces = tuple(_without(piece, written) if isinstance(piece, str) else piece for piece in message.pieces)
    template = message.template
    if template is not None:
        template = replace(template, params=tuple(_without(param, written) for param in template.params))
    return replace(message, body=_without(message.body, written), pieces=pieces, template=template)


def _event_without(event: Event, written: list[re.Pattern[str]]) -> Event:
    if not isinstance(event, HandOver):
        return replace(event, text=_without(event.text, written))
    gathered = tuple((name, _without(value, written)) for name, value in event.gathered)
    return replace(event, gathered=gathered)


def _without(text: str, written: list[re.Pattern[str]]) -> str:
    for pattern in written:
        text = pattern.sub(_IN_PLACE, text)
    return text


def _spellings(contact: E164) -> list[str]:
    """List the digits by which a number may be named, the longest first; none for a sender that is no number."""
    digits = contact.removeprefix("+")
    if not digits.isdecimal():
        return []
    return [digits, digits[1:]] if digits.startswith(_NORTH_AMERICA) and len(digits) == 11 else [digits]


def _phrases(digits: str) -> list[str]:
    """List how the search index may hold these digits: in one, or in the groups that people write."""
    if len(digits) != 10:
        return [digits]
    area, middle, end = digits[:3], digits[3:6], digits[6:]
    return [digits, f"{area} {middle} {end}", f"{area} {middle}{end}"]


# --- known for a while, so that the provider's record does not bring the texts back


def note_erased(tx: Transaction, contact: E164) -> None:
    """Note when a number was erased, under a salted hash: the provider still has the texts on record."""
    tx.erasure.forget_marks(_MARK, add_seconds(tx.now, -KNOWN_FOR_S))
    if tx.settings.value(_SALT) is None:
        tx.settings.set_value(_SALT, token_hex(16))
    tx.settings.set_value(_hashed(tx, contact), str(tx.now))


def may_be_erased(tx: Transaction) -> bool:
    """Tell whether any number was ever erased: if none was, none has to be looked up."""
    return tx.settings.value(_SALT) is not None


def erased_at(tx: Transaction, contact: E164) -> Micros | None:
    """Tell when a number was erased last; None for never, or long ago."""
    if tx.settings.value(_SALT) is None:
        return None
    at = tx.settings.value(_hashed(tx, contact))
    return Micros(int(at)) if at else None


def was_erased(tx: Transaction, provider_id: str, legacy_id: str) -> bool:
    """Tell whether a text of the provider's was erased here; a late report of it must not bring it back."""
    return any(tx.inbox.was_seen(DedupScope.ERASED_TEXT, one) for one in (provider_id, legacy_id) if one)


def _hashed(tx: Transaction, contact: E164) -> str:
    salt = tx.settings.value(_SALT)
    return _MARK + hashlib.sha256(f"{salt}:{contact}".encode()).hexdigest()
