"""Draft of a text from a message that is in Slack already, with what of it is left out.

Refuses what was texted already, what the bot or Slack itself wrote, and what was deleted.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.bridge.conversations.queries import conversation_at
from bot.bridge.messages.queries import texts_shown_at
from bot.bridge.messages.send import ThreadMessage
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import UserId
from bot.domain.message import Direction, Message
from bot.domain.pieces import Piece, Ref, RefKind
from bot.slack.context import Context, UserError
from bot.slack.events.beside_text import all_pieces, own_pieces
from bot.slack.events.interactions import Interaction
from bot.slack.events.message_events import REPLY_SUBTYPES
from bot.slack.features.compose import view
from bot.slack.features.compose.view import Draft
from bot.slack.features.kit.colleagues import agent_name
from bot.slack.features.kit.contact_ref import contact_labels
from bot.slack.json_fields import dicts_of, str_of
from bot.slack.text.rich_text import flatten

MAX_NAMES = 5
"""Limit of names that are looked up while a person waits for the form."""

ALREADY_TEXTED = "This message has been texted already, or is on its way. The mark on it shows how far it got."
BY_THE_BOT = "The bot wrote this, so it is not for a customer. To text them, write in their thread, or use New text."
BY_SLACK = "Slack wrote this, so it is not for a customer."
DELETED = "This message was deleted, so there is nothing to text."
ASKED_ABOUT = "This message waits for a decision already: press Send under it."


async def draft_of_message(context: Context, interaction: Interaction) -> Draft:
    """Build the draft from the message of a shortcut. Raises UserError if it cannot be texted.

    A post of the bot stands for the contact's words in it, never for the bot's.
    """
    texts = await _texts_at(context, interaction)
    _check_untexted(texts)
    inbound = "\n".join(text.body for text in texts if text.direction is Direction.INBOUND)
    if inbound:
        return Draft(text=inbound)
    _check_written(context, interaction.message)
    return await _draft(context, interaction)


async def _texts_at(context: Context, interaction: Interaction) -> list[Message]:
    """List the texts that a message shows. Raises UserError if the message was deleted."""
    channel, ts = interaction.channel, interaction.message_ts
    if channel is None or ts is None:
        return []
    is_gone = interaction.message.get("subtype") == "tombstone"
    texts = None if is_gone else await context.units.run(texts_shown_at, channel, ts)
    if texts is None:
        raise UserError(DELETED)
    return texts


def _check_untexted(texts: Sequence[Message]) -> None:
    """Accept only what was never texted. Raises UserError."""
    ours = [text for text in texts if text.status not in (None, DeliveryStatus.CANCELLED) and text.replaced_by is None]
    if ours:
        is_asked = any(text.status is DeliveryStatus.DRAFT for text in ours)
        raise UserError(ASKED_ABOUT if is_asked else ALREADY_TEXTED)


def _check_written(context: Context, message: Mapping[str, Any]) -> None:
    """Accept only messages of a person or another app. Raises UserError."""
    owns = ((message.get("bot_id"), context.bot_id), (message.get("user"), context.bot_user_id))
    if any(own and theirs == own for theirs, own in owns):
        raise UserError(BY_THE_BOT)
    if message.get("subtype") not in (*REPLY_SUBTYPES, "bot_message"):
        raise UserError(BY_SLACK)


async def _draft(context: Context, interaction: Interaction) -> Draft:
    """Build the draft from a message; notes name what is left out."""
    conversation, message = await _talk_at(context, interaction), interaction.message
    whole, files = all_pieces(message), len(dicts_of(message.get("files")))
    notes = [*([] if whole is not None else [view.NOT_WHOLE]), *([view.left_behind(files)] if files else [])]
    to = view.to_contact(conversation, contact_labels(context).name_of(conversation)) if conversation else None
    words = await _words(context, own_pieces(message) if whole is None else whole)
    return Draft(to, words, _source(interaction) if conversation else None, tuple(notes))


async def _talk_at(context: Context, interaction: Interaction) -> Conversation | None:
    channel, thread_ts = interaction.channel, interaction.thread_ts
    if channel is None or thread_ts is None:
        return None
    return await context.units.run(conversation_at, channel, thread_ts)


def _source(interaction: Interaction) -> ThreadMessage | None:
    """Identify a person's message in a thread; an app's post gets no reactions of ours."""
    author = str_of(interaction.message.get("user"))
    is_ours = bool(interaction.message.get("bot_id"))
    if (
        interaction.channel is None
        or interaction.thread_ts is None
        or interaction.message_ts is None
        or is_ours
        or not author
    ):
        return None
    return ThreadMessage(interaction.channel, interaction.thread_ts, interaction.message_ts, UserId(author))


async def _words(context: Context, pieces: tuple[Piece, ...]) -> str:
    people = [piece for piece in pieces if isinstance(piece, Ref) and piece.kind is RefKind.USER][:MAX_NAMES]
    return flatten(pieces, {piece: await agent_name(context, UserId(piece.id)) for piece in people})
