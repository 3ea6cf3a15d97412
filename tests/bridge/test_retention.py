"""What is older than it is to be kept is erased, and nothing that is still owed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from bot.bridge.conversations.state import set_mode
from bot.bridge.retention import erase_old
from bot.bridge.slack_events import record_event
from bot.domain.confirmation import PendingConfirmation
from bot.domain.conversation import Mode
from bot.domain.ids import MessageTs
from bot.domain.scheduled import ScheduledText
from bot.domain.thread_events import Reply
from bot.domain.timestamps import add_seconds
from bot.ports.storage import Transaction
from bot.store.sqlite.operations import SqliteOperations
from tests.harness.on_a_clock import Harness
from tests.harness.stored_bytes import stored_bytes
from tests.harness.world import AVA, CHANNEL, DANA

DAY_S = 86_400


async def erase(harness: Harness, days: int) -> None:
    """Erase what is older than so many days, as the running bot does at night."""
    before = add_seconds(harness.now, -days * DAY_S)
    while await harness.store.run(lambda tx: erase_old(tx, before)):
        pass
    await harness.store.run(lambda tx: tx.erasure.tidy(begins=True))
    while not await harness.store.run(lambda tx: tx.erasure.tidy(begins=False)):
        pass


@pytest.mark.on_file
async def test_old_texts_are_erased(harness: Harness) -> None:
    """Texts, in both directions, and audit lines from before are nowhere in the files; later ones stay."""
    await harness.hear("an old zebrafish")
    await harness.answer("an old quokka")
    await harness.store.run(lambda tx: tx.audit.add(AVA, "changed", None, "an old okapi"))
    harness.wait(31 * DAY_S)
    await harness.hear("a new lynx")
    await harness.store.run(lambda tx: tx.audit.add(AVA, "changed", None, "a new wombat"))
    await erase(harness, 30)
    stored = stored_bytes(harness.database)
    assert [word for word in (b"zebrafish", b"quokka", b"okapi") if word in stored] == []
    assert [word for word in (b"lynx", b"wombat") if word in stored] == [b"lynx", b"wombat"]
    assert SqliteOperations(harness.database).check_audit(None)[0] == []


@pytest.mark.on_file
async def test_what_is_owed_stays(harness: Harness) -> None:
    """Drafts, texts that wait, questions without an answer and texts scheduled for later stay until they are done."""
    await harness.hear("Hi")
    conversation = (await harness.store.run(lambda tx: tx.conversations.with_contact(DANA)))[0]
    await harness.store.run(lambda tx: set_mode(tx, conversation.id, Mode.CONFIRM, AVA))
    await harness.answer("a draft quokka")
    later = ScheduledText("later", conversation.id, "a later okapi", AVA, add_seconds(harness.now, 90 * DAY_S))
    await harness.store.run(lambda tx: tx.scheduled.add(later))
    past = replace(later, id="past", body="a past okapi", send_at=add_seconds(harness.now, DAY_S / 2))
    await harness.store.run(lambda tx: tx.scheduled.add(past))
    for name, outcome in (("open", ""), ("done", "sent")):
        ask = PendingConfirmation(name, "send", AVA, f"an {name} question")
        await harness.store.run(partial(_ask, ask=ask, outcome=outcome))
    await harness.take_in(DANA, "an unshown lynx")
    harness.wait(31 * DAY_S)
    await erase(harness, 30)
    stored = stored_bytes(harness.database)
    for kept in (b"draft quokka", b"later okapi", b"open question", b"unshown lynx"):
        assert kept in stored
    for gone in (b"past okapi", b"done question"):
        assert gone not in stored


def _ask(tx: Transaction, *, ask: PendingConfirmation, outcome: str) -> None:
    tx.confirmations.add(ask)
    if outcome:
        tx.confirmations.end(ask.id, outcome)


async def test_a_reply_after_its_text_is_gone(harness: Harness) -> None:
    """A conversation whose texts were erased goes on in its thread as before."""
    await harness.hear("Hi")
    harness.wait(31 * DAY_S)
    await erase(harness, 30)
    header = harness.posts()[0].ts
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, "still there?", thread_ts=header))
    reply = Reply("late", CHANNEL, MessageTs(header), ts, AVA, ("still there?",))
    await harness.store.run(lambda tx: record_event(tx, reply))
    await harness.pay()
    assert harness.phone()[-1] == "still there?"
