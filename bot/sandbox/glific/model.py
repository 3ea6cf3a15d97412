"""Model of the stand-in for Glific: contacts, messages, media, templates, groups, flows, users; and what was asked.

Phones are digits with country code, without '+'. Ids are numbers, written as text on the wire.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5
from typing import Any, NamedTuple

from bot.sandbox.volt.model import FetchedMedia

SIMULATOR_PHONE = "9876543210"
ROLES = ("none", "staff", "manager", "admin")
DEFAULT_PHRASE = "This is a dummy secret"
"""The signature phrase of an organisation that never set one: published, so a signature by it proves nothing."""


@dataclass(frozen=True)
class Language:
    """Language of contacts, templates and users."""

    id: int
    label: str
    locale: str


LANGUAGES = (Language(1, "English", "en"), Language(2, "Hindi", "hi"), Language(3, "German", "de"))


@dataclass(eq=False)
class User:
    """User of Glific's own pages or of its API; a restricted one sees only the contacts of their groups."""

    id: int
    phone: str
    password: str = field(repr=False)
    name: str = "Bridge"
    role: str = "manager"
    locale: str = "en"
    is_restricted: bool = False
    groups: set[int] = field(default_factory=set)

    def may(self, role: str) -> bool:
        """Whether the user has this role or a higher one."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass
class Tag:
    """Tag of contacts and messages."""

    id: int
    label: str
    at: datetime


@dataclass(eq=False)
class Group:
    """Collection of contacts."""

    id: int
    label: str
    at: datetime
    description: str | None = None
    last_communication_at: datetime | None = None


@dataclass(eq=False)
class Contact:
    """Contact; `bsp_status` says what may be sent, `last_message_at` is the time of their last message."""

    id: int
    phone: str
    name: str
    inserted_at: datetime
    updated_at: datetime
    language: Language = LANGUAGES[0]
    status: str = "VALID"
    bsp_status: str = "NONE"
    optin_time: datetime | None = None
    optout_time: datetime | None = None
    optin_method: str | None = None
    optout_method: str | None = None
    last_message_at: datetime | None = None
    last_communication_at: datetime | None = None
    last_message_number: int = 0
    is_org_read: bool = True
    is_org_replied: bool = True
    is_contact_replied: bool = True
    fields: str = "{}"
    settings: str = "{}"
    groups: set[int] = field(default_factory=set)
    tags: set[int] = field(default_factory=set)
    flow: Flow | None = None

    @property
    def is_simulator(self) -> bool:
        """Whether it is a test contact of Glific's own, which is not on WhatsApp."""
        return self.phone.startswith(SIMULATOR_PHONE)


@dataclass(eq=False)
class Media:
    """Media row; its caption is the text that a phone shows under it."""

    id: int
    url: str
    source_url: str
    caption: str | None = None
    thumbnail: str | None = None
    gcs_url: str | None = None
    is_template_media: bool = False


@dataclass
class Translation:
    """Template in another language; the provider approves each by itself."""

    body: str
    status: str = "APPROVED"


@dataclass(eq=False)
class Template:
    """Template; `blanks` is how many {{n}} its body has."""

    id: int
    label: str
    body: str
    at: datetime
    type: str = "TEXT"
    status: str = "APPROVED"
    is_hsm: bool = True
    is_active: bool = True
    language: Language = LANGUAGES[0]
    category: str = "UTILITY"
    shortcode: str = ""
    footer: str | None = None
    buttons: list[dict[str, Any]] = field(default_factory=list)
    media: Media | None = None
    translations: dict[int, Translation] = field(default_factory=dict)

    @property
    def blanks(self) -> int:
        """How many blanks have to be filled."""
        return self.body.count("{{")


@dataclass
class Flow:
    """Flow: it answers each message of a contact who is in it, until somebody stops it."""

    id: int
    name: str
    answer: str = ""


@dataclass
class Location:
    """Place that a contact sent."""

    latitude: float
    longitude: float


@dataclass(eq=False)
class Message:
    """Message. `contact` is the far side; None for the summary row of a broadcast."""

    id: int
    contact: Contact | None
    flow: str
    body: str | None
    inserted_at: datetime
    updated_at: datetime
    type: str = "TEXT"
    status: str = "enqueued"
    bsp_status: str = "ENQUEUED"
    number: int | None = None
    bsp_id: str | None = None
    errors: str | None = None
    is_hsm: bool = False
    template_id: int | None = None
    params: list[str] | None = None
    media: Media | None = None
    location: Location | None = None
    interactive: str | None = None
    context_id: str | None = None
    send_at: datetime | None = None
    user: User | None = None
    flow_label: str | None = None
    group_id: int | None = None
    broadcast_id: int | None = None
    tags: set[int] = field(default_factory=set)
    fetched: FetchedMedia | None = None

    @property
    def uuid(self) -> str:
        """MD5 of the body as a UUID: the same for the same words."""
        return str(uuid.UUID(md5((self.body or "").encode(), usedforsecurity=False).hexdigest()))

    @property
    def is_broadcast(self) -> bool:
        """Whether it is one message of a broadcast."""
        return self.group_id is not None

    @property
    def shown(self) -> str:
        """What a phone shows as text."""
        return (self.media.caption if self.media else self.body) or ""


class Request(NamedTuple):
    """GraphQL request; status 0 means that it was not answered, though it may have acted."""

    operation: str
    variables: dict[str, Any]
    status: int
    answer: Any


class HandOver(NamedTuple):
    """Call of a flow's webhook; `branch` is where the flow went on: Success or Failure."""

    status: int
    headers: dict[str, str]
    text: str
    branch: str
