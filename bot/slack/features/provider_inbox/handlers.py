"""`/volt inbox`: the conversations of Volt's inbox, ten at a time, each with a way to its thread here."""

from collections.abc import Mapping, Sequence

from bot.domain.conversation import Conversation
from bot.domain.errors import InvalidNumber
from bot.domain.phone import E164, parse_e164
from bot.ports.repositories import Transaction
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, Feature, Subcommand, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.history.view import INBOX_NEWER, INBOX_OLDER, inbox_view
from bot.slack.features.kit.pagination import Cursor, page_of, read_cursor
from bot.slack.features.kit.provider_calls import read_from_provider


async def inbox(desk: Context, _asked: Interaction, words: str) -> MessageBody:
    """Answer `/volt inbox`."""
    if words:
        raise UserError("There are words after the command.")
    return await _read(desk, desk.account, Cursor())


async def leaf(desk: Context, asked: Interaction) -> None:
    """Act on Older and Newer: the same message shows other conversations."""
    subject, spot = read_cursor(asked.value)
    try:
        account = parse_e164(subject)
    except InvalidNumber:
        raise UserError("This is out of date. Please type the command again.") from None
    await desk.surfaces.answer_later(asked.response_url, await _read(desk, account, spot), replaces=True)


async def _read(desk: Context, account: E164, spot: Cursor) -> MessageBody:
    shown = page_of(await read_from_provider(desk.directory.inbox_page(account, spot.mark or None)), spot)
    contacts = [row.contact for row in shown.items if row.contact]
    talks = await desk.store.run(lambda ledger: _talks(ledger, account, contacts))
    return inbox_view(account, shown, desk.views.number, lambda contact: desk.thread_link(talks.get(contact)))


def _talks(ledger: Transaction, account: E164, contacts: Sequence[E164]) -> Mapping[E164, Conversation]:
    found = (ledger.find_conversation(account, contact) for contact in contacts)
    return {talk.contact: talk for talk in found if talk is not None}


PART = Feature(
    commands=(Subcommand("inbox", "", "", "Volt's inbox: who wrote last, and a thread for each", inbox),),
    actions={INBOX_NEWER: leaf, INBOX_OLDER: leaf},
)
