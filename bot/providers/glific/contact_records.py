"""Contact records: a contact at Glific as the bridge knows contacts, read and written back.

A field keeps what Glific notes beside its value. Groups are changed by themselves, not with the contact.
"""

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.phone import E164
from bot.domain.provider_records import Consent, ContactRecord, CustomField
from bot.providers.glific.calls.account import GlificAccount
from bot.providers.glific.wire.contacts import GlificContact
from bot.providers.json_values import read_object, read_text

BLOCKED, VALID, INVALID = "BLOCKED", "VALID", "INVALID"


async def read_record(calls: GlificAccount, number: E164) -> ContactRecord | None:
    """Read a contact; None for a number that is not known. Raises CallFailed."""
    found = await calls.find_contact(number)
    return None if found is None else _record(number, found)


async def write_record(calls: GlificAccount, card: ContactRecord) -> ContactRecord:
    """Write what differs of a contact's name, fields and block; one that is not known is made. Raises CallFailed."""
    found = await calls.find_contact(card.number) or await calls.create_contact(card.number, card.name)
    wanted = _changes(card, found)
    return _record(card.number, await calls.change_contact(found.id, **wanted) if wanted else found)


def _changes(card: ContactRecord, found: GlificContact) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if card.name and card.name != found.name:
        wanted["name"] = card.name
    if card.fields != _shown_fields(found):
        wanted["fields"] = json.dumps(_fields(card, found.fields))
    if card.is_blocked is not (found.status == BLOCKED):
        # who opted out before it was blocked has done so still
        unblocked = INVALID if _consent(found).is_withdrawn else VALID
        wanted["status"] = BLOCKED if card.is_blocked else unblocked
    return wanted


def _record(number: E164, found: GlificContact) -> ContactRecord:
    return ContactRecord(
        number=number,
        name=found.name,
        fields=_shown_fields(found),
        lists=found.groups,
        is_blocked=found.status == BLOCKED,
        mapped_number=None,
        consent=_consent(found),
    )


def _consent(found: GlificContact) -> Consent:
    return Consent(found.opted_in_at, found.opted_out_at)


def _shown_fields(found: GlificContact) -> tuple[CustomField, ...]:
    fields = (_custom_field(key, noted) for key, noted in found.fields.items())
    return tuple(one for one in fields if one.value)


def _custom_field(key: str, noted: object) -> CustomField:
    shape = read_object(noted)
    value = shape.get("value")
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else read_text(value)
    return CustomField(key, text, read_text(shape.get("type")))


def _fields(card: ContactRecord, before: Mapping[str, Any]) -> dict[str, Any]:
    """Write all fields, for all are replaced: also those whose value is none that people see."""
    unseen = {key: noted for key, noted in before.items() if not _custom_field(key, noted).value}
    return unseen | {
        one.key: {"label": one.key, "type": one.type or "string"}
        | dict(read_object(before.get(one.key)))
        | {"value": one.value}
        for one in card.fields
    }
