"""Contact lists at Glific: its groups, which its own pages call collections. They hold contacts one by one, no queries.

A list goes by its exact label. Who is to be put on one has to be a contact already, or nobody is.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.domain.errors import Rejected
from bot.domain.phone import E164
from bot.domain.provider_records import ListRecord, Operator, Rule
from bot.providers.glific.calls.directory import GlificDirectory
from bot.providers.glific.calls.error_mapping import NOT_FOUND
from bot.providers.glific.wire.groups import GlificGroup

NO_OPERATORS: Mapping[str, Operator] = MappingProxyType({})

OPEN_WINDOWS = ("session", "session_and_hsm")
"""Glific's words for members to whom free text may be sent now."""

_NO_QUERIES = "Glific cannot choose contacts by rules: put them into the collection one by one."
_NO_GROUP = "Glific has no collection of this name."
_STRANGER = "Glific does not know one of these contacts, so nobody was put into the collection."


class GlificLists:
    """Lists (bot.ports.capabilities) of one WhatsApp number."""

    operators = NO_OPERATORS
    has_queries = False
    are_named = True

    def __init__(self, calls: GlificDirectory) -> None:
        self._calls = calls

    async def list_names(self, account: E164, typed: str) -> Sequence[str]:  # noqa: ARG002 - one account, one number
        """Name the groups in whose labels a text is. Safe to repeat. Raises CallFailed."""
        return [group.label for group in await self._calls.groups(typed)]

    async def contact_list(self, account: E164, name: str) -> ListRecord | None:  # noqa: ARG002
        """Read a group; None where there is none of this label. Safe to repeat. Raises CallFailed."""
        found = await find_group(self._calls, name)
        return None if found is None else await self._record(found)

    async def save_list(
        self,
        account: E164,
        name: str,
        *,
        source: str = "",
        search_term: str = "",
        rules: Sequence[Rule] = (),
    ) -> ListRecord:
        """Make a group, where there is none of this label. Safe to repeat. Raises CallFailed."""
        if source or search_term or rules:
            raise Rejected("no_queries", _NO_QUERIES)
        found = await self.contact_list(account, name)
        if found is not None:
            return found
        made = await self._calls.create_group(name)
        return ListRecord(made.id, name, 0, "", "", (), reached=0)

    async def add_to_list(self, account: E164, name: str, numbers: Sequence[E164]) -> ListRecord:  # noqa: ARG002
        """Put contacts into a group. Safe to repeat. Raises CallFailed."""
        group = await find_group(self._calls, name)
        if group is None:
            raise Rejected("no_list", _NO_GROUP)
        found = [await self._calls.find_contact(number) for number in numbers]
        ids = [contact.id for contact in found if contact is not None]
        if len(ids) < len(found):
            raise Rejected(NOT_FOUND, _STRANGER)
        await self._calls.change_members(group.id, add=ids)
        return await self._record(group)

    async def _record(self, group: GlificGroup) -> ListRecord:
        windows = await self._calls.group_windows(group.id)
        size = windows.get("total", group.size)
        return ListRecord(group.id, group.label, size, "", "", (), sum(windows.get(one, 0) for one in OPEN_WINDOWS))


async def find_group(calls: GlificDirectory, label: str) -> GlificGroup | None:
    """Find a group by its exact label. Raises CallFailed."""
    return next((group for group in await calls.groups(label) if group.label == label), None)
