"""Inbox view: ten conversations of the provider's inbox. Pure; texts are not parsed."""

from collections.abc import Callable

from bot.bridge.conversations.contacts import without_number
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164, can_be_texted
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.provider_records import InboxRecord
from bot.slack.blocks import cards
from bot.slack.blocks.cards import WriteNumber
from bot.slack.blocks.kit import Block, MessageBody, context_texts, date, mrkdwn, plain, section_plain
from bot.slack.features.kit.contact_ref import ContactRef, open_button
from bot.slack.features.kit.pagination import PageSlice, page_buttons
from bot.slack.features.kit.texts import no_time_text

INBOX_NEWER, INBOX_OLDER = "inbox_leaf_newer", "inbox_leaf_older"


def render_inbox(
    account: E164,
    leaf: PageSlice[InboxRecord],
    numbers: WriteNumber,
    link_of: Callable[[E164], str],
    *,
    by: ProviderProfile = UNKNOWN_PROVIDER,
) -> MessageBody:
    """Render ten conversations of the provider's inbox, newest first; `link_of` returns a thread's address or ""."""
    title = f"{by.capital_name}'s inbox"
    blocks = [cards.header_block(f"{title} of {numbers(number_of(account))}")]
    for row in leaf.items:
        blocks += _row(account, row, numbers, link_of, by)
    if not leaf.items:
        blocks.append(section_plain(f"{title} is empty here."))
    return MessageBody(title, blocks + page_buttons(leaf, (INBOX_NEWER, INBOX_OLDER), account, by))


def _row(
    account: E164, row: InboxRecord, numbers: WriteNumber, link_of: Callable[[E164], str], by: ProviderProfile
) -> list[Block]:
    number = numbers(row.contact) if row.contact else "a number that cannot be read"
    name = cards.single_line(without_number(row.name, row.contact or ""), 60)
    who = f"{name} · {number}" if name else number
    words = cards.single_line(row.text, 200) or "No words"
    link = link_of(row.contact) if row.contact else ""
    can_open = row.contact and (link or can_be_texted(row.contact))
    opens = open_button(ContactRef(account, row.contact), link) if row.contact and can_open else None
    at = mrkdwn(date(row.at)) if row.at else plain(no_time_text(by.name))
    unread = plain(f"Unread in {by.name}" if row.is_unread else f"Read in {by.name}")
    return [section_plain(f"{who}\n{words}", opens), context_texts(unread, at)]
