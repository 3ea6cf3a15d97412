"""Channels of a line: messages to a contact whose channel is known, and what a lost answer to one became.

A channel is the only documented way in which answers can be read. A message with files is a draft until they are all
there, so that what cannot be sent whole is not sent at all; that a draft becomes a message by changing it is inferred.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import MalformedPayload, Rejected
from bot.domain.phone import E164
from bot.domain.provider_messages import Accepted, OutgoingText
from bot.ports.media import Fetcher
from bot.providers.courier.calls.account import pages
from bot.providers.courier.calls.error_mapping import NOT_FOUND, certain, unreadable_answer
from bot.providers.courier.calls.json_api import CourierCalls
from bot.providers.courier.channels.attachments import CourierAttachments
from bot.providers.courier.channels.book import ChannelBook
from bot.providers.courier.outcomes.lost_send import LostSend, may_be_lost
from bot.providers.courier.wire.channels import (
    ID_MARK,
    MESSAGE_TYPE,
    ChannelMessage,
    CourierChannel,
    channel_from_wire,
    message_from_wire,
)
from bot.providers.courier.wire.json_fields import moment_text

MESSAGES_PATH = "/v1/messaging-messages/"
CHANNELS_PATH = "/v1/messaging-channels/"

PAGE_SIZE = 100
MOST_PAGES = 10
"""Pages of one channel that are read at once."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NO_ID = "This is no id of a channel, which looks like 1b4e28ba-2fa1-11d2-883f-0016d3cca427."
_NO_CHANNEL = "Carium has no such channel, or does not show it to the bot's user."
_TAKEN = "Another contact is reached by this channel already, and what is written in it is theirs."
_UNREADABLE = "Carium shows a message in this channel that the bot cannot read."
_OTHERS = "The people of this channel have other numbers. Look up the channel of this contact in Carium."


class CourierChannels:
    """Channels of one line; `calls` are the caller's. `fetcher` reads the files that go along with a message."""

    def __init__(
        self, calls: CourierCalls, book: ChannelBook, attachments: CourierAttachments, fetcher: Fetcher
    ) -> None:
        self._calls = calls
        self._attachments = attachments
        self._fetcher = fetcher
        self.book = book

    async def channel_of(self, contact: E164) -> str:
        """Return the id of a contact's channel, "" where texts go as texts. Raises StoreUnavailable."""
        return await self.book.of(contact)

    async def connect(self, contact: E164, channel_id: str) -> None:
        """Reach a contact by a channel from now on; "" by texts again. Raises CallFailed with words for a person."""
        wanted = channel_id.strip().lower()
        if wanted:
            if not _UUID.fullmatch(wanted):
                raise Rejected("no_id", _NO_ID)
            channel = await self._channel(wanted)
            if channel.phones and contact not in channel.phones:
                raise Rejected("other_people", _OTHERS)
            if any(used == wanted and other != contact for other, used in (await self.book.all()).items()):
                raise Rejected("other_contact", _TAKEN)
        await self.book.set(contact, wanted)

    async def _channel(self, channel_id: str) -> CourierChannel:
        try:
            return channel_from_wire(await self._calls.read(f"{CHANNELS_PATH}{channel_id}/"))
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            raise Rejected(NOT_FOUND, _NO_CHANNEL) from error

    async def send(self, channel: str, outgoing: OutgoingText) -> Accepted:
        """Send a message. NOT safe to repeat after OutcomeUnknown. Raises Rejected, Retryable or OutcomeUnknown."""
        wanted = {"channel-id": channel, "message": outgoing.body}
        if not outgoing.media:
            posted = await self._calls.write(MESSAGES_PATH, MESSAGE_TYPE, wanted | {"draft": False})
            return Accepted(f"{ID_MARK}{posted.id}", "", DeliveryStatus.SENT)
        files = [await self._fetcher.fetch(url) for url in outgoing.media]
        draft = await self._calls.write_again(MESSAGES_PATH, MESSAGE_TYPE, wanted | {"draft": True})
        for number, media in enumerate(files, start=1):
            await self._attachments.add(draft.id, number, media)
        await self._calls.write(f"{MESSAGES_PATH}{draft.id}/", MESSAGE_TYPE, {"draft": False}, draft.id)
        return Accepted(f"{ID_MARK}{draft.id}", "", DeliveryStatus.SENT)

    async def find_message(self, own_id: str) -> ChannelMessage | None:
        """Read one message by our id of it; None where there is none. Raises CallFailed."""
        wanted = own_id.removeprefix(ID_MARK)
        if not _UUID.fullmatch(wanted):
            return None
        try:
            return message_from_wire(await self._calls.read(f"{MESSAGES_PATH}{wanted}/"))
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return None
        except MalformedPayload:
            raise certain(unreadable_answer()) from None

    async def messages(self, channel: str, since: datetime) -> Sequence[ChannelMessage]:
        """List the messages of a channel that were posted since a moment, the oldest first. Raises CallFailed."""
        query = (("channel-id", channel), ("filter[cmp-posted-time]", f">={moment_text(since)}"))
        found = [one async for one in pages(self._calls, MESSAGES_PATH, query, size=PAGE_SIZE, most=MOST_PAGES)]
        try:
            read = [message_from_wire(one) for one in found]
        except MalformedPayload:
            raise Rejected("unreadable_message", _UNREADABLE) from None
        return sorted((one for one in read if not one.is_hidden), key=lambda one: one.posted_at)

    async def find_sent(self, channel: str, lost: LostSend) -> Accepted | None:
        """Find a message whose answer was lost; None where it cannot be told. Raises CallFailed."""
        listed = await self.messages(channel, lost.left_at.astimezone(UTC) - timedelta(minutes=2))
        sent = [one for one in listed if not one.is_from_patient]
        alike = [one for one in sent if may_be_lost(lost, (one.own_id,), one.words, one.posted_at)]
        return Accepted(alike[0].own_id, "", DeliveryStatus.SENT) if len(alike) == 1 else None
