"""Contacts in Glific's answers and events, and what may be sent to one now. Pure.

What may be sent is decided by fields alone: status, window and consent. A contact without an id is refused
(MalformedPayload).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.domain.errors import MalformedPayload, Rejected
from bot.domain.phone import E164
from bot.domain.window import WINDOW_CLOSED
from bot.providers.glific.wire.json_fields import read_json, read_moment, read_phone
from bot.providers.json_values import read_id, read_object, read_text

WINDOW = timedelta(hours=23, minutes=59)
"""How long free text may be sent after a contact wrote: Glific shuts the window a minute before a day is over."""

SIMULATOR_PHONE = "9876543210"
"""Start of the phones of Glific's test contacts, which are not on WhatsApp."""

_VALID = "VALID"
_OPEN = frozenset({"SESSION", "SESSION_AND_HSM"})

_NOT_VALID = "This contact has opted out, or is blocked at Glific, so nothing can be sent to them."
_CLOSED = (
    "WhatsApp takes free text only for 24 hours after a contact wrote. Choose a template, or wait until they write."
)
_NO_CONSENT = "This contact has not agreed to be written to on WhatsApp, so no template can be sent to them."


@dataclass(frozen=True)
class GlificContact:
    """Contact as Glific has it. `phone` is None where Glific does not show it, or it is no number of a phone.

    `fields` (each with its value and what Glific notes beside it) and `groups` come only where a contact is asked for
    by itself.
    """

    id: str
    name: str
    phone: E164 | None
    is_simulator: bool
    status: str
    window: str
    opted_in_at: datetime | None
    opted_out_at: datetime | None
    last_message_at: datetime | None
    language: str
    language_id: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[str, ...] = ()

    @property
    def has_open_window(self) -> bool:
        """Whether free text may be sent now."""
        return self.status == _VALID and self.window in _OPEN

    @property
    def free_text_until(self) -> datetime | None:
        """Until when free text may be sent; None where it may not."""
        if not self.has_open_window or self.last_message_at is None:
            return None
        return self.last_message_at + WINDOW

    @property
    def takes_templates(self) -> bool:
        """Whether a template may be sent now."""
        return self.status == _VALID and self.window not in ("", "NONE") and self.opted_in_at is not None

    def refusal(self, *, is_template: bool) -> Rejected | None:
        """Say why a text is refused; None where, by what Glific shows, it is not."""
        if self.status != _VALID:
            return Rejected("contact_status", _NOT_VALID)
        if is_template:
            return None if self.takes_templates else Rejected("no_consent", _NO_CONSENT)
        return None if self.has_open_window else Rejected(WINDOW_CLOSED, _CLOSED)


def contact_from_wire(value: object) -> GlificContact:
    """Read a contact. Raises MalformedPayload."""
    shape = read_object(value)
    if not (own_id := read_id(shape.get("id"))):
        raise MalformedPayload("a contact without an id")
    name = read_text(shape.get("name")).strip()
    return GlificContact(
        id=own_id,
        name=name if name.strip("+0123456789 ().-_") else "",  # Glific puts the number in place of a missing name
        phone=read_phone(shape.get("phone")),
        is_simulator=read_text(shape.get("phone")).startswith(SIMULATOR_PHONE),
        status=read_text(shape.get("status")),
        window=read_text(shape.get("bspStatus")),
        opted_in_at=read_moment(shape.get("optinTime")),
        opted_out_at=read_moment(shape.get("optoutTime")),
        last_message_at=read_moment(shape.get("lastMessageAt")),
        language=read_text(read_object(shape.get("language")).get("locale")),
        language_id=read_id(read_object(shape.get("language")).get("id")),
        fields=read_json(shape.get("fields")),
        groups=tuple(_labels(shape.get("groups"))),
    )


def _labels(groups: object) -> Iterator[str]:
    found = groups if isinstance(groups, list) else []
    return (label for group in found if (label := read_text(read_object(group).get("label"))))
