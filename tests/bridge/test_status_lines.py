"""Where the words about replies stand, what they say when a reply is taken back or kept from leaving, and the mark."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

import pytest

from bot.bridge.messages.actions import take_back
from bot.bridge.messages.outbound import record_reply
from bot.bridge.messages.receipts import speak_of_doubts
from bot.bridge.messages.send import Command, record_send
from bot.bridge.slack_events import record_event
from bot.domain.conversation import Stage
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ConversationId, MessageTs
from bot.domain.message import Edit, Reaction, Reply
from bot.domain.retry_policy import ABSENT_AT_PROVIDER_S, BEFORE_WORDS_S, CHECKING_S
from bot.sandbox.slack.state.model import Message as Post
from tests.harness.on_a_clock import Bench, undoable
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO

TAKEN_BACK = "Taken back, nothing was sent."
VOLT_IS_BUSY = "Volt is busy. This waits here and goes out by itself.\n[Undo]"


async def write(bench: Bench, text: str, *, undo_s: float = 0, thread: str = "") -> MessageTs:
    """Take in a reply that waits so long, and make no call yet; return its ts."""
    thread = MessageTs(thread or bench.posts()[0].ts)
    ts = MessageTs(await bench.slack.say(AVA, CHANNEL, text, thread_ts=thread))
    reply = Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))
    await bench.store.run(undoable(undo_s, lambda ledger: record_reply(ledger, reply)))
    return ts


async def undo(bench: Bench, ts: MessageTs) -> None:
    """Take a reply back as its button does."""
    (first, *_) = await bench.store.run(lambda ledger: ledger.messages_at(CHANNEL, ts))
    await bench.store.run(lambda ledger: take_back(ledger, first.key, BEN))
    await bench.pay()


async def stage(bench: Bench) -> Stage:
    """Tell whose turn it is."""
    talk = await bench.store.run(lambda ledger: ledger.conversation(ConversationId(1)))
    return talk.stage


def marks(bench: Bench, ts: MessageTs) -> list[str]:
    """Return the marks on a message."""
    return list(bench.slack.message_at(CHANNEL, ts).reactions)


def status_lines(bench: Bench) -> list[Post]:
    """Return the lines that say how far replies are, but for that of the answer everything begins with."""
    return [one for one in bench.posts()[1:] if re.match(r"Sen[dt]|Deliv|\d texts|Taken|Volt", seen(one))][1:]


async def test_a_line_never_stands_above_what_it_speaks_of(bench: Bench) -> None:
    """A reply that is written below a line about others gets a line of its own, below it; each offers its own Undo."""
    first = await write(bench, "one", undo_s=5)
    await bench.pay()
    second = await write(bench, "two", undo_s=5)
    await bench.pay()
    one, two = status_lines(bench)
    assert first < one.ts < second < two.ts
    assert [seen(line) for line in (one, two)] == ["Sending…\n[Undo]"] * 2
    await undo(bench, first)
    assert [seen(line) for line in (one, two)] == [TAKEN_BACK, "Sending…\n[Undo]"]
    bench.wait(5)
    await bench.pay()
    assert bench.phone() == ["Hi", "two"]


async def test_replies_above_one_line_share_it(bench: Bench) -> None:
    """Replies that stand there before a line does are spoken of in one."""
    for text in ("one", "two"):
        await write(bench, text)
    await bench.pay()
    bench.wait(5)
    await bench.pay()
    (line,) = status_lines(bench)
    assert seen(line).startswith("2 texts sent")


async def test_the_first_of_two_answers_counts(bench: Bench) -> None:
    """It is the contact's turn once one of several answers left, also where the last one was taken back."""
    await bench.hear("Hello?")
    await write(bench, "one", undo_s=5)
    await bench.pay()
    second = await write(bench, "two", undo_s=5)
    await bench.pay()
    await undo(bench, second)
    bench.wait(5)
    await bench.pay()
    assert (bench.phone(), await stage(bench)) == (["Hi", "one"], Stage.WAITING)


async def test_an_answer_to_what_was_written_before_is_none(bench: Bench) -> None:
    """A reply that leaves after the contact wrote again, and was written before, leaves it our turn."""
    await write(bench, "one", undo_s=5)
    await bench.pay()
    await bench.hear("One more thing")
    bench.wait(5)
    await bench.pay()
    assert (bench.phone(), await stage(bench)) == (["Hi", "one"], Stage.OPEN)


async def test_undo_leaves_a_mark_and_words(bench: Bench) -> None:
    """A reply that was taken back bears a mark, and its line says so."""
    ts = await write(bench, "one", undo_s=5)
    await bench.pay()
    await undo(bench, ts)
    assert [seen(line) for line in status_lines(bench)] == [TAKEN_BACK]
    assert marks(bench, ts) == ["leftwards_arrow_with_hook"]


