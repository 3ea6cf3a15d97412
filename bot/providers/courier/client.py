"""Courier client: sends texts from one number, and looks them up.

One text, one POST, no repeats: there is no idempotency key. Each text is given two callback addresses of its own, which
stand in for a signature and for everything else that would tell answers apart. Neither `callback-one-off` nor
`expected-responses` is ever sent: by their names they would end or narrow a conversation.
What may be repeated at will besides is in calls/account.py, channels are in channels/, the connection in calls/.
"""

import re
from collections.abc import Sequence

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import MalformedPayload, Rejected, StoreUnavailable
from bot.domain.ids import MessageKey
from bot.domain.phone import E164
from bot.domain.provider_messages import Accepted, OutgoingText, RemoteText
from bot.domain.provider_records import TextRecord
from bot.ports.capabilities import Capabilities
from bot.ports.provider_grants import FOREIGN_NUMBER
from bot.providers.courier.callbacks.address import CallbackKind, CallbackSigner, CallbackTarget
from bot.providers.courier.calls.account import CourierAccount, pages
from bot.providers.courier.calls.error_mapping import NOT_FOUND, certain, not_stored, unreadable_answer
from bot.providers.courier.calls.json_api import CourierCalls, Resource
from bot.providers.courier.channels.channels import CourierChannels
from bot.providers.courier.channels.stream import ChannelStream
from bot.providers.courier.credentials import LineIdentity
from bot.providers.courier.outcomes.lost_send import LostSend, find_lost
from bot.providers.courier.profile import FILES, PROFILE
from bot.providers.courier.wire.channels import ID_MARK
from bot.providers.courier.wire.texts import TEXT_TYPE, CourierText, text_from_wire

TEXTS_PATH = "/v1/texts/"

PAGE_SIZE = 200
MOST_PAGES = 5
"""Pages of the texts to one contact that are read: whoever got more than a thousand is looked up by a person."""

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")

_OTHER_LINE = "This text belongs to another number of ours than the one that Carium sends from."
_NO_NUMBER = "Carium takes full numbers only, such as +15555550123."
_NO_FILES = (
    "Files can go only to a contact whose channel in Carium is known. Send the text without them, or set the channel "
    "with /volt contact."
)
_EMPTY = "Carium takes no text without words."
_FAILED = "Carium did not send it and gave no reason."


