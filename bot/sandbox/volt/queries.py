"""Queries of Volt's API, all eight, on the stand-in's state.

Undocumented and chosen here: conversations and inbox come newest first, and `before` is the endCursor of
a page, which has a next one where there is something older.
"""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError

from bot.sandbox.volt.account import Account
from bot.sandbox.volt.model import ALL_CONTACTS, Contact, VoltMessage
from bot.sandbox.volt.shapes import (
    Shape,
    account_shape,
    contact_shape,
    list_shape,
    message_shape,
    page_of,
    wave_shape,
    webhook_shape,
)


class Queries:
    """Root fields of Query; each takes GraphQL's arguments by name."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def fields(self) -> dict[str, Any]:
        """Return the resolvers by field name."""
        return {
            "contact": self.contact,
            "conversation": self.conversation,
            "inbox": self.inbox,
            "legacyMessage": self.legacy_message,
            "list": self.list_by_name,
            "message": self.message,
            "wave": self.wave,
            "webhooks": self.webhooks,
        }

    def contact(self, _info: Any, **args: Any) -> Shape | None:
        """Find a contact by number."""
        check_ours(self.account, args["primaryPhone"])
        found = contact_shape(self.account, self.account.contacts.get(args["phoneNumber"]))
        if found is not None and args["primaryPhone"] != self.account.account_number:
            found["mappedNumber"] = None
        return found

    def conversation(self, _info: Any, **args: Any) -> Shape:
        """Read a conversation; the contact may be given as `to` or as `from`."""
        ours, theirs = args["from"], args["to"]
        if ours not in self.account.accounts:
            ours, theirs = theirs, ours
        check_ours(self.account, ours)
        if ours == theirs:
            raise GraphQLError('invalid "to" number')
        page, info = self._page(self.account.conversation(theirs, ours)[::-1], args)
        return {"messages": [message_shape(self.account, message) for message in page], "pageInfo": info}

    def _page(self, newest_first: list[VoltMessage], args: dict[str, Any]) -> tuple[list[VoltMessage], Shape]:
        try:
            return page_of(newest_first, self.account.page_size, args.get("before"))
        except ValueError:
            raise GraphQLError('invalid "before"') from None

    def inbox(self, _info: Any, **args: Any) -> Shape:
        """Read the latest message of every conversation."""
        check_ours(self.account, args["from"])
        latest: dict[str, VoltMessage] = {}
        both = (*self.account.inbound, *self.account.messages)
        for message in sorted(both, key=lambda message: message.order, reverse=True):
            if self.account.account_of(message) == args["from"]:
                latest.setdefault(message.contact, message)
        page, info = self._page(list(latest.values()), args)
        items = [self._inbox_item(message) for message in page]
        return {"account": account_shape(self.account, args["from"]), "items": items, "pageInfo": info}

    def _inbox_item(self, message: VoltMessage) -> Shape:
        # Volt keeps a contact for everyone who texts; unnamed ones are named by their number
        contact = self.account.contacts.get(message.contact) or Contact(message.contact, message.contact)
        known = None if self.account.rules.nameless_rows else contact_shape(self.account, contact)
        last = {"lastMessage": message.body, "lastMessageTime": message.created_at}
        return {"contact": known, "isUnread": message.direction == "inbound", **last}

    def legacy_message(self, _info: Any, **args: Any) -> Shape | None:
        """Find a message by the provider's id."""
        return self._found("legacy_id", args["id"])

    def message(self, _info: Any, **args: Any) -> Shape | None:
        """Find a message by Volt's id."""
        return self._found("id", args["id"])

    def _found(self, name: str, wanted: str) -> Shape | None:
        both = (*self.account.messages, *self.account.inbound)
        return message_shape(self.account, next((one for one in both if getattr(one, name) == wanted), None))

    def list_by_name(self, _info: Any, **args: Any) -> Shape:
        """Find a list by name."""
        check_ours(self.account, args["primaryPhone"])
        if args["listName"] not in self.account.lists:
            raise GraphQLError(f"list not found; {ALL_CONTACTS} holds every contact")
        return list_shape(self.account, self.account.lists[args["listName"]])

    def wave(self, _info: Any, **args: Any) -> Shape | None:
        """Find a wave by id."""
        found = next((wave for wave in self.account.waves if wave.id == args["id"]), None)
        return wave_shape(self.account, found)

    def webhooks(self, _info: Any, **_args: Any) -> list[Shape | None]:
        """List what is registered."""
        return [webhook_shape(self.account, one) for one in self.account.registrations.values()]


def check_ours(account: Account, number: str) -> None:
    """Refuse a primary phone that is no account's."""
    if number not in account.accounts:
        raise GraphQLError('invalid "from" number')
