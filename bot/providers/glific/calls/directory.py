"""Directory at Glific: messages, conversations, templates and groups as they are on record, and groups changed.

Every call here may be repeated at will.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.domain.errors import Rejected
from bot.domain.phone import E164
from bot.providers.glific.calls.account import GlificAccount, digits, readable, rows
from bot.providers.glific.wire.contacts import GlificContact, contact_from_wire
from bot.providers.glific.wire.groups import Broadcast, GlificGroup, broadcast_from_wire, group_from_wire
from bot.providers.glific.wire.json_fields import read_json, read_number
from bot.providers.glific.wire.messages import GlificMessage, message_from_wire
from bot.providers.glific.wire.templates import GlificTemplate, template_from_wire
from bot.providers.json_values import read_id, read_object, read_text
from bot.time_of_day import utc_now

PAGE_SIZE = 50
"""Messages that Glific gives at most in one answer."""

LIST_PAGE = 100
"""Templates or groups that are asked for at once."""

RECENT = timedelta(days=7)
"""How far back the texts of a conversation are listed."""

CLOCKS_APART = timedelta(minutes=1)

MOST_READ = 2_000
"""Messages that are read at most to count those of a broadcast: Glific takes so many calls a minute."""


_TOO_MANY = "There are too many messages to count here. Look at the collection in Glific."


@dataclass(frozen=True)
class InboxRow:
    """Conversation in Glific's inbox: its contact and its latest message, None where there is none to be read."""

    contact: GlificContact
    latest: GlificMessage | None
    is_unread: bool


