"""Status handlers, `/volt status`: one text, by Volt's id, the carrier's id, or our own key."""

import re
from dataclasses import dataclass

from bot.domain.conversation import Conversation
from bot.domain.ids import MessageKey
from bot.domain.message import Message
from bot.domain.phone import E164
from bot.domain.provider_records import TextRecord
from bot.ports.storage import Transaction
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, Feature, Subcommand, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.provider_calls import read_from_provider
from bot.slack.features.status.view import books_view, record_view
from bot.slack.text import escaping

LONGEST_ID = 200

_OUR_KEY = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class LocalText:
    """Text in our own store, with its conversation."""

    text: Message | None = None
    conversation: Conversation | None = None


async def status(context: Context, _asked: Interaction, words: str) -> MessageBody:
    """Answer `/volt status ID`."""
    text_id = _read_id(words)
    ours = await context.store.run(lambda tx: _ours(tx, text_id))
    known = ours.text
    named = (known.provider_id or known.legacy_id) if known else text_id
    link = context.thread_link(ours.conversation)
    if known is not None and not named:
        return books_view(known, link, "Volt has not taken this text, as far as we know.")
    record = await read_from_provider(context.directory.text_record(named))
    if record is not None:
        return await _of_record(context, record, ours)
    if known is not None:
        return books_view(known, link, "Volt does not have this text any more. Our own record says:")
    raise UserError(f"Volt knows no text with the id `{escaping.escape(text_id)}`, nor do we. Copy the whole id.")


def _read_id(words: str) -> str:
    """Read an id: one word of printable characters. Raises UserError."""
    text_id = words.strip().strip("`'\"")
    if not text_id:
        raise UserError("There is no id.")
    if len(text_id) > LONGEST_ID:
        raise UserError(f"An id has at most {LONGEST_ID} characters.")
    if any(char.isspace() for char in text_id):
        raise UserError("An id is one word.")
    if not text_id.isprintable() or "`" in text_id:
        raise UserError("An id has only letters, digits and signs.")
    return text_id


def _ours(tx: Transaction, text_id: str) -> LocalText:
    is_key = _OUR_KEY.fullmatch(text_id.lower())
    found = tx.messages.by_key(MessageKey(text_id.lower())) if is_key else None
    found = found or tx.messages.by_provider_id(text_id, text_id)
    return LocalText(found, tx.conversations.get(found.conversation_id)) if found else LocalText()


async def _of_record(context: Context, record: TextRecord, ours: LocalText) -> MessageBody:
    """Render Volt's record; a text that our store does not have still belongs to a conversation."""
    if ours.text is None:
        ours = await context.store.run(lambda tx: _ours_of(tx, record))
    return record_view(record, ours.text, context.thread_link(ours.conversation), context.renderer.number)


def _ours_of(tx: Transaction, record: TextRecord) -> LocalText:
    found = tx.messages.by_provider_id(record.provider_id, record.legacy_id)
    if found is not None:
        return LocalText(found, tx.conversations.get(found.conversation_id))
    return LocalText(None, _talk(tx, record.from_number, record.to_number))


def _talk(tx: Transaction, one: E164 | None, other: E164 | None) -> Conversation | None:
    if one is None or other is None:
        return None
    return tx.conversations.find(one, other) or tx.conversations.find(other, one)


PART = Feature(
    commands=(Subcommand("status", "ID", "rf_8mAx2kTq", "what became of one text, by its id", status),),
)
