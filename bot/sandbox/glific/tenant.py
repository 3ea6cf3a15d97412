"""The state of the stand-in for Glific: one organisation, which is one WhatsApp number, and everything it keeps.

It refuses nothing; what the API refuses is decided by the resolvers and by window.py.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.glific.clock import Clock
from bot.sandbox.glific.model import (
    DEFAULT_PHRASE,
    LANGUAGES,
    SIMULATOR_PHONE,
    Contact,
    Flow,
    Group,
    Media,
    Message,
    Request,
    Tag,
    Template,
    User,
)
from bot.sandbox.glific.rules import GlificRules
from bot.sandbox.wire import Watched

WINDOW = timedelta(hours=23, minutes=59)
"""After the last message of a contact; a job of each minute shuts it one minute before the day is over."""

SHUT = {"SESSION": "NONE", "SESSION_AND_HSM": "HSM"}
OPENED = {"NONE": "SESSION", "HSM": "SESSION_AND_HSM"}
SIMULATORS = 2


class Tenant(Watched):
    """One organisation. `users` may log in; `own` is the contact that the organisation itself is."""

    def __init__(self, name: str = "Sandbox", phone: str = "917834811114") -> None:
        super().__init__()
        self.id, self.name, self.shortcode = 1, name, name.lower()
        self.clock, self.rules = Clock(), GlificRules()
        self.is_closed = False  # the organisation as a whole is suspended: nobody can log in
        self.is_suspended = False  # its sending of templates is: rate limit, or an empty balance
        self.signature_phrase = DEFAULT_PHRASE
        self.attachments_enabled = False
        self.receipts = "auto"
        self.outcomes: dict[str, str] = {}
        self.variables: dict[str, str] = {"@global.name": name}
        self._numbers: dict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))
        self.contacts: dict[int, Contact] = {}
        self.messages: list[Message] = []
        self.media: dict[int, Media] = {}
        self.blobs: dict[str, tuple[str, bytes]] = {}
        self.templates: dict[int, Template] = {}
        self.groups: dict[int, Group] = {}
        self.tags: dict[int, Tag] = {}
        self.flows: dict[int, Flow] = {}
        self.users: list[User] = [User(self.next_id("user"), "919876500001", "correct horse")]
        self.requests: list[Request] = []
        self.leases: dict[int, tuple[int, datetime]] = {}
        self.own = self.add_contact(phone, name)
        for number in range(1, SIMULATORS + 1):
            self.add_contact(f"{SIMULATOR_PHONE}_{number}", f"Simulator {number}", consents=True)

    def next_id(self, kind: str) -> int:
        """Return a number that no other thing of this kind has."""
        return next(self._numbers[kind])

    def add_user(self, phone: str, password: str, **fields: Any) -> User:
        """Add a user who can log in."""
        self.users.append(User(self.next_id("user"), phone, password, **fields))
        return self.users[-1]

    def add_contact(self, phone: str, name: str, *, consents: bool = False, locale: str = "en") -> Contact:
        """Make a contact: nothing can be sent to it until it consents or writes."""
        at = self.clock.now()
        language = next(one for one in LANGUAGES if one.locale == locale)
        contact = Contact(self.next_id("contact"), phone, name, at, at, language)
        self.contacts[contact.id] = contact
        if consents:
            self.consent(contact, "BSP")
        self.tell("contact", contact)
        return contact

    def contact_of(self, phone: str) -> Contact | None:
        """Find a contact by the exact phone."""
        return next((one for one in self.contacts.values() if one.phone == phone), None)

    def consent(self, contact: Contact, method: str) -> None:
        """Note that a contact agreed to be written to."""
        contact.optin_time, contact.optin_method = self.clock.now(), method
        contact.optout_time, contact.status = None, "VALID"
        contact.bsp_status = "SESSION_AND_HSM" if contact.bsp_status in SHUT else "HSM"
        self.touch(contact)

    def withdraw(self, contact: Contact, method: str) -> None:
        """Note that a contact does not want to be written to any more."""
        contact.optout_time, contact.optout_method = self.clock.now(), method
        contact.optin_time, contact.status, contact.bsp_status = None, "INVALID", "NONE"
        self.touch(contact)

    def touch(self, thing: Contact | Message) -> None:
        """Note that something changed now."""
        thing.updated_at = self.clock.now()
        self.tell("contact" if isinstance(thing, Contact) else "phone", thing)

    def add_template(self, label: str, body: str, **fields: Any) -> Template:
        """Make a template, approved unless told otherwise."""
        one = Template(self.next_id("template"), label, body, self.clock.now(), **fields)
        self.templates[one.id] = one
        return one

    def add_group(self, label: str, *members: Contact) -> Group:
        """Make a group with members."""
        group = Group(self.next_id("group"), label, self.clock.now())
        self.groups[group.id] = group
        for member in members:
            member.groups.add(group.id)
        return group

    def add_tag(self, label: str) -> Tag:
        """Make a tag."""
        tag = Tag(self.next_id("tag"), label, self.clock.now())
        self.tags[tag.id] = tag
        return tag

    def add_flow(self, name: str, answer: str = "") -> Flow:
        """Make a flow that answers with these words."""
        flow = Flow(self.next_id("flow"), name, answer)
        self.flows[flow.id] = flow
        return flow

    def add_media(self, url: str, caption: str | None = None, source_url: str | None = None) -> Media:
        """Make a media row."""
        one = Media(self.next_id("media"), url, source_url or url, caption)
        self.media[one.id] = one
        return one

    def members_of(self, group: Group) -> list[Contact]:
        """Return the contacts of a group."""
        return [one for one in self.contacts.values() if group.id in one.groups]

    def people(self) -> list[Contact]:
        """Return all contacts but the organisation itself."""
        return [one for one in self.contacts.values() if one is not self.own]

    def conversation(self, phone: str) -> list[Message]:
        """Return what a phone shows: the messages of both directions with a contact, in order."""
        return [one for one in self.messages if one.contact is not None and one.contact.phone == phone]

    def outbound(self, phone: str) -> list[Message]:
        """Return the messages sent to a phone, in order."""
        return [one for one in self.conversation(phone) if one.flow == "OUTBOUND"]

    def keep(self, contact: Contact | None, flow: str, body: str | None, **fields: Any) -> Message:
        """Keep a new message, and what it means for its contact."""
        at = self.clock.now()
        message = Message(self.next_id("message"), contact, flow, body, at, at, **fields)
        if contact is not None:
            contact.last_message_number += 1
            message.number = contact.last_message_number
            contact.last_communication_at = at
            self._note(contact, message)
        self.messages.append(message)
        self.tell("phone", message)
        return message

    def _note(self, contact: Contact, message: Message) -> None:
        if message.flow == "INBOUND":
            contact.last_message_at = message.inserted_at
            contact.bsp_status = OPENED.get(contact.bsp_status, contact.bsp_status)
            contact.is_org_read = contact.is_org_replied = False
            contact.is_contact_replied = True
        else:
            contact.is_org_replied, contact.is_contact_replied = True, False
        contact.updated_at = message.inserted_at

    def shut_windows(self) -> None:
        """Shut the windows of those who have not written for a day."""
        now = self.clock.now()
        for contact in self.people():
            last = contact.last_message_at
            if contact.bsp_status in SHUT and (last is None or now - last >= WINDOW):
                contact.bsp_status = SHUT[contact.bsp_status]
                self.touch(contact)

    def describe(self) -> str:
        """Return the state in one line, without texts or whole numbers."""
        outbound = [one for one in self.messages if one.flow == "OUTBOUND"]
        states = [f"…{one.contact.phone[-4:] if one.contact else ''} {one.bsp_status}" for one in outbound[-8:]]
        asked = [f"{request.operation} {request.status}" for request in self.requests[-8:]]
        hops = Counter(f"{hop.label} {hop.status}" for hop in self.wire)
        return (
            f"{len(outbound)} outbound, last {states}; {len(self.messages) - len(outbound)} inbound; "
            f"requests, last {asked}; wire {dict(hops)}"
        )
