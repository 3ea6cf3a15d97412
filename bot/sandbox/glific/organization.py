"""One organisation at Glific: what its contacts, its colleagues and its flows do, and what its API answers.

Chosen here, for Glific leaves it to an organisation's flows: who writes STOP has opted out, and START opts in again.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.sandbox.glific import media
from bot.sandbox.glific.flows import STANDARD_NODE, FlowWebhooks, body_of
from bot.sandbox.glific.graphql import Fields
from bot.sandbox.glific.model import Contact, HandOver, Location, Message, User
from bot.sandbox.glific.mutations import Mutations
from bot.sandbox.glific.queries import Queries
from bot.sandbox.glific.send_mutations import SendMutations
from bot.sandbox.glific.sending import Sending
from bot.sandbox.glific.session import Sessions
from bot.sandbox.glific.sockets import Sockets
from bot.sandbox.glific.tenant import Tenant
from bot.sandbox.http import Server


class Organization(Tenant):
    """Organisation; `sessions`, `sockets` and `sending` are its parts of the wire."""

    def __init__(self, name: str, phone: str, server: Server) -> None:
        super().__init__(name, phone)
        self.server = server
        self.sessions = Sessions(self)
        self.sockets = Sockets(self, server, self.sessions)
        self.sending = Sending(self, server, self.sockets.publish)
        self._flow_webhooks = FlowWebhooks(self, server)

    def resolvers(self, viewer: User) -> Fields:
        """Return the root fields as one user may ask for them."""
        return (
            Queries(self, viewer, media.check).fields()
            | Mutations(self, viewer, lambda: self.server.url).fields()
            | SendMutations(self, viewer, self.sending).fields()
        )

    async def text(self, phone: str, body: str, *, name: str | None = None, **fields: Any) -> Message | None:
        """Write to the organisation as a contact does; None where Glific drops it, as it does for who is blocked."""
        return await self._receive(phone, name, body=body, **fields)

    async def send_media(
        self, phone: str, kind: str, url: str, caption: str | None = None, *, name: str | None = None
    ) -> Message | None:
        """Send a file as a contact does: IMAGE, VIDEO, AUDIO, DOCUMENT or STICKER."""
        return await self._receive(phone, name, body=None, type=kind, media=self.add_media(url, caption))

    async def send_location(self, phone: str, latitude: float, longitude: float) -> Message | None:
        """Send a place as a contact does."""
        return await self._receive(phone, None, body=None, type="LOCATION", location=Location(latitude, longitude))

    async def send_card(self, phone: str, name: str, number: str) -> Message | None:
        """Send a contact card as a contact does; where name and number stand in it is chosen here."""
        return await self._receive(phone, None, body=f"{name}\n{number}", type="CONTACT")

    async def choose(
        self, phone: str, title: str, *, kind: str = "QUICK_REPLY", of: Message | None = None
    ) -> Message | None:
        """Choose a button (QUICK_REPLY) or an entry of a list (LIST) as a contact does."""
        content = json.dumps({"type": kind.lower(), "title": title, "postbackText": title, "id": ""})
        context = of.bsp_id if of is not None else None
        return await self._receive(phone, None, body=title, type=kind, interactive=content, context_id=context)

    async def _receive(self, phone: str, name: str | None, *, body: str | None, **fields: Any) -> Message | None:
        contact = self.contact_of(phone) or self.add_contact(phone, name or "")
        if contact.status == "BLOCKED":
            return None
        states = {"status": "received", "bsp_status": "DELIVERED", "bsp_id": str(uuid.uuid4())}
        message = self.keep(contact, "INBOUND", body, **(states | fields))
        self._note_word(contact, body)
        self.sockets.publish("receivedMessage", message)
        if contact.is_simulator:
            self.sockets.publish("receivedSimulatorMessage", message)
        if contact.flow is not None and contact.flow.answer:
            await self.flow_text(contact, contact.flow.answer, flow=contact.flow.name)
        return message

    def _note_word(self, contact: Contact, body: str | None) -> None:
        word = (body or "").strip().upper()
        if word == "STOP":
            self.withdraw(contact, "WA")
        if word == "START":
            self.consent(contact, "WA")

    async def colleague_text(self, phone: str, body: str, *, by: str = "Asha Rao") -> Message:
        """Write to a contact in Glific's own pages, as somebody else of the organisation."""
        contact = self.contact_of(phone) or self.add_contact(phone, "")
        user = next((one for one in self.users if one.name == by), None) or self.add_user("919876500009", "", name=by)
        message = self.keep(contact, "OUTBOUND", body, user=user)
        await self.sending.send(message)
        return message

    async def flow_text(self, contact: Contact, body: str, *, flow: str = "Welcome") -> Message:
        """Write to a contact as a flow does."""
        message = self.keep(contact, "OUTBOUND", body, flow_label=flow)
        await self.sending.send(message)
        return message

    def receipt(self, message: Message, status: str, reason: str | None = None) -> None:
        """Report SENT, DELIVERED, READ, ERROR or CONTACT_OPT_OUT for a message, an error with its reason."""
        self.sending.receipt(message, status, reason)

    async def move_clock(self, **by: float) -> None:
        """Let time pass: windows shut, tokens grow old, and what is due is sent. Takes timedelta's arguments."""
        self.clock.move(timedelta(**by))
        self.shut_windows()
        await self.sending.run_due()
        self.tell("clock", self.clock.ahead)

    async def hand_over(
        self,
        url: str,
        phone: str,
        results: Mapping[str, Any] | None = None,
        *,
        node: Mapping[str, Any] = STANDARD_NODE,
        signature: str | None = "auto",
        age_s: int = 0,
    ) -> HandOver:
        """Call a webhook as a flow does that hands a contact over to people; the answer says how the flow goes on."""
        contact = self.contact_of(phone) or self.add_contact(phone, "")
        body = body_of(self, contact, results or {}, node)
        return await self._flow_webhooks.call(url, body, signature=signature, age_s=age_s)

    async def post_flow(self, url: str, body: bytes, *, signature: str | None = "auto", age_s: int = 0) -> HandOver:
        """Post raw bytes as a flow would; signature "auto" signs them, None leaves it out, other text is sent."""
        return await self._flow_webhooks.call(url, body, signature=signature, age_s=age_s)

    def phone(self, phone: str) -> list[Message]:
        """Return what a contact's phone shows: both directions, in order."""
        return self.conversation(phone)
