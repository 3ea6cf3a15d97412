"""Taking in what was said while nobody heard it: at the start and every few minutes, both sides' records are read.

A webhook or an event is tried again for minutes only; a bot that was down for longer would never hear of those texts.
What is found goes through the same use cases as what is heard, known again by the same ids. Bounded (so many looks a
round, so many hours back) and gentle: it takes the half of the look-up allowance that doubts do not need.
Refuses to go back before the first start: old conversations are no news.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

from bot.bridge.events import record_event
from bot.bridge.lookup import CLOCKS_APART
from bot.bridge.missed import ON_ITS_WAY, Span
from bot.bridge.pace import Reading
from bot.bridge.record import is_worth_reading, take_in_record, take_in_status
from bot.bridge.recovery import Recovery
from bot.domain.errors import CallFailed, Concerns, NotNow, Refused
from bot.domain.ids import ChannelId, MessageTs, micros
from bot.domain.message import Message, SlackEvent
from bot.domain.moment import Micros, micros_of, moment_of
from bot.domain.phone import E164
from bot.domain.post import Place
from bot.ledger import Ledger
from bot.ports import InboxLine, Provider, Store, Workspace

OVERLAP = timedelta(minutes=10)
"""Each round looks at ten minutes that the last one saw too: events may still have been on their way."""

CONFIRMED = timedelta(minutes=10)
"""A text that the carrier has not confirmed by then is asked about, and again every hour."""

ASK_AGAIN_S = 3_600.0
MOST_ASKED = 20
"""Texts asked about in one round."""

MOST_LOOKS = 200
"""Conversations or threads read in one round at most; the next one goes on."""

BEHIND_S = 2.0
"""Events that wait longer than this to be taken in mean that the books are behind."""

MOST_REMEMBERED = 10_000

SOON_S = 20.0
"""How soon a round that could not be finished is gone on with."""

CAUGHT_UP, BEGAN = "caught up", "began"


K = TypeVar("K")
V = TypeVar("V")


class _Interrupted(Exception):
    """There is more to read than one round may, or the books are not ready for it."""


@dataclass
class CatchUp:
    """Runs from start() to close(). `every_s` is the pause between rounds; `reach` is how far back they look."""

    store: Store
    workspace: Workspace
    provider: Provider
    reading: Reading
    clock: Callable[[], Micros]
    home: tuple[E164, ChannelId]
    undo_s: float
    every_s: float
    reach: timedelta
    on_crash: Callable[[Exception], None]
    on_trouble: Callable[[str, CallFailed], None]
    recovery: Recovery | None = None
    _loop: "asyncio.Task[None] | None" = None
    _lines: dict[tuple[E164, E164], InboxLine] = field(default_factory=dict)
    _threads: dict[Place, MessageTs | None] = field(default_factory=dict)
    _asked: dict[int, Micros] = field(default_factory=dict)

    async def start(self) -> None:
        """Begin."""
        self._loop = asyncio.create_task(self._run(), name="catch up")

    async def close(self) -> None:
        """Stop; the next start begins where the last whole round began."""
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop

    async def _run(self) -> None:
        while True:
            is_whole = False
            try:
                is_whole = await self.round()
            except Exception as error:  # noqa: BLE001 - the loop must outlive a bug in one round
                self.on_crash(error)
            await asyncio.sleep(self.every_s if is_whole else min(SOON_S, self.every_s))

    async def round(self) -> bool:
        """Read both records once; False where something is left to read."""
        begun = self.clock()
        try:
            span = await self.store.run(self._span)
        except _Interrupted:
            return False
        if span is None:
            return True
        # Slack first: a reply that was missed must not wait behind all of Volt's record
        parts = [await self._part("slack", self._read_workspace(span))]
        parts.append(await self._part("volt", self._read_provider(span)))
        if not all(parts):
            return False
        await self.store.run(lambda ledger: ledger.set_fact(CAUGHT_UP, str(begun)))
        return True

    async def _part(self, place: str, work: Awaitable[None]) -> bool:
        """Do one side's part; False where it has to be gone on with."""
        try:
            await work
        except _Interrupted:
            return False
        except CallFailed as error:
            with contextlib.suppress(_Interrupted):
                return self._is_settled(place, error)
            return False
        return True

    def _is_settled(self, place: str, error: CallFailed) -> bool:
        """Note what could not be read; True where asking again soon would not change that."""
        self.on_trouble(place, error)
        if isinstance(error, NotNow) and error.concerns is Concerns.PACE:
            self.reading.hold(place, error.retry_after_s or SOON_S)
            raise _Interrupted from None
        return isinstance(error, Refused) or (isinstance(error, NotNow) and error.concerns is Concerns.PLACE)

    async def _each(self, place: str, looks: Iterable[Callable[[], Awaitable[None]]]) -> None:
        """Take looks one by one; one that fails keeps no other from being taken."""
        is_whole = True
        for number, look in enumerate(looks):
            if number >= MOST_LOOKS:
                raise _Interrupted
            await self._turn(place)
            try:
                await look()
            except CallFailed as error:
                is_whole = self._is_settled(place, error) and is_whole
        if not is_whole:
            raise _Interrupted

    def _span(self, ledger: Ledger) -> Span | None:
        """Tell since when something may have been missed; None at the very first start."""
        if any(arrival.at < ledger.now - BEHIND_S * 1_000_000 for arrival in ledger.arrivals(1)):
            raise _Interrupted  # what has come must be in the books before we can tell what has not
        caught_up, began = ledger.fact(CAUGHT_UP), ledger.fact(BEGAN)
        if caught_up is None or began is None:
            ledger.set_fact(CAUGHT_UP, str(ledger.now))
            ledger.set_fact(BEGAN, str(ledger.now))
            return None
        now = moment_of(ledger.now)
        if int(began) > ledger.now:  # the clock was wrong then: nobody knows when that was
            began = "0"
            ledger.set_fact(BEGAN, str(micros_of(now - self.reach)))
        if int(caught_up) > ledger.now:
            caught_up = "0"
        since = max(moment_of(int(began)), moment_of(int(caught_up)) - OVERLAP, now - self.reach)
        return Span(since, now - ON_ITS_WAY)

    async def _turn(self, place: str) -> None:
        """Wait until there is time for one more look."""
        while True:
            wait_s = self.reading.wait_s(place)
            if wait_s <= 0:
                break
            await asyncio.sleep(wait_s)
        self.reading.spend(place)

    # --- the provider's record

    async def _read_provider(self, span: Span) -> None:
        accounts = await self.store.run(lambda ledger: sorted({self.home[0], *ledger.accounts()}))
        doubtful = await self.store.run(self._unconfirmed)
        looks = [partial(self._read_inbox, account, span) for account in accounts]
        await self._each("volt", [*(partial(self._ask_about, *one) for one in doubtful), *looks])

    async def _read_inbox(self, account: E164, span: Span) -> None:
        """Read what one number of ours may have missed; its turn has been waited for."""
        try:
            lines = list(await self.provider.inbox(account))
        except Refused:  # no inbox: then at least the conversations that we know
            lines = await self.store.run(lambda ledger: _own_lines(ledger, account, span))
        wanted = await self.store.run(lambda ledger: self._unread(ledger, account, lines, span))
        await self._each("volt", [partial(self._read_conversation, account, line, span) for line in wanted])

    def _unread(self, ledger: Ledger, account: E164, lines: list[InboxLine], span: Span) -> list[InboxLine]:
        fresh = [line for line in lines if line.at is None or self._lines.get((account, line.contact)) != line]
        read = {contact for ours, contact in self._lines if ours == account}
        return [line for line in fresh if is_worth_reading(ledger, account, line, span, read)]

    async def _read_conversation(self, account: E164, line: InboxLine, span: Span) -> None:
        if self.recovery is not None:
            await self.recovery.read_contact(account, line.contact)
        listed = list(await self.provider.list_texts(account, line.contact))
        home = (account, self.home[1])
        await self.store.run(lambda ledger: take_in_record(ledger, home, line, listed, span))
        if line.at is None or line.at <= span.until - CLOCKS_APART:  # a younger one may say more at the next look
            _remember(self._lines, (account, line.contact), line)

    async def _ask_about(self, text: Message, contact: E164) -> None:
        """Ask what became of a text whose last report may have been missed."""
        _remember(self._asked, text.id, self.clock())
        found = await self.provider.find_text(text.provider_id, text.legacy_id, contact)
        if found is not None:
            await self.store.run(partial(take_in_status, text=text, found=found))

    def _unconfirmed(self, ledger: Ledger) -> list[tuple[Message, E164]]:
        now = moment_of(ledger.now)
        since, until = micros_of(now - self.reach), micros_of(now - CONFIRMED)
        due = ledger.now - ASK_AGAIN_S * 1_000_000
        texts = ledger.unconfirmed(since, until, MOST_REMEMBERED)
        unasked = [text for text in texts if self._asked.get(text.id, 0) <= due][:MOST_ASKED]
        return [(text, ledger.conversation(text.conversation_id).contact) for text in unasked]

    # --- Slack's record

    async def _read_workspace(self, span: Span) -> None:
        places: dict[Place, MessageTs | None] = await self.store.run(lambda ledger: _recent_threads(ledger, span))
        channels = [self.home[1], *sorted({place.channel for place in places} - {self.home[1]})]
        await self._each("slack", [partial(self._read_channel, channel, places) for channel in channels])
        unread = [place for place, latest in places.items() if self._is_unread(place, latest, span)]
        wanted = await self.store.run(partial(_of_ours, places=unread))
        await self._each("slack", [partial(self._read_thread, place, places[place], span) for place in wanted])

    async def _read_channel(self, channel: ChannelId, places: dict[Place, MessageTs | None]) -> None:
        for ts, latest in (await self.workspace.threads(channel)).items():
            places[Place(channel, ts)] = latest

    async def _read_thread(self, place: Place, latest: MessageTs | None, span: Span) -> None:
        if self.recovery is not None:
            await self.recovery.read_place(place)
        events = await self.workspace.events_since(place, since=span.since)
        await self.store.run(partial(_take_in_events, events=events, undo_s=self.undo_s))
        _remember(self._threads, place, latest)

    def _is_unread(self, place: Place, latest: MessageTs | None, span: Span) -> bool:
        if latest is None:
            return True
        return micros(latest) >= micros_of(span.since) and self._threads.get(place) != latest


def _own_lines(ledger: Ledger, account: E164, span: Span) -> list[InboxLine]:
    recent = ledger.recent_conversations(micros_of(span.since), MOST_LOOKS)
    return [InboxLine(one.contact, "", None) for one in recent if one.account == account]


def _of_ours(ledger: Ledger, *, places: Sequence[Place]) -> list[Place]:
    return [one for one in places if one.thread_ts and ledger.conversation_at(one.channel, one.thread_ts) is not None]


def _recent_threads(ledger: Ledger, span: Span) -> dict[Place, MessageTs | None]:
    """List threads with recent texts; they may hang under messages too old for a look at the channel to show."""
    recent = ledger.recent_conversations(micros_of(span.since), MOST_LOOKS)
    return {Place(one.channel, one.thread_ts): None for one in recent if one.thread_ts is not None}


def _take_in_events(ledger: Ledger, *, events: Sequence[SlackEvent], undo_s: float) -> None:
    for event in events:
        record_event(ledger, event, undo_s=undo_s)


def _remember(memory: dict[K, V], key: K, value: V) -> None:
    """Keep what was read, within bounds; what is forgotten is read once more."""
    if len(memory) >= MOST_REMEMBERED:
        memory.clear()
    memory[key] = value
