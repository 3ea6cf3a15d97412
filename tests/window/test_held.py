"""Replies to a contact whose window is shut: held, said, sent by a person once it is open again, and never lost."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bot.bridge.conversations.settings import set_signature
from bot.bridge.messages.actions import DecisionResult, UndoResult, approve, discard, send_again, undo_text
from bot.bridge.messages.author_changes import record_deletion, record_edit
from bot.bridge.messages.outbound import record_reply
from bot.bridge.messages.send import SendRequest, record_send
from bot.bridge.outbox.failures import record_failure
from bot.bridge.outbox.results import Prepared, record_result
from bot.bridge.requests import Attempt
from bot.domain.conversation import Mode
from bot.domain.errors import Rejected
from bot.domain.ids import MessageTs
from bot.domain.message import Message
from bot.domain.thread_events import Deletion, Edit, Reply
from bot.domain.timestamps import Micros
from bot.domain.window import SHUT, WINDOW_CLOSED
from bot.ports.storage import Transaction
from bot.sandbox.slack.state.model import Message as Post
from tests.harness.on_a_clock import undoable
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA
from tests.window.conftest import Bridge, decision_of
from tests.window.provider import KITE

HELD = (
    "Not sent. Kite takes free text only for a day after somebody wrote. Send a template now, or wait: once the contact"
    " writes again, you can send this."
)
AGAIN = "Not sent yet. The contact has written again, so this can be sent now."


def line_about(bridge: Bridge, words: str) -> Post:
    """Return the line that asks about a held reply."""
    return next(one for one in bridge.posts()[1:] if words in seen(one) and "[Do not send]" in seen(one))


async def shut(bridge: Bridge) -> None:
    """Let the window shut."""
    bridge.wait(25 * 3_600)
    await bridge.pay()


async def test_a_reply_is_held_and_sent_on_demand(bridge: Bridge) -> None:
    """After the window nothing leaves; once the contact has written a person sends it, and it goes once."""
    await shut(bridge)
    await bridge.answer("Are you there?")
    assert bridge.phone() == []
    assert bridge.held() == [f"{HELD}\nAre you there?\n[Choose a template] [Do not send]"]
    await bridge.hear("Yes")
    assert bridge.phone() == []
    assert bridge.held() == [f"{AGAIN}\nAre you there?\n[Send now] [Do not send]"]
    assert await bridge.decide(approve, line_about(bridge, "Are you there?")) is DecisionResult.TAKEN
    assert bridge.phone() == ["Are you there?"]
    assert bridge.held() == []
    assert any(f"<@{AVA}> had it sent." in line for line in bridge.lines())


async def test_an_old_button_sends_nothing(bridge: Bridge) -> None:
    """Who presses a button that stood there when the window was open sends nothing after it has shut again."""
    await shut(bridge)
    await bridge.answer("Are you there?")
    await bridge.hear("Yes")
    bridge.wait(25 * 3_600)
    assert await bridge.decide(approve, line_about(bridge, "Are you there?")) is DecisionResult.CLOSED
    assert bridge.phone() == []
    assert bridge.held() == [f"{HELD}\nAre you there?\n[Choose a template] [Do not send]"]


async def test_an_approved_reply_is_held_where_the_window_shuts_before_it_leaves(bridge: Bridge) -> None:
    """What was approved while the window was open is held once more where it has shut before it leaves."""
    await shut(bridge)
    await bridge.answer("Are you there?")
    await bridge.hear("Yes")
    await bridge.store.run(lambda tx: approve(tx, *decision_of(line_about(bridge, "Are you there?")), AVA))
    await shut(bridge)
    assert bridge.phone() == []
    assert len(bridge.held()) == 1


async def test_what_was_accepted_in_time_is_held_where_it_leaves_too_late(bridge: Bridge) -> None:
    """A reply that was ready while the window was open and leaves after it is held in the unit that claims it."""
    bridge.wait(24 * 3_600 - 30)
    await _write(bridge, "In time")
    (prepare,) = [one for one in await bridge.claim() if one.entries[0].kind.value == "prepare"]
    await bridge.caller.perform(prepare)
    bridge.wait(60)
    await bridge.pay()
    assert bridge.carrier.refused == []
    assert bridge.phone() == []
    assert [line.split("\n")[1] for line in bridge.held()] == ["In time"]


async def test_its_signature_stays(bridge: Bridge) -> None:
    """A reply that was signed when it was ready is held, shown and sent with its signature, as it would have left."""
    await bridge.store.run(lambda tx: set_signature(tx, "Kite Shop", AVA))
    bridge.wait(24 * 3_600 - 30)
    await _write(bridge, "In time")
    (prepare,) = [one for one in await bridge.claim() if one.entries[0].kind.value == "prepare"]
    await bridge.caller.perform(prepare)
    bridge.wait(60)
    await bridge.pay()
    assert [line.split("\n")[1:3] for line in bridge.held()] == [["In time", "Kite Shop"]]
    await bridge.hear("Yes")
    await bridge.decide(approve, line_about(bridge, "In time"))
    assert bridge.phone() == ["In time\nKite Shop"]


async def test_its_signature_stays_under_several_parts(bridge: Bridge) -> None:
    """A reply of several parts that is held where it would leave keeps who wrote it, also when it is sent later."""
    await bridge.store.run(lambda tx: set_signature(tx, "Kite Shop", AVA))
    bridge.wait(24 * 3_600 - 30)
    await _write(bridge, "word " * 30)
    (prepare,) = [one for one in await bridge.claim() if one.entries[0].kind.value == "prepare"]
    await bridge.caller.perform(prepare)
    bridge.wait(60)
    await bridge.pay()
    (held,) = bridge.held()
    assert held.split("\n")[2] == "Kite Shop"
    await bridge.hear("Yes")
    await bridge.decide(approve, line_about(bridge, "word word"))
    assert [text[:5] for text in bridge.phone()] == ["(1/3)", "(2/3)", "(3/3)"]
    assert bridge.phone()[-1].endswith("word\nKite Shop")


async def test_it_counts_once(bridge: Bridge) -> None:
    """What one person may send in an hour counts a reply when it leaves, not when it was held before it could."""
    bridge.limits = bridge.store._limits = replace(bridge.limits, per_hour=3)
    bridge.wait(24 * 3_600 - 30)
    await _write(bridge, "word " * 30)
    (prepare,) = [one for one in await bridge.claim() if one.entries[0].kind.value == "prepare"]
    await bridge.caller.perform(prepare)
    bridge.wait(60)
    await bridge.pay()
    assert await bridge.store.run(lambda tx: tx.messages.departures(AVA, Micros(0))) == 0
    await bridge.hear("Yes")
    await bridge.decide(approve, line_about(bridge, "word word"))
    assert [text[:5] for text in bridge.phone()] == ["(1/3)", "(2/3)", "(3/3)"]
    assert await bridge.store.run(lambda tx: tx.messages.departures(AVA, Micros(0))) == 3


async def test_an_answer_that_is_older_than_a_text_shuts_nothing(bridge: Bridge) -> None:
    """Where the contact writes while the provider is asked, its answer of before does not hold the reply."""
    await shut(bridge)
    await _write(bridge, "Are you there?")
    (prepare,) = [one for one in await bridge.claim() if one.entries[0].kind.value == "prepare"]
    await bridge.hear("Yes")
    answer = Prepared(("Are you there?",), ("Are you there?",), text="Are you there?", profile=KITE, window=SHUT)
    await bridge.store.run(lambda tx: record_result(tx, prepare, answer))
    await bridge.pay()
    assert bridge.held() == []
    assert bridge.phone() == ["Are you there?"]


async def test_a_refusal_that_is_older_than_a_text_shuts_nothing(bridge: Bridge) -> None:
    """Where the contact writes while a text is being refused, that text is held, and can be sent at once."""
    bridge.wait(24 * 3_600 - 120)
    await _write(bridge, "Are you there?")
    await _leave(bridge, 1)  # its preparation
    (send,) = [one for one in await bridge.claim() if one.entries[0].kind.value == "send"]
    bridge.wait(1)
    await bridge.hear("Yes")
    refused = Rejected(WINDOW_CLOSED, "Kite takes no free text now.")
    await bridge.store.run(lambda tx: record_failure(tx, send, refused))
    await bridge.pay()
    assert bridge.held() == [f"{AGAIN}\nAre you there?\n[Send now] [Do not send]"]
    await bridge.decide(approve, line_about(bridge, "Are you there?"))
    assert bridge.phone() == ["Are you there?"]


async def test_the_undo_window_may_outlast_it(bridge: Bridge) -> None:
    """A reply whose undo window ends after the window has shut is held."""
    bridge.wait(24 * 3_600 - 2)
    await _write(bridge, "Just in time", undo_s=5)
    bridge.wait(6)
    await bridge.pay()
    assert bridge.phone() == []
    assert len(bridge.held()) == 1


async def test_what_the_provider_refuses_is_held(bridge: Bridge) -> None:
    """Where the provider's window shuts before ours the refused text is held, not failed, and the next one, too."""
    bridge.carrier.heard.clear()
    await bridge.answer("First")
    await bridge.answer("Second")
    assert bridge.carrier.refused == ["First"]
    assert bridge.phone() == []
    assert [line.split("\n")[1] for line in bridge.held()] == ["First", "Second"]


