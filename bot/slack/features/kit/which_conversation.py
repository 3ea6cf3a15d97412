"""Conversation of an interaction: by the button's value, by the form's metadata, or by the thread."""

from bot.bridge.conversations.queries import conversation_here
from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, UserId
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction, stored_id

NO_THREAD = "This is not the thread of a contact. Use it in the thread under a contact's name."
OLD_BUTTON = "This is out of date. Please use the newest message of the thread."
OLD_FORM = "This is out of date. Please open it again."


def conversation_of(interaction: Interaction) -> ConversationId:
    """Read the conversation of a button. Raises UserError."""
    number = stored_id(interaction.value.rpartition(":")[2])
    if number is None:
        raise UserError(OLD_BUTTON, has_usage=False)
    return ConversationId(number)


def former_assignee(interaction: Interaction) -> UserId | None:
    """Read the assignee at the time when the button was made."""
    return UserId("".join(interaction.value.split(":")[-2:-1])) or None


def conversation_in_form(interaction: Interaction, number: str | None = None) -> ConversationId:
    """Read the conversation of a form, from a part of its metadata or all of it. Raises UserError."""
    return _numbered(interaction.metadata if number is None else number)


def conversation_with_assignee(interaction: Interaction) -> tuple[ConversationId, UserId | None]:
    """Read the conversation of a form, and its assignee at the time when the form was opened. Raises UserError."""
    number, _, seen = interaction.metadata.partition(":")
    return _numbered(number), UserId(seen) or None


def _numbered(carried: str) -> ConversationId:
    number = stored_id(carried)
    if number is None:
        raise UserError(OLD_FORM)
    return ConversationId(number)


async def conversation_of_thread(context: Context, interaction: Interaction) -> Conversation:
    """Look up the conversation of the thread, or of the channel that is its own. Raises UserError."""
    found = None
    if interaction.channel is not None:
        found = await context.units.run(conversation_here, interaction.channel, interaction.thread_ts)
    if found is None:
        raise UserError(NO_THREAD, has_usage=False)
    return found
