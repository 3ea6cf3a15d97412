"""Provider records besides texts: contacts, lists, waves, templates, the inbox, webhooks. Pure.

Names and words are as the provider gave them: the code that shows them makes them safe. Numbers are E.164, moments
aware UTC; what could not be read is None or left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Generic, TypeVar

from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Failure
from bot.domain.phone import E164

T = TypeVar("T")


@dataclass(frozen=True)
class CustomField:
    """Custom field of a contact. `type` is the provider's word for its kind, "" where it does not say."""

    key: str
    value: str
    type: str = ""


@dataclass(frozen=True)
class Consent:
    """Consent of a contact to be written to: when it was given, and when it was withdrawn; None where it never was."""

    given_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Whether the contact wants no more texts."""
        return self.withdrawn_at is not None and (self.given_at is None or self.given_at < self.withdrawn_at)


@dataclass(frozen=True)
class ContactRecord:
    """Contact as the provider has it. All of it is overwritten at once: read first, change, save the whole.

    `consent` is None where the provider keeps none; saving a record leaves it as it is.
    """

    number: E164
    name: str
    fields: tuple[CustomField, ...]
    lists: tuple[str, ...]
    is_blocked: bool
    mapped_number: E164 | None
    consent: Consent | None = None


@dataclass(frozen=True)
class Page(Generic[T]):
    """Page of something that goes back in time. `older` leads to the next page; None where there is none."""

    items: tuple[T, ...]
    older: str | None


@dataclass(frozen=True)
class InboxRecord:
    """Conversation as the provider's inbox shows it: its last text."""

    contact: E164 | None
    name: str
    text: str
    is_unread: bool
    at: datetime | None


class Operand(Enum):
    """What a custom field is compared with."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True)
class Operator:
    """Operator by which a list compares a custom field, in words of ours."""

    words: str
    operand: Operand = Operand.TEXT


@dataclass(frozen=True)
class Rule:
    """A condition on a custom field; `operator` is one of the provider's (bot.ports.capabilities.Lists)."""

    field: str
    operator: str
    value: str


@dataclass(frozen=True)
class ListRecord:
    """List of contacts and its query; `source` "" is the list of all contacts.

    `reached` is how many of them free text reaches now, where that is not everybody; else None.
    """

    id: str
    name: str
    size: int
    source: str
    search_term: str
    rules: tuple[Rule, ...]
    reached: int | None = None


@dataclass(frozen=True)
class WaveRecord:
    """Wave as the provider has it: one text to many, and its progress. `read` is None where that is not told.

    Where it `is_growing` more people may be texted than the `total` so far.
    """

    id: str
    name: str
    body: str
    scheduled_at: datetime | None
    total: int
    delivered: int
    failed: int
    lists: tuple[str, ...]
    read: int | None = None
    is_growing: bool = False


@dataclass(frozen=True)
class TextRecord:
    """Text with all that the provider tells about it. `status` and `status_words` are its own words.

    `known_status` is what its status means, None where we do not know it; `is_received`: it came from the contact.
    """

    provider_id: str
    legacy_id: str
    to_number: E164 | None
    from_number: E164 | None
    body: str
    status: str
    status_words: str
    media: tuple[str, ...]
    sent_at: datetime | None
    confirmed_at: datetime | None
    error_code: str
    failure: Failure | None
    known_status: DeliveryStatus | None = None
    is_received: bool = False


@dataclass(frozen=True)
class TemplateRecord:
    """Template that the provider has approved; `blanks` says how many places of its body are to be filled in.

    `body` is in its `language`. `kind` is that of the file it needs, such as "image", and "" where it needs none;
    `media` the address of a file that the provider has for it.
    """

    id: str
    name: str
    body: str
    language: str = ""
    blanks: int = 0
    kind: str = ""
    media: str = ""
    footer: str = ""


@dataclass(frozen=True)
class TemplateOffer:
    """Templates that a contact may get, those in the contact's language; all where there is none in it.

    `language` is the contact's, "" where it is not known.
    """

    templates: tuple[TemplateRecord, ...]
    language: str = ""


def offer_of(templates: Sequence[TemplateRecord], language: str) -> TemplateOffer:
    """Return what is offered to a contact who has this language."""
    fitting = tuple(template for template in templates if template.language == language)
    return TemplateOffer(fitting or tuple(templates), language)


@dataclass(frozen=True)
class NumberInfo:
    """What a carrier says of a number: its name, and the kind of line. `is_pending`: it has not answered yet."""

    carrier: str
    kind: str
    is_pending: bool

    @property
    def words(self) -> str:
        """Say it on a contact's card; "" where there is nothing to say."""
        if self.is_pending:
            return "asked just now; look again in a minute"
        return ", ".join(filter(None, (self.carrier, self.kind)))


@dataclass(frozen=True)
class UnreadAnswer:
    """Answer of a contact that could not be read, kept whole elsewhere; `text` is its words, where any were found.

    `id` is the same where the same answer came again.
    """

    id: str
    account: E164
    contact: E164
    at: datetime
    reason: str
    text: str


@dataclass(frozen=True)
class AccountRecord:
    """Account at the provider: one number of an organization. What is not told is "".

    `number` is its main number where several share one account. `is_active`: whether the organization may send.
    """

    number: E164
    name: str = ""
    organization: str = ""
    is_active: bool = True


@dataclass(frozen=True)
class WebhookRecord:
    """Webhook registered at a provider. `primary_phone` is None where it is for every number of the organization."""

    id: str
    url: str
    primary_phone: str | None
