"""Phones of the demo: what customers have on them, whichever line it came by. Decides nothing."""

from __future__ import annotations

from typing import NamedTuple

from bot.sandbox.demo.whatsapp import WhatsApp, status_of
from bot.sandbox.volt.stand_in import VoltStandIn


class OnPhone(NamedTuple):
    """A text on its way to a customer, or there."""

    body: str
    is_failed: bool


class Phones:
    """Phones behind both lines."""

    def __init__(self, volt: VoltStandIn, whatsapp: WhatsApp) -> None:
        self.volt = volt
        self.whatsapp = whatsapp

    @property
    def own(self) -> frozenset[str]:
        """Our own numbers."""
        return frozenset({self.volt.account_number, self.whatsapp.line})

    def reached(self) -> list[str]:
        """Return whom something was sent to."""
        others = [f"+{one.contact.phone}" for one in self.whatsapp.outbound() if one.contact is not None]
        return [*(message.to for message in self.volt.messages), *others]

    def outbound(self, number: str) -> list[OnPhone]:
        """Return what was sent to a customer, the texts first, then what came by WhatsApp."""
        texts = [OnPhone(one.body, one.status == "failed") for one in self.volt.outbound(number)]
        shown = [one for one in self.whatsapp.outbound() if one.contact and f"+{one.contact.phone}" == number]
        return [*texts, *(OnPhone(one.shown, status_of(one) == "failed") for one in shown)]