async def test_undo_where_the_line_speaks_of_others(bench: Bench) -> None:
    """Where the line of a reply that was taken back has other words, it gets a line of its own, with what it said."""
    ts = await write(bench, "one", undo_s=5)
    await write(bench, "two", undo_s=5)
    await bench.pay()
    await undo(bench, ts)
    assert [seen(line) for line in status_lines(bench)] == ["Sending…\n[Undo]", "Taken back, nothing was sent:\none"]
    assert marks(bench, ts) == ["leftwards_arrow_with_hook"]


async def test_undo_before_there_is_a_line(bench: Bench) -> None:
    """A reply that was taken back before anything was said about it leaves a mark and words as well."""
    thread = MessageTs(bench.posts()[0].ts)
    ts = MessageTs(await bench.slack.say(AVA, CHANNEL, "one", thread_ts=thread))
    for event in (Reaction("r1", CHANNEL, ts, BEN, "1"), Reply("e1", CHANNEL, thread, ts, AVA, ("one",))):
        await bench.store.run(undoable(5, partial(record_event, event=event)))
    await bench.pay()
    assert [seen(line) for line in status_lines(bench)] == ["Taken back, nothing was sent:\none"]
    assert marks(bench, ts) == ["leftwards_arrow_with_hook"]


async def test_undo_while_the_line_is_on_its_way(bench: Bench) -> None:
    """A line whose post is under way when its reply is taken back says so as soon as it stands."""
    ts = await write(bench, "one", undo_s=5)
    jobs = await bench.store.run(bench.due)
    (reply,) = await bench.store.run(lambda ledger: ledger.messages_at(CHANNEL, ts))
    await bench.store.run(lambda ledger: take_back(ledger, reply.key, BEN))
    for job in jobs:
        await bench.caller.perform(job)
    await bench.pay()
    assert [seen(line) for line in status_lines(bench)] == [TAKEN_BACK]


async def test_one_mark_at_a_time(bench: Bench) -> None:
    """A reply never bears two marks of ours: the old one goes before the new one comes, also after a doubt."""
    bench.volt.rules.statuses = [(500, None)]
    ts = await write(bench, "one", undo_s=2)
    await bench.pay()
    for _ in range(4):
        await bench.look(ABSENT_AT_PROVIDER_S)
    shown, most = [], 0
    for call in bench.slack.calls:
        if call.method.startswith("reactions.") and call.args["timestamp"] == ts:
            shown.append(call.args["name"]) if call.method == "reactions.add" else shown.remove(call.args["name"])
            most = max(most, len(shown))
    assert (most, marks(bench, ts)) == (1, shown)
    assert bench.phone() == ["Hi", "one"]


async def test_volt_takes_nothing(bench: Bench) -> None:
    """A reply that Volt does not take says so after ten seconds, can be taken back, and leaves by itself later."""
    bench.volt.rules.statuses = [(503, None)] * 20
    await write(bench, "one")
    await bench.pay()
    assert status_lines(bench) == []
    for _ in range(2):
        bench.wait(BEFORE_WORDS_S)
        await bench.pay()
    (line,) = status_lines(bench)
    assert seen(line) == VOLT_IS_BUSY
    bench.volt.rules.statuses = []
    bench.wait(300)
    await bench.pay()
    bench.wait(5)
    await bench.pay()
    assert bench.phone() == ["Hi", "one"]
    assert seen(line).startswith("Sent ")


async def test_a_reply_that_is_not_even_tried(bench: Bench) -> None:
    """What is written while Volt takes nothing, and waits its turn, says so as well; Undo keeps it inside."""
    await bench.hear_from(MARCO, "Hello")
    to_marco = bench.posts()[-1].thread_ts or ""
    bench.volt.rules.statuses = [(503, None)] * 20
    await write(bench, "one")
    await bench.pay()
    ts = await write(bench, "two", thread=to_marco)
    await bench.pay()
    bench.wait(BEFORE_WORDS_S)
    await bench.pay()
    assert [seen(line) for line in status_lines(bench) if line.thread_ts == to_marco] == [VOLT_IS_BUSY]
    await undo(bench, ts)
    bench.volt.rules.statuses = []
    bench.wait(300)
    await bench.pay()
    assert bench.phone() == ["Hi", "one"]
    assert bench.volt.outbound(MARCO) == []


async def test_everything_that_waits_behind_it_says_so(bench: Bench) -> None:
    """Replies that wait behind one that Volt does not take say so too, whichever was written first."""
    await write(bench, "one", undo_s=3)
    await bench.pay()
    await write(bench, "two", undo_s=3)
    await bench.pay()
    bench.volt.rules.statuses = [(503, None)] * 20
    bench.wait(3)
    await bench.pay()
    await write(bench, "three")
    bench.wait(BEFORE_WORDS_S)
    await bench.pay()
    assert [seen(line) for line in status_lines(bench)] == [VOLT_IS_BUSY] * 3
    bench.volt.rules.statuses = []
    bench.wait(300)
    await bench.pay()
    bench.wait(5)
    await bench.pay()
    assert bench.phone() == ["Hi", "one", "two", "three"]
    assert all(seen(line).startswith("Sent ") for line in status_lines(bench))


