"""History view: ten texts of a conversation as the provider has them. Pure; texts are not parsed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from bot.domain.ids import UserId
from bot.domain.provider_messages import RemoteText
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.slack.blocks import cards
from bot.slack.blocks.cards import WriteNumber
from bot.slack.blocks.kit import (
    Block,
    MessageBody,
    context_plain,
    context_texts,
    date,
    mrkdwn,
    plain,
    section_plain,
)
from bot.slack.features.kit.contact_ref import ContactRef
from bot.slack.features.kit.pagination import PageSlice, page_buttons
from bot.slack.features.kit.texts import no_time_text
from bot.slack.render.attachment_texts import attachments
from bot.slack.render.statuses import PHRASES
from bot.slack.text import escaping

HISTORY_NEWER, HISTORY_OLDER = "history_leaf_newer", "history_leaf_older"

MAX_TEXT_CHARS = 800
"""Limit of a text, in characters: ten of them stay far below the 13,200 that Slack takes in one message."""


@dataclass(frozen=True)
class KnownText:
    """What our store knows of a text: when it came or went, and for whom a workflow sent it, if one did."""

    at: datetime
    sent_for: UserId | None = None


NONE_KNOWN: Mapping[str, KnownText] = MappingProxyType({})


def render_history(
    ref: ContactRef,
    name: str,
    page_slice: PageSlice[RemoteText],
    numbers: WriteNumber,
    known: Mapping[str, KnownText] = NONE_KNOWN,
    *,
    by: ProviderProfile = UNKNOWN_PROVIDER,
) -> MessageBody:
    """Render ten texts of a conversation, the newest at the bottom, as in a thread.

    `known` is what our store knows, by the provider's or the carrier's id; its times are for texts of which the
    provider gives none.
    """
    number = numbers(ref.contact)
    them = cards.single_line(name, 60) or number
    subject = f"{them} · {number}" if them != number else number
    blocks = [cards.header_block(f"Texts with {subject}"), *_part_line(page_slice)]
    for text in reversed(page_slice.items):
        blocks += _text(text, them, known, by)
    if not page_slice.items:
        blocks.append(section_plain(f"{by.capital_name} has no texts here."))
    blocks += page_buttons(page_slice, (HISTORY_NEWER, HISTORY_OLDER), str(ref), by)
    return MessageBody(escaping.escape(f"Texts with {subject}"), blocks)


def _part_line(page_slice: PageSlice[RemoteText]) -> list[Block]:
    return [context_plain(f"Part {page_slice.cursor.number}, older texts first")] if page_slice.items else []


def _text(text: RemoteText, them: str, known: Mapping[str, KnownText], by: ProviderProfile) -> list[Block]:
    ours = known.get(text.provider_id) or known.get(text.legacy_id)
    status = [plain(_status(text))] if text.is_outbound else []
    words = cards.truncated(text.body, MAX_TEXT_CHARS)
    quoted = [section_plain(words)] if words else []
    nothing = [] if words or text.media else [context_plain("An empty text.")]
    return [
        context_texts(_whose(text, them, ours), _at(text, ours, by), *status),
        *quoted,
        *attachments(text.media),
        *nothing,
    ]


def _at(text: RemoteText, ours: KnownText | None, by: ProviderProfile) -> Block:
    """Write the time of a text, by the provider's clock; if it gives none, by our store."""
    if text.at:
        return mrkdwn(date(text.at))
    if ours is None:
        return plain(no_time_text(by.name))
    return mrkdwn(f"{date(ours.at)} by our clock" if text.is_outbound else date(ours.at))


def _whose(text: RemoteText, them: str, ours: KnownText | None) -> Block:
    if text.is_outbound and ours is not None and ours.sent_for is not None:
        return mrkdwn(f"A workflow for <@{ours.sent_for}>")
    return plain("Direction not known" if text.is_outbound is None else "Us" if text.is_outbound else them)


def _status(text: RemoteText) -> str:
    words = PHRASES[text.status]
    return f"{words}: {text.failure.user_message}" if text.failure else words
