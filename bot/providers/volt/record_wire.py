"""Records of Volt: contacts, lists, waves, webhooks and single texts, turned into ours and back. Pure.

Refuses (MalformedPayload) an answer without what was asked for, and a contact whose fields or block cannot be read:
those are written back whole, so a guess would destroy them. All else that is missing is empty or None.
Source: https://docs.textvolt.com/v1.0/
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import InvalidNumber, MalformedPayload
from bot.domain.phone import E164, parse_e164
from bot.domain.provider_records import (
    AccountRecord,
    ContactRecord,
    CustomField,
    InboxRecord,
    ListRecord,
    Operand,
    Operator,
    Page,
    Rule,
    TextRecord,
    WaveRecord,
    WebhookRecord,
)
from bot.providers.json_values import read_id, read_text
from bot.providers.volt.error_codes import failure
from bot.providers.volt.json_fields import read_media, read_sender, read_time

T = TypeVar("T")

_STATUSES = {
    "sending": DeliveryStatus.SENDING,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "failed": DeliveryStatus.FAILED,
}
"""Status words of Volt, as they are shown to whoever asks about one text."""

OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        "gt": Operator("is greater than", Operand.NUMBER),
        "gte": Operator("is greater than or equal to", Operand.NUMBER),
        "lt": Operator("is less than", Operand.NUMBER),
        "lte": Operator("is less than or equal to", Operand.NUMBER),
        "eq": Operator("equals (as a number)", Operand.NUMBER),
        "before": Operator("is before (a date)", Operand.DATE),
        "after": Operator("is after (a date)", Operand.DATE),
        "is": Operator("is"),
        "contains": Operator("contains"),
        "neq": Operator("does not equal (as a number)", Operand.NUMBER),
        "notContains": Operator("does not contain"),
    }
)
"""Operators by which a list compares a custom field, by Volt's word. It prints "gt" only; the others are inferred."""


def card_from_wire(contact: object, number: E164) -> ContactRecord | None:
    """Read a contact; None for none. `number` is what was asked for. Raises MalformedPayload."""
    if contact is None:
        return None
    known = _thing(contact)
    fields, is_blocked = known.get("customFields"), known.get("blocked")
    if not isinstance(fields, list) or not isinstance(is_blocked, bool):
        raise MalformedPayload("a contact without its fields")
    return ContactRecord(
        number=number,
        name=read_text(known.get("name")),
        fields=tuple(_field(field) for field in fields if field is not None),
        lists=_names(known.get("lists")),
        is_blocked=is_blocked,
        mapped_number=_number(known.get("mappedNumber")),
    )


def saved_card(contact: object, card: ContactRecord) -> ContactRecord:
    """Read the answer to a save: what was sent, and what Volt adds. Raises MalformedPayload."""
    known = _thing(contact)
    sent = [{"key": field.key, "value": field.value, "type": field.type} for field in card.fields]
    whole = card_from_wire({"blocked": card.is_blocked, **known, "customFields": sent}, card.number)
    if whole is None:
        raise MalformedPayload("no contact in the answer")
    return whole


def _field(field: object) -> CustomField:
    known = _thing(field)
    if not (key := read_text(known.get("key"))):
        raise MalformedPayload("a custom field without a name")
    return CustomField(key, _plain_value(known.get("value")), read_text(known.get("type")))


def _plain_value(value: object) -> str:
    """Take text as it is, and anything else as JSON: Volt may keep numbers, and they are written back as text."""
    if value is None:
        return ""
    return read_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def fields_to_wire(fields: Sequence[CustomField]) -> list[dict[str, str]]:
    """Write custom fields for a save. Their type is never sent: no page says that Volt takes it."""
    return [{"key": field.key, "value": field.value} for field in fields]


def row_from_wire(item: object) -> InboxRecord:
    """Read one row of the inbox. Raises MalformedPayload."""
    known = _thing(item)
    contact = known.get("contact")
    details: Mapping[str, Any] = contact if isinstance(contact, dict) else {}
    return InboxRecord(
        contact=read_sender(details.get("phoneNumber")),
        name=read_text(details.get("name")),
        text=read_text(known.get("lastMessage")),
        is_unread=known.get("isUnread") is True,
        at=read_time(known.get("lastMessageTime")),
    )


def page_from_wire(page: object, name: str, read: Callable[[object], T]) -> Page[T]:
    """Read a page whose items are under `name`; `older` only where Volt says that there is more.

    Raises MalformedPayload.
    No page says whether Volt calls older texts next or previous; chosen: next, as the newest come first.
    """
    known = _thing(page)
    items, info = known.get(name), known.get("pageInfo")
    if not isinstance(items, list):
        raise MalformedPayload("a page without its things")
    has_more = isinstance(info, dict) and info.get("hasNextPage") is True
    cursor = read_text(info.get("endCursor")) if isinstance(info, dict) and has_more else ""
    return Page(tuple(read(item) for item in items), cursor or None)


