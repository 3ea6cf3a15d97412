"""Contact records: a contact at Glific as the bridge knows contacts, read and written back.

A field keeps what Glific notes beside its value. Groups are changed by themselves, not with the contact.
"""

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.phone import E164
from bot.domain.provider_records import ContactRecord, CustomField
from bot.providers.glific.account import GlificAccount
from bot.providers.glific.contact_wire import GlificContact
from bot.providers.glific.json_fields import read_object, read_text

BLOCKED, VALID = "BLOCKED", "VALID"


async def read_record(calls: GlificAccount, number: E164) -> ContactRecord | None:
    """Read a contact; None for a number that is not known. Raises CallFailed."""
    found = await calls.find_contact(number)
    return None if found is None else _record(number, found)


async def write_record(calls: GlificAccount, card: ContactRecord) -> ContactRecord:
    """Write a contact's name, fields and block, over what is there; one not known is made. Raises CallFailed."""
    found = await calls.find_contact(card.number) or await calls.create_contact(card.number, card.name)
    wanted: dict[str, Any] = {"name": card.name, "fields": json.dumps(_fields(card, found.fields))}
    if card.is_blocked is not (found.status == BLOCKED):
        wanted["status"] = BLOCKED if card.is_blocked else VALID
    return _record(card.number, await calls.change_contact(found.id, **wanted))


def _record(number: E164, found: GlificContact) -> ContactRecord:
    fields = (_custom_field(key, noted) for key, noted in found.fields.items())
    return ContactRecord(
        number=number,
        name=found.name,
        fields=tuple(one for one in fields if one.value),
        lists=found.groups,
        is_blocked=found.status == BLOCKED,
        mapped_number=None,
    )


def _custom_field(key: str, noted: object) -> CustomField:
    shape = read_object(noted)
    value = shape.get("value")
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else read_text(value)
    return CustomField(key, text, read_text(shape.get("type")))


def _fields(card: ContactRecord, before: Mapping[str, Any]) -> dict[str, Any]:
    return {
        one.key: {"label": one.key, "type": one.type or "string"}
        | dict(read_object(before.get(one.key)))
        | {"value": one.value}
        for one in card.fields
    }
