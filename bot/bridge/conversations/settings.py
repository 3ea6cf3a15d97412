"""Settings that people change: routes, modes of channels, signature, templates, webhooks. Each with its audit line."""

from enum import Enum

from bot.bridge.conversations.state import refresh_header
from bot.domain.conversation import Mode
from bot.domain.ids import ChannelId, UserId
from bot.domain.routing import Route
from bot.domain.template import MAX_TEMPLATES, Template
from bot.ports.storage import Transaction

SIGNATURE = "signature"
"""Stored value: what a team puts under its texts."""

MAX_HEADERS = 30
"""Headers that show a new mode of their channel at once; others show it when something else about them changes."""


def set_route(tx: Transaction, new: Route, user: UserId) -> None:
    """Set a route, in place of what there was for its subject."""
    tx.settings.set_route(new, user)
    tx.outbox.release_destinations()  # entries that wait in a channel that is gone may go there now
    tx.audit.add(user, "route", None, f"{new.kind} to {new.channel}")


def drop_route(tx: Transaction, old: Route, user: UserId) -> bool:
    """Drop a route; False where there is none."""
    is_dropped = tx.settings.drop_route(old)
    if is_dropped:
        tx.outbox.release_destinations()
        tx.audit.add(user, "route off", None, old.kind)
    return is_dropped


def set_channel_mode(tx: Transaction, channel: ChannelId, mode: Mode, user: UserId) -> bool:
    """Set the mode of a channel; False where that changes nothing."""
    if (tx.settings.channel_mode(channel) or Mode.AUTO) is mode:
        return False
    tx.settings.set_channel_mode(channel, mode, user)
    tx.audit.add(user, "channel mode", None, f"{channel} {mode.value}")
    for conversation in tx.conversations.in_channel(channel, MAX_HEADERS):
        if conversation.mode is None:
            refresh_header(tx, conversation.id)
    return True


def set_signature(tx: Transaction, text: str, user: UserId) -> None:
    """Set what a team puts under its texts; "" for nothing."""
    tx.settings.set_value(SIGNATURE, text)
    tx.audit.add(user, "signature", None, "set" if text else "off")


class TemplateResult(Enum):
    """Result of saving a template."""

    SAVED = "saved"
    TOO_MANY = "too_many"
    GONE = "gone"
    NAME_TAKEN = "name_taken"


def save_template(tx: Transaction, template_id: int | None, name: str, body: str, user: UserId) -> TemplateResult:
    """Change a template, or add one where `template_id` is None."""
    if template_id is None:
        if len(tx.settings.templates()) >= MAX_TEMPLATES:
            return TemplateResult.TOO_MANY
        is_saved = tx.settings.add_template(name, body, user)
    elif tx.settings.template(template_id) is None:
        return TemplateResult.GONE
    else:
        is_saved = tx.settings.save_template(Template(template_id, name, body), user)
    if not is_saved:
        return TemplateResult.NAME_TAKEN
    tx.audit.add(user, "template", None, "added" if template_id is None else "changed")
    return TemplateResult.SAVED


def drop_template(tx: Transaction, template_id: int, user: UserId) -> None:
    """Delete a template, if it is there."""
    if tx.settings.drop_template(template_id):
        tx.audit.add(user, "template", None, "deleted")


def record_webhook_change(tx: Transaction, user: UserId, action: str, webhook_id: str) -> None:
    """Record who registered or deleted a webhook at the provider."""
    tx.audit.add(user, action, None, webhook_id)
