"""Model of the stand-in for Volt: messages, contacts, webhooks; and the records of what crossed its wire.

Numbers are E.164 text, times ISO 8601 text in UTC as in Volt's published webhooks. https://docs.textvolt.com/v1.0/
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from bot.sandbox.clock import clock
from bot.sandbox.http import Faults

ALL_CONTACTS = "All"
STOP_WORDS = frozenset({"STOP", "REMOVE", "OPTOUT", "UNSUBSCRIBE", "CANCEL", "QUIT"})
START_WORDS = frozenset({"START", "UNSTOP"})  # of this stand-in only: Volt does not document them


def now_text() -> str:
    """Return the present moment."""
    return clock.now().isoformat(timespec="milliseconds")


def word_of(text: str) -> str:
    """Return what decides whether a text is a keyword: its letters alone, in upper case."""
    return "".join(letter for letter in text if letter.isalnum()).upper()


@dataclass(frozen=True)
class FetchedMedia:
    """Media fetched from the address of a picture; a status of 0 if nothing came."""

    url: str
    status: int
    content_type: str
    data: bytes = field(repr=False)


@dataclass
class VoltMessage:
    """Message of one text. `is_foreign`: written on Volt's own page, not through the API."""

    to: str
    from_: str
    body: str
    media: list[str] = field(default_factory=list)
    passthrough: str | None = None
    direction: str = "outbound"
    status: str = "sending"
    error_code: str | None = None
    id: str = field(default_factory=lambda: "rf_" + secrets.token_urlsafe(15))
    legacy_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: str = field(default_factory=now_text)
    sent_at: str | None = None
    completed_at: str | None = None
    is_foreign: bool = False
    fetched: list[FetchedMedia] = field(default_factory=list)
    wave: Wave | None = field(default=None, repr=False)
    made: int = field(default_factory=itertools.count().__next__, repr=False)

    @property
    def order(self) -> tuple[str, int]:
        """What messages are sorted by: several may be made within a millisecond."""
        return self.created_at, self.made

    @property
    def contact(self) -> str:
        """Number of the contact."""
        return self.to if self.direction == "outbound" else self.from_


@dataclass
class Contact:
    """Contact of the account; `mapped_number` is the pool number they are texted from."""

    number: str
    name: str
    mapped_number: str | None = None
    custom_fields: list[dict[str, Any]] = field(default_factory=list)
    blocked: bool = False
    lists: set[str] = field(default_factory=set)
    id: str = field(default_factory=lambda: str(secrets.randbelow(10**7)))
    created_at: str = field(default_factory=now_text)
    updated_at: str = field(default_factory=now_text)


@dataclass
class ContactList:
    """Contact list by its query; those put on it by hand are kept at the contacts."""

    name: str
    id: str
    source: str | None = None
    search_term: str | None = None
    rules: list[dict[str, Any]] = field(default_factory=list)
    created_at: str = field(default_factory=now_text)


@dataclass
class Wave:
    """Wave, a text to many: to `numbers` or to the members of lists. `status`: draft, scheduled or sent.

    `recipients` are those it was meant for when it was sent; `refused` those of them who were not texted.
    """

    kind: str
    account: str
    name: str
    body: str
    at: datetime
    status: str = "scheduled"
    media: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    list_names: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    messages: list[VoltMessage] = field(default_factory=list)
    id: str = field(default_factory=lambda: str(secrets.randbelow(10**7)))

    def count(self, status: str) -> int:
        """Return how many of its texts have this status."""
        return sum(message.status == status for message in self.messages)


@dataclass
class Registration:
    """Registration of a webhook; event_types None means all."""

    url: str
    primary_phone: str | None = None
    event_types: list[str] | None = None
    id: str = field(default_factory=lambda: str(secrets.randbelow(10**7)))
    created_at: str = field(default_factory=now_text)


@dataclass
class Webhook:
    """Webhook event on its way: its envelope and the status of its latest attempt, 0 while there is no answer."""

    envelope: dict[str, Any]
    passthrough: str | None = None
    status: int = 0
    tried: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def event_type(self) -> str:
        """Such as "message.received"."""
        return str(self.envelope["payload"]["event_type"])


class Delivery(NamedTuple):
    """Attempt to deliver a webhook; status 0 means no answer."""

    envelope: dict[str, Any]
    status: int
    at: float


class Request(NamedTuple):
    """GraphQL request; status 0 means that it was not answered, though it may have acted."""

    operation: str
    variables: dict[str, Any]
    status: int
    answer: Any


@dataclass
class VoltRules(Faults):
    """Faults of the stand-in for Volt; those it inherits apply to the GraphQL endpoint."""

    errors: list[str] = field(default_factory=list)  # one GraphQL error per createMessage
    statuses: list[tuple[int, float | None]] = field(default_factory=list)  # one (status, Retry-After) per request
    texts_per_s: float | None = None  # a text above it gets 429, which says to wait for throttle_s
    burst: int = 10  # as many texts at once are let through first
    throttle_s: float = 1.0
    unknown_fields: list[str] = field(default_factory=list)  # such as "PageInfo.endCursor": not in the schema
    nameless_rows: bool = False  # rows of the inbox do not say whose they are
    acts_first: bool = False  # what is answered with such a status was done all the same
    repeat_webhooks: int = 0  # extra deliveries of each webhook, same id
    reorder: bool = False  # a contact's webhooks change places in pairs
    hold_s: float = 2.0  # how long reorder holds a webhook when no other follows
    early_receipts: bool = False  # receipts arrive before createMessage answers
    sent_after_s: float = 0.05
    finalized_after_s: float = 0.3
    retry_delays_s: tuple[float, ...] = (1.0, 5.0, 30.0, 120.0)  # Volt's own are not documented
    answer_limit_s: float = 10.0
