"""Replies whose author may not text, or is not known: nothing behind them waits long, and the thread says what is."""

from __future__ import annotations

from bot.bridge.channel_ids import record_renaming
from bot.bridge.messages.actions import send_correction
from bot.bridge.messages.author_changes import record_edit
from bot.bridge.messages.outbound import record_reply
from bot.bridge.workspaces.roles import change_policy, read_policy
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, MessageTs, UserId
from bot.domain.roles import Members, Policy, Role
from bot.domain.thread_events import Edit, Renaming, Reply
from tests.harness.on_a_clock import Harness, undoable
from tests.harness.world import AVA, BEN, CHANNEL, MARCO

NOBODY = UserId("U0NOBODY")
ONLY_AVA = Policy({Role.AGENT: Members(frozenset({AVA}))})
SHARED = ChannelId("C0SHARED")


async def write(harness: Harness, text: str, author: UserId, *, undo_window_s: float = 0) -> MessageTs:
    """Take in a reply of somebody, and make no call yet; return its ts."""
    thread, ts = harness.posts()[0].ts, MessageTs(harness.slack.next_ts())
    reply = Reply(f"e{ts}", CHANNEL, MessageTs(thread), ts, author, (text,))
    await harness.store.run(undoable(undo_window_s, lambda tx: record_reply(tx, reply)))
    return ts


async def edit(harness: Harness, ts: MessageTs, text: str, author: UserId, channel: ChannelId = CHANNEL) -> None:
    """Take in an edit of a reply by its author."""
    changed = Edit("", channel, ts, MessageTs(harness.slack.next_ts()), (text,), author)
    await harness.store.run(lambda tx: record_edit(tx, changed))
    await harness.pay()


async def decide(harness: Harness, policy: Policy) -> None:
    """Let Ava decide who may text."""
    seen = (await harness.store.run(read_policy)).version
    assert await harness.store.run(lambda tx: change_policy(tx, seen, policy, AVA))


async def two_conversations(harness: Harness) -> str:
    """Open a thread for a second contact and return its header's ts."""
    await harness.hear_from(MARCO, "Marco here")
    return [one.ts for one in harness.posts() if one.thread_ts in (None, one.ts)][1]


def refusals(harness: Harness) -> list[str]:
    """Return the lines about replies that were not texted."""
    return [line for line in harness.lines() if line.startswith("Not texted:")]


async def test_nobody_waits_long_behind_an_unknown_author(harness: Harness) -> None:
    """A reply of somebody whom Slack does not know is given up within seconds, which the thread says."""
    await write(harness, "Boo", NOBODY)
    await write(harness, "From Ava", AVA)
    for _ in range(15):
        await harness.look(1)
    assert harness.phone() == ["Hi", "From Ava"]
    (line,) = [line for line in harness.lines() if line.startswith("Not delivered:")]
    assert "Slack does not say who wrote this message. Somebody else has to write it again." in line
    assert "Send again" not in line


async def test_the_thread_says_that_slack_does_not_tell_the_author(harness: Harness) -> None:
    """While Slack does not answer who wrote a reply, the thread says that it waits; it leaves by itself, in order."""
    harness.slack.rules.errors = {"users.info": ["internal_error"] * 5}
    await write(harness, "From Ben", BEN)
    await write(harness, "From Ava", AVA)
    for _ in range(20):
        await harness.look(1)
    words = "Slack does not say who wrote this. This waits here and goes out by itself."
    assert any(line.startswith(words) for line in harness.lines())
    for _ in range(60):
        await harness.look(1)
    assert harness.phone() == ["Hi", "From Ben", "From Ava"]
    assert not any("waits here" in line for line in harness.lines())


async def test_the_thread_says_what_keeps_the_author_unknown(harness: Harness) -> None:
    """A missing permission keeps replies in the thread, which says who can do what about it."""
    harness.slack.rules.errors = {"users.info": ["missing_scope"] * 5}
    await write(harness, "From Ben", BEN)
    await harness.pay()
    for _ in range(12):
        await harness.look(1)
    assert any(line.startswith("The app lacks a permission.") for line in harness.lines())
    for _ in range(60):
        await harness.look(1)
    assert harness.phone() == ["Hi", "From Ben"]
    assert not any("lacks a permission" in line for line in harness.lines())


