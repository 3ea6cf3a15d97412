"""Who leaves next: nobody waits behind a backlog that is not theirs, nobody starves, a lane for nothing costs nothing.

Calls are chosen and ended here, and none is made: only the choosing is looked at.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import pytest

from bot.bridge.conversations.open import enqueue_header
from bot.bridge.enqueue import enqueue_line, enqueue_notice, enqueue_reaction
from bot.bridge.messages.send import SendRequest, record_send
from bot.bridge.outbox.results import Posted, record_result
from bot.bridge.outbox.slots import SLOTS, choose
from bot.bridge.outbox.turns import FairQueue
from bot.bridge.rate_limit import RateLimiter
from bot.bridge.requests import Attempt
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs, UserId
from bot.domain.message import Direction, Message
from bot.domain.outbox import EDIT_LIMIT, EntryKind, Lane, NewEntry, Tokens, lane_of, post_limit
from bot.domain.phone import E164
from bot.domain.shown import Shown
from bot.domain.subjects import HEADER, Notice, Receipts
from bot.domain.thread_notes import NoticeKind
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction
from bot.store.group_commit import GroupCommit
from bot.store.sql.store import SqlStore
from bot.store.sql.transaction import SqlTransaction
from bot.store.sqlite.engine import SqliteEngine
from tests.harness.twice import engine_on, once_engine, twice_engine
from tests.harness.world import ACCOUNT

HOME = ChannelId("C0HOME")


class Bridge:
    """A store on a clock of its own, and what has left."""

    def __init__(self, folder: Path, engine: Callable[[Path], SqliteEngine] = engine_on) -> None:
        self.now = Micros(1_700_000_000_000_000)
        self.store = SqlStore(GroupCommit(engine(folder / "bot.db")), lambda: self.now)
        self.limiter, self.turns = RateLimiter(1.0), FairQueue()
        self.under_way: list[Attempt] = []

    async def conversation(self, number: int, channel: ChannelId = HOME, *, has_thread: bool = True) -> ConversationId:
        """Begin a conversation."""

        def unit(tx: Transaction) -> ConversationId:
            found = tx.conversations.add(ACCOUNT, E164(f"+1555556{number:04}"), channel)
            if has_thread:
                tx.conversations.set_thread(found.id, MessageTs(f"1700000000.{number:06}"))
            return found.id

        return await self.store.run(unit)

    async def text(self, conversation: ConversationId) -> None:
        """Enqueue the showing of a text."""
        at = self.now = add_seconds(self.now, 0.000_001)
        await self.store.run(lambda tx: self._text(tx, conversation, at))

    def _text(self, tx: Transaction, conversation: ConversationId, at: Micros) -> Message:
        message = self.message(tx, conversation, Direction.INBOUND, at)
        pace = post_limit(tx.conversations.get(conversation).channel)
        tx.outbox.add(NewEntry(conversation, Lane.IN, EntryKind.POST_TEXT, pace, message_id=message.id))
        return message

    def message(
        self, tx: Transaction, conversation: ConversationId, direction: Direction, at: Micros | None = None
    ) -> Message:
        """Store a text."""
        if at is None:
            at = self.now = add_seconds(self.now, 0.000_001)
        own = Message(0, MessageKey(f"m{at}"), conversation, direction, 0, "words", (), int(at))
        return tx.messages.add(own)

    def ask(self, tx: Transaction, conversation: ConversationId) -> Message:
        """Enqueue the line that asks whether a reply should really go."""
        own = replace(self.message(tx, conversation, Direction.OUTBOUND), status=DeliveryStatus.DRAFT)
        tx.messages.save(own)
        enqueue_notice(tx, own, NoticeKind.ASK)
        return own

    async def backlog(self, size: int, channel: ChannelId = HOME) -> list[ConversationId]:
        """Enqueue old texts of so many contacts."""
        conversations = [await self.conversation(number, channel) for number in range(size)]
        for conversation in conversations:
            await self.text(conversation)
        self.now = add_seconds(self.now, 600)
        return conversations

    async def leave(self, *, is_ending: bool = True) -> list[str]:
        """Let leave what may, and end it well; returns the lanes."""
        choice = await self.store.run(lambda tx: choose(tx, self.limiter, self.turns, self.under_way))
        self.turns.keep(choice.turns)
        if is_ending:
            for attempt in choice.claimed:
                await self.end(attempt)
        else:
            self.under_way += choice.claimed
        return [attempt.entries[0].lane for attempt in choice.claimed]

    async def end(self, attempt: Attempt) -> None:
        """End a call well."""

        def unit(tx: Transaction) -> None:
            for entry in attempt.entries:
                tx.outbox.complete(entry)

        await self.store.run(unit)

    async def seconds_until(self, *lanes: str, most: int = 60) -> int:
        """Count the seconds until all of these have left."""
        missing = set(lanes)
        for second in range(most):
            missing -= set(await self.leave())
            if not missing:
                return second
            self.now = add_seconds(self.now, 1.0)
        raise AssertionError(f"{missing} did not leave")


@pytest.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[Bridge]:
    """Give empty bridge."""
    made = Bridge(tmp_path)
    await made.store.start()
    yield made
    await made.store.close()


async def test_what_is_awaited_passes_a_backlog(bridge: Bridge) -> None:
    """A fresh text, a line with buttons and a text by command leave within seconds while a backlog is shown."""
    old = await bridge.backlog(60)
    while await bridge.leave():  # the burst is over
        pass
    fresh, asked, sent = [await bridge.conversation(1_000 + number) for number in range(3)]
    await bridge.text(fresh)

    await bridge.store.run(lambda tx: bridge.ask(tx, asked))
    command = SendRequest("trigger", ACCOUNT, E164("+15555561002"), UserId("U0AVA"))
    await bridge.store.run(lambda tx: record_send(tx, command, ("words",), channel=HOME))
    wanted = lane_of(fresh, Lane.IN), lane_of(asked, Lane.ABOUT), lane_of(sent, Lane.IN)
    assert await bridge.seconds_until(*wanted) <= 9
    assert await bridge.seconds_until(lane_of(old[30], Lane.IN), most=90) > 9


async def test_a_fresh_text_behind_old_ones(bridge: Bridge) -> None:
    """A contact whose older texts wait too is fresh once more when a new text comes; the order stays."""
    old = await bridge.backlog(60)
    while await bridge.leave():
        pass
    await bridge.text(old[-1])
    assert await bridge.seconds_until(lane_of(old[-1], Lane.IN)) <= 4


async def test_nobody_starves_while_texts_keep_coming(bridge: Bridge) -> None:
    """While more comes than may leave, the oldest goes on being shown."""
    old = await bridge.backlog(12)
    left: list[str] = []
    for second in range(60):
        await bridge.text(await bridge.conversation(2_000 + second))
        left += await bridge.leave()
        bridge.now = add_seconds(bridge.now, 1.0)
    assert {lane_of(conversation, Lane.IN) for conversation in old} <= set(left)


async def test_a_flood_of_one_contact_delays_nobody_else(bridge: Bridge) -> None:
    """While one contact's texts keep coming by the hundred, every other contact's are shown within seconds."""
    flood = await bridge.conversation(1)
    for _ in range(600):
        await bridge.text(flood)
    while await bridge.leave():
        pass
    waited = []
    for number in range(20):
        other = await bridge.conversation(1_000 + number)
        await bridge.text(other)
        for _ in range(30):
            await bridge.text(flood)  # newer than the other's, and older ones wait as well
        waited.append(await bridge.seconds_until(lane_of(other, Lane.IN)))
    assert max(waited) <= 5


async def test_a_flood_goes_on_being_shown(bridge: Bridge) -> None:
    """Whose turn was taken by others gets one again, though others keep coming."""
    flood = await bridge.conversation(1)
    for _ in range(600):
        await bridge.text(flood)
    while await bridge.leave():
        pass
    left: list[str] = []
    for second in range(60):
        await bridge.text(await bridge.conversation(2_000 + second))
        left += await bridge.leave()
        bridge.now = add_seconds(bridge.now, 1.0)
    assert left.count(lane_of(flood, Lane.IN)) >= 3


async def test_a_mark_of_now_passes_old_ones(bridge: Bridge) -> None:
    """Many old marks do not delay the mark of a reply written now."""
    conversations = [await bridge.conversation(number) for number in range(80)]

    def reply(tx: Transaction, conversation: ConversationId) -> None:
        ts = MessageTs(f"1700000001.{conversation:06}")
        own = replace(
            bridge.message(tx, conversation, Direction.OUTBOUND), channel=HOME, ts=ts, status=DeliveryStatus.SENT
        )
        tx.messages.save(own)
        enqueue_reaction(tx, own)

    for conversation in conversations:
        await bridge.store.run(partial(lambda conversation, tx: reply(tx, conversation), conversation))
        bridge.now = add_seconds(bridge.now, 0.001)
    while await bridge.leave():
        pass
    await bridge.store.run(lambda tx: reply(tx, conversations[0]))
    assert await bridge.seconds_until(lane_of(conversations[0], Lane.REACTION)) <= 4


@pytest.mark.parametrize("is_question", [True, False])
async def test_a_line_of_now_passes_old_headers(bridge: Bridge, is_question: bool) -> None:  # noqa: FBT001 - a parameter
    """Many headers to be edited do not delay the line under a reply written now: a question, or how far it is."""
    conversations = [await bridge.conversation(number) for number in range(80)]
    shown = Shown(MessageTs("1700000002.000001"), None)

    def change(tx: Transaction) -> None:
        if is_question:
            own = bridge.ask(tx, conversations[0])
            tx.shown_lines.set(conversations[0], Notice(NoticeKind.ASK, own.key), shown)
            enqueue_notice(tx, own, NoticeKind.ASK)
        else:
            tx.shown_lines.set(conversations[0], Receipts(0), shown)
            enqueue_line(tx, conversations[0], Receipts(0))

    await bridge.store.run(change)
    bridge.now = add_seconds(bridge.now, -1.0)  # the line came first, and is neither the newest nor the oldest
    for conversation in conversations[:40]:
        await bridge.store.run(partial(lambda conversation, tx: enqueue_line(tx, conversation, HEADER), conversation))
    bridge.now = add_seconds(bridge.now, 2.0)
    for conversation in conversations[40:]:
        await bridge.store.run(partial(lambda conversation, tx: enqueue_line(tx, conversation, HEADER), conversation))
    await bridge.store.run(lambda tx: tx.outbox.set_tokens(EDIT_LIMIT, Tokens(3, bridge.now)))
    assert lane_of(conversations[0], Lane.ABOUT) in await bridge.leave()


async def test_a_call_that_leaves_late_earns_nothing_meanwhile(bridge: Bridge) -> None:
    """A post that was held up on our side is counted by the other side when it comes, and by us as well."""
    await bridge.backlog(9)
    left = len(await bridge.leave())
    bridge.now = add_seconds(bridge.now, 0.7)
    await bridge.store.run(lambda tx: tx.outbox.earn_no_tokens(post_limit(HOME)))
    bridge.now = add_seconds(bridge.now, 0.9)
    assert (left, len(await bridge.leave())) == (5, 0)
    bridge.now = add_seconds(bridge.now, 0.1)
    assert len(await bridge.leave()) == 1


async def test_a_restart_gives_no_second_burst(bridge: Bridge) -> None:
    """What was left of a burst outlives the process that took it."""
    await bridge.backlog(9)
    assert len(await bridge.leave()) == 5
    bridge.limiter, bridge.turns = RateLimiter(1.0), FairQueue()
    assert await bridge.leave() == []


@pytest.mark.parametrize("seed", range(5))
async def test_a_pass_that_runs_again_lets_the_same_leave(tmp_path: Path, seed: int) -> None:
    """An engine that undoes each unit of work and runs it again lets the same calls leave as one that runs it once."""
    (tmp_path / "once").mkdir()
    (tmp_path / "twice").mkdir()
    told = []
    for bridge in (Bridge(tmp_path / "once", once_engine), Bridge(tmp_path / "twice", twice_engine)):
        await bridge.store.start()
        told.append(await _busy_day(bridge, Random(seed)))
        await bridge.store.close()
    assert told[0] == told[1]
    assert sum(map(len, told[0])) > 50


async def _busy_day(bridge: Bridge, random: Random) -> list[list[str]]:
    """Let texts come and leave as it happens; returns what left each time."""
    channels = [ChannelId(f"C{number}") for number in range(4)]
    there = [await bridge.conversation(number, random.choice(channels)) for number in range(40)]
    left = []
    for _ in range(120):
        for _ in range(random.choice((0, 1, 12))):
            await bridge.text(random.choice(there[: random.choice((3, 40))]))
        left.append(await bridge.leave())
        bridge.now = add_seconds(bridge.now, random.choice((0.0, 0.2, 3.0)))
    return left


async def test_channels_take_turns(bridge: Bridge) -> None:
    """Where more channels have pending calls than Slack answers, the last by name with a new text is served too."""
    for number in range(40):
        channel = ChannelId(f"C{number:02}")
        for each in range(3):
            await bridge.text(await bridge.conversation(number * 3 + each, channel))
    bridge.now = add_seconds(bridge.now, 600)
    while await bridge.leave(is_ending=False):
        pass
    assert len(bridge.under_way) == SLOTS["post"]
    last = await bridge.conversation(9_000, ChannelId("Z"))
    await bridge.text(last)
    left: list[str] = []
    for _ in range(3):
        bridge.now = add_seconds(bridge.now, 1.0)
        for attempt in bridge.under_way:
            await bridge.end(attempt)
        bridge.under_way.clear()
        left += await bridge.leave(is_ending=False)
    assert lane_of(last, Lane.IN) in left


async def test_one_channel_that_hangs_leaves_room(bridge: Bridge) -> None:
    """One channel in which no call ends does not take all places at Slack."""
    bridge.limiter = RateLimiter(100.0)
    for conversation in await bridge.backlog(40):
        await bridge.text(conversation)
    await bridge.leave(is_ending=False)
    other = await bridge.conversation(9_000, ChannelId("Z"))
    await bridge.text(other)
    assert await bridge.leave(is_ending=False) == [lane_of(other, Lane.IN)]


async def test_lanes_that_yield_no_call_cost_no_turn(bridge: Bridge) -> None:
    """Lines for which there is nothing left to say take neither a post's turn nor its allowance."""

    def enqueue(tx: Transaction, conversation: ConversationId) -> None:
        enqueue_notice(
            tx, bridge.message(tx, conversation, Direction.OUTBOUND), NoticeKind.ASK
        )  # it is no draft: no news

    for number in range(50):
        conversation = await bridge.conversation(number)
        await bridge.store.run(partial(lambda conversation, tx: enqueue(tx, conversation), conversation))
    fresh = [await bridge.conversation(1_000 + number) for number in range(5)]
    for conversation in fresh:
        await bridge.text(conversation)
    assert sorted(await bridge.leave()) == sorted(lane_of(conversation, Lane.IN) for conversation in fresh)


