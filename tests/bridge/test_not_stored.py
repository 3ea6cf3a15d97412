"""What people write to each other is not stored: talk in threads of others, notes, replies that stay inside."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from bot.bridge.conversations.state import set_mode
from bot.bridge.slack_events import record_event
from bot.domain.conversation import Mode
from bot.domain.ids import MessageTs
from bot.domain.pieces import Ref, RefKind
from bot.domain.thread_events import Edit, Reply, SlackEvent, SlackFile
from bot.domain.timestamps import Micros
from tests.harness.on_a_clock import Harness
from tests.harness.stored_bytes import stored_bytes
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO

pytestmark = pytest.mark.on_file

TALK = "the merger is secret"
FILE = SlackFile("F1", "merger-plan.pdf", "application/pdf", 7, "https://files.slack.com/F1")


async def take(harness: Harness, *events: SlackEvent) -> None:
    """Take in events as Slack brings them, and make every call that follows."""
    for event in events:
        await harness.store.run(partial(record_event, event=event))
    await harness.pay()


def reply(thread: str, ts: str, text: str = TALK) -> Reply:
    """Make what a person wrote in a thread."""
    return Reply(f"e{ts}", CHANNEL, MessageTs(thread), MessageTs(ts), AVA, (text,), client_msg_id=f"gesture-{ts}")


def edit(of: Reply, at: str, text: str = TALK, *, is_note: bool = False) -> Edit:
    """Make a change of it."""
    return Edit(f"x{at}", CHANNEL, of.ts, MessageTs(at), (text,), AVA, of.thread_ts, is_note=is_note)


async def header_of(harness: Harness) -> str:
    """Return the header of a thread in which a contact has written."""
    await harness.hear_from(DANA, "Hi")
    return next(post.ts for post in harness.posts() if not post.is_reply)


async def test_talk_in_a_thread_that_is_no_conversation(harness: Harness) -> None:
    """What people write, change and take back in a thread of theirs is nowhere in the files, nor in a backup."""
    await header_of(harness)
    said = reply("1700000000.000100", "1700000001.000100")
    await take(harness, said, edit(said, "1700000002.000100"), edit(said, "1700000003.000100", is_note=True))
    assert TALK.encode() not in stored_bytes(harness.database)


@pytest.mark.parametrize("is_named", [True, False])
async def test_talk_while_a_header_is_in_doubt(harness: Harness, *, is_named: bool) -> None:
    """While we do not know where a header stands, talk in older threads, and under others' messages, is not stored."""
    await header_of(harness)
    harness.slack.rules.drop_answers = 1
    await harness.hear_from(MARCO, "Hi, Marco here")
    now = harness.now / 1_000_000
    thread = f"{now:.6f}" if is_named else f"{now - 3_600:.6f}"
    said = replace(reply(thread, f"{now + 1:.6f}"), is_under_others=is_named)
    changed = replace(edit(said, f"{now + 2:.6f}"), is_under_others=is_named)
    await take(harness, said, changed)
    assert TALK.encode() not in stored_bytes(harness.database)


async def test_a_note_in_a_thread_of_a_contact(harness: Harness) -> None:
    """A note, and what it is changed to, are nowhere in the files; the same gesture twice is still one."""
    header = await header_of(harness)
    note = replace(reply(header, "1700000001.000100"), is_note=True)
    await take(harness, edit(note, "1700000001.500000", is_note=True), note)
    await take(harness, edit(note, "1700000002.000100"), edit(note, "1700000003.000100", is_note=True))
    assert TALK.encode() not in stored_bytes(harness.database)
    once = reply(header, "1700000005.000100", "to the phone")
    await take(harness, once, replace(once, ts=MessageTs("1700000005.000200")))
    assert harness.phone() == ["Hi", "to the phone"]


async def test_a_reply_that_stays_inside(harness: Harness) -> None:
    """What begins with a mention, and what is written where nothing is texted, is not stored, nor its files' names."""
    header = await header_of(harness)
    called = replace(reply(header, "1700000001.000100"), pieces=(Ref(RefKind.USER, BEN), f" {TALK}"))
    await take(harness, replace(called, files=(FILE,), has_files=True))
    await harness.store.run(lambda tx: set_mode(tx, tx.conversations.recent(Micros(0), 9)[0].id, Mode.ALERTS, AVA))
    await take(harness, reply(header, "1700000002.000100"))
    stored = stored_bytes(harness.database)
    assert TALK.encode() not in stored
    assert b"merger-plan" not in stored
