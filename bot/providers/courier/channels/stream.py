"""Stream of what is said in channels: read by polling, from a cursor that the caller keeps.

The inbox tells which channels there are and which have something new, and only those are read. The cursor is the moment
of the newest message that was given out. Moments are whole seconds and a message may be shown late, so each round
begins a while before it; what was given out already is known by its id, after a restart to the caller. A channel that
Carium refuses to show holds up no other: only the cursor waits for it.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.errors import CallFailed, MalformedPayload, Rejected, Retryable, StoreUnavailable
from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164
from bot.providers.courier.calls.account import pages
from bot.providers.courier.calls.error_mapping import NOT_FOUND
from bot.providers.courier.calls.json_api import CourierCalls
from bot.providers.courier.channels.channels import CourierChannels
from bot.providers.courier.credentials import LineIdentity
from bot.providers.courier.wire.channels import ChannelMessage, CourierChannel, channel_from_wire
from bot.providers.courier.wire.json_fields import moment_text, read_moment
from bot.time_of_day import unix_time

INBOX_PATH = "/v1/communication-messages/"
PAGE_SIZE = 100
MOST_PAGES = 20

OVERLAP = timedelta(minutes=2)
"""How far before the cursor a round begins."""

MOST_REMEMBERED = 20_000
"""Ids of messages that were given out which are remembered; what is forgotten is given out once more."""


def _unreported(_error: CallFailed) -> None:
    """Report nothing; the default."""


@dataclass(frozen=True)
class PollPauses:
    """Seconds between two rounds, and after one that failed."""

    round_s: float = 10.0
    failed_s: float = 30.0


class ChannelStream:
    """bot.ports.capabilities.Stream over the channels of one line.

    `report` is told what fails, and polling goes on. `wall` gives unix time, `sleep` waits for a number of seconds.
    """

    def __init__(
        self,
        calls: CourierCalls,
        channels: CourierChannels,
        line: LineIdentity,
        *,
        report: Callable[[CallFailed], None] = _unreported,
        pauses: PollPauses | None = None,
        wall: Callable[[], float] = unix_time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._calls = calls
        self._channels = channels
        self._line = line
        self._report = report
        self._pauses = pauses or PollPauses()
        self._wall = wall
        self._sleep = sleep
        self._given: set[str] = set()
        self._read: dict[str, tuple[datetime, datetime]] = {}

    @property
    def source(self) -> str:
        """The number that is watched."""
        return self._line.credentials.number_id

    async def watch(self, cursor: str) -> AsyncGenerator[tuple[Inbound | Receipt, str], None]:
        """Yield what is new since a cursor, each with the cursor behind it; without one from about now on."""
        reached = read_moment(cursor) or self._now()
        is_begun = False
        while True:
            try:
                if not is_begun:
                    await self.discover()
                    is_begun = True
                news, is_whole = await self.round(reached)
            except StoreUnavailable:
                await self._sleep(self._pauses.failed_s)
                continue
            except CallFailed as error:
                self._report(error)
                pause_s = error.retry_after_s if isinstance(error, Retryable) else None
                await self._sleep(max(pause_s or 0.0, self._pauses.failed_s))
                continue
            for message, contact in news:
                self._note_given(message)
                if is_whole:  # a clock of Carium's that is ahead must not take the cursor past what is to come
                    reached = max(reached, min(message.posted_at, self._now()))
                yield message.as_event(self._line.account, contact), moment_text(reached)
            await self._sleep(self._pauses.round_s)

    async def discover(self) -> None:
        """Find the channels of all contacts: those that reach one phone by SMS, as the only one. Raises CallFailed."""
        found: dict[E164, list[str]] = {}
        async for channel in self._inbox():
            phone = self._only_phone(channel)
            if phone is not None and channel.is_by_sms:
                found.setdefault(phone, []).append(channel.id)
        await self._channels.book.add({phone: ids[0] for phone, ids in found.items() if len(ids) == 1})

    async def round(self, reached: datetime) -> tuple[list[tuple[ChannelMessage, E164]], bool]:
        """Read once what is new, the oldest first, with whose it is, and whether that is all. Raises CallFailed."""
        since = reached - OVERLAP
        known = {channel: contact for contact, channel in (await self._channels.book.all()).items()}
        found: list[tuple[ChannelMessage, E164]] = []
        learnt: dict[E164, str] = {}
        is_whole = True
        for channel in await self._fresh(since):
            contact = known.get(channel.id) or self._only_phone(channel)
            if contact is None:
                continue  # a group, or nobody who has a phone
            begun = self._now()
            try:
                messages = await self._channels.messages(channel.id, since)
            except Rejected as error:
                self._report(error)
                is_whole = is_whole and error.code == NOT_FOUND  # what is gone is not waited for
                continue
            found += [(one, contact) for one in messages if one.id not in self._given]
            if channel.last_at is not None:
                self._read[channel.id] = (channel.last_at, begun)
            if any(one.is_from_patient for one in messages):
                learnt[contact] = channel.id
        await self._channels.book.add(learnt)
        return sorted(found, key=lambda one: one[0].posted_at), is_whole

    async def _fresh(self, since: datetime) -> list[CourierChannel]:
        """List the channels in which something may be new."""
        found: list[CourierChannel] = []
        async for channel in self._inbox():
            if channel.last_at is None:
                continue
            if channel.last_at < since:
                break
            if not self._is_read(channel.id, channel.last_at):
                found.append(channel)
        return found

    async def _inbox(self) -> AsyncIterator[CourierChannel]:
        """Give the channels, the one with the newest message first."""
        query = (("organization-id", self._line.credentials.organization_id), ("sort", "-last-timestamp"))
        async for row in pages(self._calls, INBOX_PATH, query, size=PAGE_SIZE, most=MOST_PAGES):
            with suppress(MalformedPayload):
                yield channel_from_wire(row)

    def _is_read(self, channel_id: str, last_at: datetime) -> bool:
        """Tell whether a channel was read to its end, so long after its last message that no other is to be seen."""
        read = self._read.get(channel_id)
        return read is not None and read[0] == last_at and read[1] > last_at + OVERLAP

    def _only_phone(self, channel: CourierChannel) -> E164 | None:
        others = [phone for phone in channel.phones if phone != self._line.number]
        return others[0] if len(others) == 1 else None

    def _note_given(self, message: ChannelMessage) -> None:
        if len(self._given) >= MOST_REMEMBERED:
            self._given.clear()
        self._given.add(message.id)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._wall(), UTC)
