"""Capabilities: what a connection may be able to do besides sending texts, each a small port of its own.

Providers differ in what they offer. A provider's connection declares which of these it has; whoever needs one asks for
it, and leaves out, or refuses in words, what cannot be had. All methods raise CallFailed.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164
from bot.domain.provider_messages import RemoteConversation, RemoteText
from bot.domain.provider_profile import FileLimits
from bot.domain.provider_records import (
    ContactRecord,
    InboxRecord,
    ListRecord,
    NumberInfo,
    Operator,
    Page,
    Rule,
    TemplateOffer,
    TextRecord,
    WaveRecord,
    WebhookRecord,
)


class History(Protocol):
    """History: the texts of one conversation, as the provider has them on record."""

    async def list_texts(self, account: E164, contact: E164) -> Sequence[RemoteText]:
        """List the newest texts between the account number and the contact. Safe to repeat."""

    async def history(self, account: E164, contact: E164, before: str | None = None) -> Page[RemoteText]:
        """Read a page of a conversation, the newest page first. Safe to repeat."""


class ProviderInbox(Protocol):
    """Inbox: the conversations of a number, the one with the newest text first."""

    async def inbox(self, account: E164) -> Sequence[RemoteConversation]:
        """List the conversations with the newest texts. Safe to repeat."""

    async def inbox_page(self, account: E164, before: str | None = None) -> Page[InboxRecord]:
        """Read a page of the inbox, the newest page first. Safe to repeat."""


class StatusLookup(Protocol):
    """Status look-up: what became of one text, by its id."""

    async def find_text(self, account: E164, provider_id: str, legacy_id: str, contact: E164) -> RemoteText | None:
        """Look one text up by its id. Safe to repeat."""

    async def text_record(self, text_id: str) -> TextRecord | None:
        """Look a text up by the provider's id, or by the carrier's. Safe to repeat."""


class Contacts(Protocol):
    """Contacts: people as the provider has them on record."""

    async def contact_name(self, account: E164, contact: E164) -> str:
        """Look up the name the contact is saved under, or "". Safe to repeat."""

    async def contact(self, account: E164, number: E164) -> ContactRecord | None:
        """Read a contact; None for a number that is not known. Safe to repeat."""

    async def save_contact(self, account: E164, card: ContactRecord) -> ContactRecord:
        """Write a contact whole, over what is there: read it first. Safe to repeat."""


class Consents(Protocol):
    """Consents: that a contact agreed to be written to, as the provider keeps it (`ContactRecord.consent`)."""

    async def note_consent(self, account: E164, contact: E164, name: str = "") -> ContactRecord:
        """Note that a contact agreed; one that the provider does not know is made, with this name. Safe to repeat.

        Never asked for who withdrew it: only they themselves can undo that.
        """


class Lists(Protocol):
    """Lists of contacts. `operators` are those by which a list compares a custom field, by its own word.

    `has_queries`: a list may be a query instead of a number of contacts. `are_named`: the provider says which lists
    there are.
    """

    @property
    def operators(self) -> Mapping[str, Operator]: ...
    @property
    def has_queries(self) -> bool: ...
    @property
    def are_named(self) -> bool: ...

    async def list_names(self, account: E164, typed: str) -> Sequence[str]:
        """Name the lists in whose names a text is; none where the provider does not say. Safe to repeat."""

    async def contact_list(self, account: E164, name: str) -> ListRecord | None:
        """Read a list by its name. Safe to repeat."""

    async def save_list(
        self, account: E164, name: str, *, source: str = "", search_term: str = "", rules: Sequence[Rule] = ()
    ) -> ListRecord:
        """Make a list, or replace its query. Safe to repeat."""

    async def add_to_list(self, account: E164, name: str, numbers: Sequence[E164]) -> ListRecord:
        """Add contacts to a list. Safe to repeat."""


class Scheduling(Protocol):
    """Scheduling: texts that the provider sends later."""

    async def schedule_text(
        self, account: E164, numbers: Sequence[E164], body: str, at: datetime, media: Sequence[str] = ()
    ) -> WaveRecord | None:
        """Have a text sent to several numbers at an aware moment. NOT safe to repeat after OutcomeUnknown.

        None where it was accepted and nothing is said about it.
        """


@dataclass(frozen=True)
class WaveLimits:
    """Limits of waves: to how many lists at once, and whether one may wait, for its time or as a draft."""

    lists: int = 20
    may_wait: bool = True


class Waves(Protocol):
    """Waves: one text to the contacts of lists. Where none may wait, each leaves at once whatever its moment."""

    @property
    def wave_limits(self) -> WaveLimits: ...

    async def schedule_wave(
        self,
        account: E164,
        name: str,
        body: str,
        at: datetime,
        lists: Sequence[str],
        *,
        is_draft: bool,
        media: Sequence[str] = (),
    ) -> WaveRecord | None:
        """Have a text sent to lists at an aware moment, or keep a draft. NOT safe to repeat after OutcomeUnknown.

        None where it was accepted and nothing is said about it.
        """

    async def wave(self, wave_id: str) -> WaveRecord | None:
        """Read a wave and how far it got. Safe to repeat."""


class Templates(Protocol):
    """Templates: texts that the provider has approved, with blanks to fill in."""

    async def templates(self, account: E164, contact: E164) -> TemplateOffer:
        """List the approved templates as a contact would get them. Safe to repeat.

        Raises Rejected where this contact may get none.
        """


class Window(Protocol):
    """Window: free text may be sent only for a time after the contact wrote."""

    async def open_until(self, account: E164, contact: E164) -> datetime | None:
        """Tell until when free text may be sent; None where it may not. Safe to repeat."""


class WebhookRegistry(Protocol):
    """Webhook registry: where the provider brings texts and receipts."""

    async def webhooks(self) -> Sequence[WebhookRecord]:
        """List the registered webhooks. Safe to repeat."""

    async def register_webhook(self, url: str) -> WebhookRecord:
        """Register an address for all events. Repeating it may register it twice: look at `webhooks` first."""

    async def delete_webhook(self, webhook_id: str) -> bool:
        """Remove a registration; False where there was none. Safe to repeat."""


class MediaSending(Protocol):
    """Media: files go along with texts, fetched by the provider at a public address of ours."""

    @property
    def file_limits(self) -> FileLimits: ...


class Channels(Protocol):
    """Channels: conversations that the provider has with people it knows, by which a contact may be reached instead."""

    async def channel_of(self, contact: E164) -> str:
        """Return the id of a contact's channel, "" where texts go as texts. Raises StoreUnavailable."""

    async def connect(self, contact: E164, channel_id: str) -> None:
        """Reach a contact by a channel from now on; "" by texts again. Safe to repeat. Raises StoreUnavailable."""


