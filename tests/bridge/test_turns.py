"""Who leaves next: nobody waits behind a backlog that is not theirs, nobody starves, a lane for nothing costs nothing.

Calls are chosen and ended here, and none is made: only the choosing is looked at.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.bridge.conversations.open import enqueue_header
from bot.bridge.enqueue import HEADER, enqueue_line, enqueue_notice, enqueue_reaction, notice_subject, receipt_subject
from bot.bridge.messages.send import SendRequest, record_send
from bot.bridge.outbox.results import Posted, record_result
from bot.bridge.outbox.slots import PLACES, FairQueue, choose
from bot.bridge.rate_limit import RateLimiter
from bot.bridge.requests import Attempt
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs, UserId
from bot.domain.message import Direction, Message
from bot.domain.outbox import EDIT_LIMIT, EntryKind, EntryState, Lane, NewEntry, lane_of, post_limit
from bot.domain.phone import E164
from bot.domain.shown import Shown
from bot.domain.thread_content import NoticeKind
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.repositories import Transaction
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.store import SqliteStore, SqliteTransaction
from bot.store.sqlite.writer import GroupCommitWriter
from tests.harness.world import ACCOUNT

HOME = ChannelId("C0HOME")


class Books:
    """A store on a clock of its own, and what has left."""

    def __init__(self, folder: Path) -> None:
        self.now = Micros(1_700_000_000_000_000)
        self.store = SqliteStore(GroupCommitWriter(lambda: open_for_writing(folder / "bot.db")), lambda: self.now)
        self.pacer, self.turns = RateLimiter(1.0), FairQueue()
        self.under_way: list[Attempt] = []

    async def talk(self, number: int, channel: ChannelId = HOME, *, has_thread: bool = True) -> ConversationId:
        """Begin a conversation."""

        def unit(ledger: Transaction) -> ConversationId:
            found = ledger.add_conversation(ACCOUNT, E164(f"+1555556{number:04}"), channel)
            if has_thread:
                ledger.set_thread(found.id, MessageTs(f"1700000000.{number:06}"))
            return found.id

        return await self.store.run(unit)

    async def text(self, talk: ConversationId) -> None:
        """Owe the showing of a text."""
        await self.store.run(lambda ledger: self._text(ledger, talk))

    def _text(self, ledger: Transaction, talk: ConversationId) -> Message:
        message = self.message(ledger, talk, Direction.INBOUND)
        pace = post_limit(ledger.conversation(talk).channel)
        ledger.owe(NewEntry(talk, Lane.IN, EntryKind.POST_TEXT, pace, message_id=message.id))
        return message

    def message(self, ledger: Transaction, talk: ConversationId, direction: Direction) -> Message:
        """Store a text."""
        self.now = add_seconds(self.now, 0.000_001)
        own = Message(0, MessageKey(f"m{self.now}"), talk, direction, 0, "words", (), int(self.now))
        return ledger.add_message(own)

    def ask(self, ledger: Transaction, talk: ConversationId) -> Message:
        """Owe the line that asks whether a reply should really go."""
        own = replace(self.message(ledger, talk, Direction.OUTBOUND), status=DeliveryStatus.DRAFT)
        ledger.save_message(own)
        enqueue_notice(ledger, own, NoticeKind.ASK)
        return own

    async def backlog(self, size: int, channel: ChannelId = HOME) -> list[ConversationId]:
        """Owe old texts of so many contacts."""
        talks = [await self.talk(number, channel) for number in range(size)]
        for talk in talks:
            await self.text(talk)
        self.now = add_seconds(self.now, 600)
        return talks

    async def leave(self, *, is_ending: bool = True) -> list[str]:
        """Let leave what may, and end it well; returns the lanes."""
        choice = await self.store.run(lambda ledger: choose(ledger, self.pacer, self.turns, self.under_way))
        if is_ending:
            for job in choice.jobs:
                await self.end(job)
        else:
            self.under_way += choice.jobs
        return [job.effects[0].lane for job in choice.jobs]

    async def end(self, job: Attempt) -> None:
        """End a call well."""

        def unit(ledger: Transaction) -> None:
            for effect in job.effects:
                ledger.settle(effect, EntryState.DONE)

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
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    """Give empty books."""
    made = Books(tmp_path)
    await made.store.start()
    yield made
    await made.store.close()


async def test_what_is_awaited_passes_a_backlog(books: Books) -> None:
    """A fresh text, a line with buttons and a text by command leave within seconds while a backlog is shown."""
    old = await books.backlog(60)
    while await books.leave():  # the burst is over
        pass
    fresh, asked, sent = [await books.talk(1_000 + number) for number in range(3)]
    await books.text(fresh)

    await books.store.run(lambda ledger: books.ask(ledger, asked))
    command = SendRequest("trigger", ACCOUNT, E164("+15555561002"), UserId("U0AVA"))
    await books.store.run(lambda ledger: record_send(ledger, command, ("words",), channel=HOME))
    wanted = lane_of(fresh, Lane.IN), lane_of(asked, Lane.ABOUT), lane_of(sent, Lane.IN)
    assert await books.seconds_until(*wanted) <= 9
    assert await books.seconds_until(lane_of(old[30], Lane.IN), most=90) > 9


async def test_a_fresh_text_behind_old_ones(books: Books) -> None:
    """A contact whose older texts wait too is fresh once more when a new text comes; the order stays."""
    old = await books.backlog(60)
    while await books.leave():
        pass
    await books.text(old[-1])
    assert await books.seconds_until(lane_of(old[-1], Lane.IN)) <= 4


async def test_nobody_starves_while_texts_keep_coming(books: Books) -> None:
    """While more comes than may leave, the oldest goes on being shown."""
    old = await books.backlog(12)
    left: list[str] = []
    for second in range(60):
        await books.text(await books.talk(2_000 + second))
        left += await books.leave()
        books.now = add_seconds(books.now, 1.0)
    assert {lane_of(talk, Lane.IN) for talk in old} <= set(left)


async def test_a_mark_of_now_passes_old_ones(books: Books) -> None:
    """Many old marks do not delay the mark of a reply written now."""
    talks = [await books.talk(number) for number in range(80)]

    def reply(ledger: Transaction, talk: ConversationId) -> None:
        ts = MessageTs(f"1700000001.{talk:06}")
        own = replace(books.message(ledger, talk, Direction.OUTBOUND), channel=HOME, ts=ts, status=DeliveryStatus.SENT)
        ledger.save_message(own)
        enqueue_reaction(ledger, own)

    for talk in talks:
        await books.store.run(partial(lambda talk, ledger: reply(ledger, talk), talk))
        books.now = add_seconds(books.now, 0.001)
    while await books.leave():
        pass
    await books.store.run(lambda ledger: reply(ledger, talks[0]))
    assert await books.seconds_until(lane_of(talks[0], Lane.MARK)) <= 4


@pytest.mark.parametrize("is_question", [True, False])
async def test_a_line_of_now_passes_old_headers(books: Books, is_question: bool) -> None:  # noqa: FBT001 - a parameter
    """Many headers to be edited do not delay the line under a reply written now: a question, or how far it is."""
    talks = [await books.talk(number) for number in range(80)]
    shown = Shown(MessageTs("1700000002.000001"), None)

    def change(ledger: Transaction) -> None:
        if is_question:
            own = books.ask(ledger, talks[0])
            ledger.set_shown(talks[0], notice_subject(NoticeKind.ASK, own.key), shown)
            enqueue_notice(ledger, own, NoticeKind.ASK)
        else:
            ledger.set_shown(talks[0], receipt_subject(0), shown)
            enqueue_line(ledger, talks[0], receipt_subject(0))

    await books.store.run(change)
    books.now = add_seconds(books.now, -1.0)  # the line came first, and is neither the newest nor the oldest
    for talk in talks[:40]:
        await books.store.run(partial(lambda talk, ledger: enqueue_line(ledger, talk, HEADER), talk))
    books.now = add_seconds(books.now, 2.0)
    for talk in talks[40:]:
        await books.store.run(partial(lambda talk, ledger: enqueue_line(ledger, talk, HEADER), talk))
    books.pacer.bucket(EDIT_LIMIT, books.now).spend(47)
    assert lane_of(talks[0], Lane.ABOUT) in await books.leave()


async def test_channels_take_turns(books: Books) -> None:
    """Where more channels owe than Slack answers, the last by name with a text of now is served like all others."""
    for number in range(40):
        channel = ChannelId(f"C{number:02}")
        for each in range(3):
            await books.text(await books.talk(number * 3 + each, channel))
    books.now = add_seconds(books.now, 600)
    while await books.leave(is_ending=False):
        pass
    assert len(books.under_way) == PLACES["post"]
    last = await books.talk(9_000, ChannelId("Z"))
    await books.text(last)
    left: list[str] = []
    for _ in range(3):
        books.now = add_seconds(books.now, 1.0)
        for job in books.under_way:
            await books.end(job)
        books.under_way.clear()
        left += await books.leave(is_ending=False)
    assert lane_of(last, Lane.IN) in left


async def test_one_channel_that_hangs_leaves_room(books: Books) -> None:
    """One channel in which no call ends does not take all places at Slack."""
    books.pacer = RateLimiter(100.0)
    for talk in await books.backlog(40):
        await books.text(talk)
    await books.leave(is_ending=False)
    other = await books.talk(9_000, ChannelId("Z"))
    await books.text(other)
    assert await books.leave(is_ending=False) == [lane_of(other, Lane.IN)]


async def test_lanes_that_yield_no_call_cost_no_turn(books: Books) -> None:
    """Lines for which there is nothing left to say take neither a post's turn nor its allowance."""

    def owe(ledger: Transaction, talk: ConversationId) -> None:
        enqueue_notice(
            ledger, books.message(ledger, talk, Direction.OUTBOUND), NoticeKind.ASK
        )  # it is no draft: no news

    for number in range(50):
        talk = await books.talk(number)
        await books.store.run(partial(lambda talk, ledger: owe(ledger, talk), talk))
    fresh = [await books.talk(1_000 + number) for number in range(5)]
    for talk in fresh:
        await books.text(talk)
    assert sorted(await books.leave()) == sorted(lane_of(talk, Lane.IN) for talk in fresh)