def record_from_wire(message: object) -> TextRecord | None:
    """Read all about one text; None for none. Raises MalformedPayload."""
    if message is None:
        return None
    known = _thing(message)
    status, code = read_text(known.get("status")), read_id(known.get("errorCode")).strip()
    known_status = _STATUSES.get(status.strip().lower())
    has_failed = known_status is DeliveryStatus.FAILED
    return TextRecord(
        provider_id=_id(known),
        legacy_id=read_id(known.get("legacyId")),
        to_number=read_sender(known.get("toNumber")),
        from_number=read_sender(known.get("fromNumber")),
        body=read_text(known.get("body")),
        status=status,
        known_status=known_status,
        is_received=status.strip().lower() == "received",
        status_words=read_text(known.get("statusDescription")),
        media=read_media(known.get("media")),
        sent_at=read_time(known.get("sentAt")),
        confirmed_at=read_time(known.get("confirmedAt")),
        error_code=code,
        failure=failure(code, read_text(known.get("statusDescription"))) if has_failed else None,
    )


def list_from_wire(item: object) -> ListRecord:
    """Read a list. Raises MalformedPayload."""
    known = _thing(item)
    rules = known.get("queryCustomFields")
    return ListRecord(
        id=_id(known),
        name=read_text(known.get("name")),
        size=_count(known.get("size")),
        source=read_text(known.get("querySourceListName")),
        search_term=read_text(known.get("queryNameSearchTerm")),
        rules=tuple(_rule(rule) for rule in rules if isinstance(rule, dict)) if isinstance(rules, list) else (),
    )


def _rule(rule: Mapping[str, Any]) -> Rule:
    field, operator = read_text(rule.get("field")), read_text(rule.get("operator"))
    return Rule(field, operator, _unquoted(read_text(rule.get("queryValue"))))


def _unquoted(value: str) -> str:
    """Read JSON text that holds a text; whatever else it is stays as it is."""
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return read_text(read) if isinstance(read, str) else value


def query_to_wire(name: str, source: str, search_term: str, rules: Sequence[Rule]) -> dict[str, Any]:
    """Write a list's query; what is empty is left out, which means all contacts."""
    query: dict[str, Any] = {"listName": name}
    if source:
        query["querySourceListName"] = source
    if search_term:
        query["queryNameSearchTerm"] = search_term
    if rules:
        query["queryCustomFields"] = [_rule_to_wire(rule) for rule in rules]
    return query


def _rule_to_wire(rule: Rule) -> dict[str, str]:
    operator = OPERATORS.get(rule.operator)
    is_number = operator is not None and operator.operand is Operand.NUMBER and _is_json_number(rule.value)
    value = rule.value if is_number else json.dumps(rule.value, ensure_ascii=False)
    return {"field": rule.field, "operator": rule.operator, "queryValue": value}


def _is_json_number(value: str) -> bool:
    try:
        read = json.loads(value, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return False
    return isinstance(read, int | float) and not isinstance(read, bool)


def wave_from_wire(wave: object) -> WaveRecord | None:
    """Read a wave; None for none. Raises MalformedPayload."""
    if wave is None:
        return None
    known = _thing(wave)
    return WaveRecord(
        id=_id(known),
        name=read_text(known.get("name")),
        body=read_text(known.get("body")),
        scheduled_at=read_time(known.get("scheduledTime")),
        total=_count(known.get("totalMessages")),
        delivered=_count(known.get("totalMessagesDelivered")),
        failed=_count(known.get("totalMessagesFailed")),
        lists=_names(known.get("lists")),
    )


def time_to_wire(at: datetime) -> str:
    """Write an aware moment the way Volt's scheduledTime wants it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _thing(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MalformedPayload("not what was asked for")
    return value


def _id(known: Mapping[str, Any]) -> str:
    if not (own_id := read_id(known.get("id"))):
        raise MalformedPayload("a thing without an id")
    return own_id


def _number(value: object) -> E164 | None:
    try:
        return parse_e164(read_text(value))
    except InvalidNumber:
        return None


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _names(items: object) -> tuple[str, ...]:
    names = (read_text(item.get("name")) for item in items if isinstance(item, dict)) if isinstance(items, list) else ()
    return tuple(name for name in names if name)


def registered_from_wire(webhook: object) -> WebhookRecord:
    """Read one registration. Raises MalformedPayload."""
    if not isinstance(webhook, dict) or not (own_id := read_id(webhook.get("id"))):
        raise MalformedPayload("a webhook without an id")
    return WebhookRecord(own_id, read_text(webhook.get("url")), read_text(webhook.get("primaryPhone")) or None)


def owner_from_wire(account: object, asked: E164) -> AccountRecord:
    """Read which account a number is of; that number itself where Volt names none, for it has accepted the number."""
    found: Mapping[str, Any] = account if isinstance(account, dict) else {}
    organization = found.get("organization")
    whose: Mapping[str, Any] = organization if isinstance(organization, dict) else {}
    try:
        number = parse_e164(read_text(found.get("primaryPhone")))
    except InvalidNumber:
        number = asked
    name, company = read_text(found.get("name")).strip(), read_text(whose.get("companyName")).strip()
    return AccountRecord(number, name, company, is_active=whose.get("isActive") is not False)