async def test_a_reply_of_several_parts_stays_whole(bridge: Bridge) -> None:
    """A long reply that has not begun to leave is held as one and leaves in all its parts, in order."""
    bridge.carrier.heard.clear()
    await bridge.answer("word " * 30)
    assert len(bridge.held()) == 1
    await bridge.hear("Yes")
    await bridge.decide(approve, line_about(bridge, "word word"))
    assert [text[:5] for text in bridge.phone()] == ["(1/3)", "(2/3)", "(3/3)"]


async def test_the_rest_of_a_reply_is_held(bridge: Bridge) -> None:
    """Where the beginning of a reply has left, the rest is held in its own words and leaves part by part."""
    await _write(bridge, "word " * 30)
    await _leave(bridge, 2)  # its preparation, and the first part
    bridge.wait(25 * 3_600)
    await bridge.pay()
    assert [text[:5] for text in bridge.phone()] == ["(1/3)"]
    assert [line.split("\n")[1][:5] for line in bridge.held()] == ["(2/3)", "(3/3)"]
    await bridge.hear("Yes")
    for part in ("(2/3)", "(3/3)"):
        await bridge.decide(approve, line_about(bridge, part))
    assert [text[:5] for text in bridge.phone()] == ["(1/3)", "(2/3)", "(3/3)"]


