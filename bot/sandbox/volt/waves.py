"""Timetable of the stand-in: scheduled texts and waves, sent by the real clock or on a test's call.

A wave goes to everybody who is on its lists at that time, each once; a draft to nobody. Undocumented and chosen here:
contacts who opted out or are blocked are not texted and count as failed; a time that is past is due at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.sandbox.clock import clock
from bot.sandbox.http import Server
from bot.sandbox.volt.account import Account
from bot.sandbox.volt.lists import members_of
from bot.sandbox.volt.model import VoltMessage, Wave

Send = Callable[[VoltMessage], Awaitable[None]]


class Timetable:
    """Timetable of what the account sends later; `send` puts one kept message on its way."""

    def __init__(self, account: Account, server: Server, send: Send) -> None:
        self.account = account
        self.server = server
        self.send = send

    def start(self) -> None:
        """Schedule everything that is still to be sent."""
        for wave in self.account.scheduled:
            self.server.spawn(self._keep_time(wave))

    def add(self, wave: Wave) -> None:
        """Keep a wave, and send it when it is due unless it is a draft."""
        self.account.waves.append(wave)
        self.account.tell("wave", wave)
        if wave.status == "scheduled":
            self.server.spawn(self._keep_time(wave))

    async def run_due(self, at: datetime) -> list[Wave]:
        """Send everything due until then, in the order of its time."""
        due = [wave for wave in self.account.scheduled if wave.at <= at]
        for wave in due:
            await self._send_wave(wave)
        return due

    async def _keep_time(self, wave: Wave) -> None:
        while wave.status == "scheduled" and not self.server.closing.is_set():
            left_s = (wave.at - clock.now()).total_seconds()
            if left_s <= 0:
                await self._send_wave(wave)
            else:
                await self.server.pause(left_s)

    async def _send_wave(self, wave: Wave) -> None:
        if wave.status != "scheduled":
            return
        wave.recipients = recipients(self.account, wave)
        wave.status = "sent"
        self.account.tell("wave", wave)
        for number in wave.recipients:
            contact = self.account.contacts.get(number)
            if number in self.account.opted_out or (contact is not None and contact.blocked):
                wave.refused.append(number)
                continue
            message = VoltMessage(
                to=number,
                from_=self.account.our_number(number, wave.account),
                body=wave.body,
                media=list(wave.media),
                wave=wave,
            )
            wave.messages.append(self.account.keep(message))
            await self.send(message)


def recipients(account: Account, wave: Wave) -> list[str]:
    """Return whom a wave texts, or would text if it were sent now; each number once."""
    if wave.status == "sent":
        return wave.recipients
    members = (contact.number for name in wave.list_names for contact in members_of(account, name))
    return list(dict.fromkeys((*wave.numbers, *members)))