class GlificDirectory(GlificAccount):
    """Directory of one WhatsApp number."""

    async def texts_with(self, contact: E164, within: timedelta = RECENT) -> Sequence[GlificMessage]:
        """List the newest texts with the contact, the newest first. Raises CallFailed."""
        since = (utc_now() - within).isoformat()
        wanted = {"phone": digits(contact), "from": since, "limit": PAGE_SIZE}
        found = rows(await self._calls.read("TextsOfPhone", "messages", **wanted))
        messages = [readable(message_from_wire, row) for row in found]
        # the filter takes a part of a phone for the whole
        return [one for one in messages if one.contact is not None and one.contact.phone in (contact, None)]

    async def message(self, message_id: str) -> GlificMessage | None:
        """Look one message up by its id; None where there is none. Raises CallFailed."""
        if not message_id.isdecimal():
            return None
        found = await self._find("Message", "message", "message", id=message_id)
        return None if found is None else readable(message_from_wire, found)

    async def changed_since(self, moment: datetime, offset: int = 0) -> Sequence[object]:
        """List what is new or has changed from a moment on, the earliest first and at most PAGE_SIZE, as Glific has it.

        Raises CallFailed.
        """
        variables = {"from": moment.isoformat(), "limit": PAGE_SIZE, "offset": offset}
        return rows(await self._calls.read("ChangedSince", "messages", **variables))

    async def conversation(self, number: E164, before: int = 0) -> tuple[Sequence[GlificMessage], int]:
        """Read a page of a conversation, the newest page first, and what leads to the older one; 0: there is none.

        Raises CallFailed.
        """
        # an offset is a message number, and both ends of the page belong to it
        limit, offset = (PAGE_SIZE - 1, max(before - PAGE_SIZE, 1)) if before else (PAGE_SIZE, 0)
        contact_id = await self._id_of(number)
        found = rows(await self._calls.read("Conversation", "search", id=contact_id, limit=limit, offset=offset))
        shapes = [row for one in found for row in rows(read_object(one).get("messages") or [])]
        messages = [readable(message_from_wire, row) for row in shapes]
        messages = [one for one in messages if not before or (one.number or 0) < before]
        oldest = min((one.number for one in messages if one.number is not None), default=0)
        return messages, oldest if oldest > 1 else 0

    async def inbox(self, start: int = 0, limit: int = 20) -> Sequence[InboxRow]:
        """List the conversations, the latest first. Raises CallFailed."""
        found = rows(await self._calls.read("Inbox", "search", limit=limit, offset=start))
        return [_inbox_row(row) for row in found]

    async def templates(self) -> Sequence[GlificTemplate]:
        """List the approved templates. Raises CallFailed."""
        found: list[GlificTemplate] = []
        while True:
            page = rows(await self._calls.read("Templates", "sessionTemplates", limit=LIST_PAGE, offset=len(found)))
            found += (readable(template_from_wire, row) for row in page)
            if len(page) < LIST_PAGE:
                return found

    async def groups(self, label: str = "") -> Sequence[GlificGroup]:
        """List the groups, or those in whose label a text is. Raises CallFailed."""
        found: list[GlificGroup] = []
        while True:
            wanted = {"label": label or None, "limit": LIST_PAGE, "offset": len(found)}
            page = rows(await self._calls.read("Groups", "groups", **wanted))
            found += (readable(group_from_wire, row) for row in page)
            if len(page) < LIST_PAGE:
                return found

    async def group(self, group_id: str) -> GlificGroup | None:
        """Read a group with its members; None where there is none. Raises CallFailed."""
        found = await self._find("Group", "group", "group", id=group_id)
        return None if found is None else readable(group_from_wire, found)

    async def group_windows(self, group_id: str) -> dict[str, int]:
        """Count a group's members by what may be sent to them, in Glific's words, with their `total`.

        Raises CallFailed.
        """
        found = read_json(await self._calls.read("GroupInfo", "groupInfo", id=group_id))
        return {key: number for key, value in found.items() if (number := read_number(value)) is not None}

    async def create_group(self, label: str, description: str = "") -> GlificGroup:
        """Make a group. Raises Rejected where the label is taken."""
        wanted = {"label": label, "description": description or None}
        return readable(group_from_wire, await self._part("CreateGroup", "createGroup", "group", input=wanted))

    async def change_members(self, group_id: str, *, add: Collection[str] = (), remove: Collection[str] = ()) -> None:
        """Put contacts into a group and take others out, by Glific's ids. Raises CallFailed."""
        wanted = {"groupId": group_id, "addContactIds": list(add), "deleteContactIds": list(remove)}
        await self._calls.read("ChangeMembers", "updateGroupContacts", input=wanted)

    async def broadcasts(self, group_id: str, limit: int = 10) -> Sequence[Broadcast]:
        """List what was sent to a group, the latest first. Raises CallFailed."""
        found = rows(await self._calls.read("GroupConversation", "search", id=group_id, limit=limit))
        shapes = [(row, _label_of(one)) for one in found for row in rows(read_object(one).get("messages") or [])]
        return [readable(partial(broadcast_from_wire, group=label), row) for row, label in shapes]

    async def broadcast_states(self, broadcast: Broadcast, words: str) -> Sequence[str]:
        """List the states of a broadcast's messages. `words` stand in each of them, as narrow a search as there is.

        Raises CallFailed, Rejected where there are too many to be read.
        """
        since = (broadcast.at or utc_now() - RECENT) - CLOCKS_APART
        wanted: dict[str, Any] = {"dateRange": {"from": since.isoformat(), "column": "inserted_at"}}
        if words:
            wanted["body"] = words
        states: list[str] = []
        for start in range(0, MOST_READ, PAGE_SIZE):
            page = {"filter": wanted, "limit": PAGE_SIZE, "offset": start}
            found = list(map(read_object, rows(await self._calls.read("MessagesSince", "messages", **page))))
            own = (one for one in found if read_id(one.get("messageBroadcastId")) == broadcast.id)
            states += [read_text(one.get("bspStatus")) for one in own if read_id(one.get("id")) != broadcast.row_id]
            if len(found) < PAGE_SIZE:
                return states
        raise Rejected("too_many", _TOO_MANY)


def _label_of(row: object) -> str:
    return read_text(read_object(read_object(row).get("group")).get("label"))


def _inbox_row(row: object) -> InboxRow:
    shape = read_object(row)
    contact = read_object(shape.get("contact"))
    latest = next((readable(message_from_wire, one) for one in rows(shape.get("messages") or [])), None)
    return InboxRow(readable(contact_from_wire, contact), latest, is_unread=contact.get("isOrgRead") is False)
