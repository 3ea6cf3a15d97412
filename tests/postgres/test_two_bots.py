"""Two bots on one database: what one of them begins, ends or takes over leaves the calls of the other alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest

from bot.bridge.enqueue import enqueue_line
from bot.bridge.outbox.failures import put_back, record_failure, record_interrupted
from bot.domain.errors import OutcomeUnknown, StoreUnavailable
from bot.domain.ids import ConversationId, PostKey
from bot.domain.outbox import EntryKind, EntryState, OutboxEntry
from bot.domain.retry_policy import LEAVE_S, LONG_LEAVE_S, TAKEN_OVER, at_work_s
from bot.domain.subjects import HEADER
from bot.domain.timestamps import add_seconds
from bot.outgoing_http import TimelyRequest
from bot.sandbox import SlackStandIn, VoltStandIn
from tests.bridge.test_late_calls import claim, owe, reply
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT

pytestmark = pytest.mark.postgres

HOUR_S = 3_600


class Bots(NamedTuple):
    """Two bots: one that was first, and another one."""

    first: Harness
    other: Harness


@pytest.fixture
async def bots(tmp_path: Path, postgres_url: str) -> AsyncIterator[Bots]:
    """Give two bots on one database, with an open conversation."""
    async with (
        SlackStandIn() as slack,
        VoltStandIn(ACCOUNT) as volt,
        aiohttp.ClientSession(request_class=TimelyRequest) as session,
    ):
        volt.receipts = "manual"
        made = Bots(*(Harness(tmp_path / name, slack, volt, session, postgres_url) for name in ("first", "other")))
        for bot in made:
            bot.database.parent.mkdir()
            await bot.start()
        await made.first.workspace.identity()
        await made.first.hear("Hello")
        await made.first.answer("Hi")
        await made.first.pay()
        yield made
        for bot in made:
            await bot.close()
            assert bot.crashes == []


async def entry(bot: Harness, key: PostKey) -> OutboxEntry:
    """Read an entry."""
    found = await bot.store.run(lambda tx: tx.outbox.by_key(key))
    assert found is not None
    return found


async def row(bot: Harness, key: PostKey) -> tuple[object, ...]:
    """Read what is stored of an entry: its state, when it is due, and what the looks for it have found."""
    statement = f"SELECT state, due_at, last_attempt_at, absent_since FROM outbox WHERE key = '{key}'"  # noqa: S608 - a key of our own
    return tuple(await bot.engine.run(lambda connection: connection.execute(statement).fetchone()))


async def end_of(bot: Harness, beside: Harness) -> None:
    """End a bot's seat, as others do once it is silent."""
    seat = await bot.store.run(lambda tx: tx.seat)
    await beside.run_sql(f"UPDATE seat SET ended_at = clock_timestamp() WHERE id = {seat}")  # noqa: S608 - values of our own


async def test_a_workspace_that_connects_anew_leaves_the_calls_of_others(bots: Bots) -> None:
    """Where a bot connects a workspace anew, the calls that another one makes go on being that one's."""
    attempt = await owe(bots.other, EntryKind.SEND)
    assert await bots.first.store.run(record_interrupted) == 0
    assert (await entry(bots.first, attempt.entries[0].key)).state is EntryState.IN_FLIGHT
    await bots.other.caller.perform(attempt)
    assert bots.first.phone() == ["Hi", "It is ready"]
    assert await bots.first.store.run(lambda tx: tx.outbox.by_key(attempt.entries[0].key)) is None


async def test_calls_that_were_cut_off_are_its_own(bots: Bots) -> None:
    """What a bot itself has cut off is unknown."""
    attempt = await owe(bots.other, EntryKind.SEND)
    assert await bots.other.store.run(record_interrupted) == 1
    assert (await entry(bots.first, attempt.entries[0].key)).state is EntryState.UNKNOWN


async def test_a_bot_that_begins_leaves_the_times_of_others(bots: Bots) -> None:
    """However its own clock goes, a bot that starts changes nothing about what waits and what is in flight."""
    first = bots.first
    in_flight = await owe(first, EntryKind.SEND)
    waiting = await owe(first, EntryKind.POST_TEXT)
    gone = OutcomeUnknown("interrupted", "It was cut off.")
    await first.store.run(lambda tx: record_failure(tx, waiting, gone))
    until, since = add_seconds(first.now, HOUR_S), add_seconds(first.now, -2)
    key = waiting.entries[0].key
    await first.run_sql(f"UPDATE outbox SET due_at = {until}, absent_since = {since} WHERE state = 'unknown'")  # noqa: S608 - values of our own
    await first.run_sql(f"UPDATE rate_limit SET not_before = {until + 2 * HOUR_S * 1_000_000} WHERE key = 'react'")  # noqa: S608 - values of our own
    keys = (key, in_flight.entries[0].key)
    before = [await row(first, one) for one in keys]
    holds = await first.store.run(lambda tx: tx.outbox.rate_limits())
    for by_s in (-HOUR_S, 24 * HOUR_S):
        await bots.other.store.close()
        bots.other.wait(by_s)
        bots.other.reopen()
        assert await bots.other.store.start() == 0
        assert [await row(first, one) for one in keys] == before
        assert await first.store.run(lambda tx: tx.outbox.rate_limits()) == holds


