"""Which conversation a person means: by the button that was pressed, by the form, or by the thread they are in."""

from bot.bridge.conversations.queries import conversation_here
from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, UserId
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction

NO_THREAD = "This is not the thread of a contact. Use it in the thread under a contact's name."
OLD_BUTTON = "This is out of date. Please use the newest message of the thread."
OLD_FORM = "This is out of date. Please open it again."


def conversation_of(interaction: Interaction) -> ConversationId:
    """Read which conversation a button is about. Raises Mistake."""
    number = interaction.value.rpartition(":")[2]
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        raise UserError(OLD_BUTTON, has_usage=False)
    return ConversationId(int(number))


def had_by(interaction: Interaction) -> UserId | None:
    """Read who had the conversation when the button was made."""
    return UserId("".join(interaction.value.split(":")[-2:-1])) or None


def conversation_in_form(interaction: Interaction) -> ConversationId:
    """Read which conversation a form is about. Raises Mistake."""
    if not interaction.metadata.isdecimal():
        raise UserError(OLD_FORM)
    return ConversationId(int(interaction.metadata))


async def here(context: Context, interaction: Interaction) -> Conversation:
    """Find the conversation whose thread somebody is in. Raises Mistake."""
    channel, thread_ts = interaction.channel, interaction.thread_ts
    found = None
    if channel is not None and thread_ts is not None:
        found = await context.units.run(conversation_here, channel, thread_ts)
    if found is None:
        raise UserError(NO_THREAD, has_usage=False)
    return found
