"""What is asked about is what is sent: a question, and whatever else quotes a text, has the words for the phone."""

from __future__ import annotations

from bot.bridge.conversations.settings import SIGNATURE
from bot.bridge.messages.actions import approve
from bot.bridge.messages.outbound import record_reply
from bot.bridge.messages.send import SendRequest, record_send
from bot.domain.conversation import Mode
from bot.domain.ids import MessageTs
from bot.domain.pieces import Piece, Ref, RefKind
from bot.domain.thread_events import Reply
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA

BEN_IN_SUPPORT = ("please ask ", Ref(RefKind.USER, "U0BEN"), " in ", Ref(RefKind.CHANNEL, "C0SUPPORT"), " about it")
NAMED = "please ask @Ben Okafor in #support about it"


async def take_in(harness: Harness, pieces: tuple[Piece, ...]) -> None:
    """Take in a reply under the first header."""
    thread = MessageTs(harness.posts()[0].ts)
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, "as typed", thread_ts=thread))
    await harness.store.run(lambda tx: record_reply(tx, Reply(f"e{ts}", CHANNEL, thread, ts, AVA, pieces)))
    await harness.pay()
    harness.wait(1)


async def test_a_question_has_names_and_the_signature(harness: Harness) -> None:
    """The question shows the names of people and channels, and what stands under the text; the same is sent."""
    await harness.store.run(lambda tx: tx.settings.set_channel_mode(CHANNEL, Mode.CONFIRM, AVA))
    await harness.store.run(lambda tx: tx.settings.set_value(SIGNATURE, " – {agent} \n"))
    await take_in(harness, BEN_IN_SUPPORT)
    (line,) = [one for one in harness.posts() if "[Send]" in seen(one)]
    assert f"{NAMED}\n - Ava Lindqvist" in seen(line)
    await harness.press(approve, line, AVA)
    assert harness.phone()[-1] == f"{NAMED}\n - Ava Lindqvist"


async def test_what_is_asked_about_keeps_its_words(harness: Harness) -> None:
    """A name or a signature that is changed while a text waits for Send changes nothing about it."""
    await harness.store.run(lambda tx: tx.settings.set_channel_mode(CHANNEL, Mode.CONFIRM, AVA))
    await harness.store.run(lambda tx: tx.settings.set_value(SIGNATURE, "– {agent}"))
    await take_in(harness, ("See ", Ref(RefKind.CHANNEL, "C0SUPPORT")))
    (waiting,) = await harness.store.run(lambda tx: tx.messages.undecided())
    assert waiting.pieces == ("See #support\n- Ava Lindqvist",)
    await harness.store.run(lambda tx: tx.settings.set_value(SIGNATURE, "– The team"))
    (line,) = [one for one in harness.posts() if "[Send]" in seen(one)]
    await harness.press(approve, line, AVA)
    assert harness.phone()[-1] == "See #support\n- Ava Lindqvist"


async def test_a_text_by_command_is_shown_with_names(harness: Harness) -> None:
    """The thread shows a text that was written elsewhere as the phone does, also before it left."""
    command = SendRequest("t1", ACCOUNT, DANA, AVA)
    await harness.store.run(lambda tx: record_send(tx, command, BEN_IN_SUPPORT, channel=CHANNEL))
    await harness.pay()
    assert any(NAMED in line for line in harness.lines())


async def test_a_stop_while_the_question_is_posted(harness: Harness) -> None:
    """A question whose post was still in doubt when the contact said STOP offers no sending once it is found."""
    thread = MessageTs(harness.posts()[0].ts)
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, "as typed", thread_ts=thread))
    await harness.store.run(
        lambda tx: record_reply(tx, Reply(f"e{ts}", CHANNEL, thread, ts, AVA, ("See https://bit.ly/abc",)))
    )
    harness.slack.rules.drop_answers = 2
    await harness.pay()
    (line,) = [one for one in harness.posts() if "[Send anyway]" in seen(one)]
    await harness.hear("STOP")
    await harness.look(60)
    await harness.look(60)
    assert "[Send anyway]" not in seen(line)
    assert "has opted out" in seen(line)