class NumberInfos(Protocol):
    """Number info: what a carrier says of a contact's number."""

    async def number_info(self, number: E164) -> NumberInfo | None:
        """Read it, or have the carrier asked; None where none can be asked. Safe to repeat."""


class Stream(Protocol):
    """Stream: texts and receipts come over a connection that we open, in place of webhooks.

    `source` names what is watched: a cursor is good for one source only.
    """

    @property
    def source(self) -> str: ...

    def watch(self, cursor: str) -> AsyncGenerator[tuple[Inbound | Receipt, str], None]:
        """Yield what is new since a cursor, each with the cursor behind it; what was missed comes first."""


class Capability(Enum):
    """Capability of a connection. The value is its field in Capabilities, and its name in tables."""

    HISTORY = "history"
    INBOX = "inbox"
    STATUS_LOOKUP = "status_lookup"
    CONTACTS = "contacts"
    CONSENTS = "consents"
    LISTS = "lists"
    WAVES = "waves"
    SCHEDULING = "scheduling"
    TEMPLATES = "templates"
    WINDOW = "window"
    WEBHOOKS = "webhooks"
    MEDIA = "media"
    CHANNELS = "channels"
    NUMBER_INFO = "number_info"
    STREAM = "stream"


@dataclass(frozen=True)
class Capabilities:
    """Capabilities of a connection; None for each that it has not. The same object may offer several."""

    history: History | None = None
    inbox: ProviderInbox | None = None
    status_lookup: StatusLookup | None = None
    contacts: Contacts | None = None
    consents: Consents | None = None
    lists: Lists | None = None
    waves: Waves | None = None
    scheduling: Scheduling | None = None
    templates: Templates | None = None
    window: Window | None = None
    webhooks: WebhookRegistry | None = None
    media: MediaSending | None = None
    channels: Channels | None = None
    number_info: NumberInfos | None = None
    stream: Stream | None = None

    def has(self, capability: Capability) -> bool:
        """Tell whether a connection has a capability."""
        return getattr(self, capability.value) is not None
