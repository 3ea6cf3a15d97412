"""Provider inbox handlers, `/volt inbox`: the conversations there, ten a page, with links to threads."""

from bot.bridge.conversations.queries import conversations_by_contact
from bot.domain.errors import InvalidNumber
from bot.domain.own_numbers import parse_account
from bot.domain.phone import E164
from bot.domain.roles import Role
from bot.ports.capabilities import Capability
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.capabilities import inbox_of
from bot.slack.features.kit.pagination import Cursor, read_cursor, slice_page
from bot.slack.features.kit.provider_calls import read_from_provider
from bot.slack.features.kit.which_line import line_for, picked_line
from bot.slack.features.provider_inbox.view import INBOX_NEWER, INBOX_OLDER, render_inbox
from bot.slack.handling import Feature, Subcommand


async def inbox(context: Context, _interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt inbox`."""
    line, words = await picked_line(context, words)
    if words:
        raise UserError("There are words after the command.")
    return await _read(context, await line_for(context, line, Capability.INBOX), Cursor())


async def turn_page(context: Context, interaction: Interaction) -> None:
    """Act on Older and Newer: replace the page in the same message."""
    subject, cursor = read_cursor(interaction.value)
    try:
        account = parse_account(subject)
    except InvalidNumber:
        raise UserError("This is out of date. Please type the command again.") from None
    await context.ui.respond(interaction.response_url, await _read(context, account, cursor), replaces=True)


async def _read(context: Context, account: E164, cursor: Cursor) -> MessageBody:
    by, source = context.lines.profile(account), inbox_of(context, account)
    page_slice = slice_page(await read_from_provider(by, source.inbox_page(account, cursor.mark or None)), cursor)
    contacts = [row.contact for row in page_slice.items if row.contact]
    conversations = await context.units.run(conversations_by_contact, account, contacts)
    return render_inbox(
        account,
        page_slice,
        context.renderer.number,
        lambda contact: context.thread_link(conversations.get(contact)),
        by=by,
    )


FEATURE = Feature(
    role=Role.AGENT,
    needs=Capability.INBOX,
    commands=(Subcommand("inbox", "", "", "{name}'s inbox: who wrote last, and a thread for each", inbox),),
    actions={INBOX_NEWER: turn_page, INBOX_OLDER: turn_page},
)
