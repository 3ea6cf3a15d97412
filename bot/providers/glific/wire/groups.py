"""Groups in Glific's answers, and what was sent to them. Pure. Refuses (MalformedPayload) what has no id."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import MalformedPayload
from bot.providers.glific.wire.contacts import GlificContact, contact_from_wire
from bot.providers.glific.wire.json_fields import read_moment, read_number
from bot.providers.glific.wire.text_variables import mend_variables
from bot.providers.json_values import read_id, read_object, read_text


@dataclass(frozen=True)
class GlificGroup:
    """Group of contacts; `members` are given only where the group was asked for by its id."""

    id: str
    label: str
    description: str
    size: int
    members: tuple[GlificContact, ...] = ()


@dataclass(frozen=True)
class Broadcast:
    """Message to a group, by its summary row, whose own id is `row_id`; `id` is what its single messages bear, too.

    `group` is the group's label.
    """

    id: str
    row_id: str
    body: str
    at: datetime | None
    group: str = ""


def group_from_wire(value: object) -> GlificGroup:
    """Read a group. Raises MalformedPayload."""
    shape = read_object(value)
    own_id, members = read_id(shape.get("id")), shape.get("contacts")
    if not own_id:
        raise MalformedPayload("a group without an id")
    return GlificGroup(
        id=own_id,
        label=read_text(shape.get("label")),
        description=read_text(shape.get("description")),
        size=read_number(shape.get("contactsCount")) or 0,
        members=tuple(contact_from_wire(one) for one in (members if isinstance(members, list) else [])),
    )


def broadcast_from_wire(value: object, group: str = "") -> Broadcast:
    """Read a summary row. Raises MalformedPayload."""
    shape = read_object(value)
    own_id = read_id(shape.get("messageBroadcastId"))
    if not own_id:
        raise MalformedPayload("a broadcast without an id")
    body, at = mend_variables(read_text(shape.get("body"))), read_moment(shape.get("insertedAt"))
    return Broadcast(own_id, read_id(shape.get("id")), body, at, group)
