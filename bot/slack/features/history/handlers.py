"""History handlers, `/volt history`: the texts with a contact from the provider's record, ten a page."""

from collections.abc import Mapping
from datetime import datetime

from bot.bridge.conversations.contacts import record_history_read
from bot.bridge.conversations.queries import find_conversation, get_conversation
from bot.bridge.messages.queries import recent_texts
from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId
from bot.domain.message import Direction, Message
from bot.domain.roles import Role
from bot.domain.timestamps import from_micros
from bot.ports.capabilities import Capability
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context
from bot.slack.events.interactions import Interaction
from bot.slack.features.history.view import HISTORY_NEWER, HISTORY_OLDER, KnownText, render_history
from bot.slack.features.kit.action_ids import HISTORY
from bot.slack.features.kit.capabilities import history_of
from bot.slack.features.kit.contact_ref import ContactRef, only_number, read_contact_ref
from bot.slack.features.kit.pagination import Cursor, read_cursor, slice_page
from bot.slack.features.kit.provider_calls import read_from_provider
from bot.slack.features.kit.which_line import picked_line
from bot.slack.handling import Feature, Subcommand


async def history(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt history NUMBER`."""
    line, words = await picked_line(context, words)
    number = only_number(context, words)
    return await _begin(context, interaction, ContactRef(line or await context.account_with(number), number))


async def press(context: Context, interaction: Interaction) -> None:
    """Act on History of a card."""
    message = await _begin(context, interaction, read_contact_ref(interaction.value))
    await context.ui.respond(interaction.response_url, message)


async def of_conversation(context: Context, interaction: Interaction, conversation_id: ConversationId) -> MessageBody:
    """Show the texts of a conversation."""
    conversation = await context.units.run(get_conversation, conversation_id)
    return await _begin(
        context, interaction, ContactRef(conversation.account, context.require_textable(conversation.contact))
    )


async def turn_page(context: Context, interaction: Interaction) -> None:
    """Act on Older and Newer: replace the page in the same message."""
    subject, cursor = read_cursor(interaction.value)
    ref = read_contact_ref(subject)
    conversation = await context.units.run(find_conversation, ref.account, ref.contact)
    await context.ui.respond(interaction.response_url, await _read(context, ref, conversation, cursor), replaces=True)


async def _begin(context: Context, interaction: Interaction, ref: ContactRef) -> MessageBody:
    """Show the newest page, and write the audit log once it could be read."""
    conversation = await context.units.run(find_conversation, ref.account, ref.contact)
    message = await _read(context, ref, conversation, Cursor())
    if conversation is not None:
        await context.units.run(record_history_read, interaction.user, conversation.id)
    return message


async def _read(context: Context, ref: ContactRef, conversation: Conversation | None, cursor: Cursor) -> MessageBody:
    by, record = context.lines.profile(ref.account), history_of(context, ref.account)
    page = await read_from_provider(by, record.history(ref.account, ref.contact, cursor.mark or None))
    page_slice = slice_page(page, cursor)
    known = await _known(context, conversation) if conversation else {}
    name = conversation.name if conversation else ""
    return render_history(ref, name, page_slice, context.renderer.number, known, by=by)


async def _known(context: Context, conversation: Conversation) -> Mapping[str, KnownText]:
    """Read what our store knows of texts, by all their ids; times are the carrier's for inbound ones, else ours."""
    recent = await context.units.run(recent_texts, conversation.id)
    return {
        id_: KnownText(_when(text), text.author if text.id in recent.by_workflows else None)
        for text in recent.texts
        for id_ in (text.provider_id, text.legacy_id)
        if id_
    }


def _when(text: Message) -> datetime:
    is_inbound = text.direction is Direction.INBOUND
    return from_micros(text.sort_key if is_inbound else text.last_attempt_at or text.created_at)


FEATURE = Feature(
    role=Role.AGENT,
    needs=Capability.HISTORY,
    commands=(
        Subcommand("history", "NUMBER", "(555) 555-0145", "all texts with a contact, as {name} has them", history),
    ),
    actions={HISTORY: press, HISTORY_NEWER: turn_page, HISTORY_OLDER: turn_page},
)
