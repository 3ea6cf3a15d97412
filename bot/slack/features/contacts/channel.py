"""Channel of a contact: `/volt contact NUMBER channel ID`, for lines whose provider has channels of its own.

Where a channel is set, what is written to the contact goes by it, so that it is for managers.
"""

from bot.bridge.conversations.contacts import record_channel
from bot.domain.phone import E164
from bot.domain.roles import Role
from bot.ports.capabilities import Capability
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.capabilities import channels_of
from bot.slack.features.kit.contact_ref import ContactRef
from bot.slack.features.kit.permissions import require
from bot.slack.features.kit.provider_calls import change_at_provider, record_change
from bot.slack.features.kit.which_line import line_for
from bot.slack.text.escaping import escape

WORD, OFF = "channel", "off"

HELP = (
    "• `/volt contact (555) 555-0145 channel ID` – reach somebody by a channel of the provider's from now on, or with "
    "`channel off` by texts again; for managers"
)
NO_ID = "Write the id of the channel after the word channel, or off for texts."
AGAIN = "You may safely do it again."


def is_about_channel(words: str) -> bool:
    """Tell whether the words after a number are about its channel."""
    return words.casefold().split(maxsplit=1)[:1] == [WORD]


async def set_channel(context: Context, interaction: Interaction, ref: ContactRef, words: str) -> MessageBody:
    """Reach a contact by the channel that is named, or by texts. Raises UserError or CallFailed."""
    await require(context, interaction, Role.MANAGER)
    channels, by = channels_of(context, ref.account), context.lines.profile(ref.account)
    typed = " ".join(words.split()[1:]).strip("`'\"")
    if not typed:
        raise UserError(NO_ID)
    channel = "" if typed.casefold() == OFF else typed
    await change_at_provider(by, channels.connect(ref.contact, channel), AGAIN)
    writing = context.units.run(record_channel, interaction.user, ref.account, ref.contact, channel)
    await record_change(by, writing)
    return MessageBody(escape(_done(context.renderer.number(ref.contact), by.name, is_on=bool(channel))), [])


def _done(number: str, provider: str, *, is_on: bool) -> str:
    if not is_on:
        return f"{number} is reached by texts again, and not by a channel."
    return (
        f"{number} is reached by this channel at {provider} from now on: what your team writes goes by it, files too, "
        "and what is written there comes here."
    )


async def line_with_channels(context: Context, account: E164) -> E164:
    """Choose the number for a contact's channel: this one, or the first that has channels where it has none."""
    if context.lines.offers(Capability.CHANNELS, account):
        return account
    return await line_for(context, None, Capability.CHANNELS)
