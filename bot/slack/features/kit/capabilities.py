"""Capabilities as features use them: each asks for the one it needs, and a number without it is refused in words."""

from collections.abc import Callable
from typing import TypeVar

from bot.domain.phone import E164
from bot.ports.capabilities import (
    Capabilities,
    Capability,
    Channels,
    Consents,
    Contacts,
    History,
    Lists,
    MediaSending,
    ProviderInbox,
    Scheduling,
    Templates,
    Waves,
    WebhookRegistry,
)
from bot.slack.context import Context, UserError
from bot.slack.text.escaping import escape

T = TypeVar("T")

_CANNOT = {
    Capability.HISTORY: "{line} keeps no texts to read. What was texted by this bot is in the thread.",
    Capability.INBOX: "{line} has no inbox to look into.",
    Capability.STATUS_LOOKUP: "{line} cannot be asked about a text.",
    Capability.CONTACTS: "{line} keeps no contacts, so nothing about them can be saved there.",
    Capability.CONSENTS: "{line} does not ask for consent.",
    Capability.LISTS: "{line} keeps no lists of contacts.",
    Capability.WAVES: "{line} does not text many people at once.",
    Capability.SCHEDULING: "{line} does not send texts later.",
    Capability.TEMPLATES: "{line} has no approved templates.",
    Capability.WINDOW: "{line} takes free text at any time.",
    Capability.WEBHOOKS: "{line} has no webhooks to register.",
    Capability.MEDIA: "{line} takes words only.",
    Capability.CHANNELS: "{line} reaches everybody by texts; there are no channels to choose.",
    Capability.NUMBER_INFO: "{line} does not say which carrier a number has.",
    Capability.STREAM: "{line} brings texts by webhooks.",
}
"""What a line says of a capability that it has not."""


def cannot_text(capability: Capability, line: str) -> str:
    """Write that a number cannot do something, in mrkdwn; `line` names what it is."""
    return f"This number cannot do that: {_CANNOT[capability].format(line=escape(line))}"


def require_capability(context: Context, capability: Capability | None) -> None:
    """Check that one of our numbers can do something. Raises UserError."""
    if capability is not None and not context.lines.any_offers(capability):
        raise UserError(cannot_text(capability, context.lines.profile().line), has_usage=False)


def history_of(context: Context, account: E164) -> History:
    """Return the history of a number. Raises UserError."""
    return _required(context, account, Capability.HISTORY, lambda can: can.history)


def inbox_of(context: Context, account: E164) -> ProviderInbox:
    """Return the inbox of a number. Raises UserError."""
    return _required(context, account, Capability.INBOX, lambda can: can.inbox)


def contacts_of(context: Context, account: E164) -> Contacts:
    """Return the contacts of a number. Raises UserError."""
    return _required(context, account, Capability.CONTACTS, lambda can: can.contacts)


def consents_of(context: Context, account: E164) -> Consents:
    """Return where consents of a number's contacts are kept. Raises UserError."""
    return _required(context, account, Capability.CONSENTS, lambda can: can.consents)


def lists_of(context: Context, account: E164) -> Lists:
    """Return the lists of a number. Raises UserError."""
    return _required(context, account, Capability.LISTS, lambda can: can.lists)


def waves_of(context: Context, account: E164) -> Waves:
    """Return the waves of a number. Raises UserError."""
    return _required(context, account, Capability.WAVES, lambda can: can.waves)


def scheduling_of(context: Context, account: E164) -> Scheduling:
    """Return what sends texts of a number later. Raises UserError."""
    return _required(context, account, Capability.SCHEDULING, lambda can: can.scheduling)


def templates_of(context: Context, account: E164) -> Templates:
    """Return the approved templates of a number. Raises UserError."""
    return _required(context, account, Capability.TEMPLATES, lambda can: can.templates)


def webhooks_of(context: Context, account: E164) -> WebhookRegistry:
    """Return the webhook registry of a number. Raises UserError."""
    return _required(context, account, Capability.WEBHOOKS, lambda can: can.webhooks)


def media_of(context: Context, account: E164) -> MediaSending:
    """Return which files go along with texts of a number. Raises UserError."""
    return _required(context, account, Capability.MEDIA, lambda can: can.media)


def channels_of(context: Context, account: E164) -> Channels:
    """Return the channels of a number. Raises UserError."""
    return _required(context, account, Capability.CHANNELS, lambda can: can.channels)


def _required(context: Context, account: E164, capability: Capability, pick: Callable[[Capabilities], T | None]) -> T:
    """Raises UserError, or Rejected where the number is connected no more."""
    provider = context.providers.of(account)
    found = pick(provider.capabilities)
    if found is None:
        raise UserError(cannot_text(capability, provider.profile.line), has_usage=False)
    return found
