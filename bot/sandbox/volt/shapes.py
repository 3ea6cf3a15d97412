"""GraphQL objects of the stand-in: dictionaries whose connected parts are functions, called when they are selected.

Names and types: bot/providers/volt/schema.graphql.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bot.sandbox.volt.account import Account
from bot.sandbox.volt.lists import lists_of, members_of
from bot.sandbox.volt.model import Contact, ContactList, Registration, VoltMessage, Wave
from bot.sandbox.volt.waves import recipients

Shape = dict[str, Any]
SCHEDULED_TIME = "%Y-%m-%d %H:%M:%S"
BORN_AT = "2022-04-07T22:00:00.000+00:00"
STATUS_WORDS = {
    "sending": "On its way to the carrier",
    "sent": "Handed to the carrier",
    "delivered": "Delivered to the phone",
    "failed": "Not delivered",
}


def lazily(make: Callable[[], Any]) -> Callable[[Any], Any]:
    """Return a field that is made when a query selects it."""
    return lambda _info: make()


def organization_shape(account: Account) -> Shape:
    """Return the organization of an account."""
    dates = {"createdAt": BORN_AT, "lastUpdatedAt": BORN_AT}
    who = {"id": str(account.number), "companyName": account.company}
    return {**who, "isOnFreeTrial": False, "isActive": True, **dates}


def account_shape(account: Account, number: str | None = None) -> Shape:
    """Return an account by its primary number; the first where none is given."""
    primary = account.account_number if number is None else number
    dates = {"createdAt": BORN_AT, "lastUpdatedAt": BORN_AT}
    id_ = str(1 + list(account.accounts).index(primary))
    who = {"id": id_, "name": account.accounts[primary], "createdBy": "owner@example.com"}
    return {**who, **dates, "primaryPhone": primary, "organization": lazily(lambda: organization_shape(account))}


def contact_shape(account: Account, contact: Contact | None) -> Shape | None:
    """Return a contact; None for none."""
    if contact is None:
        return None
    return {
        "id": contact.id,
        "account": lazily(lambda: account_shape(account)),
        "organization": lazily(lambda: organization_shape(account)),
        "phoneNumber": contact.number,
        "name": contact.name,
        "mappedNumber": contact.mapped_number,
        "customFields": contact.custom_fields,
        "createdAt": contact.created_at,
        "lastUpdatedAt": contact.updated_at,
        "lists": lazily(lambda: [list_shape(account, one) for one in lists_of(account, contact)]),
        "blocked": contact.blocked,
    }


def message_shape(account: Account, message: VoltMessage | None) -> Shape | None:
    """Return a message; None for none. Times that are not known are empty text, as the types want text."""
    if message is None:
        return None
    return {
        "id": message.id,
        "legacyId": message.legacy_id,
        "account": lazily(lambda: account_shape(account, account.account_of(message))),
        "organization": lazily(lambda: organization_shape(account)),
        "toNumber": message.to,
        "fromNumber": message.from_,
        "status": message.status,
        "statusDescription": STATUS_WORDS.get(message.status, ""),
        "media": list(message.media),
        "body": message.body,
        "sentAt": message.sent_at or "",
        "confirmedAt": message.completed_at or "",
        "wave": lazily(lambda: wave_shape(account, message.wave)),
        "contact": lazily(lambda: contact_shape(account, account.contacts.get(message.contact))),
        "errorCode": message.error_code,
    }


def list_shape(account: Account, one: ContactList) -> Shape:
    """Return a list of contacts."""
    return {
        "id": one.id,
        "createdBy": "owner@example.com",
        "name": one.name,
        "createdAt": one.created_at,
        "lastUpdatedAt": one.created_at,
        "account": lazily(lambda: account_shape(account)),
        "size": lazily(lambda: len(members_of(account, one.name))),
        "querySourceListName": one.source,
        "queryNameSearchTerm": one.search_term,
        "queryCustomFields": one.rules,
    }


def webhook_shape(account: Account, one: Registration | None) -> Shape | None:
    """Return a registered webhook; None for none."""
    if one is None:
        return None
    dates = {"createdAt": one.created_at, "lastUpdatedAt": one.created_at}
    limits = {"primaryPhone": one.primary_phone, "eventTypes": one.event_types}
    owner = {"organization": lazily(lambda: organization_shape(account))}
    return {"id": one.id, **owner, "url": one.url, **dates, **limits}


def wave_shape(account: Account, wave: Wave | None) -> Shape | None:
    """Return a wave, with counts that go on as receipts come; None for none."""
    if wave is None:
        return None
    names = [name for name in wave.list_names if name in account.lists]
    return {
        "id": wave.id,
        "scheduledTime": wave.at.strftime(SCHEDULED_TIME),
        "name": wave.name,
        "account": lazily(lambda: account_shape(account, wave.account)),
        "organization": lazily(lambda: organization_shape(account)),
        "body": wave.body,
        "media": list(wave.media),
        "sentBy": "owner@example.com",
        "lists": lazily(lambda: [list_shape(account, account.lists[name]) for name in names]),
        "totalMessages": len(recipients(account, wave)),
        "totalMessagesDelivered": wave.count("delivered"),
        "totalMessagesFailed": wave.count("failed") + len(wave.refused),
        "type": wave.kind,
    }


def page_of(messages: Sequence[VoltMessage], size: int, before: str | None) -> tuple[list[VoltMessage], Shape]:
    """Return the page of newest-first messages after the one whose cursor is `before`, and its pageInfo.

    Raises ValueError for a cursor that is none. One whose message is no longer there leads to what is older than it.
    """
    start = 0 if before is None else _start(messages, before)
    page = list(messages[start : start + size])
    ends = {"startCursor": _cursor(page[0]), "endCursor": _cursor(page[-1])} if page else {}
    more = {"hasNextPage": start + size < len(messages), "hasPreviousPage": start > 0}
    return page, more | ends


def _cursor(message: VoltMessage) -> str:
    at, made = message.order
    return f"{at} {made}"


def _start(messages: Sequence[VoltMessage], before: str) -> int:
    at, _, made = before.partition(" ")
    passed = (at, int(made))
    return sum(message.order >= passed for message in messages)
