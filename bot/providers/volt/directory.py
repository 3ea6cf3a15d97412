"""Volt directory: contacts, pages of conversations, lists, waves and webhooks, read and changed.

Reads ask for more fields than sending does, and do without a field that Volt does not know (`_read`). Changes ask for
as little as possible, because a field that Volt cannot fill would turn the answer to a change into an error.
Source: https://docs.textvolt.com/v1.0/
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from bot.domain.errors import MalformedPayload, Rejected
from bot.domain.phone import E164, can_be_texted
from bot.domain.provider_messages import RemoteText
from bot.domain.provider_records import (
    AccountRecord,
    ContactRecord,
    InboxRecord,
    ListRecord,
    Page,
    Rule,
    TextRecord,
    WaveRecord,
    WebhookRecord,
)
from bot.providers.volt.error_mapping import NOT_FOUND, unreadable_answer
from bot.providers.volt.graphql import VoltSession
from bot.providers.volt.message_wire import listed_from_wire
from bot.providers.volt.record_wire import (
    card_from_wire,
    fields_to_wire,
    list_from_wire,
    owner_from_wire,
    page_from_wire,
    query_to_wire,
    record_from_wire,
    registered_from_wire,
    row_from_wire,
    saved_card,
    time_to_wire,
    wave_from_wire,
)
from bot.time_of_day import utc_now

T = TypeVar("T")


NO_NUMBER = "This sender has no phone number, so it cannot be answered by text."


def only_numbers(contacts: Sequence[E164]) -> None:
    """Check that each contact has a phone number. Raises Rejected."""
    if not all(map(can_be_texted, contacts)):
        raise Rejected("no_number", NO_NUMBER)


class VoltDirectory(VoltSession):
    """The rest of the API as capabilities (bot.ports.capabilities): all but the sending of one text."""

    async def contact(self, account: E164, number: E164) -> ContactRecord | None:
        """Read a contact; None for a number that Volt does not know. Safe to repeat. Raises CallFailed."""
        found = await self._find("ContactCard", "contact", {"primaryPhone": account, "phoneNumber": number})
        return _read_as(lambda contact: card_from_wire(contact, number), found)

    async def save_contact(self, account: E164, card: ContactRecord) -> ContactRecord:
        """Write a contact whole: name, custom fields and block, so read it first. Safe to repeat. Raises CallFailed."""
        variables = {
            "name": card.name,
            "phoneNumber": card.number,
            "accountPhone": account,
            "customFields": fields_to_wire(card.fields),
            "blocked": card.is_blocked,
        }
        data = await self._call("SaveContact", variables)
        return _read_as(lambda contact: saved_card(contact, card), data.get("createOrUpdateContact"))

    async def history(self, account: E164, contact: E164, before: str | None = None) -> Page[RemoteText]:
        """Read a page of a conversation, the newest first, as Volt orders it. Safe to repeat. Raises CallFailed."""
        found = (await self._read("History", {"to": contact, "from": account} | _cursor(before))).get("conversation")
        return _read_as(
            lambda page: page_from_wire(
                page, "messages", lambda message: listed_from_wire(message, contact, utc_now())
            ),
            found,
        )

    async def inbox_page(self, account: E164, before: str | None = None) -> Page[InboxRecord]:
        """Read a page of the inbox, the newest first. Safe to repeat. Raises CallFailed."""
        found = (await self._read("InboxPage", {"from": account} | _cursor(before))).get("inbox")
        return _read_as(lambda page: page_from_wire(page, "items", row_from_wire), found)

    async def text_record(self, text_id: str) -> TextRecord | None:
        """Look a text up by Volt's id, else by the carrier's; None for neither. Safe to repeat. Raises CallFailed."""
        found, rejected = None, None
        try:
            found = await self._find("TextRecord", "message", {"id": text_id})
        except Rejected as error:
            rejected = error  # an id of the carrier's may not even look like an id to Volt
        if found is None:
            found = await self._find("LegacyTextRecord", "legacyMessage", {"id": text_id})
        if found is None and rejected is not None:
            raise rejected
        return _read_as(record_from_wire, found)

    async def contact_list(self, account: E164, name: str) -> ListRecord | None:
        """Read a list; None where there is none of that name. Safe to repeat. Raises CallFailed."""
        found = await self._find("ContactList", "list", {"primaryPhone": account, "listName": name})
        return None if found is None else _read_as(list_from_wire, found)

    async def list_names(self, account: E164, typed: str) -> Sequence[str]:  # noqa: ARG002
        """Name none: Volt does not say which lists there are."""
        return ()

    async def save_list(
        self, account: E164, name: str, *, source: str = "", search_term: str = "", rules: Sequence[Rule] = ()
    ) -> ListRecord:
        """Make a list, or give it this query in place of its own. Safe to repeat. Raises CallFailed."""
        variables = {"primaryPhone": account, "listQuery": query_to_wire(name, source, search_term, rules)}
        return _read_as(list_from_wire, (await self._call("SaveList", variables)).get("createOrUpdateList"))

    async def add_to_list(self, account: E164, name: str, numbers: Sequence[E164]) -> ListRecord:
        """Add contacts to a list. Safe to repeat. Raises CallFailed."""
        variables = {"primaryPhone": account, "listName": name, "phoneNumbers": list(numbers)}
        return _read_as(list_from_wire, (await self._call("AddToList", variables)).get("addContactsToList"))

    async def schedule_text(
        self, account: E164, numbers: Sequence[E164], body: str, at: datetime, media: Sequence[str] = ()
    ) -> WaveRecord | None:
        """Have a text sent to several numbers at an aware moment. NOT safe to repeat after OutcomeUnknown: it texts.

        None where Volt accepted it and says nothing about it. Raises Rejected, Retryable or OutcomeUnknown.
        """
        only_numbers(numbers)
        attempt = {"scheduledTime": time_to_wire(at), "messageBody": body, "contactNumbers": list(numbers)}
        variables = {"primaryPhone": account, "message": attempt | _media(media)}
        return _read_as(wave_from_wire, (await self._call("ScheduleText", variables)).get("scheduleMessage"))

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
        """Have a text sent to lists at an aware moment, or keep it as a draft. NOT safe to repeat after OutcomeUnknown.

        None where Volt accepted it and says nothing about it. Raises Rejected, Retryable or OutcomeUnknown.
        """
        attempt = {"waveName": name, "scheduledTime": time_to_wire(at), "messageBody": body, "listNames": list(lists)}
        variables = {
            "primaryPhone": account,
            "status": "draft" if is_draft else "scheduled",
            "wave": attempt | _media(media),
        }
        made = _read_as(wave_from_wire, (await self._call("ScheduleWave", variables)).get("scheduleWave"))
        return None if made is None else replace(made, lists=tuple(lists))

    async def wave(self, wave_id: str) -> WaveRecord | None:
        """Read a wave and how far it got; None for none. Safe to repeat. Raises CallFailed."""
        if not wave_id.isdecimal():
            return None  # one of another provider
        return _read_as(wave_from_wire, await self._find("Wave", "wave", {"id": wave_id}))

    async def account_record(self, number: E164) -> AccountRecord:
        """Read whose a number of the organization is. Safe to repeat. Raises CallFailed, also for anybody else's."""
        found = await self._inbox_of(number)
        if not isinstance(found, dict):
            raise unreadable_answer()
        return owner_from_wire(found.get("account"), number)

    async def _inbox_of(self, number: E164, timeout_s: float | None = None) -> object:
        """Read whose the inbox of a number is; Volt opens only those of the organization."""
        return (await self._call("AccountOfNumber", {"from": number}, timeout_s=timeout_s)).get("inbox")

    async def webhooks(self) -> Sequence[WebhookRecord]:
        """List the registered webhooks of the organization. Safe to repeat. Raises CallFailed."""
        found = (await self._call("Webhooks")).get("webhooks")
        if not isinstance(found, list):
            raise unreadable_answer()
        return [_read_as(registered_from_wire, webhook) for webhook in found if webhook is not None]

    async def register_webhook(self, url: str) -> WebhookRecord:
        """Register an address for all events of all numbers; Volt tries it at once and wants 200. Raises CallFailed.

        Repeating it may register the address twice: look at `webhooks` first.
        """
        data = await self._call("RegisterWebhook", {"url": url})
        return _read_as(registered_from_wire, data.get("registerWebhook"))

    async def delete_webhook(self, webhook_id: str) -> bool:
        """Remove a registration; False where there was none. Safe to repeat. Raises CallFailed."""
        return (await self._call("DeleteWebhook", {"id": webhook_id})).get("deleteWebhook") is not None

    async def _find(self, operation: str, name: str, variables: dict[str, Any]) -> object:
        """Read the thing under `name`; None also where Volt says in words that there is none."""
        try:
            return (await self._read(operation, variables)).get(name)
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return None


def _cursor(before: str | None) -> dict[str, Any]:
    return {} if before is None else {"before": before}


def _media(media: Sequence[str]) -> dict[str, Any]:
    return {"media": list(media)} if media else {}


def _read_as(read: Callable[[object], T], answer: object) -> T:
    try:
        return read(answer)
    except MalformedPayload:
        raise unreadable_answer() from None
