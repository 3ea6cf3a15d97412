"""History view: ten texts of a conversation, or ten conversations of Volt's inbox. Pure; texts are not parsed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from bot.bridge.conversations.contacts import without_number
from bot.domain.phone import E164, can_be_texted
from bot.domain.provider_messages import RemoteText
from bot.domain.provider_records import InboxRecord
from bot.domain.text import counted
from bot.slack.blocks import cards
from bot.slack.blocks.cards import Link, WriteNumber
from bot.slack.blocks.kit import (
    Block,
    MessageBody,
    button,
    button_row,
    context_plain,
    context_texts,
    date,
    mrkdwn,
    plain,
    section_plain,
)
from bot.slack.features.contacts.card import ContactRef, open_button
from bot.slack.features.kit.pagination import TOO_FAR, Cursor, PageSlice, cursor_value
from bot.slack.render.statuses import PHRASES
from bot.slack.text import escaping

HISTORY_NEWER, HISTORY_OLDER = "history_leaf_newer", "history_leaf_older"
INBOX_NEWER, INBOX_OLDER = "inbox_leaf_newer", "inbox_leaf_older"

MAX_TEXT_CHARS = 800
"""Limit of a text, in characters: ten of them stay far below the 13,200 that Slack takes in one message."""

MAX_LINKS = 5

NO_TIME = "no time on Volt's record"

NONE_KNOWN: Mapping[str, datetime] = MappingProxyType({})


# --- a conversation


def render_history(
    ref: ContactRef,
    name: str,
    page_slice: PageSlice[RemoteText],
    numbers: WriteNumber,
    times: Mapping[str, datetime] = NONE_KNOWN,
) -> MessageBody:
    """Render ten texts of a conversation, the newest at the bottom, as in a thread.

    `times` are those of our store by Volt's or the carrier's id, for texts of which Volt gives no time.
    """
    number = numbers(ref.contact)
    them = cards.single_line(name, 60) or number
    subject = f"{them} · {number}" if them != number else number
    blocks = [cards.header_block(f"Texts with {subject}"), *_part_line(page_slice)]
    for text in reversed(page_slice.items):
        blocks += _text(text, them, times)
    if not page_slice.items:
        blocks.append(section_plain("Volt has no texts here."))
    blocks += page_buttons(page_slice, (HISTORY_NEWER, HISTORY_OLDER), str(ref))
    return MessageBody(escaping.escape(f"Texts with {subject}"), blocks)


def _part_line(page_slice: PageSlice[RemoteText]) -> list[Block]:
    return [context_plain(f"Part {page_slice.cursor.number}, older texts first")] if page_slice.items else []


def _text(text: RemoteText, them: str, times: Mapping[str, datetime]) -> list[Block]:
    at = _at(text, times)
    status = [plain(_status(text))] if text.is_outbound else []
    words = cards.truncated(text.body, MAX_TEXT_CHARS)
    quoted = [section_plain(words)] if words else []
    nothing = [] if words or text.media else [context_plain("An empty text.")]
    return [context_texts(plain(_whose(text, them)), at, *status), *quoted, *attachments(text.media), *nothing]


def _at(text: RemoteText, times: Mapping[str, datetime]) -> Block:
    """Write the time of a text, by Volt's clock; if Volt gives none, by our store."""
    if text.at:
        return mrkdwn(date(text.at))
    known = times.get(text.provider_id) or times.get(text.legacy_id)
    if known is None:
        return plain(NO_TIME)
    return mrkdwn(f"{date(known)} by our clock" if text.is_outbound else date(known))


def _whose(text: RemoteText, them: str) -> str:
    return "Direction not known" if text.is_outbound is None else "Us" if text.is_outbound else them


def _status(text: RemoteText) -> str:
    words = PHRASES[text.status]
    return f"{words}: {text.failure.user_message}" if text.failure else words


def attachments(media: tuple[str, ...]) -> list[Block]:
    """Count a text's attachments, with as many links as can be shown."""
    if not media:
        return []
    if len(media) == 1:
        value = Link(media[0], "open it") if cards.may_link(media[0]) else "its address cannot be shown here"
        return [cards.fact_list([(counted(1, "attachment"), [value])])]
    links = [Link(url, f"open {place}") for place, url in enumerate(media, 1) if cards.may_link(url)][:MAX_LINKS]
    elements = [element for link in links for element in (", ", link)][1:]
    return [
        cards.fact_list([(counted(len(media), "attachment"), elements or ["their addresses cannot be shown here"])])
    ]


# --- the inbox


def render_inbox(
    account: E164, page_slice: PageSlice[InboxRecord], numbers: WriteNumber, link_of: Callable[[E164], str]
) -> MessageBody:
    """Render ten conversations of Volt's inbox, newest first; `link_of` returns a thread's address or ""."""
    blocks = [cards.header_block(f"Volt's inbox of {numbers(account)}")]
    for row in page_slice.items:
        blocks += _row(account, row, numbers, link_of)
    if not page_slice.items:
        blocks.append(section_plain("Volt's inbox is empty here."))
    return MessageBody("Volt's inbox", blocks + page_buttons(page_slice, (INBOX_NEWER, INBOX_OLDER), account))


def _row(account: E164, row: InboxRecord, numbers: WriteNumber, link_of: Callable[[E164], str]) -> list[Block]:
    number = numbers(row.contact) if row.contact else "a number that cannot be read"
    name = cards.single_line(without_number(row.name, row.contact or ""), 60)
    label = f"{name} · {number}" if name else number
    words = cards.single_line(row.text, 200) or "No words"
    link = link_of(row.contact) if row.contact else ""
    can_open = row.contact and (link or can_be_texted(row.contact))
    opens = open_button(ContactRef(account, row.contact), link) if row.contact and can_open else None
    at = mrkdwn(date(row.at)) if row.at else plain(NO_TIME)
    unread = plain("Unread in Volt" if row.is_unread else "Read in Volt")
    return [section_plain(f"{label}\n{words}", opens), context_texts(unread, at)]


# --- pages


def page_buttons(
    page_slice: PageSlice[RemoteText] | PageSlice[InboxRecord], names: tuple[str, str], subject: str
) -> list[Block]:
    """Buttons to the newer and older page; words in their place if a cursor does not fit into a button."""
    newer = _page_button("Newer", names[0], subject, page_slice.newer)
    older = _page_button("Older", names[1], subject, page_slice.older)
    is_stuck = page_slice.older is not None and older is None
    return button_row(newer, older) + ([context_plain(TOO_FAR)] if is_stuck else [])


def _page_button(label: str, name: str, subject: str, cursor: Cursor | None) -> Block | None:
    value = cursor_value(cursor, subject) if cursor else None
    return button(label, name, value) if value else None
