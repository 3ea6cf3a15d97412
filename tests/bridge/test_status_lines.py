"""Where the words about replies stand, what they say when a reply is taken back or kept from leaving, and the mark."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

import pytest

from bot.bridge.messages.actions import Press, approve, confirm_arrived, discard, send_again, undo_text
from bot.bridge.messages.outbound import QUICK_S, record_reply
from bot.bridge.messages.receipts import enqueue_unknown_lines
from bot.bridge.messages.send import SendRequest, record_send
from bot.bridge.slack_events import record_event
from bot.domain.conversation import Stage
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ConversationId, MessageTs
from bot.domain.retry_policy import ABSENT_AT_PROVIDER_S, BEFORE_WORDS_S, CHECKING_S
from bot.domain.thread_events import Edit, Reply, UndoReaction
from bot.sandbox.slack.state.model import Message as Post
from tests.harness.on_a_clock import Harness, undoable
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO

TAKEN_BACK = "Taken back, nothing was sent."
ASKED = "There is a question about it below."
UNKNOWN = "We do not know yet whether it went out."
VOLT_IS_BUSY = "Volt is busy. This waits here and goes out by itself.\n[Undo]"


async def write(harness: Harness, text: str, *, undo_window_s: float = 0, thread: str = "") -> MessageTs:
    """Take in a reply that waits so long, and make no call yet; return its ts."""
    thread = MessageTs(thread or harness.posts()[0].ts)
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, text, thread_ts=thread))
    reply = Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))
    await harness.store.run(undoable(undo_window_s, lambda tx: record_reply(tx, reply)))
    return ts


async def undo(harness: Harness, ts: MessageTs) -> None:
    """Take a reply back as its button does."""
    (first, *_) = await harness.store.run(lambda tx: tx.messages.at(CHANNEL, ts))
    await harness.store.run(lambda tx: undo_text(tx, first.key, BEN))
    await harness.pay()


async def stage(harness: Harness) -> Stage:
    """Tell whose turn it is."""
    conversation = await harness.store.run(lambda tx: tx.conversations.get(ConversationId(1)))
    return conversation.stage


def marks(harness: Harness, ts: MessageTs) -> list[str]:
    """Return the marks on a message."""
    return list(harness.slack.message_at(CHANNEL, ts).reactions)


def status_lines(harness: Harness) -> list[Post]:
    """Return the lines that say how far replies are, but for that of the answer everything begins with."""
    begins = re.compile(r"Sen[dt]|Deliv|\d texts|Taken|Volt|There is|We do not know yet|What became")
    return [one for one in harness.posts()[1:] if begins.match(seen(one))][1:]


async def test_a_line_never_stands_above_what_it_speaks_of(harness: Harness) -> None:
    """A reply that is written below a line about others gets a line of its own, below it; each offers its own Undo."""
    first = await write(harness, "one", undo_window_s=5)
    await harness.pay()
    second = await write(harness, "two", undo_window_s=5)
    await harness.pay()
    one, two = status_lines(harness)
    assert first < one.ts < second < two.ts
    assert [seen(line) for line in (one, two)] == ["Sending…\n[Undo]"] * 2
    await undo(harness, first)
    assert [seen(line) for line in (one, two)] == [TAKEN_BACK, "Sending…\n[Undo]"]
    harness.wait(5)
    await harness.pay()
    assert harness.phone() == ["Hi", "two"]


async def test_replies_above_one_line_share_it(harness: Harness) -> None:
    """Replies that stand there before a line does are spoken of in one."""
    for text in ("one", "two"):
        await write(harness, text)
    await harness.pay()
    harness.wait(5)
    await harness.pay()
    (line,) = status_lines(harness)
    assert seen(line).startswith("2 texts sent")


async def test_the_first_of_two_answers_counts(harness: Harness) -> None:
    """It is the contact's turn once one of several answers left, also where the last one was taken back."""
    await harness.hear("Hello?")
    await write(harness, "one", undo_window_s=5)
    await harness.pay()
    second = await write(harness, "two", undo_window_s=5)
    await harness.pay()
    await undo(harness, second)
    harness.wait(5)
    await harness.pay()
    assert (harness.phone(), await stage(harness)) == (["Hi", "one"], Stage.WAITING)


async def test_an_answer_to_what_was_written_before_is_none(harness: Harness) -> None:
    """A reply that leaves after the contact wrote again, and was written before, leaves it our turn."""
    await write(harness, "one", undo_window_s=5)
    await harness.pay()
    await harness.hear("One more thing")
    harness.wait(5)
    await harness.pay()
    assert (harness.phone(), await stage(harness)) == (["Hi", "one"], Stage.OPEN)