async def test_one_header_whatever_the_ranks(bridge: Bridge) -> None:
    """A text from before the beginning of time enqueues one header for its conversation, which goes first."""
    conversation = await bridge.conversation(1, has_thread=False)

    def unit(tx: Transaction) -> None:
        message = bridge.message(tx, conversation, Direction.OUTBOUND)
        tx.outbox.add(
            NewEntry(
                conversation, Lane.IN, EntryKind.POST_SENT, post_limit(HOME), message_id=message.id, sort_key=-1_000
            )
        )
        enqueue_notice(tx, message, NoticeKind.FAILED)

    await bridge.store.run(unit)
    for _ in range(5):
        bridge.under_way.clear()
        await bridge.leave(is_ending=False)
        bridge.now = add_seconds(bridge.now, 60)
    pending = await bridge.store.run(lambda tx: tx.outbox.open_in(lane_of(conversation, Lane.IN)))
    assert [entry.kind for entry in pending] == [EntryKind.OPEN_THREAD, EntryKind.POST_SENT]


async def test_one_header_in_a_database_that_sorts_it_last(bridge: Bridge) -> None:
    """However the ranks of a lane fall, a header that is pending is known to be pending."""
    conversation = await bridge.conversation(1, has_thread=False)
    await bridge.text(conversation)

    def unit(tx: SqlTransaction) -> None:
        for _ in range(3):
            enqueue_header(tx, tx.conversations.get(conversation))
            tx._session.connection.execute("UPDATE outbox SET sort_key = 9e18 WHERE kind = 'open_thread'")

    await bridge.store.run(unit)
    pending = await bridge.store.run(lambda tx: tx.outbox.open_in(lane_of(conversation, Lane.IN)))
    assert [entry.kind for entry in pending] == [EntryKind.POST_TEXT, EntryKind.OPEN_THREAD]


async def test_lines_wait_for_their_header_without_looking(bridge: Bridge) -> None:
    """A line whose thread is not there yet is told when it is, and asks for nothing meanwhile."""
    conversation = await bridge.conversation(1, has_thread=False)
    await bridge.store.run(lambda tx: bridge.ask(tx, conversation))
    assert await bridge.leave(is_ending=False) == [lane_of(conversation, Lane.IN)]
    bridge.now = add_seconds(bridge.now, 2.0)
    assert await bridge.leave() == []
    (attempt,) = bridge.under_way
    posted = Posted(MessageTs("1700000003.000001"))
    await bridge.store.run(lambda tx: record_result(tx, attempt, posted))
    bridge.under_way.clear()
    assert await bridge.leave() == [lane_of(conversation, Lane.ABOUT)]
