"""Texts of the provider's record that Slack shows already, though the restored database does not know them.

A restored database learns of them twice: from what Slack shows and from the record. Here both are put together, each
text once; what is left over was never shown.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from bot.bridge.matching import normalized
from bot.bridge.messages.receipts import identified
from bot.bridge.messages.restored import was_adopted
from bot.bridge.parked_events import ShownText, note_found, shown_texts
from bot.bridge.post_metadata import TextStamp, digest_of, has_same_id, is_about_then
from bot.domain.conversation import Conversation
from bot.domain.ids import MessageKey
from bot.domain.message import Direction, Message
from bot.domain.provider_messages import RemoteText
from bot.domain.timestamps import to_micros
from bot.ports.storage import Transaction

LONG_PART = 60
"""Letters of a part of a long text that can hardly stand in another one."""


def never_shown(tx: Transaction, conversation: Conversation, listed: Sequence[RemoteText]) -> list[RemoteText]:
    """Pair the listed texts with the shown ones; returns those that were never shown, in the same order."""
    shown = shown_texts(tx, conversation.id)
    if not shown:
        return list(listed)
    pairs = _paired(listed, shown)
    for one in listed:
        if one.provider_id in pairs:
            note_found(tx, conversation.id, pairs[one.provider_id])
            _keep(tx, conversation, one, pairs[one.provider_id])
    return [one for one in listed if one.provider_id not in pairs]


def _paired(listed: Sequence[RemoteText], shown: Sequence[ShownText]) -> dict[str, ShownText]:
    """Pair by ids first, then by words and time, so that no text takes the place of another with the same words."""
    pairs: dict[str, ShownText] = {}
    left = list(shown)
    for is_same in (_has_id_of, _fits):
        for one in listed:
            found = next((text for text in left if one.provider_id not in pairs and is_same(text.text, one)), None)
            if found is not None:
                pairs[one.provider_id] = found
                left.remove(found)
    return pairs


def _has_id_of(text: TextStamp, one: RemoteText) -> bool:
    return _is_of_way(text, one) and has_same_id(text, one.provider_id, one.legacy_id)


def _fits(text: TextStamp, one: RemoteText) -> bool:
    is_then = one.at is None or is_about_then(text, to_micros(one.at))
    return _is_of_way(text, one) and text.digest == digest_of(one.body) and is_then


def _is_of_way(text: TextStamp, one: RemoteText) -> bool:
    return one.is_outbound is (text.direction is Direction.OUTBOUND)


def _keep(tx: Transaction, conversation: Conversation, one: RemoteText, shown: ShownText) -> None:
    """Store a text that need not be shown."""
    at = to_micros(one.at) if one.at is not None else shown.text.rank
    message = Message(
        id=0,
        key=MessageKey(uuid4().hex),
        conversation_id=conversation.id,
        direction=shown.text.direction,
        turn=conversation.turn,
        body=one.body,
        media=one.media,
        sort_key=at,
        provider_id=one.provider_id,
        legacy_id=one.legacy_id,
        channel=conversation.channel,
        ts=shown.ts,
        created_at=at,
    )
    if message.direction is Direction.OUTBOUND:
        message = replace(message, status=one.status, failure=one.failure, status_at=at)
    tx.messages.add(message)


def is_adopted(tx: Transaction, one: RemoteText, known: Sequence[Message]) -> bool:
    """Tell whether a listed text is one known by its reaction alone, and store its id there."""
    for text in known:
        if text.direction is not Direction.OUTBOUND or not text.body or not was_adopted(tx, text):
            continue
        ours, theirs = normalized(text.body), normalized(one.body)
        if theirs == ours or theirs.startswith(ours):  # a signature may follow
            if not text.provider_id:
                identified(tx, text, one.provider_id, one.legacy_id)
                return True
        elif len(theirs) > LONG_PART and theirs[4:-4] in ours:  # a part of a long text, perhaps with its number
            return True
    return False