async def test_undo_leaves_a_mark_and_words(harness: Harness) -> None:
    """A reply that was taken back bears a mark, and its line says so."""
    ts = await write(harness, "one", undo_window_s=5)
    await harness.pay()
    await undo(harness, ts)
    assert [seen(line) for line in status_lines(harness)] == [TAKEN_BACK]
    assert marks(harness, ts) == ["leftwards_arrow_with_hook"]


async def test_undo_where_the_line_speaks_of_others(harness: Harness) -> None:
    """Where the line of a reply that was taken back has other words, it gets a line of its own, with what it said."""
    ts = await write(harness, "one", undo_window_s=5)
    await write(harness, "two", undo_window_s=5)
    await harness.pay()
    await undo(harness, ts)
    assert [seen(line) for line in status_lines(harness)] == ["Sending…\n[Undo]", "Taken back, nothing was sent:\none"]
    assert marks(harness, ts) == ["leftwards_arrow_with_hook"]


async def test_undo_before_there_is_a_line(harness: Harness) -> None:
    """A reply that was taken back before anything was said about it leaves a mark and words as well."""
    thread = MessageTs(harness.posts()[0].ts)
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, "one", thread_ts=thread))
    for event in (UndoReaction("r1", CHANNEL, ts, BEN, "1"), Reply("e1", CHANNEL, thread, ts, AVA, ("one",))):
        await harness.store.run(undoable(5, partial(record_event, event=event)))
    await harness.pay()
    assert [seen(line) for line in status_lines(harness)] == ["Taken back, nothing was sent:\none"]
    assert marks(harness, ts) == ["leftwards_arrow_with_hook"]


async def test_undo_while_the_line_is_on_its_way(harness: Harness) -> None:
    """A line whose post is under way when its reply is taken back says so as soon as it stands."""
    ts = await write(harness, "one", undo_window_s=5)
    claimed = await harness.claim()
    (reply,) = await harness.store.run(lambda tx: tx.messages.at(CHANNEL, ts))
    await harness.store.run(lambda tx: undo_text(tx, reply.key, BEN))
    for attempt in claimed:
        await harness.caller.perform(attempt)
    await harness.pay()
    assert [seen(line) for line in status_lines(harness)] == [TAKEN_BACK]


async def test_one_mark_at_a_time(harness: Harness) -> None:
    """A reply never bears two marks of ours: the old one goes before the new one comes, also after a doubt."""
    harness.volt.rules.statuses = [(500, None)]
    ts = await write(harness, "one", undo_window_s=2)
    await harness.pay()
    for _ in range(4):
        await harness.look(ABSENT_AT_PROVIDER_S)
    shown, most = [], 0
    for call in harness.slack.calls:
        if call.method.startswith("reactions.") and call.args["timestamp"] == ts:
            shown.append(call.args["name"]) if call.method == "reactions.add" else shown.remove(call.args["name"])
            most = max(most, len(shown))
    assert (most, marks(harness, ts)) == (1, shown)
    assert harness.phone() == ["Hi", "one"]


async def test_volt_takes_nothing(harness: Harness) -> None:
    """A reply that Volt does not take says so after ten seconds, can be taken back, and leaves by itself later."""
    harness.volt.rules.statuses = [(503, None)] * 20
    await write(harness, "one")
    await harness.pay()
    assert status_lines(harness) == []
    for _ in range(2):
        harness.wait(BEFORE_WORDS_S)
        await harness.pay()
    (line,) = status_lines(harness)
    assert seen(line) == VOLT_IS_BUSY
    harness.volt.rules.statuses = []
    harness.wait(300)
    await harness.pay()
    harness.wait(5)
    await harness.pay()
    assert harness.phone() == ["Hi", "one"]
    assert seen(line).startswith("Sent ")


async def test_a_reply_that_is_not_even_tried(harness: Harness) -> None:
    """What is written while Volt takes nothing, and waits its turn, says so as well; Undo keeps it inside."""
    await harness.hear_from(MARCO, "Hello")
    to_marco = harness.posts()[-1].thread_ts or ""
    harness.volt.rules.statuses = [(503, None)] * 20
    await write(harness, "one")
    await harness.pay()
    ts = await write(harness, "two", thread=to_marco)
    await harness.pay()
    harness.wait(BEFORE_WORDS_S)
    await harness.pay()
    assert [seen(line) for line in status_lines(harness) if line.thread_ts == to_marco] == [VOLT_IS_BUSY]
    await undo(harness, ts)
    harness.volt.rules.statuses = []
    harness.wait(300)
    await harness.pay()
    assert harness.phone() == ["Hi", "one"]
    assert harness.volt.outbound(MARCO) == []