@pytest.mark.parametrize(
    ("kind", "within_s"), [(EntryKind.REACTION, LONG_LEAVE_S[EntryKind.REACTION]), (EntryKind.LINE, LEAVE_S)]
)
async def test_what_may_be_repeated_waits_until_a_frozen_bot_can_make_it_no_more(
    bots: Bots, kind: EntryKind, within_s: float
) -> None:
    """Reactions and cards of a silent bot are made again once that bot, which may be frozen, cannot make them."""
    first, other = bots
    thread = other.posts()[0].ts
    await other.store.run(lambda tx: reply(tx, thread))
    await other.pay()
    other.wait(5)
    if kind is EntryKind.LINE:
        other.wait(HOUR_S)
        await other.pay()
        await other.store.run(lambda tx: enqueue_line(tx, ConversationId(1), HEADER))
    attempt = await claim(other, kind)
    assert at_work_s(kind) == within_s + 16
    key, claimed_at = attempt.entries[0].key, other.now
    await first.run_sql(f"UPDATE outbox SET absent_since = 7 WHERE key = '{key}'")  # noqa: S608 - values of our own
    await end_of(other, first)
    first.now = add_seconds(other.now, 2)
    assert await first.store.run(lambda tx: tx.resume()) == 1
    taken = await entry(first, key)
    assert (taken.state, taken.error, taken.absent_since) == (EntryState.PENDING, TAKEN_OVER, None)
    assert (await row(first, key))[1] == add_seconds(claimed_at, within_s + 16)


async def test_what_only_reads_is_made_again_at_once(bots: Bots) -> None:
    """A preparation of a bot that is silent is due now: it changes nothing that anybody sees."""
    first, other = bots
    thread = other.posts()[0].ts
    await other.store.run(lambda tx: reply(tx, thread))
    attempt = await claim(other, EntryKind.PREPARE)
    await end_of(other, first)
    assert await first.store.run(lambda tx: tx.resume()) == 1
    await first.pay()
    assert first.phone() == ["Hi", "It is ready"]
    with pytest.raises(StoreUnavailable):
        await other.store.run(lambda tx: tx.seat)
    await other.caller.perform(attempt)
    await first.pay()
    assert first.phone() == ["Hi", "It is ready"]


async def test_an_attempt_of_a_former_seat_says_nothing_of_a_later_one(bots: Bots) -> None:
    """What a bot that was taken for gone says of its old call touches no call that it has claimed anew since."""
    first, other = bots
    attempt = await owe(other, EntryKind.POST_TEXT)
    key = attempt.entries[0].key
    await end_of(other, first)
    assert await first.store.run(lambda tx: tx.resume()) == 1
    with pytest.raises(StoreUnavailable):
        await other.store.run(lambda tx: tx.seat)
    await other.store.run(lambda tx: tx.outbox.retry_at(attempt.entries[0], tx.now))
    again = await claim(other, EntryKind.POST_TEXT)
    assert again.entries[0].key == key
    await other.store.run(lambda tx: put_back(tx, [attempt]))
    assert (await entry(first, key)).state is EntryState.IN_FLIGHT
    await other.caller.perform(again)
    assert await first.store.run(lambda tx: tx.outbox.by_key(key)) is None


async def test_a_post_from_before_the_servers_clock_was_set_back_is_found(bots: Bots) -> None:
    """Where the time of all bots is ahead of Slack's, a post whose answer was lost is looked for when it was made."""
    first = bots.first
    await first.run_sql("UPDATE seat SET seen_at = seen_at + INTERVAL '1 hour'")
    first.wait(HOUR_S)
    first.slack.rules.drop_answers = 2
    await first.hear("Still there?")
    first.slack.rules.drop_answers = 0
    for _ in range(6):
        await first.look(10)
    assert first.lines().count("Still there?") == 1
    assert len([line for line in first.lines() if line.startswith("Sent")]) == 1
