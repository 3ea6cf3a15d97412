"""Directory port: contacts, lists, waves, webhooks and conversations as the provider has them on record."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.phone import E164
from bot.domain.provider_messages import RemoteText
from bot.domain.provider_records import (
    ContactRecord,
    InboxRecord,
    ListRecord,
    Page,
    Rule,
    TextRecord,
    WaveRecord,
    WebhookRecord,
)


class Directory(Protocol):
    """Directory of the provider, read and changed. All methods raise CallFailed."""

    async def contact(self, account: E164, number: E164) -> ContactRecord | None:
        """Read a contact; None for a number that is not known. Safe to repeat."""

    async def save_contact(self, account: E164, card: ContactRecord) -> ContactRecord:
        """Write a contact whole, over what is there: read it first. Safe to repeat."""

    async def history(self, account: E164, contact: E164, before: str | None = None) -> Page[RemoteText]:
        """Read a page of a conversation, the newest page first. Safe to repeat."""

    async def inbox_page(self, account: E164, before: str | None = None) -> Page[InboxRecord]:
        """Read a page of the inbox, the newest page first. Safe to repeat."""

    async def text_record(self, text_id: str) -> TextRecord | None:
        """Look a text up by the provider's id, or by the carrier's. Safe to repeat."""

    async def contact_list(self, account: E164, name: str) -> ListRecord | None:
        """Read a list by its name. Safe to repeat."""

    async def save_list(
        self, account: E164, name: str, *, source: str = "", search_term: str = "", rules: Sequence[Rule] = ()
    ) -> ListRecord:
        """Make a list, or replace its query. Safe to repeat."""

    async def add_to_list(self, account: E164, name: str, numbers: Sequence[E164]) -> ListRecord:
        """Add contacts to a list. Safe to repeat."""

    async def schedule_text(
        self, account: E164, numbers: Sequence[E164], body: str, at: datetime, media: Sequence[str] = ()
    ) -> WaveRecord | None:
        """Have a text sent to several numbers at an aware moment. NOT safe to repeat after OutcomeUnknown.

        None where it was accepted and nothing is said about it.
        """

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

    async def webhooks(self) -> Sequence[WebhookRecord]:
        """List the registered webhooks. Safe to repeat."""

    async def register_webhook(self, url: str) -> WebhookRecord:
        """Register an address for all events. Repeating it may register it twice: look at `webhooks` first."""

    async def delete_webhook(self, webhook_id: str) -> bool:
        """Remove a registration; False where there was none. Safe to repeat."""
