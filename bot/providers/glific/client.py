"""Glific client: sends texts, pictures and templates to one WhatsApp number's contacts, and looks them up.

One text, one createAndSendMessage, no repeats: it has no idempotency key and nothing of ours comes back. Where Glific
answers in words, which may be a refusal or a fault after the deed, the contact's fields and the record decide whether
it is certain.
The connection is in graphql.py, the stream in stream.py.
Source: https://glific.github.io/slate and https://github.com/glific/glific
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.domain.errors import CallFailed, MalformedPayload, OutcomeUnknown, Rejected
from bot.domain.phone import E164
from bot.domain.provider_messages import Accepted, OutgoingText, RemoteText
from bot.providers.glific.contact_wire import GlificContact, contact_from_wire
from bot.providers.glific.error_mapping import NOT_FOUND, SAID_NO, failed_result, unreadable_answer
from bot.providers.glific.graphql import GlificGraphql
from bot.providers.glific.json_fields import read_id, read_json, read_object, read_text
from bot.providers.glific.message_wire import STATUSES, GlificMessage, message_from_wire
from bot.providers.glific.template_wire import GlificTemplate, TemplateText, template_from_wire
from bot.providers.glific.text_variables import break_variables, mend_variables
from bot.providers.quoting import quoted

T = TypeVar("T")

PAGE_SIZE = 50
"""Messages that Glific gives at most in one answer."""

TEMPLATES_PAGE = 100
RECENT = timedelta(days=7)
"""How far back the texts of a conversation are listed."""

JUST_NOW = timedelta(hours=1)
"""How far back a text is looked for that may have been sent a moment ago: clocks may differ."""

_MEDIA_KINDS = ("image", "video", "document", "audio")
_CAPTIONED = frozenset({"image", "video"})

_STRANGER = "Glific has no contact with this number. WhatsApp takes free text only after somebody wrote to us."
_TOO_LONG = "This text is too long for WhatsApp: at most 4,095 characters."
_ONE_FILE = "WhatsApp takes one file for each message. Send them one by one."
_BLANKS = "Every blank of the template has to be filled in."
_NO_CAPTION = "WhatsApp shows no text beside such a file. Send the text as a message of its own."


@dataclass(frozen=True)
class GlificUser:
    """Who the bot is at Glific: its user, and the organisation."""

    name: str
    organization_id: str
    organization_name: str


@dataclass(frozen=True)
class Organization:
    """Organisation, as `doctor` has to know it. `is_hidden`: the user's role is too low to see what the bot needs."""

    name: str
    is_hidden: bool
    is_suspended: bool
    signature_phrase: str


