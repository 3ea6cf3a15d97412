"""Mute of a contact: by the button of the line about many texts, by More…, by `@volt mute`."""

from bot.bridge.messages import muting
from bot.domain.ids import ConversationId, UserId
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.which_conversation import conversation_of


async def mute(context: Context, interaction: Interaction) -> MessageBody | None:
    """Show no more texts of the contact."""
    done = await mute_by_word(context, conversation_of(interaction), interaction.user, "")
    return None if done else MessageBody("This contact is muted already.", [])


async def unmute(context: Context, interaction: Interaction) -> MessageBody | None:
    """Show the contact's texts again, also those of the meantime."""
    done = await unmute_by_word(context, conversation_of(interaction), interaction.user, "")
    return None if done else MessageBody("This contact is not muted.", [])


async def mute_by_word(context: Context, conversation_id: ConversationId, user: UserId, _: str) -> bool:
    """Act on `@volt mute`."""
    return await context.units.run(muting.mute, conversation_id, user)


async def unmute_by_word(context: Context, conversation_id: ConversationId, user: UserId, _: str) -> bool:
    """Act on `@volt unmute`."""
    more = await context.units.run(muting.unmute, conversation_id, user)
    was_muted = more is not None
    while more:
        more = await context.units.run(muting.unmute, conversation_id, user)
    return was_muted