async def test_one_header_whatever_the_ranks(books: Books) -> None:
    """A text from before the beginning of time owes its conversation one header, which goes first."""
    talk = await books.talk(1, has_thread=False)

    def unit(ledger: Transaction) -> None:
        message = books.message(ledger, talk, Direction.OUTBOUND)
        ledger.owe(NewEntry(talk, Lane.IN, EntryKind.POST_SENT, post_limit(HOME), message_id=message.id, rank=-1_000))
        enqueue_notice(ledger, message, NoticeKind.FAILED)

    await books.store.run(unit)
    for _ in range(5):
        books.under_way.clear()
        await books.leave(is_ending=False)
        books.now = add_seconds(books.now, 60)
    owed = await books.store.run(lambda ledger: ledger.open_in(lane_of(talk, Lane.IN)))
    assert [effect.kind for effect in owed] == [EntryKind.OPEN_THREAD, EntryKind.POST_SENT]


async def test_one_header_in_books_that_sort_it_last(books: Books) -> None:
    """However the ranks of a lane fall, a header that is owed is known to be owed."""
    talk = await books.talk(1, has_thread=False)
    await books.text(talk)

    def unit(ledger: SqliteTransaction) -> None:
        for _ in range(3):
            enqueue_header(ledger, ledger.conversation(talk))
            ledger._connection.execute("UPDATE effect SET rank = 9e18 WHERE kind = 'open_thread'")

    await books.store.run(unit)
    owed = await books.store.run(lambda ledger: ledger.open_in(lane_of(talk, Lane.IN)))
    assert [effect.kind for effect in owed] == [EntryKind.POST_TEXT, EntryKind.OPEN_THREAD]


async def test_lines_wait_for_their_header_without_looking(books: Books) -> None:
    """A line whose thread is not there yet is told when it is, and asks for nothing meanwhile."""
    talk = await books.talk(1, has_thread=False)
    await books.store.run(lambda ledger: books.ask(ledger, talk))
    assert await books.leave(is_ending=False) == [lane_of(talk, Lane.IN)]
    books.now = add_seconds(books.now, 2.0)
    assert await books.leave() == []
    (job,) = books.under_way
    posted = Posted(MessageTs("1700000003.000001"))
    await books.store.run(lambda ledger: record_result(ledger, job, posted))
    books.under_way.clear()
    assert await books.leave() == [lane_of(talk, Lane.ABOUT)]
