"""One organization at Volt: what its token may ask for, what its customers do, and its webhooks.

It shares the server, the faults and the record of the wire with the others of a stand-in, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from yarl import URL

from bot.sandbox.http import Server
from bot.sandbox.volt.account import Account
from bot.sandbox.volt.media import are_good, fetch_all
from bot.sandbox.volt.model import START_WORDS, STOP_WORDS, VoltMessage, Wave, Webhook, now_text, word_of
from bot.sandbox.volt.mutations import Mutations
from bot.sandbox.volt.pictures import NAMES
from bot.sandbox.volt.queries import Queries
from bot.sandbox.volt.waves import Timetable
from bot.sandbox.volt.webhooks import WebhookDelivery
from bot.sandbox.volt.wire import envelope, finalized, received, sent

OPTED_OUT_CODE = "503"
MEDIA_CODE = "407"


class Organization(Account):
    """Organization; `resolvers` answer its queries. All of a stand-in's sign with the key of the first, `signer`."""

    def __init__(self, account_number: str, server: Server, number: int = 1, signer: Account | None = None) -> None:
        super().__init__(account_number, number)
        self.server = server
        self._postman = WebhookDelivery(self, server, signer or self)
        self._timetable = Timetable(self, server, self._send)
        self.resolvers: dict[str, Any] = Queries(self).fields()
        self.resolvers |= Mutations(self, self._send, self._probe, self._timetable).fields()

    def start_sending(self) -> None:
        """Schedule everything that is still to be sent."""
        self._timetable.start()

    async def text(self, from_number: str, body: str, *, media: Sequence[str] = (), to: str | None = None) -> Webhook:
        """Text the account as a customer does; return the webhook after its first attempt.

        Its status is 0 while no attempt was answered: also when it waits behind one that is being retried, when no
        webhook is registered, and for a contact who is blocked. It changes as attempts go on.
        """
        number = to or self.our_number(from_number)
        message = VoltMessage(number, from_number, body, list(media), direction="inbound", status="received")
        self._note_keyword(from_number, body)
        webhook = Webhook(envelope(received(self.keep(message))))
        contact = self.contacts.get(from_number)
        if contact is not None and contact.blocked:
            return webhook
        return await self._postman.carry(webhook, from_number)

    def _note_keyword(self, number: str, body: str) -> None:
        if word_of(body) in STOP_WORDS:
            self.opted_out.add(number)
        if word_of(body) in START_WORDS:
            self.opted_out.discard(number)

    async def receipt(
        self, message: VoltMessage, status: str, error_code: str | None = None, *, passthrough: bool = True
    ) -> Webhook:
        """Report "sent", "delivered" or "failed" for a message by webhook; with its passthrough unless told not to."""
        message.status, message.error_code = status, error_code
        if status == "sent":
            message.sent_at = message.sent_at or now_text()
        else:
            message.completed_at = now_text()
        self.tell("phone", message)
        payload = sent(message) if status == "sent" else finalized(message)
        webhook = Webhook(envelope(payload), message.passthrough if passthrough else None)
        return await self._postman.carry(webhook, message.contact)

    async def run_due(self, at: datetime) -> list[Wave]:
        """Send everything scheduled until this moment (aware) now; return it once all its texts are on their way."""
        return await self._timetable.run_due(at)

    async def foreign_text(self, to: str, body: str, *, account: str | None = None) -> VoltMessage:
        """Text a customer from Volt's own page: the webhooks come without passthrough."""
        message = VoltMessage(to, self.our_number(to, account), body, is_foreign=True)
        self.keep(message)
        await self.receipt(message, "sent")
        if self.receipts == "auto":
            self.server.spawn(self._finalize(message, self.rules.finalized_after_s))
        return message

    async def post(
        self,
        body: bytes,
        *,
        signature: str | None = "auto",
        headers: dict[str, str] | None = None,
        path: str | None = None,
    ) -> tuple[int, dict[str, str], str]:
        """Post raw bytes once to the webhook URL (or another path there) and return status, headers and text.

        signature "auto" signs them, None leaves the header out, other text is sent as it is. Status 0: no answer.
        """
        signed = self._postman.sign(body) if signature == "auto" else signature
        all_headers = ({"X-Respond-Flow-Signature": signed} if signed is not None else {}) | (headers or {})
        url = self.webhook_url or next((one.url for one in reversed(self.registrations.values())), None)
        if url is not None and path is not None:
            url = str(URL(url).with_path(path))
        reply = await self._postman.post(url, body, all_headers, shown=body.decode(errors="replace"))
        return reply.status, dict(reply.headers), reply.text

    def picture_url(self, name: str = "parcel.png") -> str:
        """Return the address of a picture: parcel.png, garden.png, lake.png and sunset.png are small.

        dana.vcf is a contact card; huge.png is twelve million bytes long, and page.html is no picture.
        """
        if name not in NAMES:
            raise KeyError(name)
        return f"{self.server.url}/media/{name}"

    def phone(self, number: str) -> list[VoltMessage]:
        """Return what a customer's phone shows: both directions, in order."""
        return self.conversation(number)

    async def _send(self, message: VoltMessage) -> None:
        pauses = (self.rules.sent_after_s, max(0.0, self.rules.finalized_after_s - self.rules.sent_after_s))
        if self.rules.early_receipts:
            await self._carry_out(message, (0.0, 0.0))
        else:
            self.server.spawn(self._carry_out(message, pauses))

    async def _carry_out(self, message: VoltMessage, pauses: tuple[float, float]) -> None:
        if message.to in self.opted_out:
            await self.server.pause(pauses[0])
            await self.receipt(message, "failed", OPTED_OUT_CODE)
            return
        if message.media and not await self._has_good_media(message):
            await self.receipt(message, "failed", MEDIA_CODE)
            return
        if self.receipts != "auto":
            return
        await self.server.pause(pauses[0])
        await self.receipt(message, "sent")
        await self._finalize(message, pauses[1])

    async def _has_good_media(self, message: VoltMessage) -> bool:
        message.fetched = await fetch_all(message.media)
        self.tell("phone", message)
        return are_good(message.fetched)

    async def _finalize(self, message: VoltMessage, pause_s: float) -> None:
        await self.server.pause(pause_s)
        code = self.outcomes.get(message.to)
        await self.receipt(message, "failed" if code else "delivered", code)

    async def _probe(self, url: str) -> int:
        reply = await self._postman.post(url, b'{"type": "test"}', {}, shown={"type": "test"})
        return reply.status