async def test_a_part_takes_those_before_it_along(bridge: Bridge) -> None:
    """Whoever sends a later part of what is held of a reply sends those before it as well, first."""
    await _write(bridge, "word " * 30)
    await _leave(bridge, 2)
    bridge.wait(25 * 3_600)
    await bridge.pay()
    await bridge.hear("Yes")
    assert await bridge.decide(approve, line_about(bridge, "(3/3)")) is DecisionResult.TAKEN
    assert [text[:5] for text in bridge.phone()] == ["(1/3)", "(2/3)", "(3/3)"]
    assert bridge.held() == []


async def test_the_rest_of_a_text_by_command_is_held(bridge: Bridge) -> None:
    """Of a text by command only the first part stands in Slack; no part behind it is dropped for that."""
    await _send(bridge, "word " * 30)
    shown = await _leave_unshown(bridge, 2)
    for attempt in shown:
        await bridge.caller.perform(attempt)
    bridge.wait(25 * 3_600)
    await bridge.pay()
    assert [line.split("\n")[1][:5] for line in bridge.held()] == ["(2/3)", "(3/3)"]
    await bridge.hear("Yes")
    await bridge.decide(approve, line_about(bridge, "(3/3)"))
    assert [text[:5] for text in bridge.phone()] == ["(1/3)", "(2/3)", "(3/3)"]


async def test_the_rest_of_a_text_that_slack_has_not_shown_is_held(bridge: Bridge) -> None:
    """Nor where Slack has shown nothing of it yet when its beginning has left."""
    await _send(bridge, "word " * 30)
    shown = await _leave_unshown(bridge, 2)
    bridge.wait(25 * 3_600)
    for attempt in (*shown, *await bridge.claim()):
        await bridge.caller.perform(attempt)
    await bridge.pay()
    assert [line.split("\n")[1][:5] for line in bridge.held()] == ["(2/3)", "(3/3)"]


async def test_a_text_by_command_is_taken_back_whole(bridge: Bridge) -> None:
    """Who takes back a long text by command before it leaves takes back every part of it."""
    text = await _send(bridge, "word " * 30)
    for attempt in await _leave_unshown(bridge, 1):
        await bridge.caller.perform(attempt)
    assert await bridge.store.run(lambda tx: undo_text(tx, text.key, AVA)) is UndoResult.DONE
    await bridge.pay()
    assert bridge.phone() == []


async def test_a_part_that_is_dropped_stays_dropped(bridge: Bridge) -> None:
    """What a person decided not to send of a reply is not sent along with a later part of it."""
    await _write(bridge, "word " * 30)
    await _leave(bridge, 2)
    bridge.wait(25 * 3_600)
    await bridge.pay()
    await bridge.decide(discard, line_about(bridge, "(2/3)"))
    await bridge.hear("Yes")
    await bridge.decide(approve, line_about(bridge, "(3/3)"))
    assert [text[:5] for text in bridge.phone()] == ["(1/3)", "(3/3)"]


