"""Webhook view: the registrations at the provider, without secret parts of their addresses. Pure."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.provider_records import WebhookRecord
from bot.slack.blocks import cards
from bot.slack.blocks.kit import (
    Block,
    MessageBody,
    button,
    button_row,
    confirm_dialog,
    context_plain,
    section,
    section_plain,
)
from bot.slack.text import escaping

REGISTER, DELETE = "webhook_register", "webhook_delete"

MAX_SHOWN = 20

_OUR_PATH = re.compile(r"(/[a-z]+/webhooks)/[^/]+")
_LONG_PART = re.compile(r"[^/]{16,}")

_NO_ADDRESS = (
    "This bot cannot register itself: nobody has set PUBLIC_URL, the https address at which {name} reaches it."
)

_ONLY_OLDER = "Texts come to an older address, which anybody can guess. A manager should register this bot again."
_OLDER_LEFT = "The older address is not needed any more. A manager can delete it."


def list_view(
    registered: Sequence[WebhookRecord], own_url: str, *, note: str = "", by: ProviderProfile = UNKNOWN_PROVIDER
) -> MessageBody:
    """Render the registrations; `note`, in mrkdwn, states the result of a change."""
    blocks = [section(note)] if note else []
    blocks.append(cards.header_block(f"Webhooks at {by.name}"))
    for webhook in registered[:MAX_SHOWN]:
        blocks += _registration(webhook, own_url, by)
    if len(registered) > MAX_SHOWN:
        blocks.append(context_plain(f"and {len(registered) - MAX_SHOWN} more, which {by.name} shows"))
    if not registered:
        blocks.append(section_plain(f"None is registered, so {by.name} brings no texts to anybody."))
    return MessageBody(note or f"Webhooks at {by.name}", blocks + _own(registered, own_url, by))


def _registration(webhook: WebhookRecord, own_url: str, by: ProviderProfile) -> list[Block]:
    address = masked_url(webhook.url) + _note(webhook, own_url)
    whose = f"for {cards.single_line(webhook.primary_phone, 40)}" if webhook.primary_phone else "for all numbers"
    words = f"id {cards.single_line(webhook.id, 100)}, {whose}"
    deletes = (
        button("Delete", DELETE, webhook.id, confirm=_question(webhook, own_url, by))
        if len(webhook.id) <= 100
        else None
    )
    return [section_plain(address, deletes), context_plain(words)]


def _note(webhook: WebhookRecord, own_url: str) -> str:
    if own_url and webhook.url == own_url:
        return " (this bot)"
    return " (this bot, an older address without a secret)" if is_older(webhook.url, own_url) else ""


def is_older(url: str, own_url: str) -> bool:
    """Tell whether an address leads to this bot without the secret, as bots of before registered themselves."""
    return bool(own_url) and url.rstrip("/") == own_url.rpartition("/")[0]


def _question(webhook: WebhookRecord, own_url: str, by: ProviderProfile) -> Block:
    words = f"{by.capital_name} stops bringing texts and receipts to this address."
    if own_url and webhook.url == own_url:
        words += " It is this bot's own: texts from customers no longer come here until it is registered again."
    return confirm_dialog("Delete this webhook?", words, "Delete", is_grave=True)


def _own(registered: Sequence[WebhookRecord], own_url: str, by: ProviderProfile) -> list[Block]:
    if not own_url:
        return [context_plain(_NO_ADDRESS.format(name=by.name))]
    has_older = any(is_older(webhook.url, own_url) for webhook in registered)
    if any(webhook.url == own_url for webhook in registered):
        return [context_plain(_OLDER_LEFT)] if has_older else []
    older = [context_plain(_ONLY_OLDER)] if has_older else []
    return older + button_row(button("Register this bot", REGISTER, "register"))


def masked_url(url: str) -> str:
    """Write an address without its secret parts: our path secret, long parts, user and query."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    path = _LONG_PART.sub("…", _OUR_PATH.sub(r"\1/…", parts.path))
    masked = f"{parts.scheme}://{host}{port}{path}" + ("?…" if parts.query else "")
    return cards.single_line(masked, 500) or "an address that cannot be read"


def registered_note(webhook: WebhookRecord, by: ProviderProfile) -> str:
    """Write that this bot was registered."""
    brings = f"{by.capital_name} brings texts and receipts to this bot from now on."
    return f"Registered as `{escaping.escape(webhook.id)}`. {brings}"


def deleted_note(webhook_id: str, *, was_there: bool) -> str:
    """Write that a registration was deleted."""
    escaped = escaping.escape(webhook_id)
    return f"Deleted `{escaped}`." if was_there else f"There was no webhook `{escaped}` any more."
