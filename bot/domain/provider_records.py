"""Provider records besides texts: contacts, lists, waves, the inbox, webhooks, as Volt has them. Pure.

Names and words are as Volt gave them: the code that shows them makes them safe. Numbers are E.164, moments aware UTC;
what could not be read is None or left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Generic, TypeVar

from bot.domain.message import Failure
from bot.domain.phone import E164

T = TypeVar("T")

OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "gt": "is greater than",
        "gte": "is greater than or equal to",
        "lt": "is less than",
        "lte": "is less than or equal to",
        "eq": "equals (as a number)",
        "before": "is before (a date)",
        "after": "is after (a date)",
        "is": "is",
        "contains": "contains",
        "neq": "does not equal (as a number)",
        "notContains": "does not contain",
    }
)
"""Operators by which a list compares a custom field: Volt's word, and ours.

Volt prints "gt" only; the others are inferred.
"""


@dataclass(frozen=True)
class CustomField:
    """Custom field of a contact. `type` is Volt's word for its kind, "" where Volt does not say."""

    key: str
    value: str
    type: str = ""


@dataclass(frozen=True)
class ContactRecord:
    """Contact as Volt has it. Volt overwrites all of it at once: read first, change, save the whole."""

    number: E164
    name: str
    fields: tuple[CustomField, ...]
    lists: tuple[str, ...]
    is_blocked: bool
    mapped_number: E164 | None


@dataclass(frozen=True)
class Page(Generic[T]):
    """Page of something that goes back in time. `older` leads to the next page; None where there is none."""

    items: tuple[T, ...]
    older: str | None


@dataclass(frozen=True)
class InboxRecord:
    """Conversation as Volt's inbox shows it: its last text."""

    contact: E164 | None
    name: str
    text: str
    is_unread: bool
    at: datetime | None


@dataclass(frozen=True)
class Rule:
    """A condition on a custom field; `operator` is one of OPERATORS."""

    field: str
    operator: str
    value: str


@dataclass(frozen=True)
class ListRecord:
    """List of contacts and its query; `source` "" is the list of all contacts."""

    id: str
    name: str
    size: int
    source: str
    search_term: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class WaveRecord:
    """Wave as Volt has it: one text to many, and its progress."""

    id: str
    name: str
    body: str
    scheduled_at: datetime | None
    total: int
    delivered: int
    failed: int
    lists: tuple[str, ...]


@dataclass(frozen=True)
class TextRecord:
    """Text with all that Volt tells about it. `status` and `status_words` are Volt's own."""

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
    """Webhook registered at Volt. `primary_phone` is None where it is for every number of the organization."""

    id: str
    url: str
    primary_phone: str | None
