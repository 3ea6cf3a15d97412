"""The stand-in's things as GraphQL objects: dictionaries whose connected parts are functions, made when asked for.

Names and types: bot/providers/volt/schema.graphql.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bot.sandbox.volt_account import ALL_CONTACTS, Account, ContactList
from bot.sandbox.volt_model import Contact, Registration, VoltMessage

Shape = dict[str, Any]
BORN_AT = "2022-04-07T22:00:00.000+00:00"
STATUS_WORDS = {
    "sending": "On its way to the carrier",
    "sent": "Handed to the carrier",
    "delivered": "Delivered to the phone",
    "failed": "Not delivered",
}
PAGE_SIZE = 50


def lazily(make: Callable[[], Any]) -> Callable[[Any], Any]:
    """Return a field that is made when a query selects it."""
    return lambda _info: make()


def organization_shape() -> Shape:
    """Return the organization."""
    dates = {"createdAt": BORN_AT, "lastUpdatedAt": BORN_AT}
    return {"id": "1", "companyName": "Sandbox", "isOnFreeTrial": False, "isActive": True, **dates}


def account_shape(account: Account) -> Shape:
    """Return the account."""
    dates = {"createdAt": BORN_AT, "lastUpdatedAt": BORN_AT}
    who = {"id": "1", "name": "Support line", "createdBy": "owner@example.com"}
    return {**who, **dates, "primaryPhone": account.account_number, "organization": lazily(organization_shape)}


def contact_shape(account: Account, contact: Contact | None) -> Shape | None:
    """Return a contact; None for none."""
    if contact is None:
        return None
    return {
        "id": contact.id,
        "account": lazily(lambda: account_shape(account)),
        "organization": lazily(organization_shape),
        "phoneNumber": contact.number,
        "name": contact.name,
        "mappedNumber": contact.mapped_number,
        "customFields": contact.custom_fields,
        "createdAt": contact.created_at,
        "lastUpdatedAt": contact.updated_at,
        "lists": lazily(lambda: [list_shape(account, account.lists[name]) for name in sorted(contact.lists)]),
        "blocked": contact.blocked,
    }


def message_shape(account: Account, message: VoltMessage | None) -> Shape | None:
    """Return a message; None for none. Times that are not known are empty text, as the types want text."""
    if message is None:
        return None
    return {
        "id": message.id,
        "legacyId": message.legacy_id,
        "account": lazily(lambda: account_shape(account)),
        "organization": lazily(organization_shape),
        "toNumber": message.to,
        "fromNumber": message.from_,
        "status": message.status,
        "statusDescription": STATUS_WORDS.get(message.status, ""),
        "media": list(message.media),
        "body": message.body,
        "sentAt": message.sent_at or "",
        "confirmedAt": message.completed_at or "",
        "wave": None,
        "contact": lazily(lambda: contact_shape(account, account.contacts.get(message.contact))),
        "errorCode": message.error_code,
    }


def list_shape(account: Account, one: ContactList) -> Shape:
    """Return a list of contacts."""
    size = len(account.contacts) if one.name == ALL_CONTACTS else len(members_of(account, one.name))
    return {
        "id": one.id,
        "createdBy": "owner@example.com",
        "name": one.name,
        "createdAt": one.created_at,
        "lastUpdatedAt": one.created_at,
        "account": lazily(lambda: account_shape(account)),
        "size": size,
        "querySourceListName": one.source,
        "queryNameSearchTerm": one.search_term,
        "queryCustomFields": one.rules,
    }


def members_of(account: Account, name: str) -> list[Contact]:
    """Return the contacts that were put on a list."""
    return [contact for contact in account.contacts.values() if name in contact.lists]


def webhook_shape(one: Registration | None) -> Shape | None:
    """Return a registered webhook; None for none."""
    if one is None:
        return None
    dates = {"createdAt": one.created_at, "lastUpdatedAt": one.created_at}
    limits = {"primaryPhone": one.primary_phone, "eventTypes": one.event_types}
    return {"id": one.id, "organization": lazily(organization_shape), "url": one.url, **dates, **limits}


def wave_shape(account: Account, wave: Shape) -> Shape:
    """Return a wave."""
    counts = {"totalMessagesDelivered": 0, "totalMessagesFailed": 0}
    names = [name for name in wave["listNames"] if name in account.lists]
    return {
        **{key: value for key, value in wave.items() if key != "listNames"},
        **counts,
        "account": lazily(lambda: account_shape(account)),
        "organization": lazily(organization_shape),
        "sentBy": "owner@example.com",
        "lists": lazily(lambda: [list_shape(account, account.lists[name]) for name in names]),
    }


def page_of(items: Sequence[Any], cursor_of: Callable[[Any], str], before: str | None) -> tuple[list[Any], Shape]:
    """Return the page of newest-first items after the one whose cursor is `before`, and its pageInfo."""
    cursors = [cursor_of(item) for item in items]
    start = cursors.index(before) + 1 if before in cursors else 0
    page = list(items[start : start + PAGE_SIZE])
    ends = {"startCursor": cursor_of(page[0]), "endCursor": cursor_of(page[-1])} if page else {}
    more = {"hasNextPage": start > 0, "hasPreviousPage": start + PAGE_SIZE < len(items)}
    return page, more | ends