class CourierClient:
    """Provider (bot.ports.messaging) for one number at Carium. `channels` and `stream` are None where they are off."""

    profile = PROFILE
    file_limits = FILES

    def __init__(
        self,
        calls: CourierCalls,
        line: LineIdentity,
        signer: CallbackSigner,
        *,
        channels: CourierChannels | None = None,
        stream: ChannelStream | None = None,
    ) -> None:
        self._calls = calls
        self._line = line
        self._signer = signer
        self._stream = stream
        self.account = CourierAccount(calls, line.credentials)
        self.channels = channels

    @property
    def capabilities(self) -> Capabilities:
        """What a line at Carium can do besides sending: more where channels are used."""
        if self.channels is None:
            return Capabilities(status_lookup=self, number_info=self.account)
        return Capabilities(
            status_lookup=self,
            number_info=self.account,
            media=self,
            channels=self.channels,
            stream=self._stream,
        )

    async def probe(self) -> None:
        """Check that Carium answers and takes the login. Raises CallFailed."""
        await self.account.probe()

    async def send(self, outgoing: OutgoingText) -> Accepted:
        """Send one text. NOT safe to repeat after OutcomeUnknown. Raises Rejected, Retryable or OutcomeUnknown."""
        if outgoing.account != self._line.account:
            raise Rejected(FOREIGN_NUMBER, _OTHER_LINE)
        if not _NUMBER.fullmatch(outgoing.contact):
            raise Rejected("no_number", _NO_NUMBER)
        channel = await self._channel_of(outgoing.contact)
        if channel and self.channels is not None:
            return await self.channels.send(channel, outgoing)
        if outgoing.media:
            raise Rejected("no_files", _NO_FILES)
        if not outgoing.body.strip():
            raise Rejected("empty", _EMPTY)
        return _accepted(await self._calls.write(TEXTS_PATH, TEXT_TYPE, self._attributes(outgoing)))

    async def find_sent(self, lost: LostSend) -> Accepted | None:
        """Find a text whose answer was lost in Carium's record; None where it cannot be told. Raises CallFailed.

        Safe to repeat. None does not mean that the text is not there.
        """
        listed = await self._texts_to(lost.contact)
        found = find_lost(lost, listed, self._signer.read_address)
        if found is not None:
            return Accepted(found.id, found.sid, found.status)
        channel = await self._channel_of(lost.contact)
        return await self.channels.find_sent(channel, lost) if channel and self.channels is not None else None

    async def find_text(self, account: E164, provider_id: str, legacy_id: str, contact: E164) -> RemoteText | None:  # noqa: ARG002
        """Look one text up by Carium's id, or by the carrier's. Safe to repeat. Raises CallFailed."""
        if provider_id.startswith(ID_MARK):
            message = await self.channels.find_message(provider_id) if self.channels is not None else None
            return None if message is None else message.as_remote()
        found = await self._text(provider_id) if provider_id else None
        if found is None:  # the path of a single text is inferred; the list is documented
            ids = {provider_id, legacy_id} - {""}
            found = next((one for one in await self._texts_to(contact) if {one.id, one.sid} & ids), None)
        return None if found is None else found.as_remote()

    async def text_record(self, text_id: str) -> TextRecord | None:
        """Look a text up by Carium's id. Safe to repeat. Raises CallFailed."""
        if text_id.startswith(ID_MARK):
            message = await self.channels.find_message(text_id) if self.channels is not None else None
            return None if message is None else message.as_record()
        found = await self._text(text_id) if _ID.fullmatch(text_id) else None
        return None if found is None else found.as_record()

    async def _channel_of(self, contact: E164) -> str:
        if self.channels is None:
            return ""
        try:
            return await self.channels.book.of(contact)
        except StoreUnavailable:
            raise not_stored() from None

    def _attributes(self, outgoing: OutgoingText) -> dict[str, str]:
        own = self._line.credentials
        return {
            "account-id": own.account_id,
            "number-id": own.number_id,
            "organization-id": own.organization_id,
            "target": outgoing.contact,
            "message": outgoing.body,
            "callback-url": self._address(outgoing.contact, outgoing.key, CallbackKind.ANSWER),
            "callback-status-url": self._address(outgoing.contact, outgoing.key, CallbackKind.STATUS),
        }

    def _address(self, contact: E164, key: MessageKey, kind: CallbackKind) -> str:
        return self._signer.address(CallbackTarget(self._line.workspace, self._line.number, contact, key, kind))

    async def _text(self, text_id: str) -> CourierText | None:
        try:
            found = _readable(await self._calls.read(f"{TEXTS_PATH}{text_id}/"))
            return found if found.id.lower() == text_id.lower() else None
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return None

    async def _texts_to(self, contact: E164) -> Sequence[CourierText]:
        own = self._line.credentials
        query = (("account-id", own.account_id), ("filter[number-id]", own.number_id), ("filter[target]", contact))
        rows = pages(self._calls, TEXTS_PATH, query, size=PAGE_SIZE, most=MOST_PAGES)
        return [_readable(row) async for row in rows]


def _readable(row: Resource) -> CourierText:
    try:
        return text_from_wire(row)
    except MalformedPayload:
        raise certain(unreadable_answer()) from None


def _accepted(posted: Resource) -> Accepted:
    text = text_from_wire(posted)
    if text.status is DeliveryStatus.FAILED:
        failure = text.failure
        words = failure.user_message if failure is not None else _FAILED
        code, allows_retry = (failure.code, failure.allows_manual_retry) if failure is not None else ("failed", False)
        raise Rejected(code, words, allows_manual_retry=allows_retry)
    return Accepted(text.id, text.sid, text.status)
