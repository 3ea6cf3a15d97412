"""The state of the stand-in for Volt: one organization with one account, its contacts, messages, lists and webhooks.

It refuses nothing; what the API refuses is decided by the GraphQL resolvers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from bot.sandbox.volt_model import (
    Contact,
    Delivery,
    Registration,
    Request,
    VoltMessage,
    VoltRules,
    Webhook,
    now_text,
)
from bot.sandbox.volt_wire import make_token
from bot.sandbox.wire import Watched

ALL_CONTACTS = "All"
EVENT_NAMES = {
    "message.received": "MESSAGE_RECEIVED",
    "message.sent": "MESSAGE_SENT",
    "message.finalized": "MESSAGE_FINALIZED",
}


@dataclass
class ContactList:
    """A list by its query; members are kept at the contacts."""

    name: str
    id: str
    source: str | None = None
    search_term: str | None = None
    rules: list[dict[str, Any]] = field(default_factory=list)
    created_at: str = field(default_factory=now_text)


class Account(Watched):
    """One account. `messages` are the outbound ones, `inbound` the customers'."""

    def __init__(self, account_number: str) -> None:
        super().__init__()
        self.account_number = account_number
        self.rules = VoltRules()
        self.token = make_token()
        self.private_key = new_key()
        self.webhook_url: str | None = None
        self.receipts = "auto"
        self.fates: dict[str, str] = {}
        self.opted_out: set[str] = set()
        self.contacts: dict[str, Contact] = {}
        self.lists: dict[str, ContactList] = {}
        self.waves: list[dict[str, Any]] = []
        self.messages: list[VoltMessage] = []
        self.inbound: list[VoltMessage] = []
        self.registrations: dict[str, Registration] = {}
        self.requests: list[Request] = []
        self.webhooks: list[Delivery] = []

    def rotate_key(self) -> None:
        """Sign with a new key from now on; key_url serves its public half."""
        self.private_key = new_key()

    def add_contact(self, number: str, name: str, mapped_number: str | None = None) -> Contact:
        """Make a contact; with a mapped number they are texted from that pool number."""
        self.contacts[number] = Contact(number, name, mapped_number)
        self.tell("contact", self.contacts[number])
        return self.contacts[number]

    def our_number(self, contact: str) -> str:
        """Return the number this contact texts with: the pool's if one is mapped, else the account's."""
        known = self.contacts.get(contact)
        return (known.mapped_number if known else None) or self.account_number

    def outbound(self, number: str) -> list[VoltMessage]:
        """Return the messages texted to a number, in order."""
        return [message for message in self.messages if message.to == number]

    def conversation(self, number: str) -> list[VoltMessage]:
        """Return the texts of both directions with a contact, in order of their making."""
        both = [message for message in (*self.inbound, *self.messages) if message.contact == number]
        return sorted(both, key=lambda message: message.created_at)

    def keep(self, message: VoltMessage) -> VoltMessage:
        """Keep a new message."""
        (self.messages if message.direction == "outbound" else self.inbound).append(message)
        self.tell("phone", message)
        return message

    def target(self, webhook: Webhook) -> str | None:
        """Return where a webhook goes: webhook_url if set, else the latest registration that wants it."""
        if self.webhook_url is not None:
            return self.webhook_url
        name = EVENT_NAMES[webhook.event_type]
        wanting = [one.url for one in self.registrations.values() if not one.event_types or name in one.event_types]
        return wanting[-1] if wanting else None

    def describe(self) -> str:
        """Return the state in one line, without texts or whole numbers."""
        states = [f"…{message.to[-4:]} {message.status}" for message in self.messages[-8:]]
        asked = [f"{request.operation} {request.status}" for request in self.requests[-8:]]
        statuses = [
            f"{delivery.envelope['payload']['event_type']} {delivery.status}" for delivery in self.webhooks[-8:]
        ]
        return (
            f"{len(self.messages)} outbound, last {states}; {len(self.inbound)} inbound; "
            f"requests, last {asked}; webhooks, last {statuses}"
        )


def new_key() -> rsa.RSAPrivateKey:
    """Return a new RSA key of 2048 bits."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
