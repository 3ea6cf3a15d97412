"""`/volt inbox`: the conversations of Volt's inbox, ten at a time, each with a way to its thread here."""

from collections.abc import Mapping, Sequence

from bot.domain.conversation import Conversation
from bot.domain.errors import InvalidNumber
from bot.domain.phone import E164, parse_e164
from bot.ports.repositories import Ledger
from bot.slack.blocks.kit import View
from bot.slack.context import Command, Desk, Mistake, Part
from bot.slack.events.interactions import Asked
from bot.slack.features.history.view import INBOX_NEWER, INBOX_OLDER, inbox_view
from bot.slack.features.kit.pagination import Spot, leaf_of, read_spot
from bot.slack.features.kit.provider_calls import reading


async def inbox(desk: Desk, _asked: Asked, words: str) -> View:
    """Answer `/volt inbox`."""
    if words:
        raise Mistake("There are words after the command.")
    return await _read(desk, desk.account, Spot())


async def leaf(desk: Desk, asked: Asked) -> None:
    """Act on Older and Newer: the same message shows other conversations."""
    subject, spot = read_spot(asked.value)
    try:
        account = parse_e164(subject)
    except InvalidNumber:
        raise Mistake("This is out of date. Please type the command again.") from None
    await desk.surfaces.answer_later(asked.response_url, await _read(desk, account, spot), replaces=True)


async def _read(desk: Desk, account: E164, spot: Spot) -> View:
    shown = leaf_of(await reading(desk.directory.inbox_page(account, spot.mark or None)), spot)
    contacts = [row.contact for row in shown.items if row.contact]
    talks = await desk.store.run(lambda ledger: _talks(ledger, account, contacts))
    return inbox_view(account, shown, desk.views.number, lambda contact: desk.thread_link(talks.get(contact)))


def _talks(ledger: Ledger, account: E164, contacts: Sequence[E164]) -> Mapping[E164, Conversation]:
    found = (ledger.find_conversation(account, contact) for contact in contacts)
    return {talk.contact: talk for talk in found if talk is not None}


PART = Part(
    commands=(Command("inbox", "", "", "Volt's inbox: who wrote last, and a thread for each", inbox),),
    actions={INBOX_NEWER: leaf, INBOX_OLDER: leaf},
)