async def test_an_edit_into_a_note_and_back(bench: Bench) -> None:
    """A reply that becomes a note and a reply again waits as before: its mark, its line and Undo are there again."""
    ts = await write(bench, "one", undo_s=5)
    await bench.pay()
    note = Edit("n", CHANNEL, ts, MessageTs(f"{bench.now // 1_000_000}.000100"), ("// one",), AVA, is_note=True)
    back = replace(note, event_id="b", edited_ts=MessageTs(f"{bench.now // 1_000_000}.000200"), pieces=("two",))
    for edit, words, mark in (
        (note, TAKEN_BACK, []),
        (replace(back, is_note=False), "Sending…\n[Undo]", ["hourglass_flowing_sand"]),
    ):
        await bench.store.run(undoable(5, partial(record_event, event=edit)))
        await bench.pay()
        assert [seen(line) for line in status_lines(bench)] == [words]
        assert marks(bench, ts) == mark
    bench.wait(5)
    await bench.pay()
    assert bench.phone() == ["Hi", "two"]


@pytest.mark.parametrize("trouble", ["ratelimited", "internal_error"])
async def test_undo_while_a_line_fails_on_its_way(bench: Bench, trouble: str) -> None:
    """Where the line that would say it does not arrive after all, what was taken back is said in one of its own."""
    ts = await write(bench, "one", undo_s=5)
    jobs = await bench.store.run(bench.due)
    (reply,) = await bench.store.run(lambda ledger: ledger.messages_at(CHANNEL, ts))
    await bench.store.run(lambda ledger: take_back(ledger, reply.key, BEN))
    bench.slack.rules.errors = {"chat.postMessage": [trouble]}
    for job in jobs:
        await bench.caller.perform(job)
    for _ in range(4):
        await bench.look(30)
    assert [seen(line) for line in status_lines(bench)] == ["Taken back, nothing was sent:\none"]
    assert marks(bench, ts) == ["leftwards_arrow_with_hook"]


async def test_nobody_waits_for_a_contact_who_got_nothing(bench: Bench) -> None:
    """It stays our turn while no answer has left: not while Volt takes none, nor once it was taken back or refused."""
    await bench.hear("Hello?")
    bench.volt.rules.statuses = [(503, None)]
    ts = await write(bench, "one")
    await bench.pay()
    assert await stage(bench) is Stage.OPEN
    await undo(bench, ts)
    bench.volt.rules.errors = ["invalid number"]
    bench.wait(60)
    await write(bench, "two")
    await bench.pay()
    assert (bench.phone(), await stage(bench)) == (["Hi"], Stage.OPEN)
    await bench.answer("three")
    assert await stage(bench) is Stage.WAITING


async def test_a_crash_after_volt_took_nothing(bench: Bench) -> None:
    """A text whose second try was cut off by a crash is looked up; nobody is asked to decide before that."""
    bench.volt.rules.statuses = [(503, None)]
    await write(bench, "one")
    await bench.pay()
    bench.wait(BEFORE_WORDS_S / 2)
    assert await bench.store.run(bench.due)
    await bench.store.close()
    bench.reopen()
    await bench.store.start()
    (text,) = await bench.store.run(lambda ledger: ledger.undecided_texts())
    assert (text.status, text.failure) == (DeliveryStatus.UNKNOWN, None)
    await bench.store.run(speak_of_doubts)
    bench.wait(CHECKING_S)
    await bench.pay()
    assert "Volt did not answer, so we do not know whether this text went out. Checking…\none" in bench.lines()


@pytest.mark.parametrize("is_shown", [True, False])
async def test_undo_is_about_what_was_written_in_the_thread(bench: Bench, is_shown: bool) -> None:  # noqa: FBT001 - a parameter
    """A text by command that waits behind a reply, shown or not yet, is not taken back by the Undo under that reply."""
    await write(bench, "one", undo_s=5)
    wish = Command("trigger", ACCOUNT, DANA, BEN)
    await bench.store.run(lambda ledger: record_send(ledger, wish, ("by command",), channel=CHANNEL))
    if is_shown:
        await bench.pay()
    key = await bench.store.run(lambda ledger: ledger.undoable(ConversationId(1), 1))
    assert key is not None
    await bench.store.run(lambda ledger: take_back(ledger, key, BEN))
    bench.wait(5)
    await bench.pay()
    assert bench.phone() == ["Hi", "by command"]


async def test_the_line_of_a_reply_does_not_speak_of_a_command_below(bench: Bench) -> None:
    """A text by command is shown in a post of its own, and spoken of in a line below that."""
    await write(bench, "one", undo_s=5)
    wish = Command("trigger", ACCOUNT, DANA, BEN)
    await bench.store.run(lambda ledger: record_send(ledger, wish, ("by command",), channel=CHANNEL))
    for _ in range(3):
        await bench.pay()
        bench.wait(5)
    shown = next(one for one in bench.posts() if "by command" in seen(one))
    first, second = status_lines(bench)
    assert float(second.ts) > float(shown.ts)
    assert [seen(line).partition(" ")[0] for line in (first, second)] == ["Sent", "Sent"]
