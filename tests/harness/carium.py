"""A bot with a line at Carium's courier between the stand-ins, in one process and over real HTTP; with Volt or without.

Refuses to look inside the bot, as the harness does that it is made from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import aiohttp

from bot.sandbox import CourierStandIn
from bot.sandbox.courier.model import Text
from tests.harness.in_process import Relay
from tests.harness.whatsapp import VOLT_SETTINGS
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA

USERNAME, PASSWORD = "bridge@clinic.example", "correct horse"


def line_settings(courier: CourierStandIn) -> dict[str, str]:
    """Return the settings of a line at a stand-in."""
    return {
        "courier_api_url": courier.url,
        "courier_username": USERNAME,
        "courier_password": PASSWORD,
        "courier_organization_id": courier.organization_id,
        "courier_account_id": courier.account_id,
        "courier_number_id": courier.number_id,
    }


class Carium(Relay):
    """Owns the stand-ins and the bot; `has_volt`: there is a line at Volt as well, with the same number."""

    def __init__(self, folder: Path, *, has_volt: bool = False, **settings: Any) -> None:
        shared: dict[str, Any] = {"quiet_hours": "off", "agent_texts_per_hour": 0}
        super().__init__(folder, **(shared | settings))
        self.has_volt = has_volt
        self.courier = CourierStandIn(ACCOUNT)

    async def __aenter__(self) -> Self:
        await self.courier.start()
        self.courier.receipts = "manual"
        return await super().__aenter__()

    async def __aexit__(self, *failure: object) -> None:
        await self.courier.close()
        await super().__aexit__(*failure)
        assert self.courier.api.refused == []
        assert self.courier.sessions.refused == []

    def settings(self) -> dict[str, Any]:
        """Return what the bot is started with; nothing of Volt's where there is no line at Volt."""
        given = line_settings(self.courier) | {"public_url": self.url} | super().settings()
        return given if self.has_volt else {name: value for name, value in given.items() if name not in VOLT_SETTINGS}

    # --- what people do

    async def send(self, text: str, contact: str = DANA) -> None:
        """Text somebody by command, and wait until their phone has it."""
        before = len(self.phone(contact))
        await self.slack.command(AVA, CHANNEL, "/volt", f"send {contact} {text}")
        await self.courier.until(lambda: len(self.phone(contact)) > before)

    async def write(self, contact: str = DANA, text: str = "Hello") -> None:
        """Let a contact answer the newest text that they got."""
        called = await self.courier.answer(contact, text)
        assert called is not None
        assert called.is_taken

    async def hear(self, contact: str = DANA, text: str = "Hello") -> None:
        """Let a contact answer, and wait until the thread shows it."""
        await self.write(contact, text)
        await self.shows(contact, text)

    async def open_thread(self, contact: str = DANA, text: str = "Hello") -> str:
        """Text a contact for the first time, and let them answer; return the ts of the header."""
        await self.send(f"To {contact}", contact)
        return await super().open_thread(contact, text)

    # --- what the phone got

    def phone(self, contact: str = DANA) -> list[str]:
        """Return the texts that a phone got, in order."""
        return self.courier.phone(contact)

    async def gets(self, *texts: str, contact: str = DANA, timeout_s: float = 10) -> list[Text]:
        """Wait until as many texts went to the contact, and check that they are exactly these, in this order."""
        await self.courier.until(lambda: len(self.phone(contact)) >= len(texts), timeout_s)
        assert self.phone(contact) == list(texts)
        return [one for one in self.courier.texts if one.target == contact]

    async def call(self, address: str, **request: Any) -> int:
        """Make a request to an address, and return the status of its answer."""
        method = request.pop("method", "POST")
        async with aiohttp.ClientSession() as session, session.request(method, address, **request) as answer:
            return answer.status

    async def outcomes(self) -> dict[str, int]:
        """Read from /metrics how many callbacks came to which outcome."""
        _, page = await self.get("/metrics")
        found = (line for line in page.splitlines() if line.startswith("volt_bot_callbacks_total{"))
        return {line.split('outcome="')[1].split('"')[0]: round(float(line.rsplit(" ", 1)[1])) for line in found}
