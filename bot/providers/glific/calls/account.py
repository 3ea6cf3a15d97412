"""Account at Glific: who the bot is there, and the contacts it writes to.

Every call here may be repeated at will. Numbers are written without their plus sign: with one Glific would make a twin
of the contact, which gets nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.domain.errors import MalformedPayload, Rejected
from bot.domain.phone import E164
from bot.providers.glific.calls.error_mapping import NOT_FOUND, failed_result, unreadable_answer
from bot.providers.glific.calls.graphql import GlificGraphql
from bot.providers.glific.calls.remembered import Remembered
from bot.providers.glific.wire.contacts import GlificContact, contact_from_wire
from bot.providers.glific.wire.json_fields import read_json
from bot.providers.json_values import read_id, read_object, read_text
from bot.providers.quoting import quoted

T = TypeVar("T")

REMEMBERED = 10_000
"""Contacts whose ids at Glific are remembered at most; those looked up last stay."""

_STRANGER = "Glific has no contact with this number. WhatsApp takes free text only after somebody wrote to us."


@dataclass(frozen=True)
class GlificUser:
    """Who the bot is at Glific: its user, and the organisation."""

    id: str
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


class GlificAccount:
    """Account of one WhatsApp number; `calls` are the caller's, who starts and closes them."""

    def __init__(self, calls: GlificGraphql) -> None:
        self._calls = calls
        self._ids: Remembered[str] = Remembered(REMEMBERED)

    async def user(self) -> GlificUser:
        """Ask who the bot is. Raises CallFailed."""
        user = await self._part("CurrentUser", "currentUser", "user")
        organization = read_object(user.get("organization"))
        own_id, organization_id = read_id(user.get("id")), read_id(organization.get("id"))
        if not own_id or not organization_id:
            raise unreadable_answer()
        name = read_text(user.get("name"))
        return GlificUser(own_id, name, organization_id, read_text(organization.get("name")))

    async def organization(self) -> Organization:
        """Read the organisation. Raises CallFailed."""
        found = await self._part("Organization", "organization", "organization")
        phrase = read_text(found.get("signaturePhrase"))
        return Organization(read_text(found.get("name")), not phrase, found.get("isSuspended") is True, phrase)

    async def probe(self) -> None:
        """Check that Glific answers and takes the login. Raises CallFailed."""
        await self.user()

    async def find_contact(self, number: E164) -> GlificContact | None:
        """Read a contact by its number; None for one that is not known. Raises CallFailed."""
        return self._kept(number, await self._find("ContactByPhone", "contactByPhone", "contact", phone=digits(number)))

    async def contact_name(self, account: E164, contact: E164) -> str:  # noqa: ARG002 - one account, one number of ours
        """Look up the name the contact is saved under, or "". Raises CallFailed."""
        found = await self.find_contact(contact)
        return found.name if found is not None else ""

    async def search_contacts(self, term: str, limit: int = 20) -> list[GlificContact]:
        """List the contacts in whose name or number a term is. Raises CallFailed."""
        found = rows(await self._calls.read("Contacts", "contacts", term=term, limit=limit))
        return [readable(contact_from_wire, row) for row in found]

    async def create_contact(self, number: E164, name: str) -> GlificContact:
        """Make a contact, to whom nothing can be sent before it writes or agrees. Raises Rejected where it is there."""
        wanted = {"phone": digits(number), "name": name}
        return readable(contact_from_wire, await self._part("CreateContact", "createContact", "contact", input=wanted))

    async def change_contact(self, contact_id: str, **wanted: Any) -> GlificContact:
        """Change what is given by Glific's own names, such as `name`, `fields` (JSON as text) or `status`.

        Raises CallFailed.
        """
        found = await self._part("UpdateContact", "updateContact", "contact", id=contact_id, input=wanted)
        return readable(contact_from_wire, found)

    async def block(self, contact_id: str, *, is_blocked: bool) -> GlificContact:
        """Block a contact, whose messages Glific then drops, or let it write again. Raises CallFailed."""
        return await self.change_contact(contact_id, status="BLOCKED" if is_blocked else "VALID")

    async def opt_in(self, number: E164, name: str = "") -> GlificContact:
        """Note that a person agreed to be written to; the contact is made where there is none. Raises CallFailed."""
        found = await self._part("OptIn", "optinContact", "contact", phone=digits(number), name=name or None)
        return readable(contact_from_wire, found)

    async def stop_flows(self, number: E164) -> None:
        """Take a contact out of its flows, before a person answers. Raises CallFailed."""
        await self._calls.read("StopFlows", "terminateContactFlows", contactId=await self._id_of(number))

    async def refusal_of_media(self, url: str, kind: str) -> str:
        """Ask why WhatsApp would not take a file as this kind; "" where it would. Raises CallFailed."""
        answer = read_json(await self._calls.read("ValidateMedia", "validateMedia", url=url, type=kind))
        said = read_text(answer.get("message"))
        return "" if answer.get("is_valid") is True else quoted(said) or "no reason given"

    def _kept(self, number: E164, found: object) -> GlificContact | None:
        if found is None:
            return None
        contact = readable(contact_from_wire, found)
        self._ids.note(number, contact.id)
        return contact

    async def _id_of(self, number: E164) -> str:
        known = self._ids.get(number)
        if known is None:
            found = await self.find_contact(number)
            if found is None:
                raise stranger()
            known = found.id
        return known

    async def _find(self, operation: str, field: str, part: str, **variables: Any) -> dict[str, Any] | None:
        """Return the part of a result that matters; None where there is no such thing. Raises CallFailed."""
        try:
            return await self._part(operation, field, part, **variables)
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return None

    async def _part(self, operation: str, field: str, part: str, **variables: Any) -> dict[str, Any]:
        """Make a call that may be repeated, and return the part of its result that matters. Raises CallFailed."""
        result = read_object(await self._calls.read(operation, field, **variables))
        found = result.get(part)
        if not isinstance(found, dict):
            raise failed_result(result) or unreadable_answer()
        return found


def stranger() -> Rejected:
    """Say that nothing can be sent to a number that never wrote to us."""
    return Rejected("unknown_contact", _STRANGER)


def digits(number: E164) -> str:
    """Write a number as Glific has it."""
    return number.removeprefix("+")


def rows(found: object) -> list[object]:
    """Take a list. Raises OutcomeUnknown for anything else."""
    if not isinstance(found, list):
        raise unreadable_answer()
    return found


def readable(read: Callable[[object], T], value: object) -> T:
    """Read a part of an answer. Raises OutcomeUnknown where it cannot be read."""
    try:
        return read(value)
    except MalformedPayload:
        raise unreadable_answer() from None
