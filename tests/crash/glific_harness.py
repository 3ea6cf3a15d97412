"""A bot's process with a WhatsApp line at Glific and none at Volt, between the stand-ins, for rounds as all others are.

A contact's text counts as accepted once Glific has it: nothing is brought to the bot that it could refuse, and all of
Glific's record it has to show, in its order.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, Self, TypeVar, cast

from bot.sandbox import GlificStandIn
from bot.sandbox.volt.organization import Organization
from bot.sandbox.wire import Listener
from tests.crash.hops import TOLD_GLIFIC
from tests.harness.as_process import Harness
from tests.harness.tenants import alone
from tests.harness.whatsapp import LOGIN, PASSWORD, wire

T = TypeVar("T")


class OnPhone(NamedTuple):
    """One text on a contact's phone."""

    to: str
    body: str


class Phones:
    """The phones of contacts on WhatsApp, as rounds use the organization at Volt."""

    def __init__(self, glific: GlificStandIn) -> None:
        self._glific = glific

    @property
    def listeners(self) -> list[Listener]:
        """Who hears of what crosses the wire."""
        return self._glific.listeners

    @property
    def messages(self) -> list[OnPhone]:
        """Everything that went to a contact, in order."""
        return [
            OnPhone(f"+{one.contact.phone}", one.body or "")
            for one in self._glific.messages
            if one.flow == "OUTBOUND" and one.contact is not None
        ]

    def outbound(self, contact: str) -> list[OnPhone]:
        """Return what went to one contact, in order."""
        return [OnPhone(contact, one.body or "") for one in self._glific.outbound(wire(contact))]

    async def text(self, contact: str, body: str, *, to: str | None = None) -> None:
        """Write to the organisation as a contact does; it has one number."""
        assert to is None
        begun = time.time()
        await self._glific.text(wire(contact), body)
        self._glific.note_hop(TOLD_GLIFIC, "text", started_at=begun, status=200, pair=({"text": body}, None))

    async def until(self, predicate: Callable[[], T], timeout_s: float = 10) -> T:
        """Wait until the predicate is true and return what it gave."""
        return await self._glific.until(predicate, timeout_s)


class GlificHarness(Harness):
    """Owns the stand-ins and a bot whose one line is at Glific."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.glific = GlificStandIn()
        self.glific.add_user(LOGIN, PASSWORD)
        [workspace] = alone(self.slack, self.volt)
        phones = cast("Organization", Phones(self.glific))  # all that a round asks of an organization
        self.tenants = [replace(workspace, volt=phones)]

    async def __aenter__(self) -> Self:
        await self.glific.start()
        self.glific.listeners.append(self._keep_hop)
        return await super().__aenter__()

    async def __aexit__(self, *failure: object) -> None:
        await super().__aexit__(*failure)
        await self.glific.close()

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in super()._environment().items() if not name.startswith("VOLT_")}
        ours = {"GLIFIC_API_URL": self.glific.url, "GLIFIC_PHONE": LOGIN, "GLIFIC_PASSWORD": PASSWORD}
        return kept | ours | {"ENCRYPTION_KEYS": self._key}
