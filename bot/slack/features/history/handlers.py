"""`/volt history`: what was texted with a contact, as Volt has it on record, ten texts at a time."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, UserId
from bot.domain.message import Direction, Message
from bot.domain.timestamps import moment_of
from bot.ports.repositories import Ledger
from bot.slack.blocks.kit import View
from bot.slack.context import Command, Desk, Part
from bot.slack.events.interactions import Asked
from bot.slack.features.contacts.card import HISTORY, Who, read_who
from bot.slack.features.contacts.handlers import only_number
from bot.slack.features.history.view import HISTORY_NEWER, HISTORY_OLDER, history_view
from bot.slack.features.kit.pagination import Spot, leaf_of, read_spot
from bot.slack.features.kit.provider_calls import reading


async def history(desk: Desk, asked: Asked, words: str) -> View:
    """Answer `/volt history NUMBER`."""
    number = only_number(desk, words)
    return await _begin(desk, asked, Who(await desk.account_with(number), number))


async def press(desk: Desk, asked: Asked) -> None:
    """Act on History of a card."""
    shown = await _begin(desk, asked, read_who(asked.value))
    await desk.surfaces.answer_later(asked.response_url, shown)


async def of_conversation(desk: Desk, asked: Asked, conversation_id: ConversationId) -> View:
    """Show the texts of a conversation."""
    talk = await desk.store.run(lambda ledger: ledger.conversation(conversation_id))
    return await _begin(desk, asked, Who(talk.account, desk.textable(talk.contact)))


async def leaf(desk: Desk, asked: Asked) -> None:
    """Act on Older and Newer: the same message shows other texts."""
    subject, spot = read_spot(asked.value)
    who = read_who(subject)
    talk = await desk.store.run(lambda ledger: ledger.find_conversation(who.account, who.contact))
    await desk.surfaces.answer_later(asked.response_url, await _read(desk, who, talk, spot), replaces=True)


async def _begin(desk: Desk, asked: Asked, who: Who) -> View:
    """Show the newest texts, and note who looked once they could be read."""
    talk = await desk.store.run(lambda ledger: ledger.find_conversation(who.account, who.contact))
    shown = await _read(desk, who, talk, Spot())
    if talk is not None:
        await desk.store.run(lambda ledger: _note_reading(ledger, asked.user, talk))
    return shown


def _note_reading(ledger: Ledger, user: UserId, talk: Conversation) -> None:
    ledger.note_audit(user, "read history", talk.id)


async def _read(desk: Desk, who: Who, talk: Conversation | None, spot: Spot) -> View:
    page = await reading(desk.directory.history(who.account, who.contact, spot.mark or None))
    leaf = leaf_of(page, spot)
    times = await _our_times(desk, talk) if talk and not all(text.at for text in leaf.items) else {}
    return history_view(who, talk.name if talk else "", leaf, desk.views.number, times)


async def _our_times(desk: Desk, talk: Conversation) -> Mapping[str, datetime]:
    """Read when our books have each text, by every id of it: what came by the carrier's clock, ours by our own."""
    texts = await desk.store.run(lambda ledger: ledger.recent_texts(talk.id))
    return {id_: _when(one) for one in texts for id_ in (one.provider_id, one.legacy_id) if id_}


def _when(text: Message) -> datetime:
    is_inbound = text.direction is Direction.INBOUND
    return moment_of(text.rank if is_inbound else text.tried_at or text.created_at)


PART = Part(
    commands=(Command("history", "NUMBER", "(555) 555-0145", "all texts with a contact, as Volt has them", history),),
    actions={HISTORY: press, HISTORY_NEWER: leaf, HISTORY_OLDER: leaf},
)
