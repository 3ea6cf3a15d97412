"""Two bots on one database share conversations out, hand them over and pass them on at once: each once."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial

import pytest

from bot.bridge.conversations import state
from bot.bridge.conversations.on_duty import PASS_ON, go_away, mark, pass_on, set_rules
from bot.bridge.conversations.writing import begin_form
from bot.bridge.messages.inbound import record_inbound
from bot.domain.alarms import Alarm
from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, UserId
from bot.domain.team import Distribution, TeamRules
from bot.domain.timestamps import add_seconds
from bot.ports.storage import Transaction
from tests.bridge.test_on_duty import CLEO, text_of
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL
from tests.postgres.test_two_bots import Bots, bots

__all__ = ["bots"]
pytestmark = pytest.mark.postgres

CONTACTS = 60


def agree(tx: Transaction) -> None:
    """Share out in turn among two."""
    set_rules(tx, TeamRules(distribution=Distribution.ROUND_ROBIN), {}, frozenset(), AVA, seen=TeamRules())
    for user in (AVA, BEN):
        mark(tx, user, is_on=True)


def talks(tx: Transaction) -> list[Conversation]:
    """Read all conversations but the first."""
    found = [tx.conversations.find(ACCOUNT, text_of(number).contact) for number in range(CONTACTS)]
    return [one for one in found if one is not None]


def actions(tx: Transaction, of: ConversationId) -> Counter[str]:
    """Count what the trail says of a conversation."""
    return Counter(line.action for line in tx.audit.of_conversation(of, 9))


async def test_given_out_and_passed_on_once(bots: Bots) -> None:
    """Texts that both are told of are given out once, in turn; what somebody had who goes away is passed on once."""
    await bots.first.store.run(agree)

    async def arrive(number: int) -> list[bool]:
        text = text_of(number)
        both = (one.store.run(lambda tx: record_inbound(tx, text, channel=CHANNEL)) for one in bots)
        return await asyncio.gather(*both)

    told = await asyncio.gather(*(arrive(number) for number in range(CONTACTS)))
    assert [sum(one) for one in told] == [1] * CONTACTS
    given = await bots.other.store.run(talks)
    assert Counter(one.assignee for one in given) == {AVA: CONTACTS // 2, BEN: CONTACTS // 2}
    until = add_seconds(bots.first.now, 86_400)
    await asyncio.gather(*(one.store.run(lambda tx: go_away(tx, BEN, until)) for one in bots))
    alarm = Alarm(PASS_ON, BEN, bots.first.now)
    await asyncio.gather(*(one.store.run(lambda tx: pass_on(tx, alarm)) for one in bots))
    assert {one.assignee for one in await bots.first.store.run(talks)} == {AVA}
    for one in given:
        done = await bots.first.store.run(partial(actions, of=one.id))
        assert done == {"distributed": 1} | ({"passed on": 1} if one.assignee == BEN else {})


async def test_handed_over_and_taken_once(bots: Bots) -> None:
    """Of two who hand over or take the same conversation at once, one does."""
    its = ConversationId(1)

    async def hand_over(at: int, to: UserId) -> UserId | None:
        unit = partial(state.hand_over, conversation_id=its, user=AVA, to=to, note=f"for {to}", seen=AVA)
        return await bots[at].store.run(unit)

    has = await asyncio.gather(hand_over(0, BEN), hand_over(1, CLEO))
    assert len(set(has)) == 1
    assert (await bots.first.store.run(partial(actions, of=its)))["assigned with a note"] == 1
    await bots.first.store.run(lambda tx: state.unassign(tx, its, AVA))
    had = await asyncio.gather(
        *(
            one.store.run(partial(state.take, conversation_id=its, user=user))
            for one, user in zip(bots, (AVA, BEN), strict=True)
        )
    )
    assert had.count(None) == 1


async def test_told_who_is_writing(bots: Bots) -> None:
    """Of two who open a form at once by two bots, one at least is told of the other."""
    for number in range(20):
        users = [UserId(f"U{number}{name}") for name in ("A", "B")]
        told = await asyncio.gather(
            *(
                one.store.run(partial(begin_form, conversation_id=ConversationId(1), user=user))
                for one, user in zip(bots, users, strict=True)
            )
        )
        assert set(users) & {form.user for forms in told for form in forms}
