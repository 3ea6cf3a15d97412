"""Mutations of Volt's API, all eight, on the stand-in's state.

The words of the errors are ours, after Volt's list of codes (https://simonsays.atlassian.net/wiki/x/AYDqAg), except
those of a failed registration.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLError

from bot.sandbox.volt.account import Account
from bot.sandbox.volt.model import ALL_CONTACTS, Contact, ContactList, Registration, VoltMessage, Wave, now_text
from bot.sandbox.volt.queries import check_ours
from bot.sandbox.volt.shapes import (
    SCHEDULED_TIME,
    Shape,
    contact_shape,
    list_shape,
    message_shape,
    wave_shape,
    webhook_shape,
)
from bot.sandbox.volt.waves import Send, Timetable

E164 = re.compile(r"\+[1-9]\d{6,14}")
PRINTABLE = re.compile(r"[\x20-\x7e]*")
Probe = Callable[[str], Awaitable[int]]


class Mutations:
    """Root fields of Mutation; `send` puts a message on its way, `probe` tries a URL and returns the status."""

    def __init__(self, account: Account, send: Send, probe: Probe, timetable: Timetable) -> None:
        self.account = account
        self.send = send
        self.timetable = timetable
        self.probe = probe

    def fields(self) -> dict[str, Any]:
        """Return the resolvers by field name."""
        return {
            "addContactsToList": self.add_contacts_to_list,
            "createMessage": self.create_message,
            "createOrUpdateContact": self.create_or_update_contact,
            "createOrUpdateList": self.create_or_update_list,
            "deleteWebhook": self.delete_webhook,
            "registerWebhook": self.register_webhook,
            "scheduleMessage": self.schedule_message,
            "scheduleWave": self.schedule_wave,
        }

    async def create_message(self, _info: Any, **args: Any) -> Shape | None:
        """Create a message; its answer is what is known before the carrier answers."""
        if self.account.rules.errors:
            raise GraphQLError(self.account.rules.errors.pop(0))
        check_ours(self.account, args["from"])
        _check_text(args)
        message = VoltMessage(
            to=args["to"],
            from_=self.account.our_number(args["to"], args["from"]),
            body=args["body"],
            media=args.get("media") or [],
            passthrough=args.get("passthrough"),
        )
        answer = message_shape(self.account, self.account.keep(message))
        await self.send(message)
        return answer

    def create_or_update_contact(self, _info: Any, **args: Any) -> Shape | None:
        """Write every field of a contact."""
        check_ours(self.account, args["accountPhone"])
        _check_number(args["phoneNumber"])
        known = self.account.contacts.get(args["phoneNumber"])
        contact = known or Contact(args["phoneNumber"], args["name"])
        contact.name, contact.blocked, contact.updated_at = args["name"], args["blocked"], now_text()
        types = {field["key"]: field["type"] for field in contact.custom_fields}
        given = [field for field in args["customFields"] if field]
        contact.custom_fields = [{"type": types.get(field["key"], "text")} | field for field in given]
        self.account.contacts[contact.number] = contact
        self.account.tell("contact", contact)
        return contact_shape(self.account, contact)

    def create_or_update_list(self, _info: Any, **args: Any) -> Shape:
        """Make a list, or give it a new query."""
        check_ours(self.account, args["primaryPhone"])
        query = args["listQuery"]
        self._check_query(query)
        one = self.account.lists.setdefault(query["listName"], ContactList(query["listName"], _number_id()))
        one.source, one.search_term = query.get("querySourceListName"), query.get("queryNameSearchTerm")
        one.rules = query.get("queryCustomFields") or []
        return list_shape(self.account, one)

    def _check_query(self, query: Shape) -> None:
        if query["listName"] == ALL_CONTACTS:
            raise GraphQLError(f"the list {ALL_CONTACTS} has no query")
        if (query.get("querySourceListName") or ALL_CONTACTS) not in self.account.lists:
            raise GraphQLError("source list not found")
        for rule in query.get("queryCustomFields") or []:
            try:
                json.loads(rule["queryValue"])
            except ValueError:
                raise GraphQLError("queryValue must be JSON") from None

    def add_contacts_to_list(self, _info: Any, **args: Any) -> Shape:
        """Put known contacts on a list."""
        check_ours(self.account, args["primaryPhone"])
        one = self.account.lists.get(args["listName"])
        if one is None:
            raise GraphQLError("list not found")
        unknown = [number for number in args["phoneNumbers"] if number not in self.account.contacts]
        if unknown:
            raise GraphQLError("contact not found")
        for number in args["phoneNumbers"]:
            self.account.contacts[number].lists.add(one.name)
        return list_shape(self.account, one)

    async def register_webhook(self, _info: Any, **args: Any) -> Shape | None:
        """Try the URL, then keep it."""
        if args.get("eventTypes") and not args.get("primaryPhone"):
            raise GraphQLError("eventTypes requires primaryPhone")
        if args.get("primaryPhone"):
            check_ours(self.account, args["primaryPhone"])
        if await self.probe(args["url"]) != 200:
            raise GraphQLError("webhook failed to respond successfully")
        one = Registration(args["url"], args.get("primaryPhone"), args.get("eventTypes"))
        self.account.registrations[one.id] = one
        self.account.tell("registration", one)
        return webhook_shape(self.account, one)

    def delete_webhook(self, _info: Any, **args: Any) -> Shape | None:
        """Forget a registered URL."""
        return webhook_shape(self.account, self.account.registrations.pop(args["id"], None))

    def schedule_message(self, _info: Any, **args: Any) -> Shape | None:
        """Keep a text to several numbers until its time."""
        check_ours(self.account, args["primaryPhone"])
        job = args["message"]
        for number in job["contactNumbers"]:
            _check_number(number)
        wave = _wave(job, "contact", args["primaryPhone"])
        wave.numbers = list(job["contactNumbers"])
        self.timetable.add(wave)
        return wave_shape(self.account, wave)

    def schedule_wave(self, _info: Any, **args: Any) -> Shape | None:
        """Keep a text to several lists until its time, or as a draft."""
        if args["type"] == "account":
            check_ours(self.account, args.get("primaryPhone") or "")
        job = args["wave"]
        if any(name not in self.account.lists for name in job["listNames"]):
            raise GraphQLError("list not found")
        wave = _wave(job, args["type"], args.get("primaryPhone") or self.account.account_number)
        wave.name, wave.status, wave.list_names = job["waveName"], args["status"], list(job["listNames"])
        self.timetable.add(wave)
        return wave_shape(self.account, wave)


def _wave(job: Shape, kind: str, account: str) -> Wave:
    try:
        at = datetime.strptime(job["scheduledTime"], SCHEDULED_TIME).replace(tzinfo=UTC)
    except ValueError:
        raise GraphQLError("scheduledTime must be YYYY-MM-DD HH:MM:SS") from None
    media = [url for url in job.get("media") or [] if url]
    if not job["messageBody"] and not media:
        raise GraphQLError("invalid message body")
    return Wave(kind, account, "", job["messageBody"], at, media=media)


def _check_text(args: dict[str, Any]) -> None:
    _check_number(args["to"])
    if not args["body"] and not args.get("media"):
        raise GraphQLError("invalid message body")
    passthrough = args.get("passthrough") or ""
    if len(passthrough.encode()) > 512 or not PRINTABLE.fullmatch(passthrough):
        raise GraphQLError("passthrough must be at most 512 bytes of plain text")


def _check_number(number: str) -> None:
    if not E164.fullmatch(number):
        raise GraphQLError('invalid "to" number')


def _number_id() -> str:
    return str(secrets.randbelow(10**7))
