"""Counting: figures say what happened, once, whatever is repeated, forgotten or erased."""

from __future__ import annotations

from bot.bridge.conversations import state
from bot.bridge.erasure import begin_erasure
from bot.domain.figures import Figure, HourSpan, Totals, bucket_of, by_account, by_person, hour_of, totals
from bot.domain.ids import ConversationId
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, BEN, DANA


async def figures(harness: Harness) -> dict[str, Totals]:
    """Read the figures so far: all, those of the account, and those of each person."""
    read = await harness.store.run(lambda tx: tx.figures.read([HourSpan(0, hour_of(tx.now) + 1, 0)]))
    people = {str(person): found for person, found in by_person(read.by_person).items()}
    return people | {"all": totals(read.by_day), "account": by_account(read.by_day)[ACCOUNT]}


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
