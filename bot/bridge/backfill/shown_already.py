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
    for remote in listed:
        if remote.provider_id in pairs:
            note_found(tx, conversation.id, pairs[remote.provider_id])
            _keep(tx, conversation, remote, pairs[remote.provider_id])
    return [remote for remote in listed if remote.provider_id not in pairs]


def _paired(listed: Sequence[RemoteText], shown: Sequence[ShownText]) -> dict[str, ShownText]:
    """Pair by ids first, then by words and time, so that no text takes the place of another with the same words."""
    pairs: dict[str, ShownText] = {}
    left = list(shown)
    for is_same in (_has_id_of, _fits):
        for remote in listed:
            found = next(
                (text for text in left if remote.provider_id not in pairs and is_same(text.text, remote)), None
            )
            if found is not None:
                pairs[remote.provider_id] = found
                left.remove(found)
    return pairs


def _has_id_of(text: TextStamp, remote: RemoteText) -> bool:
    return _is_same_direction(text, remote) and has_same_id(text, remote.provider_id, remote.legacy_id)


def _fits(text: TextStamp, remote: RemoteText) -> bool:
    is_then = remote.at is None or is_about_then(text, to_micros(remote.at))
    return _is_same_direction(text, remote) and text.digest == digest_of(remote.body) and is_then


def _is_same_direction(text: TextStamp, remote: RemoteText) -> bool:
    return remote.is_outbound is (text.direction is Direction.OUTBOUND)


def _keep(tx: Transaction, conversation: Conversation, remote: RemoteText, shown: ShownText) -> None:
    """Store a text that need not be shown."""
    at = to_micros(remote.at) if remote.at is not None else shown.text.sort_key
    message = Message(
        id=0,
        key=MessageKey(uuid4().hex),
        conversation_id=conversation.id,
        direction=shown.text.direction,
        turn=conversation.turn,
        body=remote.body,
        media=remote.media,
        sort_key=at,
        provider_id=remote.provider_id,
        legacy_id=remote.legacy_id,
        channel=conversation.channel,
        ts=shown.ts,
        created_at=at,
    )
    if message.direction is Direction.OUTBOUND:
        message = replace(message, status=remote.status, failure=remote.failure, status_at=at)
    tx.messages.add(message)


def is_adopted(tx: Transaction, remote: RemoteText, known: Sequence[Message]) -> bool:
    """Tell whether a listed text is one known by its reaction alone, and store its id there."""
    for text in known:
        if text.direction is not Direction.OUTBOUND or not text.body or not was_adopted(tx, text):
            continue
        ours, theirs = normalized(text.body), normalized(remote.body)
        if theirs == ours or theirs.startswith(ours):  # a signature may follow
            if not text.provider_id:
                identified(tx, text, remote.provider_id, remote.legacy_id)
                return True
        elif len(theirs) > LONG_PART and theirs[4:-4] in ours:  # a part of a long text, perhaps with its number
            return True
    return False
