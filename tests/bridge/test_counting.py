"""Counting: figures say what happened, once, whatever is repeated, forgotten or erased."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from bot.bridge.conversations import state
from bot.bridge.erasure import begin_erasure
from bot.domain.figures import (
    EPOCH,
    Figure,
    HourSpan,
    Totals,
    bucket_of,
    by_account,
    by_day,
    by_person,
    hour_of,
    spans_of,
    totals,
)
from bot.domain.ids import ConversationId
from bot.domain.timestamps import Micros, from_micros
from bot.ports.storage import Transaction
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, BEN, DANA


async def figures(harness: Harness) -> dict[str, Totals]:
    """Read the figures so far: all, those of the account, and those of each person."""
    read = await harness.store.run(lambda tx: tx.figures.read([HourSpan(0, hour_of(tx.now) + 1, 0)]))
    people = {str(person): found for person, found in by_person(read.by_owner).items()}
    return people | {"all": totals(read.by_day), "account": by_account(read.by_owner)[ACCOUNT]}


async def conversation_id(harness: Harness) -> ConversationId:
    """Return the id of the conversation with Dana."""
    found = await harness.store.run(lambda tx: tx.conversations.find(ACCOUNT, DANA))
    assert found is not None
    return found.id


async def test_texts_in_and_out(harness: Harness) -> None:
    """Each text that came or left is counted once, for its account and for the person who wrote it."""
    await harness.hear("One more")
    await harness.answer("And an answer")
    harness.wait(5)
    await harness.pay()
    found = await figures(harness)
    for of in ("all", "account"):
        assert (found[of].counts[Figure.TEXT_IN], found[of].counts[Figure.TEXT_OUT]) == (2, 2)
    assert found[AVA].counts == {Figure.TEXT_OUT: 2, Figure.FIRST_ANSWER: 1}


async def test_the_first_answer_alone(harness: Harness) -> None:
    """The time until the first answer is counted once until the conversation is closed, then anew."""
    own = await conversation_id(harness)
    harness.wait(3_600)
    assert await harness.store.run(lambda tx: state.close(tx, own, BEN))
    harness.wait(3_600)
    await harness.hear("Me again")
    harness.wait(600)
    await harness.answer("Yes?")
    harness.wait(5)
    await harness.pay()
    found = await figures(harness)
    times = found["all"].times
    assert times[Figure.FIRST_ANSWER].total() == 2
    assert times[Figure.FIRST_ANSWER][bucket_of(605)] == 1
    assert found[BEN].counts == {Figure.RESOLUTION: 1}
    assert times[Figure.RESOLUTION] == {bucket_of(3_610): 1}


async def test_what_is_closed_without_a_text(harness: Harness) -> None:
    """A conversation that is closed twice, or in which the contact wrote nothing since, has one time or none."""
    own = await conversation_id(harness)
    for _ in range(2):
        await harness.store.run(lambda tx: state.close(tx, own, BEN))
        await harness.store.run(lambda tx: state.reopen(tx, own, BEN))
    assert (await figures(harness))["all"].counts[Figure.RESOLUTION] == 1


async def test_figures_outlive_the_person(harness: Harness) -> None:
    """When a person is erased the figures stay as they were, and nothing is under way any more."""
    before = await figures(harness)
    own = await conversation_id(harness)
    await harness.store.run(lambda tx: begin_erasure(tx, DANA, AVA))
    assert await figures(harness) == before
    assert await harness.store.run(lambda tx: tx.figures.end(own)) is None


def count_answer(tx: Transaction, bucket: int) -> None:
    """Count a first answer."""
    tx.figures.count(Figure.FIRST_ANSWER, ACCOUNT, AVA, bucket)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
async def test_a_year_in_weeks(harness: Harness, zone: str) -> None:
    """Days together hold what a plain count of the same times holds, and nothing from before or after them."""
    where, counted = ZoneInfo(zone), list[tuple[datetime, int]]()
    harness.now = Micros(int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000)
    for number in range(120):
        harness.wait(3.21 * 86_400)
        counted.append((from_micros(harness.now), number % 80))
        await harness.store.run(partial(count_answer, bucket=number % 80))
    last = datetime(2028, 1, 10, tzinfo=where).date()
    first = last - timedelta(days=364)
    spans = spans_of(first, last, where)
    plain = Counter[tuple[int, int]]()
    for at, bucket in counted:
        day = at.replace(minute=0).astimezone(where).date()
        if first <= day <= last:
            plain[(last - day).days // 7, bucket] += 1
    read = await harness.store.run(lambda tx: tx.figures.read(spans, 7))
    assert Counter({((last - EPOCH).days - row.day) // 7: 0 for row in read.by_day}).keys() == {one for one, _ in plain}
    found = by_day(read.by_day)
    for (week, bucket), count in plain.items():
        assert found[last - timedelta(days=7 * week)].times[Figure.FIRST_ANSWER][bucket] == count
    of_ava = by_person(read.by_owner)[AVA]
    assert of_ava.counts[Figure.FIRST_ANSWER] == plain.total() == totals(read.by_day).counts[Figure.FIRST_ANSWER]
