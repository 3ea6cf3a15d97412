"""WhatsApp in the demo: the line at Glific, who writes there, its templates, and a day that passes on demand.

The day passes for one contact's window alone: every other clock of the demo stays that of the machine, so that what
Slack, the phones and the bot say of the time agrees. In life the bot's own clock shuts the window as well. Here only
Glific tells it, and it is asked with the next reply; until then the page says that Slack has not heard of it.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.clock import clock
from bot.sandbox.demo.pictures import READY, give_ready
from bot.sandbox.demo.story import WHATSAPP
from bot.sandbox.glific.model import Contact, HandOver, Message
from bot.sandbox.glific.stand_in import GlificStandIn
from bot.sandbox.glific.tenant import WINDOW

LINE = "15555550134"
LOGIN = "15555550135"
READ_AFTER_S = 3.0
DAY = timedelta(days=1)
TEMPLATES = (
    ("Order ready", "Hi {{1}}, your order {{2}} is ready. We keep it until {{3}}."),
    ("Are you still there?", "Hi {{1}}, we have an answer for you. Write to us, and we send it."),
)
GATHERED = {"topic": {"input": "Delivery", "category": "Delivery"}, "order": {"input": "2041", "category": "Has order"}}
"""What the flow asked before it hands a contact over to people."""


def wire(number: str) -> str:
    """Write a number as Glific does."""
    return number.removeprefix("+")


class WhatsApp:
    """The line at Glific, with the customers of the story as its contacts, and what they do."""

    def __init__(self) -> None:
        self.glific = GlificStandIn("Support line", LINE)
        self.glific.rules.read_after_s = READ_AFTER_S
        self.glific.signature_phrase = secrets.token_hex(16)
        self.glific.server.routes.append(web.get("/ready/{name}", give_ready))
        self.password = secrets.token_hex(16)
        self.glific.add_user(LOGIN, self.password)
        for customer in WHATSAPP:
            self.glific.add_contact(wire(customer.number), customer.name, consents=True)
        for label, body in TEMPLATES:
            self.glific.add_template(label, body)
        self._skipped: dict[str, int] = {}  # by number: how many requests there were when its day passed

    @property
    def line(self) -> str:
        """The number of the line."""
        return f"+{LINE}"

    def settings(self) -> dict[str, str]:
        """Return the bot's settings for this line; the stand-in has been started."""
        return {
            "GLIFIC_API_URL": self.glific.url,
            "GLIFIC_PHONE": LOGIN,
            "GLIFIC_PASSWORD": self.password,
            "GLIFIC_FLOW_SECRET": self.glific.signature_phrase,
        }

    @property
    def is_heard(self) -> bool:
        """Whether the bot hears of what happens here."""
        return "receivedMessage" in self.glific.sockets.subscribed

    def has(self, number: str) -> bool:
        """Whether somebody writes on WhatsApp."""
        return self.glific.contact_of(wire(number)) is not None

    async def text(self, number: str, words: str, media: list[str]) -> bool:
        """Write as a contact does; tells whether Glific took it."""
        if not media:
            return await self.glific.text(wire(number), words) is not None
        name = media[0].rpartition("/")[2]
        kind = "IMAGE" if READY[name].mimetype.startswith("image/") else "DOCUMENT"
        return await self.glific.send_media(wire(number), kind, media[0], words or None) is not None

    def outbound(self) -> list[Message]:
        """Return what was sent to contacts, in order."""
        return [one for one in self.glific.messages if one.flow == "OUTBOUND" and one.contact is not None]

    def let_a_day_pass(self, number: str) -> None:
        """Let it be a day longer ago that a contact wrote."""
        contact = self.glific.contact_of(wire(number))
        if contact is not None and contact.last_message_at is not None:
            contact.last_message_at -= DAY
            self.glific.shut_windows()
            self._skipped[number] = len(self.glific.requests)

    async def hand_over(self, bot_url: str, number: str) -> HandOver:
        """Let a flow hand a contact over to people."""
        return await self.glific.hand_over(f"{bot_url}/glific/flows", wire(number), GATHERED)

    def window(self, number: str) -> dict[str, Any]:
        """Return what a phone on WhatsApp shows of its window; nothing for other phones."""
        contact = self.glific.contact_of(wire(number))
        if contact is None:
            return {"app": "SMS"}
        is_open = contact.bsp_status in ("SESSION", "SESSION_AND_HSM") and contact.last_message_at is not None
        until = (contact.last_message_at + WINDOW).timestamp() if is_open and contact.last_message_at else None
        is_shut = contact.last_message_at is not None and (until is None or until < clock.unix_time())
        return {"app": "WhatsApp", "until": until, "shut": is_shut, "unheard": is_shut and self._is_unheard(contact)}

    def _is_unheard(self, contact: Contact) -> bool:
        """Whether a day has passed for somebody, and the bot has not asked about them since, nor written to them."""
        since = self._skipped.get(f"+{contact.phone}")
        if since is None:
            return False
        asked = [one.variables for one in self.glific.requests[since:] if one.status]
        written_to = [(one.get("input") or {}).get("receiverId") for one in asked]
        return str(contact.id) not in written_to and contact.phone not in [one.get("phone") for one in asked]


def status_of(message: Message) -> str:
    """Return the state of a message on its way to a contact, in the page's words."""
    known = {"SENT": "sent", "DELIVERED": "delivered", "READ": "read", "ERROR": "failed", "CONTACT_OPT_OUT": "failed"}
    return known.get(message.bsp_status, "sending")