async def test_everything_that_waits_behind_it_says_so(harness: Harness) -> None:
    """Replies that wait behind one that Volt does not take say so too, whichever was written first."""
    await write(harness, "one", undo_window_s=3)
    await harness.pay()
    await write(harness, "two", undo_window_s=3)
    await harness.pay()
    harness.volt.rules.statuses = [(503, None)] * 20
    harness.wait(3)
    await harness.pay()
    await write(harness, "three")
    harness.wait(BEFORE_WORDS_S)
    await harness.pay()
    assert [seen(line) for line in status_lines(harness)] == [VOLT_IS_BUSY] * 3
    harness.volt.rules.statuses = []
    harness.wait(300)
    await harness.pay()
    harness.wait(5)
    await harness.pay()
    assert harness.phone() == ["Hi", "one", "two", "three"]
    assert all(seen(line).startswith("Sent ") for line in status_lines(harness))


async def test_an_edit_into_a_note_and_back(harness: Harness) -> None:
    """A reply that becomes a note and a reply again waits as before: its mark, its line and Undo are there again."""
    ts = await write(harness, "one", undo_window_s=5)
    await harness.pay()
    note = Edit("n", CHANNEL, ts, MessageTs(f"{harness.now // 1_000_000}.000100"), ("// one",), AVA, is_note=True)
    back = replace(note, event_id="b", edited_ts=MessageTs(f"{harness.now // 1_000_000}.000200"), pieces=("two",))
    for edit, words, mark in (
        (note, TAKEN_BACK, []),
        (replace(back, is_note=False), "Sending…\n[Undo]", ["hourglass_flowing_sand"]),
    ):
        await harness.store.run(undoable(5, partial(record_event, event=edit)))
        await harness.pay()
        assert [seen(line) for line in status_lines(harness)] == [words]
        assert marks(harness, ts) == mark
    harness.wait(5)
    await harness.pay()
    assert harness.phone() == ["Hi", "two"]


@pytest.mark.parametrize("trouble", ["ratelimited", "internal_error"])
async def test_undo_while_a_line_fails_on_its_way(harness: Harness, trouble: str) -> None:
    """Where the line that would say it does not arrive after all, what was taken back is said in one of its own."""
    ts = await write(harness, "one", undo_window_s=5)
    claimed = await harness.claim()
    (reply,) = await harness.store.run(lambda tx: tx.messages.at(CHANNEL, ts))
    await harness.store.run(lambda tx: undo_text(tx, reply.key, BEN))
    harness.slack.rules.errors = {"chat.postMessage": [trouble]}
    for attempt in claimed:
        await harness.caller.perform(attempt)
    for _ in range(4):
        await harness.look(30)
    assert [seen(line) for line in status_lines(harness)] == ["Taken back, nothing was sent:\none"]
    assert marks(harness, ts) == ["leftwards_arrow_with_hook"]


async def test_nobody_waits_for_a_contact_who_got_nothing(harness: Harness) -> None:
    """It stays our turn while no answer has left: not while Volt takes none, nor once it was taken back or refused."""
    await harness.hear("Hello?")
    harness.volt.rules.statuses = [(503, None)]
    ts = await write(harness, "one")
    await harness.pay()
    assert await stage(harness) is Stage.OPEN
    await undo(harness, ts)
    harness.volt.rules.errors = ["invalid number"]
    harness.wait(60)
    await write(harness, "two")
    await harness.pay()
    assert (harness.phone(), await stage(harness)) == (["Hi"], Stage.OPEN)
    await harness.answer("three")
    assert await stage(harness) is Stage.WAITING


async def test_a_crash_after_volt_took_nothing(harness: Harness) -> None:
    """A text whose second try was cut off by a crash is looked up; nobody is asked to decide before that."""
    harness.volt.rules.statuses = [(503, None)]
    await write(harness, "one")
    await harness.pay()
    harness.wait(BEFORE_WORDS_S / 2)
    assert await harness.claim()
    await harness.store.close()
    harness.reopen()
    await harness.store.start()
    (text,) = await harness.store.run(lambda tx: tx.messages.undecided())
    assert (text.status, text.failure) == (DeliveryStatus.UNKNOWN, None)
    await harness.store.run(enqueue_unknown_lines)
    harness.wait(CHECKING_S)
    await harness.pay()
    assert "Volt did not answer, so we do not know whether this text went out. Checking…\none" in harness.lines()


