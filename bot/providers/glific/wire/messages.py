"""Messages in Glific's answers and events, turned into ours. Pure.

Refuses (MalformedPayload) a message without an id, a direction or a moment of its change; all else that is missing is
empty or None. What is no text is said in words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import MalformedPayload
from bot.domain.message import Failure
from bot.providers.glific.wire import error_codes
from bot.providers.glific.wire.contacts import GlificContact, contact_from_wire
from bot.providers.glific.wire.json_fields import read_address, read_json, read_moment, read_number
from bot.providers.glific.wire.text_variables import mend_variables
from bot.providers.json_values import read_id, read_object, read_text
from bot.providers.quoting import quoted

STATUSES = {
    # once Glific has a text it has left the bridge: "enqueued" there is not our SENDING
    "ENQUEUED": DeliveryStatus.SENT,
    "SENT": DeliveryStatus.SENT,
    "DELIVERED": DeliveryStatus.DELIVERED,
    "READ": DeliveryStatus.READ,
    "ERROR": DeliveryStatus.FAILED,
    "CONTACT_OPT_OUT": DeliveryStatus.FAILED,
}
"""Delivery states of Glific. An unknown one counts as SENT: Glific has the text."""

OPTED_OUT = "CONTACT_OPT_OUT"

_CODES = ("code", "errorCode", "error_code")
_REASONS = ("reason", "message", "title", "error")
"""Keys under which a provider says why; where they stand is not documented."""

_DEPTH = 5
_OPTED_OUT_WORDS = "This contact opted out of messages. Only they can undo that, by writing to the number again."
_FAILED = "WhatsApp did not deliver it and gave no reason."


@dataclass(frozen=True)
class GlificMessage:
    """Message as Glific has it. `contact` is None for the summary row of a broadcast.

    `sender` is the name of the colleague or the flow that sent it, "" where nobody is named; `user_id` the colleague's.
    `number` counts the messages of one contact.
    """

    id: str
    contact: GlificContact | None
    is_inbound: bool
    kind: str
    text: str
    media: tuple[str, ...]
    state: str
    failure: Failure | None
    sent_at: datetime | None
    changed_at: datetime
    scheduled_for: datetime | None = None
    number: int | None = None
    sender: str = ""
    user_id: str = ""
    is_template: bool = False
    broadcast_id: str = ""

    @property
    def status(self) -> DeliveryStatus:
        """What its state means to us."""
        return STATUSES.get(self.state, DeliveryStatus.SENT)

    @property
    def event_id(self) -> str:
        """What an event about it is recognized by when it comes again."""
        return f"{self.id}:{self.state}"

    @property
    def is_waiting(self) -> bool:
        """Whether it is to be sent later, and has not been yet."""
        return self.state == "ENQUEUED" and self.scheduled_for is not None and self.scheduled_for > self.changed_at


def message_from_wire(value: object) -> GlificMessage:
    """Read a message. Raises MalformedPayload."""
    shape = read_object(value)
    own_id, flow = read_id(shape.get("id")), read_text(shape.get("flow"))
    changed_at = read_moment(shape.get("updatedAt"))
    if not own_id or flow not in ("INBOUND", "OUTBOUND") or changed_at is None:
        raise MalformedPayload("a message without an id, a direction or a moment")
    media, user, state = read_object(shape.get("media")), read_object(shape.get("user")), shape.get("bspStatus")
    contact = shape.get("contact")
    address = read_address(media.get("gcsUrl")) or read_address(media.get("url"))
    return GlificMessage(
        id=own_id,
        contact=None if contact is None else contact_from_wire(contact),
        is_inbound=flow == "INBOUND",
        kind=read_text(shape.get("type")),
        text=_text_of(shape),
        media=(address,) if address else (),
        state=read_text(state),
        failure=_failure_of(read_text(state), shape.get("errors")),
        sent_at=read_moment(shape.get("insertedAt")),
        changed_at=changed_at,
        scheduled_for=read_moment(shape.get("sendAt")),
        number=read_number(shape.get("messageNumber")),
        sender=read_text(user.get("name")) or read_text(shape.get("flowLabel")) or read_text(shape.get("sendBy")),
        user_id=read_id(user.get("id")),
        is_template=shape.get("isHsm") is True,
        broadcast_id=read_id(shape.get("messageBroadcastId")),
    )


def unread_id(value: object) -> str:
    """Say what an event that cannot be read is recognized by when it comes again; "" where it has no id at all."""
    shape = read_object(value)
    own_id = read_id(shape.get("id"))
    return f"{own_id}:{read_text(shape.get('bspStatus'))}" if own_id else ""


def _text_of(shape: Mapping[str, Any]) -> str:
    """Say a message in words; of a picture it is the caption."""
    kind, body = read_text(shape.get("type")), mend_variables(read_text(shape.get("body")))
    if kind == "LOCATION":
        return _place(read_object(shape.get("location"))) or body
    if kind == "CONTACT":
        return f"Contact card: {body}" if body else "Contact card"
    if shape.get("media") is not None:
        return mend_variables(read_text(read_object(shape.get("media")).get("caption"))) or body
    chosen = read_json(shape.get("interactiveContent")) if kind in ("QUICK_REPLY", "LIST") else {}
    return body or read_text(chosen.get("title"))


def _place(location: Mapping[str, Any]) -> str:
    ends = [_degrees(location.get(key)) for key in ("latitude", "longitude")]
    return f"Location: https://www.google.com/maps?q={','.join(ends)}" if all(ends) else ""


def _degrees(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -180 <= value <= 180:
        return ""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _failure_of(state: str, errors: object) -> Failure | None:
    if STATUSES.get(state) is not DeliveryStatus.FAILED:
        return None
    if state == OPTED_OUT:
        return Failure(state.lower(), _OPTED_OUT_WORDS, allows_manual_retry=False, is_opt_out=True)
    told = read_json(errors)
    known = next(filter(None, map(error_codes.failure, _codes_in(told, _DEPTH))), None)
    if known is not None:
        return known
    said = next(_reasons_in(told, _DEPTH), "")
    words = f'WhatsApp did not deliver it. It said: "{quoted(said)}"' if said else _FAILED
    return Failure(state.lower(), words, allows_manual_retry=False)


def _codes_in(found: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Find the codes of a provider, wherever they stand."""
    yield from (code for key in _CODES if (code := read_id(found.get(key))))
    if depth:
        for inner in found.values():
            yield from _codes_in(read_object(inner), depth - 1)


def _reasons_in(found: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Find what a provider says, wherever it stands."""
    yield from (text for key in _REASONS if (text := read_text(found.get(key)).strip()))
    if depth:
        for inner in found.values():
            yield from _reasons_in(read_object(inner), depth - 1)
