"""What a Glific flow hands over, read from the body of its call. Pure.

The body is what somebody wrote in the flow editor; the editor's own offer is {"contact": ..., "results": ...}. Refuses
(MalformedPayload) what has no contact with a phone. Everything else is taken as it comes, shortened.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import MalformedPayload
from bot.domain.phone import E164
from bot.domain.text import ellipsized
from bot.providers.glific.wire.json_fields import read_phone
from bot.providers.json_values import read_id, read_object, read_text

MOST_RESULTS = 30
LONGEST_RESULT = 500
"""Characters of one result; a flow gathers words and choices, not letters."""

_OWN_KEYS = frozenset({"contact", "results", "organization_id"})


@dataclass(frozen=True)
class FlowHandOver:
    """Contact whom a flow hands over to people, and what it gathered: names and values, in the flow's order.

    `proof` is what the same call is recognized by when it comes again.
    """

    proof: str
    contact_id: str
    phone: E164
    name: str
    gathered: tuple[tuple[str, str], ...]


def read_hand_over(raw: bytes, proof: str) -> FlowHandOver:
    """Read the body of a flow's call. Raises MalformedPayload."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise MalformedPayload("the body is no JSON") from None
    contact = read_object(read_object(body).get("contact"))
    phone = read_phone(contact.get("phone"))
    if phone is None:
        raise MalformedPayload('no contact with a phone: the node\'s body needs "contact": "@contact"')
    gathered = (*_values(read_object(read_object(body).get("results"))), *_values(_others(read_object(body))))
    name = read_text(contact.get("name")).strip()
    return FlowHandOver(proof, read_id(contact.get("id")), phone, name, gathered[:MOST_RESULTS])


def _others(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in body.items() if key not in _OWN_KEYS}


def _values(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in found.items():
        said = _said(value)
        if said:
            yield ellipsized(read_text(key), LONGEST_RESULT), ellipsized(said, LONGEST_RESULT)


def _said(value: object) -> str:
    """Take what a contact said: a result of a flow holds it under `input`, and what it was taken for under another."""
    if isinstance(value, dict):
        return _word(value.get("input")) or _word(value.get("category"))
    return _word(value)


def _word(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return read_text(value).strip()