@pytest.mark.parametrize("is_shown", [True, False])
async def test_undo_is_about_what_was_written_in_the_thread(harness: Harness, is_shown: bool) -> None:  # noqa: FBT001 - a parameter
    """A text by command that waits behind a reply, shown or not yet, is not taken back by the Undo under that reply."""
    await write(harness, "one", undo_window_s=5)
    wish = SendRequest("trigger", ACCOUNT, DANA, BEN)
    await harness.store.run(lambda tx: record_send(tx, wish, ("by command",), channel=CHANNEL))
    if is_shown:
        await harness.pay()
    key = await harness.store.run(lambda tx: tx.messages.undoable(ConversationId(1), 1))
    assert key is not None
    await harness.store.run(lambda tx: undo_text(tx, key, BEN))
    harness.wait(5)
    await harness.pay()
    assert harness.phone() == ["Hi", "by command"]


async def test_the_line_of_a_reply_does_not_speak_of_a_command_below(harness: Harness) -> None:
    """A text by command is shown in a post of its own, and spoken of in a line below that."""
    await write(harness, "one", undo_window_s=5)
    wish = SendRequest("trigger", ACCOUNT, DANA, BEN)
    await harness.store.run(lambda tx: record_send(tx, wish, ("by command",), channel=CHANNEL))
    for _ in range(3):
        await harness.pay()
        harness.wait(5)
    shown = next(one for one in harness.posts() if "by command" in seen(one))
    first, second = status_lines(harness)
    assert float(second.ts) > float(shown.ts)
    assert [seen(line).partition(" ")[0] for line in (first, second)] == ["Sent", "Sent"]


async def hold(harness: Harness) -> Post:
    """Write a reply whose line stands when it is held; return the line that asks about it."""
    await write(harness, "See bit.ly/abc", undo_window_s=5)
    await harness.pay()
    harness.wait(5)
    await harness.pay()
    assert [seen(line) for line in status_lines(harness)] == [ASKED]
    return next(one for one in harness.posts() if "[Send anyway]" in seen(one))


async def test_a_question_that_was_answered_is_not_spoken_of(harness: Harness) -> None:
    """Once a held reply may leave, its line says what keeps it, and then what became of it."""
    asked = await hold(harness)
    harness.volt.rules.statuses = [(503, None)] * 2
    await harness.press(approve, asked, AVA)
    harness.wait(QUICK_S)
    await harness.pay()
    assert [seen(line).partition("\n")[0] for line in status_lines(harness)] == [VOLT_IS_BUSY.partition("\n")[0]]
    for _ in range(4):
        harness.wait(BEFORE_WORDS_S)
        await harness.pay()
    (line,) = status_lines(harness)
    assert seen(line).startswith("Sent ")


async def test_a_question_that_was_answered_with_no_is_not_spoken_of(harness: Harness) -> None:
    """A held reply that nobody sends is called taken back."""
    await harness.press(discard, await hold(harness), AVA)
    assert [seen(line) for line in status_lines(harness)] == [TAKEN_BACK]


async def test_a_question_that_was_answered_later(harness: Harness) -> None:
    """A held reply that leaves after the contact wrote again has its line below that, and the old one says so."""
    asked = await hold(harness)
    await harness.hear("Hello?")
    await harness.press(approve, asked, AVA)
    harness.wait(BEFORE_WORDS_S)
    await harness.pay()
    old, new = status_lines(harness)
    assert seen(old) == "What became of it stands below."
    assert seen(new).startswith("Sent ")


@pytest.mark.parametrize(
    ("press", "words"), [(confirm_arrived, "Sent "), (send_again, "What became of it stands below.")]
)
async def test_a_doubt_that_is_over_is_not_spoken_of(harness: Harness, press: Press, words: str) -> None:
    """A line that says that we do not know changes as soon as a person has decided."""
    await write(harness, "one", undo_window_s=5)
    await harness.pay()
    harness.volt.rules.statuses = [(500, None)]
    harness.wait(5)
    await harness.pay()
    harness.volt.rules.down = True
    while not (asked := [one for one in harness.posts() if "[It arrived]" in seen(one)]):
        await harness.look(60)
    harness.volt.rules.down = False
    assert [seen(line) for line in status_lines(harness)] == [UNKNOWN]
    await harness.hear("Hello?")
    await harness.press(press, asked[0], AVA)
    harness.wait(QUICK_S)
    await harness.pay()
    assert seen(status_lines(harness)[0]).startswith(words)
