"""Screen: what every open page shows, a whole snapshot first, then each change."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from aiohttp import web

from bot.sandbox.clock import clock
from bot.sandbox.demo.faults import FaultSwitches
from bot.sandbox.demo.feed import Feed
from bot.sandbox.demo.people import channels_shape, people_shape
from bot.sandbox.demo.phones import Phones
from bot.sandbox.demo.pictures import ready_shapes
from bot.sandbox.demo.routes import hop_answer, refuse
from bot.sandbox.demo.shortcuts import shortcuts
from bot.sandbox.demo.story import CUSTOMERS, PEOPLE, Customer, readable
from bot.sandbox.demo.timeline import Record, Timeline
from bot.sandbox.demo.view import (
    Shape,
    ephemeral_shape,
    hop_shape,
    message_shape,
    outbound_shape,
    text_shape,
    whatsapp_shape,
)
from bot.sandbox.demo.windows import windows_shape
from bot.sandbox.demo.workflows import runs_shape, steps_shape
from bot.sandbox.slack.stand_in import SlackStandIn
from bot.sandbox.slack.state.model import Message
from bot.sandbox.wire import Hop

REFRESH_S = 0.03
MAX_HOPS = 200
MAX_CUSTOMERS = 8


class Screen:
    """Screen: listens to both stand-ins and publishes changes to the pages."""

    def __init__(self, slack: SlackStandIn, phones: Phones, record: Record, fault_switches: FaultSwitches) -> None:
        self.slack = slack
        self.phones = phones
        self.record = record
        self.fault_switches = fault_switches
        self.timeline = Timeline(slack, phones, record)
        self.feed = Feed(self.snapshot)
        self.bot: Shape = {"state": "starting", "words": ""}
        self.install_url = ""
        self._hops: deque[tuple[int, Hop]] = deque(maxlen=MAX_HOPS)
        self._hop_count = 0
        self._is_refresh_due = False
        slack.listeners.append(self._see)
        phones.volt.listeners.append(self._see)
        phones.whatsapp.glific.listeners.append(self._see)

    def snapshot(self) -> Shape:
        """Return everything a page needs."""
        return self._live() | {
            "bot_user": self.slack.bot_user_id,
            "shortcuts": [one._asdict() for one in shortcuts()],
            "steps": steps_shape(self.slack),
            "ready": ready_shapes(),
            "agents": [person.id for person in PEOPLE],
            "install": self.install_url,
            "messages": [*map(self._message, self.timeline.messages()), *map(self._ephemeral, self.slack.ephemerals)],
            "texts": sorted(self._texts(), key=lambda shape: float(shape["at"])),
            "hops": [hop_shape(number, hop) for number, hop in self._hops],
        }

    def _live(self) -> Shape:
        """Return the small things that a refresh compares; the score first, because it marks what arrived."""
        score = self.timeline.score(is_calm=self.fault_switches.is_calm and self.bot["state"] == "running")
        people = [self._customer(one) for one in self._customers()]
        windows = {user: windows_shape(self.slack, user) for user in (person.id for person in PEOPLE)}
        shown = {"score": score._asdict(), "bot": self.bot, "faults": self.fault_switches.on, "customers": people}
        return shown | {
            "ahead": clock.ahead_s,
            "windows": windows,
            "runs": runs_shape(self.slack),
            "users": people_shape(self.slack),
            "channels": channels_shape(self.slack),
        }

    def _customers(self) -> list[Customer]:
        known = {customer.number for customer in CUSTOMERS}
        others = [one for one in self.timeline.everybody() if one not in known][: MAX_CUSTOMERS - len(CUSTOMERS)]
        return [*CUSTOMERS, *(Customer(number, readable(number)) for number in others)]

    def _customer(self, customer: Customer) -> Shape:
        """Return a customer, and the line that they write to."""
        whatsapp = self.phones.whatsapp
        line = whatsapp.line if whatsapp.has(customer.number) else self.phones.volt.account_number
        return customer._asdict() | {"line": readable(line)} | whatsapp.window(customer.number)

    def _texts(self) -> list[Shape]:
        by_volt, by_glific = self.phones.volt.messages, self.phones.whatsapp.outbound()
        return [*map(text_shape, self.record.texts), *map(outbound_shape, by_volt), *map(whatsapp_shape, by_glific)]

    def _message(self, message: Message) -> Shape:
        return message_shape(message, self.timeline.number_of(message))

    def _ephemeral(self, shown: Shape) -> Shape:
        return ephemeral_shape(shown, self.slack.bot_user_id, is_gone=shown["message_ts"] in self.record.replaced)

    def _see(self, kind: str, thing: Any) -> None:
        if kind == "hop":
            self._show_hop(thing)
        elif kind == "message":
            self.feed.publish("message", self._message(thing))
        elif kind == "ephemeral":
            self._show_ephemeral(thing)
        self.refresh_soon()

    def _show_ephemeral(self, shown: Shape) -> None:
        """Show an ephemeral answer; if it replaces the one that was pressed, that one is removed."""
        pressed = self.record.pressed.get((shown["user"], shown["channel"]))
        old = next((one for one in self.slack.ephemerals if one["message_ts"] == pressed), None)
        if old is not None and (shown.get("replace_original") or shown.get("delete_original")):
            self.record.replaced.add(old["message_ts"])
            shown.setdefault("thread_ts", old.get("thread_ts"))
            self.feed.publish("message", self._ephemeral(old))
        self.feed.publish("message", self._ephemeral(shown))

    def _show_hop(self, hop: Hop) -> None:
        self._hop_count += 1
        self._hops.append((self._hop_count, hop))
        self.feed.publish("hop", hop_shape(self._hop_count, hop))

    def refresh_soon(self) -> None:
        """Compare both sides after a short moment, and publish what changed."""
        if not self._is_refresh_due:
            self._is_refresh_due = True
            asyncio.get_running_loop().call_later(REFRESH_S, self._refresh)

    def _refresh(self) -> None:
        self._is_refresh_due = False
        for kind, thing in self._live().items():
            self.feed.publish(kind, thing, name=kind)
        for shape in self._texts():
            self.feed.publish("text", shape, name=shape["id"])

    def show_bot(self, state: str, words: str, *, mark: str = "") -> None:
        """Publish the state of the bot, with a mark on the wire."""
        self.bot = {"state": state, "words": words}
        self.record.calm_since = clock.unix_time()
        if mark:
            self._show_hop(Hop(clock.unix_time(), "bot", mark, 0, "", "", 0.0))
        self.refresh_soon()

    async def give_hop(self, request: web.Request) -> web.Response:
        """GET /hop/N: the exact request and answer of a hop."""
        number = int(request.match_info["number"])
        found = next((hop for one, hop in self._hops if one == number), None)
        return hop_answer((found.request, found.answer)) if found else refuse(404, "this hop is no longer kept")
