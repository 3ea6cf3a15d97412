"""Searches of the stand-in: the inbox, one conversation, and a group's summary rows. Pure, on the tenant's state.

Chosen here, for nothing says so: conversations come with the latest first, and so do the messages of each.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from bot.sandbox.glific.filters import Args
from bot.sandbox.glific.model import Contact, Group, Message
from bot.sandbox.glific.tenant import Tenant

MESSAGES_MAX = 250
EARLIEST = datetime.min.replace(tzinfo=UTC)

STATUSES: dict[str, Callable[[Contact], bool]] = {
    "Unread": lambda one: not one.is_org_read,
    "Not replied": lambda one: not one.is_org_replied,
    "Not Responded": lambda one: not one.is_contact_replied,
    "Optout": lambda one: one.optout_time is not None,
    "Optin": lambda one: one.optin_time is not None,
}
"""Their spelling counts; any other one is a fault of the server's."""


def find_contacts(tenant: Tenant, wanted: Args) -> list[Contact]:
    """Return the contacts whose conversations are searched for, the latest first. Raises KeyError for a status."""
    has_status = STATUSES[wanted["status"]] if wanted.get("status") else lambda _one: True
    ids = set(wanted.get("ids") or []) | ({wanted["id"]} if wanted.get("id") is not None else set())
    groups, tags = set(wanted.get("includeGroups") or []), set(wanted.get("includeTags") or [])
    found = [
        one
        for one in tenant.people()
        if (one.id in ids if ids else one.status != "BLOCKED")
        and has_status(one)
        and (not groups or groups & one.groups)
        and (not tags or tags & one.tags)
        and _has_term(tenant, one, wanted)
        and (ids or one.last_message_number)
    ]
    return sorted(found, key=lambda one: one.last_communication_at or EARLIEST, reverse=True)


def _has_term(tenant: Tenant, contact: Contact, wanted: Args) -> bool:
    term, days = (wanted.get("term") or "").lower(), wanted.get("dateRange") or {}
    if not term and not days:
        return True
    if term and (term in contact.name.lower() or term in contact.phone) and not days:
        return True
    texts = (one for one in tenant.messages if one.contact is contact and _on(one.inserted_at.date(), days))
    return any(term in (one.body or "").lower() for one in texts)


def _on(day: date, days: dict[str, Any]) -> bool:
    return (days.get("from") or date.min) <= day <= (days.get("to") or date.max)


def messages_of(tenant: Tenant, contact: Contact, opts: Args) -> list[Message]:
    """Return messages of a conversation; an offset above 0 is a message number, and the limit is added to it."""
    both = [one for one in tenant.messages if one.contact is contact]
    limit, offset = min(opts.get("limit") or 25, MESSAGES_MAX), opts.get("offset") or 0
    if offset > 0:
        both = [one for one in both if offset <= (one.number or 0) <= offset + limit]
        return both[::-1]
    return both[::-1][:limit]


def groups_of(tenant: Tenant, wanted: Args) -> list[Group]:
    """Return the groups whose broadcasts are searched for."""
    ids = set(wanted.get("ids") or []) | ({wanted["id"]} if wanted.get("id") is not None else set())
    label = (wanted.get("groupLabel") or wanted.get("term") or "").lower()
    return [one for one in tenant.groups.values() if (not ids or one.id in ids) and label in one.label.lower()]


def summaries_of(tenant: Tenant, group: Group, opts: Args) -> list[Message]:
    """Return the summary rows of the broadcasts to a group."""
    rows = [one for one in tenant.messages if one.contact is None and one.group_id == group.id]
    start = opts.get("offset") or 0
    return rows[::-1][start : start + min(opts.get("limit") or 25, MESSAGES_MAX)]
