"""Who gets a conversation by itself: who answers, whose turn it is, and nobody who is not there."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from bot.bridge.alarms.watcher import AlarmWatcher
from bot.bridge.conversations import state
from bot.bridge.conversations.on_duty import PASS_ON, go_away, let_others, mark, pass_on, read_rules, set_rules
from bot.bridge.erasure import begin_erasure
from bot.bridge.messages.inbound import record_inbound
from bot.bridge.roster import RosterWatcher
from bot.domain.conversation import Conversation, Stage
from bot.domain.ids import ConversationId, UserId
from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.domain.team import Distribution, TeamRules
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO

CLEO = UserId("U0CLEO")
DAY_S = 86_400.0


async def agree(harness: Harness, how: Distribution, *on_duty: UserId, assigns_on_reply: bool = True) -> None:
    """Let a team agree on this, with these people on duty."""
    rules = TeamRules(assigns_on_reply, how)

    def unit(tx: Transaction) -> None:
        set_rules(tx, rules, {}, frozenset(), AVA, seen=read_rules(tx))
        for user in on_duty:
            mark(tx, user, is_on=True)

    await harness.store.run(unit)


async def talk_with(harness: Harness, contact: E164 = DANA) -> Conversation:
    """Return a conversation."""
    found = await harness.store.run(lambda tx: tx.conversations.find(ACCOUNT, contact))
    assert found is not None
    return found


async def ring(harness: Harness) -> None:
    """Do what is due."""
    watcher = AlarmWatcher(harness.store, {PASS_ON: pass_on}, harness.observer)
    while await watcher.look():
        await harness.pay()


def text_of(number: int, event: str = "") -> Inbound:
    """Return the first text of one of many contacts."""
    at = datetime(2026, 5, 4, tzinfo=UTC)
    contact = E164(f"+1555556{number:04}")
    return Inbound(event or f"e{number}", f"t{number}", ACCOUNT, contact, "Hello", (), at, f"t{number}")


async def test_who_answers_has_it(harness: Harness) -> None:
    """Who answers a conversation that nobody has gets it: the header says so, no other line does, the trail knows."""
    assert (await talk_with(harness)).assignee == AVA
    assert not [line for line in harness.lines() if "conversation" in line]
    lines = await harness.store.run(lambda tx: tx.audit.of_conversation(ConversationId(1), 9))
    assert [(line.actor, line.action) for line in lines] == [(AVA, state.ON_REPLY)]


async def test_who_answers_for_a_colleague(harness: Harness) -> None:
    """An answer takes a conversation from nobody, and gives none where a team does not want that."""
    await harness.store.run(lambda tx: state.assign(tx, ConversationId(1), BEN))
    await harness.answer("Hi again")
    assert (await talk_with(harness)).assignee == BEN
    await harness.store.run(lambda tx: state.unassign(tx, ConversationId(1), BEN))
    await agree(harness, Distribution.OFF, assigns_on_reply=False)
    await harness.answer("And again")
    assert (await talk_with(harness)).assignee is None


async def test_many_contacts_at_once(harness: Harness, on_postgres: str | None) -> None:
    """Many contacts at once, whose texts are told twice, are given out once each, as many to everybody."""
    many = 301 if on_postgres is None else 61  # there each statement is a round trip
    await agree(harness, Distribution.ROUND_ROBIN, AVA, BEN, CLEO)

    async def arrive(number: int, event: str) -> bool:
        text = text_of(number, event)
        return await harness.store.run(lambda tx: record_inbound(tx, text, channel=CHANNEL))

    told = await asyncio.gather(*(arrive(n, f"{n} {time}") for time in (1, 2) for n in range(many)))
    assert sum(told) == many

    def given(tx: Transaction) -> tuple[Counter[UserId | None], Counter[str]]:
        found = [tx.conversations.find(ACCOUNT, text_of(n).contact) for n in range(many)]
        talks = [one for one in found if one is not None]
        lines = (line.action for one in talks for line in tx.audit.of_conversation(one.id, 9))
        return Counter(one.assignee for one in talks), Counter(lines)

    shares, actions = await harness.store.run(given)
    assert sorted(shares.values()) == [many // 3, many // 3, many // 3 + 1]
    assert set(shares) == {AVA, BEN, CLEO}
    assert actions == {"distributed": many}


async def test_the_least_busy(harness: Harness) -> None:
    """The least busy gets a conversation, closed ones not counted; one that somebody has stays."""
    await agree(harness, Distribution.LEAST_BUSY, AVA, BEN)
    await harness.hear_from(MARCO, "Ciao")
    assert (await talk_with(harness, MARCO)).assignee == BEN  # Ava has Dana's
    await harness.hear_from(MARCO, "Ciao?")
    assert (await talk_with(harness, MARCO)).assignee == BEN
    lines = [line for line in harness.lines() if "their turn" in line]
    assert lines == [f"<@{BEN}> has this conversation now: it was their turn."]


async def test_nobody_on_duty(harness: Harness) -> None:
    """Where nobody is on duty a conversation waits for anybody, and is given out by its next text."""
    await agree(harness, Distribution.ROUND_ROBIN)
    await harness.hear_from(MARCO, "Ciao")
    assert (await talk_with(harness, MARCO)).assignee is None
    await harness.store.run(lambda tx: mark(tx, BEN, is_on=True))
    await harness.hear_from(MARCO, "Is anybody there?")
    assert (await talk_with(harness, MARCO)).assignee == BEN


async def test_away(harness: Harness) -> None:
    """What a person has goes to others on duty while they are away; back again, they get new ones as before."""
    await agree(harness, Distribution.ROUND_ROBIN, AVA, BEN)
    until = add_seconds(Micros(harness.now), 2 * DAY_S)
    presence = await harness.store.run(lambda tx: go_away(tx, AVA, until))
    assert (presence.held, presence.is_shared_out) == (1, True)
    await ring(harness)
    assert (await talk_with(harness)).assignee == BEN
    assert f"<@{AVA}> is not there, so <@{BEN}> has this conversation now." in harness.lines()
    await harness.hear_from(MARCO, "Ciao")
    assert (await talk_with(harness, MARCO)).assignee == BEN
    harness.wait(2 * DAY_S)
    await harness.store.run(lambda tx: record_inbound(tx, text_of(1), channel=CHANNEL))
    assert (await talk_with(harness, text_of(1).contact)).assignee == AVA


async def test_away_where_nothing_is_distributed(harness: Harness) -> None:
    """Where a team shares nothing out, a person keeps what they have until its contact writes, or they let it go."""
    until = add_seconds(Micros(harness.now), DAY_S)
    await harness.store.run(lambda tx: go_away(tx, AVA, until))
    await ring(harness)
    assert (await talk_with(harness)).assignee == AVA
    await harness.hear("Are you there?")
    assert (await talk_with(harness)).assignee is None
    assert f"<@{AVA}> is away. Nobody has this conversation now." in harness.lines()
    await harness.store.run(lambda tx: state.assign(tx, ConversationId(1), AVA))
    assert await harness.store.run(lambda tx: let_others(tx, AVA))
    await ring(harness)
    assert (await talk_with(harness)).assignee is None
    await harness.store.run(lambda tx: go_away(tx, AVA, None))
    assert not await harness.store.run(lambda tx: let_others(tx, AVA))


async def test_many_conversations_of_one_who_goes(harness: Harness) -> None:
    """All that a person has is passed on, a part at a time, however much it is, and closed ones stay as they are."""
    await agree(harness, Distribution.ROUND_ROBIN, AVA)
    for number in range(120):
        await harness.store.run(partial(record_inbound, inbound=text_of(number), channel=CHANNEL))
    last = await talk_with(harness, text_of(119).contact)
    await harness.store.run(lambda tx: state.close(tx, last.id, AVA))
    await harness.store.run(lambda tx: mark(tx, BEN, is_on=True))
    await harness.store.run(lambda tx: go_away(tx, AVA, add_seconds(tx.now, DAY_S)))
    watcher = AlarmWatcher(harness.store, {PASS_ON: pass_on}, harness.observer)
    while await watcher.look():
        pass
    assert await harness.store.run(lambda tx: tx.team.assignees()) == [BEN]
    assert await harness.store.run(lambda tx: tx.team.count_held(BEN)) == 120
    assert (await talk_with(harness, text_of(119).contact)).assignee == AVA


async def test_people_who_left(harness: Harness) -> None:
    """Whoever may not text any more gets no conversation, though they are on duty, and what they had is free."""
    harness.slack.add_user(CLEO, "Cleo")
    await agree(harness, Distribution.ROUND_ROBIN, CLEO)
    await harness.hear_from(MARCO, "Ciao")
    assert (await talk_with(harness, MARCO)).assignee == CLEO
    harness.slack.users[CLEO] = replace(harness.slack.users[CLEO], deleted=True)
    harness.workspace.forget_person(CLEO)
    await RosterWatcher(harness.store, harness.workspace, harness.observer).look()
    await ring(harness)
    assert (await talk_with(harness, MARCO)).assignee is None
    await harness.store.run(lambda tx: record_inbound(tx, text_of(1), channel=CHANNEL))
    assert (await talk_with(harness, text_of(1).contact)).assignee is None


async def test_a_user_group(harness: Harness) -> None:
    """Who is in the user group is on duty, but who says that they are not; who leaves it is so no more."""
    harness.slack.add_usergroup("S0DESK", "desk", [AVA, BEN])
    rules = TeamRules(distribution=Distribution.ROUND_ROBIN, group="S0DESK")
    known, seen = {AVA: True, BEN: True}, TeamRules()
    await harness.store.run(lambda tx: set_rules(tx, rules, known, frozenset({AVA, BEN}), AVA, seen=seen))
    await harness.store.run(lambda tx: mark(tx, AVA, is_on=False))
    await harness.hear_from(MARCO, "Ciao")
    assert (await talk_with(harness, MARCO)).assignee == BEN
    harness.slack.add_usergroup("S0DESK", "desk", [AVA])
    harness.workspace.forget_group("S0DESK")
    await RosterWatcher(harness.store, harness.workspace, harness.observer).look()
    await harness.store.run(lambda tx: record_inbound(tx, text_of(1), channel=CHANNEL))
    assert (await talk_with(harness, text_of(1).contact)).assignee is None
    assert await harness.store.run(read_rules) == rules


async def test_two_who_take_at_once(harness: Harness) -> None:
    """Of two people who take a conversation at the same time one has it, and the other is told who."""
    await harness.store.run(lambda tx: state.unassign(tx, ConversationId(1), AVA))
    had = await asyncio.gather(
        *(harness.store.run(partial(state.take, conversation_id=ConversationId(1), user=user)) for user in (AVA, BEN))
    )
    assert had.count(None) == 1
    assert (await talk_with(harness)).assignee == next(user for user in had if user is not None)


async def test_a_note_goes_with_the_person(harness: Harness) -> None:
    """A note is given once for one assignee seen, shown as it is, and erased with the contact."""

    def give(tx: Transaction) -> UserId | None:
        return state.hand_over(tx, ConversationId(1), AVA, to=BEN, note="*Call* <!here> 555", seen=AVA)

    assert await harness.store.run(give) == BEN
    assert await harness.store.run(give) == BEN
    assert (
        await harness.store.run(lambda tx: state.hand_over(tx, ConversationId(1), CLEO, to=CLEO, note="Mine", seen=AVA))
        == BEN
    )
    await harness.pay()
    notes = [one for one in harness.posts() if "and says" in one.text]
    assert len(notes) == 1
    assert notes[0].blocks[-1]["text"] == {"type": "plain_text", "text": "*Call* <!here> 555", "emoji": False}
    assert harness.phone() == ["Hi"]
    audit = await harness.store.run(lambda tx: tx.audit.of_conversation(ConversationId(1), 9))
    assert "Call" not in "".join(line.detail for line in audit)
    await harness.store.run(lambda tx: begin_erasure(tx, DANA, AVA))
    assert await harness.store.run(lambda tx: [tx.team.note(n) for n in range(9)]) == [""] * 9


async def test_muted_and_stopped(harness: Harness) -> None:
    """A contact who opted out, is blocked or muted is given to nobody by itself."""
    await harness.store.run(lambda tx: state.unassign(tx, ConversationId(1), AVA))
    await agree(harness, Distribution.ROUND_ROBIN, BEN)
    await harness.hear("STOP")
    assert (await talk_with(harness)).assignee is None
    assert (await talk_with(harness)).stage is Stage.OPEN
