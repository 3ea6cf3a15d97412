"""`/volt history`: what was texted with a contact, as Volt has it on record, ten texts at a time."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, UserId
from bot.domain.message import Direction, Message
from bot.domain.timestamps import from_micros
from bot.ports.repositories import Transaction
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, Feature, Subcommand
from bot.slack.events.interactions import Interaction
from bot.slack.features.contacts.card import HISTORY, ContactRef, read_who
from bot.slack.features.contacts.handlers import only_number
from bot.slack.features.history.view import HISTORY_NEWER, HISTORY_OLDER, history_view
from bot.slack.features.kit.pagination import Cursor, page_of, read_cursor
from bot.slack.features.kit.provider_calls import read_from_provider


async def history(desk: Context, asked: Interaction, words: str) -> MessageBody:
    """Answer `/volt history NUMBER`."""
    number = only_number(desk, words)
    return await _begin(desk, asked, ContactRef(await desk.account_with(number), number))


async def press(desk: Context, asked: Interaction) -> None:
    """Act on History of a card."""
    shown = await _begin(desk, asked, read_who(asked.value))
    await desk.surfaces.answer_later(asked.response_url, shown)


async def of_conversation(desk: Context, asked: Interaction, conversation_id: ConversationId) -> MessageBody:
    """Show the texts of a conversation."""
    talk = await desk.store.run(lambda ledger: ledger.conversation(conversation_id))
    return await _begin(desk, asked, ContactRef(talk.account, desk.textable(talk.contact)))


async def leaf(desk: Context, asked: Interaction) -> None:
    """Act on Older and Newer: the same message shows other texts."""
    subject, spot = read_cursor(asked.value)
    who = read_who(subject)
    talk = await desk.store.run(lambda ledger: ledger.find_conversation(who.account, who.contact))
    await desk.surfaces.answer_later(asked.response_url, await _read(desk, who, talk, spot), replaces=True)


async def _begin(desk: Context, asked: Interaction, who: ContactRef) -> MessageBody:
    """Show the newest texts, and note who looked once they could be read."""
    talk = await desk.store.run(lambda ledger: ledger.find_conversation(who.account, who.contact))
    shown = await _read(desk, who, talk, Cursor())
    if talk is not None:
        await desk.store.run(lambda ledger: _note_reading(ledger, asked.user, talk))
    return shown


def _note_reading(ledger: Transaction, user: UserId, talk: Conversation) -> None:
    ledger.note_audit(user, "read history", talk.id)


async def _read(desk: Context, who: ContactRef, talk: Conversation | None, spot: Cursor) -> MessageBody:
    page = await read_from_provider(desk.directory.history(who.account, who.contact, spot.mark or None))
    leaf = page_of(page, spot)
    times = await _our_times(desk, talk) if talk and not all(text.at for text in leaf.items) else {}
    return history_view(who, talk.name if talk else "", leaf, desk.views.number, times)


async def _our_times(desk: Context, talk: Conversation) -> Mapping[str, datetime]:
    """Read when our books have each text, by every id of it: what came by the carrier's clock, ours by our own."""
    texts = await desk.store.run(lambda ledger: ledger.recent_texts(talk.id))
    return {id_: _when(one) for one in texts for id_ in (one.provider_id, one.legacy_id) if id_}


def _when(text: Message) -> datetime:
    is_inbound = text.direction is Direction.INBOUND
    return from_micros(text.rank if is_inbound else text.tried_at or text.created_at)


PART = Feature(
    commands=(
        Subcommand("history", "NUMBER", "(555) 555-0145", "all texts with a contact, as Volt has them", history),
    ),
    actions={HISTORY: press, HISTORY_NEWER: leaf, HISTORY_OLDER: leaf},
)
