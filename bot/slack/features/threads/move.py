"""Moves of a conversation to another channel: by a form, by `/volt route`, by a word to the bot."""

from bot.bridge.conversations.moving import ask_to_move
from bot.bridge.conversations.state import is_looser_in
from bot.domain.ids import ChannelId, ConversationId
from bot.domain.roles import Role
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody, context_plain
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.channels import CHANNELS, channel_of, picked_channel
from bot.slack.features.kit.permissions import require
from bot.slack.features.kit.texts import IS_THERE
from bot.slack.features.kit.which_conversation import conversation_in_form
from bot.slack.handling import SubmissionResult

MOVE_FORM, MOVE_CHANNEL = "move_form", "move_channel"

WHAT_HAPPENS = "It goes on in a new thread there. What is written in the old one counts as if written there."


async def ask_channel(context: Context, interaction: Interaction, conversation_id: ConversationId) -> None:
    """Open the form."""
    hint = "If it is private, invite me there first: /invite @volt."
    blocks = [modals.input_block(MOVE_CHANNEL, "Channel", CHANNELS, hint=hint), context_plain(WHAT_HAPPENS)]
    view = modals.form_modal(MOVE_FORM, "Move to a channel", "Move", blocks, metadata=str(conversation_id))
    await context.ui.open_modal(interaction.trigger_id, view)


async def move(context: Context, interaction: Interaction) -> SubmissionResult:
    """Move to the chosen channel. Raises UserError with the block at fault."""
    conversation_id = conversation_in_form(interaction)
    channel = await picked_channel(context, interaction, MOVE_CHANNEL, for_texts=True)
    if not await _is_moved(context, interaction, conversation_id, channel):
        raise UserError(IS_THERE, block=MOVE_CHANNEL)
    return None


async def move_by_word(
    context: Context, interaction: Interaction, conversation_id: ConversationId, where: str
) -> MessageBody | None:
    """Move the conversation of a thread. Raises UserError."""
    if not where:
        raise UserError("Write *@volt move #channel*.", has_usage=False)
    channel = await channel_of(context, where, for_texts=True)
    is_moved = await _is_moved(context, interaction, conversation_id, channel)
    return None if is_moved else MessageBody(IS_THERE, [])


async def _is_moved(
    context: Context, interaction: Interaction, conversation_id: ConversationId, channel: ChannelId
) -> bool:
    if await context.units.run(is_looser_in, conversation_id, channel):
        await require(context, interaction, Role.MANAGER)
    return await context.units.run(ask_to_move, conversation_id, channel, interaction.user)
