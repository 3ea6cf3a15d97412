"""Messages as a provider takes and lists them. Pure."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.approved_templates import FilledTemplate
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageKey
from bot.domain.message import Failure
from bot.domain.phone import E164


@dataclass(frozen=True)
class OutgoingText:
    """Outgoing text: at most `Provider.longest_text` characters, and public addresses of attachments.

    With a `template` it is that template, and `body` is what a phone will show.
    """

    key: MessageKey
    account: E164
    contact: E164
    body: str
    media: tuple[str, ...] = ()
    template: FilledTemplate | None = None


@dataclass(frozen=True)
class Accepted:
    """The provider's answer to a send: its ids and its first word on the status."""

    provider_id: str
    legacy_id: str
    status: DeliveryStatus


@dataclass(frozen=True)
class RemoteText:
    """Text in the provider's own record. `at` is None where its time cannot be read, `is_outbound` its direction.

    `is_by_us`: whether the bot's own user sent it; None where the provider does not say.
    """

    provider_id: str
    legacy_id: str
    status: DeliveryStatus
    body: str
    at: datetime | None
    is_outbound: bool | None = True
    media: tuple[str, ...] = ()
    failure: Failure | None = None
    is_by_us: bool | None = None


@dataclass(frozen=True)
class RemoteConversation:
    """Conversation in the provider's inbox: its last text. What cannot be read, whose it is or when, is None."""

    contact: E164 | None
    text: str
    at: datetime | None
