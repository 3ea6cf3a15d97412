"""Filters, orders and pages of Glific's lists. Pure.

A column that does not exist is a database error, and a database error is answered with an empty list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from operator import attrgetter
from typing import Any, TypeVar

from bot.sandbox.glific.model import Contact, Group, Message, Template
from bot.sandbox.glific.tenant import Tenant

T = TypeVar("T")
Args = dict[str, Any]
TIMES = ("inserted_at", "updated_at", "last_communication_at", "last_message_at")
MESSAGES_DEFAULT, MESSAGES_MAX = 25, 50


def page(rows: Sequence[T], opts: Args | None, *, default: int | None = None, largest: int | None = None) -> list[T]:
    """Return a page of rows in the order asked for; an unknown column gives nothing."""
    opts = opts or {}
    column = opts.get("orderWith") or "id"
    if rows and not hasattr(rows[0], column):
        return []
    ordered = sorted(rows, key=_key(column), reverse=opts.get("order") == "DESC")
    start = opts.get("offset") or 0
    limit = default if opts.get("limit") is None else opts["limit"]
    if largest is not None:
        limit = min(limit if limit is not None else largest, largest)
    return ordered[start:] if limit is None else ordered[start : start + limit]


def _key(column: str) -> Any:
    get = attrgetter(column)
    earliest = datetime.min.replace(tzinfo=UTC)
    return (lambda row: get(row) or earliest) if column in TIMES else (lambda row: get(row) or type(get(row))())


def in_range(row: Contact | Message, wanted: Args | None) -> bool:
    """Whether a row is within a DateRangeInput: `from` is exact, `to` reaches to the end of its day."""
    if not wanted:
        return True
    at = getattr(row, wanted.get("column") or "inserted_at", None)
    if not isinstance(at, datetime):
        return False
    start, end = wanted.get("from"), wanted.get("to")
    if end is not None:
        end = datetime.combine(end.date() + timedelta(days=1), time(), UTC)
    return (start is None or at >= start) and (end is None or at < end)


def _has(text: str | None, part: str | None) -> bool:
    return part is None or part.lower() in (text or "").lower()


def _numbers(ids: Sequence[Any] | None) -> set[int]:
    return {int(one) for one in ids or []}


def contact_fits(contact: Contact, wanted: Args | None) -> bool:
    """Whether a contact fits a ContactFilter; the blocked fit only where their status is asked for."""
    wanted = wanted or {}
    term = wanted.get("term")
    return (
        (_has(contact.name, term) or _has(contact.phone, term))
        and _has(contact.name, wanted.get("name"))
        and _has(contact.phone, wanted.get("phone"))
        and (contact.status == wanted["status"] if wanted.get("status") else contact.status != "BLOCKED")
        and wanted.get("bspStatus") in (None, contact.bsp_status)
        and _marked(contact, wanted)
        and in_range(contact, wanted.get("dateRange"))
    )


def _marked(contact: Contact, wanted: Args) -> bool:
    tags, groups = _numbers(wanted.get("includeTags")), _numbers(wanted.get("includeGroups"))
    is_left_out = bool(contact.groups & _numbers(wanted.get("excludeGroups")))
    return (not tags or bool(contact.tags & tags)) and (not groups or bool(contact.groups & groups)) and not is_left_out


def message_fits(tenant: Tenant, message: Message, wanted: Args | None) -> bool:
    """Whether a message fits a MessageFilter."""
    wanted = wanted or {}
    phone = message.contact.phone if message.contact else ""
    ends = (phone, tenant.own.phone) if message.flow == "INBOUND" else (tenant.own.phone, phone)
    return (
        _has(message.body, wanted.get("body"))
        and _has(ends[0], wanted.get("sender"))
        and _has(ends[1], wanted.get("receiver"))
        and _has(phone, wanted.get("either"))
        and _has(message.user.name if message.user else "", wanted.get("user"))
        and (not wanted.get("types") or message.type in wanted["types"])
        and wanted.get("bspStatus") in (None, message.bsp_status)
        and not message.tags & _numbers(wanted.get("tagsExcluded"))
        and (not wanted.get("tagsIncluded") or bool(message.tags & _numbers(wanted["tagsIncluded"])))
        and in_range(message, wanted.get("dateRange"))
    )


def template_fits(template: Template, wanted: Args | None) -> bool:
    """Whether a template fits a SessionTemplateFilter."""
    wanted = wanted or {}
    return (
        (_has(template.label, wanted.get("term")) or _has(template.body, wanted.get("term")))
        and _has(template.label, wanted.get("label"))
        and _has(template.body, wanted.get("body"))
        and _has(template.shortcode, wanted.get("shortcode"))
        and wanted.get("isHsm") in (None, template.is_hsm)
        and wanted.get("category") in (None, template.category)
        and wanted.get("languageId") in (None, template.language.id)
        and wanted.get("status") in (None, template.status)
        and wanted.get("isActive") in (None, template.is_active)
    )


def group_fits(group: Group, wanted: Args | None) -> bool:
    """Whether a group fits a GroupFilter."""
    return _has(group.label, (wanted or {}).get("label"))
