"""Provider (bot.ports.messaging) of one WhatsApp number at Glific, with all that such a number can do besides sending.

Before a person answers, the flow that is talking to the contact is stopped, or both would answer (flows/stops.py).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, nullcontext
from datetime import datetime

from bot.domain.errors import MalformedPayload
from bot.domain.message import Inbound, Receipt
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.provider_messages import Accepted, OutgoingText, RemoteText
from bot.domain.provider_records import ContactRecord, Page, TemplateOffer, TextRecord, offer_of
from bot.ports.capabilities import Capabilities
from bot.providers.glific.calls.account import stranger
from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.calls.error_mapping import unreadable_answer
from bot.providers.glific.consents import GlificConsents
from bot.providers.glific.contact_lists import GlificLists
from bot.providers.glific.contact_records import read_record, write_record
from bot.providers.glific.events import event_of, remote_text
from bot.providers.glific.flows.stops import FlowStops
from bot.providers.glific.inbox_pages import GlificInbox
from bot.providers.glific.line import GlificLine
from bot.providers.glific.profile import FILES, PROFILE
from bot.providers.glific.scheduled_messages import GlificScheduling
from bot.providers.glific.stream.stream import GlificStream, StreamReports
from bot.providers.glific.waves import GlificWaves


class GlificProvider:
    """Provider of a line; `calls` and `stream` stay the caller's, who starts and closes them."""

    profile = PROFILE
    file_limits = FILES

    def __init__(
        self,
        line: GlificLine,
        calls: GlificClient,
        stream: GlificStream,
        reports: StreamReports,
        *,
        flows: FlowStops | None = None,
    ) -> None:
        self.line = line
        self.calls = calls
        self._stream = stream
        self._reports = reports
        self._flows = flows
        self._own_user = ""

    @property
    def capabilities(self) -> Capabilities:
        """What a number at Glific can do besides sending."""
        return Capabilities(
            history=self,
            inbox=GlificInbox(self.calls),
            status_lookup=self,
            contacts=self,
            consents=GlificConsents(self.calls),
            lists=GlificLists(self.calls),
            waves=GlificWaves(self.line, self.calls),
            scheduling=GlificScheduling(self.line, self.calls),
            templates=self,
            window=self,
            media=self,
            stream=self,
        )

    async def send(self, outgoing: OutgoingText) -> Accepted:
        """Send one text. NOT safe to repeat after OutcomeUnknown. Raises Rejected, Retryable or OutcomeUnknown."""
        if self._flows is not None:
            await self._flows.before_a_person(outgoing.contact)
        accepted = await self.calls.send(outgoing)
        return Accepted(self.line.whole_id(accepted.provider_id), "", accepted.status)

    async def probe(self) -> None:
        """Check that Glific answers and takes the login. Safe to repeat. Raises CallFailed."""
        await self.calls.probe()

    # --- what is on record

    async def list_texts(self, account: E164, contact: E164) -> Sequence[RemoteText]:  # noqa: ARG002 - one number, one account
        """List the newest texts with the contact, the newest first. Safe to repeat. Raises CallFailed."""
        own_user = await self._user()
        found = await self.calls.texts_with(contact)
        return [remote_text(self.line, one, own_user) for one in found if not one.is_waiting]

    async def history(self, account: E164, contact: E164, before: str | None = None) -> Page[RemoteText]:  # noqa: ARG002
        """Read a page of a conversation, the newest page first. Safe to repeat. Raises CallFailed."""
        if await self.calls.find_contact(contact) is None:
            return Page((), None)
        found, older = await self.calls.conversation(contact, int(before) if before and before.isdecimal() else 0)
        return Page(tuple(remote_text(self.line, one, "") for one in found), str(older) if older else None)

    async def find_text(self, account: E164, provider_id: str, legacy_id: str, contact: E164) -> RemoteText | None:  # noqa: ARG002
        """Look one text up by its id. Safe to repeat. Raises CallFailed."""
        found = await self.calls.message(self.line.own_id(provider_id))
        return None if found is None else remote_text(self.line, found, "")

    async def text_record(self, text_id: str) -> TextRecord | None:
        """Look a text up by Glific's id, with or without the tenant before it. Safe to repeat. Raises CallFailed."""
        found = await self.calls.message(self.line.own_id(text_id))
        if found is None:
            return None
        contact = found.contact.phone if found.contact is not None else None
        return TextRecord(
            provider_id=self.line.whole_id(found.id),
            legacy_id="",
            to_number=number_of(self.line.account) if found.is_inbound else contact,
            from_number=contact if found.is_inbound else number_of(self.line.account),
            body=found.text,
            status=found.state,
            status_words="",
            media=found.media,
            sent_at=found.sent_at,
            confirmed_at=found.changed_at,
            error_code=found.failure.code if found.failure else "",
            failure=found.failure,
            known_status=None if found.is_inbound else found.status,
            is_received=found.is_inbound,
        )

    # --- contacts, the window and templates

    async def contact_name(self, account: E164, contact: E164) -> str:
        """Look up the name the contact is saved under, or "". Safe to repeat. Raises CallFailed."""
        return await self.calls.contact_name(account, contact)

    async def contact(self, account: E164, number: E164) -> ContactRecord | None:  # noqa: ARG002
        """Read a contact; None for a number that is not known. Safe to repeat. Raises CallFailed."""
        return await read_record(self.calls, number)

    async def save_contact(self, account: E164, card: ContactRecord) -> ContactRecord:  # noqa: ARG002
        """Write a contact's name, fields and block, over what is there. Safe to repeat. Raises CallFailed."""
        return await write_record(self.calls, card)

    async def open_until(self, account: E164, contact: E164) -> datetime | None:  # noqa: ARG002
        """Tell until when free text may be sent; None where it may not. Safe to repeat. Raises CallFailed."""
        found = await self.calls.find_contact(contact)
        if found is not None and found.has_open_window and found.last_message_at is None:
            raise unreadable_answer()  # it is open, and nothing says until when
        return found.free_text_until if found is not None else None

    async def templates(self, account: E164, contact: E164) -> TemplateOffer:  # noqa: ARG002
        """List the approved templates as a contact would get them. Safe to repeat. Raises CallFailed."""
        found = await self.calls.find_contact(contact)
        if found is None:
            raise stranger()
        if (refusal := found.refusal(is_template=True)) is not None:
            raise refusal
        known = [one.as_record(found.language_id, found.language) for one in await self.calls.templates()]
        return offer_of(known, found.language)

    # --- what happens

    @property
    def source(self) -> str:
        """The tenant that is watched."""
        return self.line.tenant

    async def watch(self, cursor: str) -> AsyncGenerator[tuple[Inbound | Receipt, str], None]:
        """Yield what is new since a cursor, each with the cursor behind it; what was missed comes first."""
        seeing = self._flows.watching() if self._flows is not None else nullcontext()
        async with seeing, aclosing(self._stream.watch(cursor)) as messages:
            async for message, behind in messages:
                try:
                    event = event_of(self.line, message)
                except MalformedPayload:
                    await self._reports.malformed({"id": message.id, "bspStatus": message.state})
                    continue
                if self._flows is not None:
                    self._flows.note(message)
                if event is not None:
                    yield event, behind

    async def _user(self) -> str:
        """Give Glific's id of the bot's user, by which its texts are told from those of others. Raises CallFailed."""
        self._own_user = self._own_user or (await self.calls.user()).id
        return self._own_user