async def test_no_part_overtakes_one_that_is_held(bridge: Bridge) -> None:
    """Where a part is refused while the contact writes, those behind it are held with it, and leave in order."""
    bridge.wait(24 * 3_600 - 120)
    await _write(bridge, "word " * 30)
    await _leave(bridge, 2)
    (send,) = [one for one in await bridge.claim() if one.entries[0].kind.value == "send"]
    bridge.wait(1)
    await bridge.hear("Yes")
    refused = Rejected(WINDOW_CLOSED, "Kite takes no free text now.")
    await bridge.store.run(lambda tx: record_failure(tx, send, refused))
    await bridge.pay()
    assert [text[:5] for text in bridge.phone()] == ["(1/3)"]
    assert [line.split("\n")[1][:5] for line in bridge.held()] == ["(2/3)", "(3/3)"]
    await bridge.decide(approve, line_about(bridge, "(2/3)"))
    await bridge.decide(approve, line_about(bridge, "(3/3)"))
    assert [text[:5] for text in bridge.phone()] == ["(1/3)", "(2/3)", "(3/3)"]


async def test_no_text_overtakes_one_that_is_refused(bridge: Bridge) -> None:
    """Of two held texts that a person had sent, the second waits with the first where that is refused just then."""
    await shut(bridge)
    for words in ("The first", "The second"):
        await bridge.answer(words)
    await bridge.hear("Yes")
    for words in ("The first", "The second"):
        key, version = decision_of(line_about(bridge, words))
        await bridge.store.run(partial(approve, key=key, version=version, author=AVA))
    await _leave(bridge, 1)  # the preparation of the first
    claimed = await bridge.claim()
    (send,) = [one for one in claimed if one.entries[0].kind.value == "send"]
    bridge.wait(1)
    await bridge.take_in(DANA, "One more thing")
    for line in (one for one in claimed if one is not send):
        await bridge.caller.perform(line)
    refused = Rejected(WINDOW_CLOSED, "Kite takes no free text now.")
    await bridge.store.run(lambda tx: record_failure(tx, send, refused))
    await bridge.pay()
    assert bridge.phone() == []
    assert [line.split("\n")[1] for line in bridge.held()] == ["The first", "The second"]
    for words in ("The first", "The second"):
        await bridge.decide(approve, line_about(bridge, words))
    assert bridge.phone() == ["The first", "The second"]


async def test_an_edit_drops_the_rest_of_a_reply(bridge: Bridge) -> None:
    """Where the beginning has left, an edit or a deletion drops the rest that is held; nothing of it leaves later."""
    ts = await _write(bridge, "word " * 30)
    await _leave(bridge, 2)
    bridge.wait(25 * 3_600)
    await bridge.pay()
    await bridge.store.run(lambda tx: record_deletion(tx, Deletion("d1", CHANNEL, ts)))
    await bridge.pay()
    assert [line.split("\n")[0] for line in bridge.held()] == ["Not sent."] * 2
    assert any("A deleted message had already been sent." in line for line in bridge.lines())
    await bridge.hear("Yes")
    assert [text[:5] for text in bridge.phone()] == ["(1/3)"]


async def test_an_edit_counts(bridge: Bridge) -> None:
    """What the author makes of a held reply is what leaves, and the version before it cannot be sent any more."""
    await shut(bridge)
    ts = await _write(bridge, "Frist")
    await bridge.pay()
    old = decision_of(line_about(bridge, "Frist"))
    await bridge.store.run(lambda tx: record_edit(tx, _edit(bridge, ts, "First")))
    await bridge.pay()
    assert [line.split("\n")[1] for line in bridge.held()] == ["First"]
    await bridge.hear("Yes")
    await bridge.store.run(lambda tx: approve(tx, *old, AVA))
    await bridge.pay()
    assert bridge.phone() == []
    await bridge.decide(approve, line_about(bridge, "First"))
    assert bridge.phone() == ["First"]


async def test_a_deletion_counts(bridge: Bridge) -> None:
    """A held reply that its author deletes is gone, and stays so when the contact writes."""
    await shut(bridge)
    ts = await _write(bridge, "Never mind")
    await bridge.pay()
    await bridge.store.run(lambda tx: record_deletion(tx, Deletion("d1", CHANNEL, ts)))
    await bridge.hear("Yes")
    assert bridge.phone() == []
    assert bridge.held() == ["Not sent.\nNever mind"]


async def test_a_reply_that_is_edited_after_the_contact_wrote_leaves_as_everywhere(bridge: Bridge) -> None:
    """New words written while the window is open are a decision: they leave by themselves, once."""
    await shut(bridge)
    ts = await _write(bridge, "Frist")
    await bridge.pay()
    await bridge.hear("Yes")
    await bridge.store.run(lambda tx: record_edit(tx, _edit(bridge, ts, "First")))
    await bridge.pay()
    assert bridge.phone() == ["First"]


