"""A channel of a contact's own: opened by a button or by a word to the bot."""

from bot.bridge.conversations.own_channel import Asked, ask_for_channel
from bot.domain.ids import ConversationId
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.which_conversation import conversation_of

ANSWERS = {
    Asked.IS_COMING: "I am making a channel for this contact. This thread will say where it goes on.",
    Asked.WAS_ASKED: "A channel for this contact is being made already. This thread will say where it goes on.",
    Asked.IS_THERE: "This contact has a channel already: this conversation stands in it.",
    Asked.ERASED: "This contact was erased, so there is nothing to show in a channel.",
    Asked.NO_NAME: "Every name that fits this contact is taken. Change the contact's name, then try again.",
}


async def open_channel(context: Context, interaction: Interaction) -> MessageBody:
    """Act on the button."""
    return await _ask(context, interaction, conversation_of(interaction))


async def open_by_word(context: Context, interaction: Interaction, conversation_id: ConversationId) -> MessageBody:
    """Act on a word to the bot."""
    return await _ask(context, interaction, conversation_id)


async def _ask(context: Context, interaction: Interaction, conversation_id: ConversationId) -> MessageBody:
    asked = await context.units.run(ask_for_channel, conversation_id, interaction.user)
    return MessageBody(ANSWERS[asked], [])