async def test_a_user_group_that_cannot_be_read(harness: Harness) -> None:
    """Replies of whoever may be in such a group wait, and are not refused for good; nobody else is held up by them."""
    harness.slack.add_usergroup("S0DESK", "desk", [BEN])
    harness.slack.rules.errors = {"usergroups.users.list": ["missing_scope"] * 4}
    await decide(harness, Policy({Role.AGENT: Members(frozenset({AVA}), frozenset({"S0DESK"}))}))
    marco = await two_conversations(harness)
    await write(harness, "From Ben", BEN)
    await harness.pay()
    for number in range(3):
        await harness.answer(f"To Marco {number}", thread=marco)
    assert len(harness.volt.outbound(MARCO)) == 3
    for _ in range(30):
        await harness.look(1)
    assert harness.phone() == ["Hi", "From Ben"]
    assert refusals(harness) == []


async def test_an_author_who_stays_untold(harness: Harness) -> None:
    """A reply whose author Slack does not tell for an hour is given up in words that are about that."""
    harness.slack.rules.errors = {"users.info": ["internal_error"] * 100}
    await write(harness, "From Ben", BEN)
    for _ in range(30):
        await harness.look(400)
    assert harness.phone() == ["Hi"]
    assert any(
        line.startswith("Not delivered: Slack did not say for a long time who wrote this message.")
        for line in harness.lines()
    )


async def test_refused_once_more(harness: Harness) -> None:
    """Somebody who could text meanwhile is told again in the thread that they may not; in between it is said once."""
    await decide(harness, ONLY_AVA)
    for text in ("one", "two"):
        await write(harness, text, BEN)
        await harness.look(1)
    assert len(refusals(harness)) == 1
    await decide(harness, Policy())
    await write(harness, "three", BEN)
    await harness.look(1)
    await decide(harness, ONLY_AVA)
    for text in ("four", "five"):
        await write(harness, text, BEN)
        await harness.look(1)
    assert harness.phone() == ["Hi", "three"]
    assert len(refusals(harness)) == 2


async def test_a_correction_by_a_colleague(harness: Harness) -> None:
    """Who presses Send a correction answers for its words, also where their author may not text any more."""
    ts = await write(harness, "See you at 4", BEN)
    await harness.look(1)
    await edit(harness, ts, "See you at 5", BEN)
    await decide(harness, ONLY_AVA)
    (line,) = [one for one in harness.posts() if "already been sent" in one.text]
    assert await harness.press(send_correction, line, AVA)
    await harness.look(1)
    assert harness.phone() == ["Hi", "See you at 4", "See you at 5"]
    assert refusals(harness) == []


async def test_a_correction_that_is_edited_before_it_leaves(harness: Harness) -> None:
    """Words that nobody answered for are checked by their author again."""
    ts = await write(harness, "See you at 4", BEN)
    await harness.look(1)
    await edit(harness, ts, "See you at 5", BEN)
    await decide(harness, ONLY_AVA)
    (first, *_) = await harness.store.run(lambda tx: tx.messages.at(CHANNEL, ts))
    assert await harness.store.run(lambda tx: send_correction(tx, first.key, AVA))
    await edit(harness, ts, "See you never", BEN)
    await harness.look(1)
    assert harness.phone() == ["Hi", "See you at 4"]
    assert len(refusals(harness)) == 1


async def test_refused_and_the_channel_is_shared_then(harness: Harness) -> None:
    """What was refused stays inside under the new id of its channel, however long ago that was."""
    await decide(harness, ONLY_AVA)
    ts = await write(harness, "From Ben", BEN, undo_window_s=5)
    await edit(harness, ts, "Really from Ben", BEN)
    await harness.look(5)
    assert len(refusals(harness)) == 1
    harness.wait(30 * 86_400)
    await harness.store.run(lambda tx: record_renaming(tx, Renaming("e", CHANNEL, SHARED)))
    await decide(harness, Policy())
    await edit(harness, ts, "Now really from Ben", BEN, SHARED)
    await harness.look(5)
    found = await harness.store.run(lambda tx: tx.messages.kept_internal_at(SHARED, ts))
    assert found is not None
    assert found.status is DeliveryStatus.CANCELLED
    assert harness.phone() == ["Hi"]
