"""Notes, from what crosses the wire, when each text and each deed was offered and accepted, and each thread known."""

from __future__ import annotations

from typing import Any

from bot.sandbox.wire import Hop
from tests.crash.history import Act, Carried, Deed, Said
from tests.crash.hops import carried, is_for, is_yes, learned
from tests.harness.tenants import Tenant


def note(one: Carried, hop: Hop, bot_user_id: str) -> None:
    """Note that a request carried it.

    The bot may act on any copy of an event of a shared channel, so the first one offers it; what it accepted for this
    workspace is certain with the workspace's own copy only.
    """
    one.offered_at = min(one.offered_at, hop.at)
    if is_for(hop, bot_user_id) and is_yes(hop):
        one.accepted_at = min(one.accepted_at, hop.at + hop.elapsed_ms / 1000)


class Records:
    """The history of a workspace in a round, as far as it has come."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self.said: dict[str, Said] = {}
        self._carried: dict[str, Carried] = {}
        self._known_at: dict[str, float] = {}
        self._roots: dict[str, str] = {}
        for stand_in in (tenant.slack, tenant.volt):
            stand_in.listeners.append(self._note)

    @property
    def contacts(self) -> list[str]:
        """Everybody who said something, in the order of their first words."""
        return list(dict.fromkeys(said.contact for said in self.said.values()))

    def new(self, contact: str, way: str, *, is_command: bool = False, root: str = "") -> Said:
        """Begin a text; of a reply, `root` is the ts of its thread's header."""
        number = sum((one.way, one.contact) == (way, contact) for one in self.said.values())
        said = Said(way, contact, number, is_command=is_command, mark=self._tenant.mark)
        self.said[said.body] = self._carried[said.body] = said
        if root:
            self._roots[said.body] = root
        return said

    def edit(self, said: Said) -> Deed:
        """Begin an edit."""
        deed = said.edit()
        self._carried[deed.words] = deed
        return deed

    def did(self, said: Said, act: Act, ts: str) -> Deed:
        """Begin a deletion or a reaction, about the reply with this ts."""
        deed = said.did(act)
        self._carried[f"{act.value} {ts}"] = deed
        return deed

    def _note(self, kind: str, thing: Any) -> None:
        if kind != "hop":
            return
        for ts, at in learned(thing):
            self._known_at[ts] = min(at, self._known_at.get(ts, at))
        one = self._carried.get(carried(thing))
        if one is not None:
            note(one, thing, self._tenant.installed.bot_user_id)

    def history(self) -> list[Said]:
        """Return all texts, each with the moment from which on the bot could know its thread."""
        for body, root in self._roots.items():
            self.said[body].known_at = self._known_at.get(root, 0.0)
        return list(self.said.values())

    def texts(self, way: str) -> list[Said]:
        """Return the texts of one direction."""
        return [one for one in self.said.values() if one.way == way]