class GlificClient:
    """Client of one WhatsApp number; `calls` are the caller's, who starts and closes them."""

    longest_text = 4095
    """Characters: Glific refuses 4,096, though its row is there by then."""

    def __init__(self, calls: GlificGraphql) -> None:
        self._calls = calls
        self._ids: dict[E164, str] = {}

    async def user(self) -> GlificUser:
        """Ask who the bot is. Safe to repeat. Raises CallFailed."""
        user = await self._part("CurrentUser", "currentUser", "user")
        organization = read_object(user.get("organization"))
        if not (organization_id := read_id(organization.get("id"))):
            raise unreadable_answer()
        return GlificUser(read_text(user.get("name")), organization_id, read_text(organization.get("name")))

    async def organization(self) -> Organization:
        """Read the organisation. Safe to repeat. Raises CallFailed."""
        found = await self._part("Organization", "organization", "organization")
        phrase = read_text(found.get("signaturePhrase"))
        return Organization(read_text(found.get("name")), not phrase, found.get("isSuspended") is True, phrase)

    async def probe(self) -> None:
        """Check that Glific answers and takes the login. Safe to repeat. Raises CallFailed."""
        await self.user()

    async def contact(self, number: E164) -> GlificContact | None:
        """Read a contact; None for a number that is not known. Safe to repeat. Raises CallFailed."""
        try:
            found = await self._part("ContactByPhone", "contactByPhone", "contact", phone=_digits(number))
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return None
        contact = _readable(contact_from_wire, found)
        self._ids[number] = contact.id
        return contact

    async def contact_name(self, account: E164, contact: E164) -> str:  # noqa: ARG002 - one client, one number of ours
        """Look up the name the contact is saved under, or "". Safe to repeat. Raises CallFailed."""
        found = await self.contact(contact)
        return found.name if found is not None else ""

    async def send(self, outgoing: OutgoingText) -> Accepted:
        """Send one text. NOT safe to repeat after OutcomeUnknown. Raises Rejected, Retryable or OutcomeUnknown."""
        content = await self._content(outgoing)
        return await self._send(outgoing.contact, content)

    async def send_template(self, contact: E164, template: TemplateText) -> Accepted:
        """Send an approved template. NOT safe to repeat after OutcomeUnknown.

        Raises Rejected, Retryable or OutcomeUnknown.
        """
        if len(template.params) != template.template.blanks or not all(template.params):
            raise Rejected("blanks", _BLANKS)
        content = template.as_input()
        if template.media:
            content["mediaId"] = await self._media(template.media, "")
        return await self._send(contact, content)

    async def templates(self) -> Sequence[GlificTemplate]:
        """List the approved templates. Safe to repeat. Raises CallFailed."""
        found: list[GlificTemplate] = []
        while True:
            rows = _rows(
                await self._calls.read("Templates", "sessionTemplates", limit=TEMPLATES_PAGE, offset=len(found))
            )
            found += (_readable(template_from_wire, row) for row in rows)
            if len(rows) < TEMPLATES_PAGE:
                return found

    async def opt_in(self, number: E164, name: str = "") -> GlificContact:
        """Note that a person agreed to be written to; the contact is made where there is none. Safe to repeat.

        Raises CallFailed.
        """
        found = await self._part("OptIn", "optinContact", "contact", phone=_digits(number), name=name or None)
        return _readable(contact_from_wire, found)

    async def stop_flows(self, number: E164) -> None:
        """Take a contact out of its flows, before a person answers. Safe to repeat. Raises CallFailed."""
        await self._calls.read("StopFlows", "terminateContactFlows", contactId=await self._id_of(number))

    async def mark_read(self, number: E164) -> None:
        """Note at Glific that the conversation has been read. Safe to repeat. Raises CallFailed."""
        await self._calls.read("MarkRead", "markContactMessagesAsRead", contactId=await self._id_of(number))

    async def list_texts(self, account: E164, contact: E164) -> Sequence[RemoteText]:  # noqa: ARG002
        """List the newest texts with the contact, the newest first. Safe to repeat. Raises CallFailed."""
        return [one.as_remote() for one in await self._texts(contact, RECENT)]

    async def _texts(self, contact: E164, within: timedelta) -> Sequence[GlificMessage]:
        since = (datetime.now(UTC) - within).isoformat()
        wanted = {"phone": _digits(contact), "from": since, "limit": PAGE_SIZE}
        found = [
            _readable(message_from_wire, row)
            for row in _rows(await self._calls.read("TextsOfPhone", "messages", **wanted))
        ]
        # the filter takes a part of a phone for the whole
        return [one for one in found if one.contact is not None and one.contact.phone in (contact, None)]

    async def find_text(self, account: E164, provider_id: str, legacy_id: str, contact: E164) -> RemoteText | None:  # noqa: ARG002
        """Look one text up by its id. Safe to repeat. Raises CallFailed."""
        try:
            found = await self._part("Message", "message", "message", id=provider_id)
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return None
        return _readable(message_from_wire, found).as_remote()

    async def changed_since(self, moment: datetime, offset: int = 0) -> Sequence[object]:
        """List what is new or has changed from a moment on, the earliest first and at most PAGE_SIZE, as Glific has it.

        Safe to repeat. Raises CallFailed.
        """
        variables = {"from": moment.isoformat(), "limit": PAGE_SIZE, "offset": offset}
        return _rows(await self._calls.read("ChangedSince", "messages", **variables))

    async def _content(self, outgoing: OutgoingText) -> dict[str, Any]:
        body = break_variables(outgoing.body)
        if len(body) > self.longest_text:
            raise Rejected("too_long", _TOO_LONG)
        if not outgoing.media:
            return {"type": "TEXT", "body": body}
        if len(outgoing.media) > 1:
            raise Rejected("one_file", _ONE_FILE)
        kind = await self._kind_of(outgoing.media[0])
        if body and kind not in _CAPTIONED:
            raise Rejected("no_caption", _NO_CAPTION)
        return {"type": kind.upper(), "mediaId": await self._media(outgoing.media[0], body)}

    async def _kind_of(self, url: str) -> str:
        """Ask as what WhatsApp would take a file. Raises CallFailed, Rejected where it takes it as nothing."""
        said = ""
        for kind in _MEDIA_KINDS:
            answer = read_json(await self._calls.read("ValidateMedia", "validateMedia", url=url, type=kind))
            if answer.get("is_valid") is True:
                return kind
            said = said or quoted(read_text(answer.get("message")))
        raise Rejected("media", f'WhatsApp does not take this file. Glific said: "{said}"')

    async def _media(self, url: str, caption: str) -> str:
        wanted = {"url": url, "sourceUrl": url} | ({"caption": caption} if caption else {})
        media = await self._part("CreateMedia", "createMessageMedia", "messageMedia", input=wanted)
        if not (media_id := read_id(media.get("id"))):
            raise unreadable_answer()
        return media_id

    async def _send(self, contact: E164, content: dict[str, Any]) -> Accepted:
        was_known = contact in self._ids
        try:
            return await self._send_once(contact, content)
        except Rejected as error:
            if error.code != NOT_FOUND or not was_known:
                raise
        del self._ids[contact]  # the contact may have been made anew since, under another id
        return await self._send_once(contact, content)

    async def _send_once(self, contact: E164, content: dict[str, Any]) -> Accepted:
        wanted = content | {"receiverId": await self._id_of(contact)}
        try:
            result = read_object(await self._calls.send("Send", "createAndSendMessage", input=wanted))
        except OutcomeUnknown as unknown:
            if unknown.code != SAID_NO:
                raise
            failed = await self._explained(unknown, contact, content)
        else:
            message = read_object(result.get("message"))
            if own_id := read_id(message.get("id")):
                return Accepted(own_id, "", STATUSES.get(read_text(message.get("bspStatus")), STATUSES["SENT"]))
            failed = unreadable_answer()
        raise failed

    async def _explained(self, unknown: OutcomeUnknown, contact: E164, content: dict[str, Any]) -> CallFailed:
        """Find out whether Glific refused: by the contact's fields, and only where nothing like it is on record.

        It has answered, so what it did is on record by now; but an empty record alone is no evidence, for a fault of
        its database shows as one.
        """
        is_template = content.get("isHsm") is True
        try:
            found = await self.contact(contact)
            refused = found.refusal(is_template=is_template) if found is not None else None
            if refused is not None and not await self._may_be_recorded(contact, content, is_template=is_template):
                return refused
        except CallFailed:
            return unknown
        return unknown

    async def _may_be_recorded(self, contact: E164, content: dict[str, Any], *, is_template: bool) -> bool:
        body, media = mend_variables(content.get("body") or ""), content.get("mediaId")
        for one in await self._texts(contact, JUST_NOW):
            is_alike = one.is_template if is_template else bool(media) == bool(one.media) and body in ("", one.text)
            if not one.is_inbound and is_alike:
                return True
        return False

    async def _id_of(self, number: E164) -> str:
        if number not in self._ids and await self.contact(number) is None:
            raise Rejected("unknown_contact", _STRANGER)
        return self._ids[number]

    async def _part(self, operation: str, field: str, part: str, **variables: Any) -> dict[str, Any]:
        """Make a call that may be repeated, and return the part of its result that matters. Raises CallFailed."""
        result = read_object(await self._calls.read(operation, field, **variables))
        found = result.get(part)
        if not isinstance(found, dict):
            raise failed_result(result) or unreadable_answer()
        return found


def _digits(number: E164) -> str:
    """Write a number as Glific has it, without its plus sign: with one it would make a twin that gets nothing."""
    return number.removeprefix("+")


def _rows(found: object) -> list[object]:
    if not isinstance(found, list):
        raise unreadable_answer()
    return found


def _readable(read: Callable[[object], T], value: object) -> T:
    try:
        return read(value)
    except MalformedPayload:
        raise unreadable_answer() from None
