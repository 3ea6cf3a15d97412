"""Backfill from Slack's record: what people wrote in our threads and no event told us, channel by channel.

A channel says of each thread when it was last answered; threads with newer answers are read. A channel of a
conversation's own is read itself: its threads are for colleagues. Of a channel that was just
read, the newest threads are looked at; all of it after a start, after a failure, and once an hour. Its progress moves
only then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from bot.bridge.backfill.progress import age_s, set_progress, unread_since
from bot.bridge.backfill.read_budget import MAX_LOOKUPS, ReadBudget
from bot.bridge.channel_ids import known_as
from bot.bridge.conversations.places import is_own_channel
from bot.bridge.recovery.recovery import Recovery
from bot.bridge.slack_events import record_event
from bot.domain.conversation import Conversation
from bot.domain.errors import CallFailed
from bot.domain.ids import ChannelId, MessageTs, ThreadRef, micros
from bot.domain.thread_events import SlackEvent
from bot.domain.timestamps import Micros, from_micros, to_micros
from bot.ports.storage import Store, Transaction
from bot.ports.workspace import Workspace

THREAD_PAGES = 3
"""Pages of a channel looked through for threads with new answers, in between: its 600 newest."""

WHOLE_EVERY_S = 3_600.0
"""Interval at which all threads of a channel are looked at."""

MOST_REMEMBERED = 10_000


@dataclass
class _Channel:
    """Progress of one channel: threads listed so far, and those of them that are still to be read.

    `is_own`: it is a conversation's own, and read itself.
    """

    begun: Micros
    since: datetime
    first: MessageTs | None
    pages: int | None
    cursor: str = ""
    is_listed: bool = False
    is_whole: bool = True
    is_own: bool = False
    unread: dict[MessageTs, MessageTs | None] = field(default_factory=dict)


@dataclass
class SlackBackfill:
    """Backfill of all channels in each round; the next round resumes what one could not finish."""

    store: Store
    workspace: Workspace
    home: ChannelId
    lookback: timedelta
    recovery: Recovery | None = None
    _open: dict[ChannelId, _Channel] = field(default_factory=dict)
    _whole: set[ChannelId] = field(default_factory=set)
    _threads: dict[ThreadRef, MessageTs | None] = field(default_factory=dict)

    async def read(self, budget: ReadBudget) -> None:
        """Read what is new. Raises RoundIncomplete."""
        self._open |= await self.store.run(self._begun_now)
        for channel in list(self._open):
            try:
                await self._read_channel(channel, budget)
            except CallFailed as error:
                budget.failed(error)
                del self._open[channel]
                self._whole.discard(channel)

    def _begun_now(self, tx: Transaction) -> dict[ChannelId, _Channel]:
        """Begin the channels to read that were not begun, those with recent texts first."""
        since = to_micros(from_micros(tx.now) - self.lookback)
        recent: dict[ChannelId, list[Conversation]] = {known_as(tx, self.home): []}
        for conversation in tx.conversations.recent(since, MAX_LOOKUPS):
            channels = conversation.channel, conversation.former_channel  # people may still write where they did
            for channel in filter(None, channels):
                recent.setdefault(channel, []).append(conversation)
        return {
            channel: self._begun(tx, channel, recent.get(channel, []))
            for channel in dict.fromkeys((*recent, *tx.conversations.channels()))
            if channel not in self._open and (channel in recent or self._is_stale(tx, channel))
        }

    def _is_stale(self, tx: Transaction, channel: ChannelId) -> bool:
        age = age_s(tx, channel)
        return channel not in self._whole or age is None or age >= WHOLE_EVERY_S

    def _begun(self, tx: Transaction, channel: ChannelId, recent: list[Conversation]) -> _Channel:
        """Begin a channel; threads with recent texts may hang under messages too old for a short look at it."""
        since, first = unread_since(tx, channel, self.lookback), tx.conversations.oldest_thread(channel)
        if is_own_channel(tx, channel):
            return _Channel(tx.now, since, None, None, is_own=True)
        known = _Channel(tx.now, since, first, None if self._is_stale(tx, channel) else THREAD_PAGES)
        for conversation in recent:
            thread_ts = conversation.thread_ts if conversation.channel == channel else conversation.former_ts
            last_at = max(conversation.last_inbound_at or 0, conversation.last_outbound_at or 0)
            if thread_ts is not None and last_at >= to_micros(since):
                known.unread[thread_ts] = None
        return known

    async def _read_channel(self, channel: ChannelId, budget: ReadBudget) -> None:
        known = self._open[channel]
        while known.first is not None and not known.is_listed:
            await budget.take()
            await self._list_page(channel, known, known.first)
        if known.is_own:
            await self._read_place(ThreadRef(channel), known, budget)
        for ts in await self.store.run(partial(_of_ours, channel=channel, threads=list(known.unread))):
            place, latest = ThreadRef(channel, ts), known.unread[ts]
            if await self._read_place(place, known, budget):
                self._remember(place, latest)
                del known.unread[ts]
        del self._open[channel]
        if known.is_whole:
            self._whole.add(channel)
            await self.store.run(partial(set_progress, record=channel, read_until=known.begun))

    async def _list_page(self, channel: ChannelId, known: _Channel, first: MessageTs) -> None:
        since = from_micros(micros(first)) - timedelta(seconds=1)
        page = await self.workspace.threads(channel, since=since, cursor=known.cursor)
        for ts, latest in page.found.items():
            known.unread.pop(ts, None)
            if self._is_unread(ThreadRef(channel, ts), latest, known.since):
                known.unread[ts] = latest
        known.cursor = page.more
        if known.pages is not None:
            known.pages -= 1
        known.is_listed = not page.more or known.pages == 0
        known.is_whole = known.is_whole and not (known.is_listed and page.more)

    def _is_unread(self, place: ThreadRef, latest: MessageTs, since: datetime) -> bool:
        return micros(latest) >= to_micros(since) and self._threads.get(place) != latest

    async def _read_place(self, place: ThreadRef, known: _Channel, budget: ReadBudget) -> bool:
        """Read one thread, or a channel of its own; one that cannot be read keeps no other from being read: False."""
        try:
            if self.recovery is not None:
                await self.recovery.read_place(place)
            await self._read_events(place, known.since, budget)
        except CallFailed as error:
            budget.failed(error)
            known.is_whole = False
            return False
        return True

    def _remember(self, place: ThreadRef, latest: MessageTs | None) -> None:
        if len(self._threads) >= MOST_REMEMBERED:
            self._threads.clear()  # what is forgotten is read once more
        self._threads[place] = latest

    async def _read_events(self, place: ThreadRef, since: datetime, budget: ReadBudget) -> None:
        cursor, is_first = "", True
        while cursor or is_first:
            await budget.take()
            page = await self.workspace.events_since(place, since=since, cursor=cursor)
            await self.store.run(partial(_import, events=page.found))
            cursor, is_first = page.more, False


def _of_ours(tx: Transaction, *, channel: ChannelId, threads: Sequence[MessageTs]) -> list[MessageTs]:
    return [ts for ts in threads if tx.conversations.at(channel, ts) is not None]


def _import(tx: Transaction, *, events: Sequence[SlackEvent]) -> None:
    for event in events:
        record_event(tx, event)