async def test_it_can_be_dropped(bridge: Bridge) -> None:
    """A person can decide that a held reply is not sent."""
    await shut(bridge)
    await bridge.answer("Never mind")
    await bridge.decide(discard, line_about(bridge, "Never mind"))
    await bridge.hear("Yes")
    assert bridge.phone() == []


async def test_a_draft_of_another_kind_says_so_when_it_is_sent_too_late(bridge: Bridge) -> None:
    """Whoever agrees to a draft after the window sends nothing, and its line then says why."""
    await bridge.store.run(lambda tx: tx.settings.set_channel_mode(CHANNEL, Mode.CONFIRM, AVA))
    await bridge.answer("Shall I?")
    await shut(bridge)
    line = next(one for one in bridge.posts() if "Text this to the contact?" in seen(one))
    await bridge.decide(approve, line)
    assert bridge.phone() == []
    assert bridge.held() == [f"{HELD}\nShall I?\n[Choose a template] [Do not send]"]


async def test_a_text_that_is_sent_again_is_held_in_its_own_words(bridge: Bridge) -> None:
    """A failed text that a person sends again after the window is held, and leaves once, as it was."""
    bridge.carrier.is_mute = True
    await bridge.answer("It is ready")
    bridge.carrier.is_mute = False
    await bridge.look(6)
    await bridge.look(700)
    await bridge.look(700)
    line = next(one for one in bridge.posts() if "[It arrived]" in seen(one))
    bridge.wait(25 * 3_600)
    await bridge.press(send_again, line, AVA)
    assert bridge.phone() == ["It is ready"]
    await bridge.hear("Yes")
    await bridge.decide(approve, line_about(bridge, AGAIN))
    assert bridge.phone() == ["It is ready", "It is ready"]


async def test_a_provider_that_tells_nothing_decides_itself(bridge: Bridge) -> None:
    """Where the provider cannot be asked a reply goes on, and is held when it is refused; it is not lost."""
    await bridge.store.run(_forget_window)
    bridge.carrier.is_busy = True
    bridge.carrier.heard.clear()
    await bridge.answer("Hello?")
    assert bridge.carrier.refused == ["Hello?"]
    assert len(bridge.held()) == 1


def _forget_window(tx: Transaction) -> None:
    tx.conversations.save(replace(tx.conversations.in_channel(CHANNEL, 1)[0], free_text_until=None))


async def test_an_open_window_is_not_asked_about(bridge: Bridge) -> None:
    """While the window is known to be open nobody is asked, and what is written leaves at once."""
    await bridge.answer("Hi")
    assert bridge.carrier.asked == []
    assert bridge.phone() == ["Hi"]


async def _write(bridge: Bridge, text: str, *, undo_s: float = 0) -> MessageTs:
    """Take in a reply that is still to leave."""
    thread = MessageTs(bridge.posts()[0].ts)
    ts = MessageTs(await bridge.slack.say(AVA, CHANNEL, text, thread_ts=thread))
    reply = Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))
    await bridge.store.run(undoable(undo_s, lambda tx: record_reply(tx, reply)))
    return ts


async def _send(bridge: Bridge, text: str) -> Message:
    """Take in a text by command that is still to leave."""
    request = SendRequest("t1", ACCOUNT, DANA, AVA)
    sent = await bridge.store.run(lambda tx: record_send(tx, request, (text,), channel=CHANNEL))
    assert sent is not None
    return sent


async def _leave_unshown(bridge: Bridge, calls: int) -> list[Attempt]:
    """Let so many calls of the lane of the phone leave, and return those to Slack, which have not left."""
    unshown: list[Attempt] = []
    while calls:
        for attempt in await bridge.claim():
            if attempt.entries[0].kind.value not in ("prepare", "send"):
                unshown.append(attempt)
                continue
            calls -= 1
            await bridge.caller.perform(attempt)
    return unshown


async def _leave(bridge: Bridge, calls: int) -> None:
    """Let so many calls of the lane of the phone leave, and no more."""
    while calls:
        for attempt in await bridge.claim():
            kind = attempt.entries[0].kind.value
            if kind in ("prepare", "send"):
                calls -= 1
            await bridge.caller.perform(attempt)


def _edit(bridge: Bridge, ts: MessageTs, words: str) -> Edit:
    thread = MessageTs(bridge.posts()[0].ts)
    edited_ts = MessageTs(f"{bridge.now / 1_000_000:.6f}")
    return Edit("x1", CHANNEL, ts, edited_ts, (words,), AVA, thread)
