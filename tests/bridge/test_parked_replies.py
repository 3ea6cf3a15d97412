"""Replies that come before it is known whose thread they stand in: parked, and texted once it is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from bot.bridge.parked_events import (
    drop_parked_replies,
    has_parked_replies,
    is_parked,
    old_threads,
    park_reply,
    take_replies,
)
from bot.bridge.slack_events import record_event
from bot.domain.ids import ChannelId, MessageTs, ThreadRef
from bot.domain.pieces import Ref, RefKind
from bot.domain.thread_events import Deletion, Reply, SlackFile
from bot.domain.timestamps import add_seconds
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import AVA, BEN, CHANNEL, MARCO

THREAD, TS = MessageTs("1700000000.000100"), MessageTs("1700000001.000100")
PLAIN = Reply("Ev1", CHANNEL, THREAD, TS, AVA, ("Hi",))
PICTURE = SlackFile("F1", "shoe.png", "image/png", 7, "https://files.slack.com/F1")


@pytest.mark.parametrize(
    "reply",
    [
        PLAIN,
        replace(PLAIN, pieces=("ask ", Ref(RefKind.USER, BEN), " in ", Ref(RefKind.CHANNEL, CHANNEL), " <b>")),
        replace(PLAIN, pieces=(), has_files=True, files=(PICTURE, SlackFile("F2", "", "", 0, ""))),
        replace(PLAIN, client_msg_id="11-22", outside_team="T0THEIRS"),
    ],
)
async def test_a_parked_reply_comes_back_whole(harness: Harness, reply: Reply) -> None:
    """Words, names, files, and who wrote it outlive the wait, and it is given back once."""
    await harness.store.run(lambda tx: park_reply(tx, reply))
    assert await harness.store.run(lambda tx: is_parked(tx, CHANNEL, THREAD))
    assert await harness.store.run(lambda tx: take_replies(tx, CHANNEL, THREAD)) == [reply]
    assert await harness.store.run(lambda tx: take_replies(tx, CHANNEL, THREAD)) == []
    assert not await harness.store.run(lambda tx: is_parked(tx, CHANNEL, THREAD))


async def test_parked_replies_of_one_thread_only(harness: Harness) -> None:
    """Replies are kept by channel and thread, in the order they came; old ones are listed, and let go by thread."""
    other = replace(PLAIN, thread_ts=MessageTs("1700000009.000100"), ts=MessageTs("1700000010.000100"))
    second = replace(PLAIN, ts=MessageTs("1700000002.000100"), pieces=("and more",))
    for reply in (PLAIN, other, second):
        await harness.store.run(partial(park_reply, reply=reply))
    assert await harness.store.run(lambda tx: has_parked_replies(tx, CHANNEL))
    assert not await harness.store.run(lambda tx: has_parked_replies(tx, ChannelId("C0SALES")))
    assert await harness.store.run(lambda tx: old_threads(tx, add_seconds(tx.now, -60), 9)) == []
    harness.wait(61)
    places = [ThreadRef(CHANNEL, THREAD), ThreadRef(CHANNEL, other.thread_ts)]
    assert set(await harness.store.run(lambda tx: old_threads(tx, add_seconds(tx.now, -60), 9))) == set(places)
    await harness.store.run(lambda tx: drop_parked_replies(tx, places[1]))
    assert await harness.store.run(lambda tx: take_replies(tx, CHANNEL, THREAD)) == [PLAIN, second]
    assert not await harness.store.run(lambda tx: has_parked_replies(tx, CHANNEL))


async def test_replies_under_a_header_in_doubt(harness: Harness) -> None:
    """What is written under a header whose ts Slack has not told us is texted, in order, once it is found."""
    harness.slack.rules.drop_answers = 1
    await harness.hear_from(MARCO, "Hi, Marco here")
    header = next(one for one in harness.posts() if not one.is_reply and "0146" in seen(one))
    said = [MessageTs(await harness.slack.say(AVA, CHANNEL, text, thread_ts=header.ts)) for text in "abc"]
    for ts, text in zip(said, "abc", strict=True):
        reply = Reply(f"e{ts}", CHANNEL, MessageTs(header.ts), ts, AVA, (text,))
        await harness.store.run(partial(record_event, event=reply))
    await harness.store.run(lambda tx: record_event(tx, Deletion("e-gone", CHANNEL, said[1])))
    assert harness.volt.outbound(MARCO) == []
    for _ in range(3):
        await harness.look(60)
    assert [text.body for text in harness.volt.outbound(MARCO)] == ["a", "c"]


async def test_a_parked_reply_under_the_channels_new_id(harness: Harness) -> None:
    """A reply that was parked under the old id of a channel belongs to the thread under the new one."""
    await harness.store.run(lambda tx: park_reply(tx, PLAIN))
    await harness.store.run(lambda tx: tx.conversations.rename_channel(CHANNEL, ChannelId("C0NEW")))
    taken = await harness.store.run(lambda tx: take_replies(tx, ChannelId("C0NEW"), THREAD))
    assert [(reply.channel, reply.pieces) for reply in taken] == [("C0NEW", ("Hi",))]
