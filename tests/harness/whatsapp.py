"""A bot with a line at Glific between the stand-ins, in one process and over real HTTP; with Volt or without.

Refuses to look inside the bot, as the harness does that it is made from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from bot.sandbox import GlificStandIn
from bot.sandbox.glific.model import Message
from tests.harness.in_process import Relay
from tests.harness.world import DANA

LOGIN = "15555550123"  # that of Volt's account, so that one number is on both lines
PASSWORD = "correct horse"
SUBSCRIBED = ["receivedMessage", "sentMessage", "updateMessageStatus"]
VOLT_SETTINGS = ("volt_api_token", "volt_account_number", "volt_api_url", "volt_webhook_key")


def wire(number: str) -> str:
    """Write a number as Glific has it."""
    return number.removeprefix("+")


class WhatsApp(Relay):
    """Owns the stand-ins and the bot; `has_volt`: there is a line at Volt as well."""

    def __init__(self, folder: Path, *, has_volt: bool = False, **settings: Any) -> None:
        super().__init__(folder, **settings)
        self.has_volt = has_volt
        self.glific = GlificStandIn()
        self.glific.add_user(LOGIN, PASSWORD)

    async def __aenter__(self) -> Self:
        await self.glific.start()
        self.glific.receipts = "manual"
        return await super().__aenter__()

    async def __aexit__(self, *failure: object) -> None:
        await self.glific.close()
        await super().__aexit__(*failure)

    def settings(self) -> dict[str, Any]:
        """Return what the bot is started with; nothing of Volt's where there is no line at Volt."""
        ours = {"glific_api_url": self.glific.url, "glific_phone": LOGIN, "glific_password": PASSWORD}
        given = ours | super().settings()
        return given if self.has_volt else {name: value for name, value in given.items() if name not in VOLT_SETTINGS}

    async def stream_is_open(self) -> None:
        """Wait until the bot hears of everything."""
        await self.glific.until(lambda: self.glific.sockets.subscribed == SUBSCRIBED)

    async def write(self, contact: str = DANA, text: str = "Hello", name: str = "") -> None:
        """Let a contact write on WhatsApp."""
        await self.glific.text(wire(contact), text, name=name or None)

    async def hear(self, contact: str = DANA, text: str = "Hello") -> None:
        """Let a contact write on WhatsApp, and wait until the thread shows it."""
        await self.write(contact, text)
        await self.shows(contact, text)

    def lookups(self) -> int:
        """Count the reads of a contact's record."""
        return sum(request.operation == "TextsOfPhone" for request in self.glific.requests)

    def phone(self, contact: str = DANA) -> list[str]:
        """Return the texts that Glific took for a contact, in order."""
        return [message.body or "" for message in self.sent(contact)]

    def sent(self, contact: str = DANA) -> list[Message]:
        """Return what went to a contact on WhatsApp."""
        return self.glific.outbound(wire(contact))

    async def gets(self, *texts: str, contact: str = DANA, timeout_s: float = 10) -> list[Message]:
        """Wait until as many texts went to the contact, and check that they are exactly these, in this order."""
        await self.glific.until(lambda: len(self.phone(contact)) >= len(texts), timeout_s)
        assert self.phone(contact) == list(texts)
        return self.sent(contact)
