"""The state of the stand-in for Volt: one organization, its accounts, contacts, messages, lists and webhooks.

Each account has conversations of its own; contacts and lists are the organization's (chosen here). It refuses nothing;
what the API refuses is decided by the GraphQL resolvers.
"""

from __future__ import annotations

import math
import time
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa

from bot.sandbox.volt.model import (
    ALL_CONTACTS,
    Contact,
    ContactList,
    Delivery,
    Registration,
    Request,
    VoltMessage,
    VoltRules,
    Wave,
    Webhook,
)
from bot.sandbox.volt.wire import make_token
from bot.sandbox.wire import Watched

EVENT_NAMES = {
    "message.received": "MESSAGE_RECEIVED",
    "message.sent": "MESSAGE_SENT",
    "message.finalized": "MESSAGE_FINALIZED",
}


class Account(Watched):
    """Account model: one organization. `messages` are outbound, `inbound` the customers'; `accounts` are by number."""

    def __init__(self, account_number: str, number: int = 1) -> None:
        super().__init__()
        self.number, self.company = number, "Sandbox"
        self.account_number = account_number
        self.accounts: dict[str, str] = {account_number: "Support line"}
        self.page_size = 50
        self.rules = VoltRules()
        self.token = make_token(number)
        self.private_key = _first_key()
        self.webhook_url: str | None = None
        self.receipts = "auto"
        self.outcomes: dict[str, str] = {}
        self.opted_out: set[str] = set()
        self.contacts: dict[str, Contact] = {}
        self.lists: dict[str, ContactList] = {ALL_CONTACTS: ContactList(ALL_CONTACTS, "1")}
        self.waves: list[Wave] = []
        self.messages: list[VoltMessage] = []
        self.inbound: list[VoltMessage] = []
        self.registrations: dict[str, Registration] = {}
        self.requests: list[Request] = []
        self.webhooks: list[Delivery] = []
        self._credit, self._counted_at = 0.0, -math.inf

    def takes_text(self) -> bool:
        """Count a text against the rate, and tell whether there is room for it."""
        rate, now = self.rules.texts_per_s, time.monotonic()
        if rate is None:
            return True
        self._credit = min(float(self.rules.burst), self._credit + (now - self._counted_at) * rate)
        self._counted_at = now
        if self._credit < 1:
            return False
        self._credit -= 1
        return True

    def rotate_key(self) -> None:
        """Sign with a new key from now on; key_url serves its public half."""
        self.private_key = new_key()

    def add_contact(self, number: str, name: str, mapped_number: str | None = None) -> Contact:
        """Make a contact; with a mapped number they are texted from that pool number."""
        self.contacts[number] = Contact(number, name, mapped_number)
        self.tell("contact", self.contacts[number])
        return self.contacts[number]

    def add_account(self, number: str, name: str) -> None:
        """Give the organization one more account, by its primary number."""
        self.accounts[number] = name
        self.tell("account", number)

    @property
    def scheduled(self) -> list[Wave]:
        """Waves that are still to be sent, the earliest first."""
        return sorted((wave for wave in self.waves if wave.status == "scheduled"), key=lambda wave: wave.at)

    def our_number(self, contact: str, account: str | None = None) -> str:
        """Return the number an account texts a contact with; only the first account has a pool."""
        if account is not None and account != self.account_number:
            return account
        known = self.contacts.get(contact)
        return (known.mapped_number if known else None) or self.account_number

    def home_of(self, number: str) -> str:
        """Return the account a number of our side belongs to; the first if it is no account's own."""
        return number if number in self.accounts else self.account_number

    def account_of(self, message: VoltMessage) -> str:
        """Return the primary number of the account a text belongs to."""
        return self.home_of(message.from_ if message.direction == "outbound" else message.to)

    def outbound(self, number: str) -> list[VoltMessage]:
        """Return the messages texted to a number, in order."""
        return [message for message in self.messages if message.to == number]

    def conversation(self, number: str, account: str | None = None) -> list[VoltMessage]:
        """Return the texts of both directions with a contact, of one account or all, in order of their making."""
        both = [message for message in (*self.inbound, *self.messages) if message.contact == number]
        both = [message for message in both if account in (None, self.account_of(message))]
        return sorted(both, key=lambda message: message.order)

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
        payload = webhook.envelope["payload"]
        home = self.home_of(payload["from_number" if payload["direction"] == "outbound" else "to_number"])
        wanting = [
            one.url
            for one in self.registrations.values()
            if (not one.event_types or name in one.event_types) and one.primary_phone in (None, home)
        ]
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


@cache
def _first_key() -> rsa.RSAPrivateKey:
    """Return one key for all stand-ins of a process until they change theirs: making one takes long."""
    return new_key()


def new_key() -> rsa.RSAPrivateKey:
    """Return a new RSA key of 2048 bits."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
