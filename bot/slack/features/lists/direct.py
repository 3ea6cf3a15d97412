"""Messages that people write to the bot itself: a CSV file is offered for import, anything else is answered once.

Nothing that is written there is texted to anybody, whatever it says.
"""

from pathlib import PurePath

from bot.domain.roles import Role
from bot.domain.thread_events import Reply, SlackFile
from bot.ports.capabilities import Capability
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.capabilities import lists_of
from bot.slack.features.kit.first_run import require_connection
from bot.slack.features.kit.permissions import require
from bot.slack.features.kit.which_line import line_for
from bot.slack.features.lists import import_view as view

MOST_FILES = 5
"""Files of one message that are offered for import."""

WHAT_TO_DO = (
    "Nothing that you write here is texted to anybody. Answer customers in their threads, or write `/volt send` in any "
    "channel. To import contacts put a CSV file here. `/volt help` lists what else there is."
)
NO_TABLE = (
    "This is no file of contacts, and nothing was done with it. To import contacts save the table as “CSV UTF-8”, and "
    "put that file here. A picture for a customer belongs in the customer's thread."
)


async def answer_direct(context: Context, interaction: Interaction, message: Reply) -> MessageBody:
    """Answer a message to the bot itself. Raises UserError."""
    if not message.has_files:
        await require(context, interaction, Role.INSIDER)
        return MessageBody(WHAT_TO_DO, [])
    await require(context, interaction, Role.SENDER_TO_MANY)
    tables = [file for file in message.files if _is_table(file)]
    if not tables:
        return MessageBody(NO_TABLE, [])
    require_connection(context, view.OFFER)
    lists_of(context, await line_for(context, None, Capability.LISTS))
    return view.offer(tables[:MOST_FILES])


def _is_table(file: SlackFile) -> bool:
    """Tell by its name whether a file may be a table; what it really is shows when it is read."""
    return PurePath(file.name).suffix.lower().removeprefix(".") in view.ENDINGS
