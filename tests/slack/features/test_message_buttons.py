"""The buttons under a text: send it, keep it inside, take it back; and what is asked about before a text leaves."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Failure
from bot.domain.phone import E164
from bot.ports.storage import Transaction
from bot.sandbox.slack.state.model import Message
from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.sight import Sight
from tests.harness.windows import opened
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO
from tests.slack.features.test_send import volt
from tests.slack.features.test_threads import whispered


async def nothing_sent(bot: Sight) -> None:
    """Check that nothing went to Dana: a text to somebody else, asked for later, is the first to go."""
    await volt(bot, "send (555) 555-0146 first of all")
    await bot.receives("first of all", contact=MARCO)
    assert bot.phone() == []


async def says(bot: Sight, words: str) -> None:
    """Wait until Dana's header says this."""
    await bot.slack.until(lambda: words in seen(bot.headers(DANA)[0]))


async def test_confirm(handlers: Handlers) -> None:
    """In mode confirm a reply is texted after Send is pressed under it, and not before."""
    thread = await handlers.open_thread()
    await volt(handlers, "mode confirm")
    ts = await handlers.reply(thread, "Your order is ready")
    line = await handlers.line("[Send]")
    assert seen(line) == "Text this to the contact?\nYour order is ready\n[Send] [Do not send]"
    await handlers.marked(ts, "double_vertical_bar")
    assert handlers.phone() == []
    await handlers.slack.press(BEN, CHANNEL, line.ts, "send_text")
    await handlers.receives("Your order is ready")
    await handlers.line(f"<@{BEN}> had it sent.")


async def test_a_mention_behind_an_emoji(handlers: Handlers) -> None:
    """A reply that may be for a colleague is asked about first, and texted once somebody says so."""
    thread = await handlers.open_thread()
    await handlers.reply(thread, ":eyes: <@U0BEN> can you take this?")
    line = await handlers.line("this may be meant for a colleague.")
    assert "👀 @Ben Okafor can you take this?" in seen(line)
    assert handlers.phone() == []
    await handlers.agree()
    await handlers.receives("👀 @Ben Okafor can you take this?")


async def test_two_agents_send_at_once(handlers: Handlers) -> None:
    """Send pressed by two agents at the same time texts once, and tells the second."""
    thread = await handlers.open_thread()
    await volt(handlers, "mode confirm")
    await handlers.reply(thread, "Your order is ready")
    line = await handlers.line("[Send]")
    await asyncio.gather(*(handlers.slack.press(user, CHANNEL, line.ts, "send_text") for user in (AVA, BEN) * 3))
    await handlers.receives("Your order is ready")
    await handlers.slack.until(lambda: [one for one in handlers.slack.ephemerals if "decided already" in one["text"]])
    await handlers.reply(thread, "after")
    await handlers.agree()
    await handlers.receives("Your order is ready", "after")


async def test_discard(handlers: Handlers) -> None:
    """A reply that somebody decided not to send stays inside, and nobody can send it afterwards."""
    thread = await handlers.open_thread()
    await volt(handlers, "mode confirm")
    ts = await handlers.reply(thread, "Your order is ready")
    line = await handlers.line("[Send]")
    await handlers.slack.press(BEN, CHANNEL, line.ts, "discard_text")
    line = await handlers.line(f"Not sent: <@{BEN}> decided so.")
    assert "[Send]" not in seen(line)
    await handlers.marked(ts)
    await nothing_sent(handlers)


async def test_an_edit_asks_again(handlers: Handlers) -> None:
    """A word for a reply counts for the words it was given for: an edited reply goes as edited, and is asked about."""
    thread = await handlers.open_thread()
    await volt(handlers, "mode confirm")
    ts = await handlers.reply(thread, "Your order are ready")
    await handlers.line("[Send]")
    await handlers.slack.edit(CHANNEL, ts, "Your order is ready: bit.ly/abc")
    await handlers.line("It has a shortened link")
    await handlers.agree()
    await handlers.receives("Your order is ready: bit.ly/abc")


async def test_a_draft_is_deleted(handlers: Handlers) -> None:
    """A reply that is deleted while it is asked about is not sent, and its line offers nothing any more."""
    thread = await handlers.open_thread()
    await volt(handlers, "mode confirm")
    ts = await handlers.reply(thread, "Your order is ready")
    line = await handlers.line("[Send]")
    await handlers.slack.delete(CHANNEL, ts)
    await handlers.line("Not sent.")
    assert "[Send]" not in seen(line)
    await nothing_sent(handlers)


async def test_explicit(handlers: Handlers) -> None:
    """In mode explicit only what begins with ! is texted, without the mark."""
    thread = await handlers.open_thread()
    await volt(handlers, "mode explicit")
    await handlers.reply(thread, "I think we should refund her")
    await handlers.reply(thread, "! We will refund you")
    await handlers.receives("We will refund you")


async def test_explicit_edits(handlers: Handlers) -> None:
    """In mode explicit an edit that adds the mark texts nothing: what stayed inside stays inside."""
    thread = await handlers.open_thread()
    await volt(handlers, "mode explicit")
    ts = await handlers.reply(thread, "a word among us")
    await handlers.slack.edit(CHANNEL, ts, "! a word among us")
    await handlers.reply(thread, "!after")
    await handlers.receives("after")


async def test_alerts(handlers: Handlers) -> None:
    """In mode alerts nothing written in a thread is texted, and the thread says so."""
    thread = await handlers.open_thread()
    await volt(handlers, "mode alerts")
    ts = await handlers.reply(thread, "Your order is ready")
    await handlers.line("Not texted: this conversation is for reading only.")
    await handlers.marked(ts)
    await nothing_sent(handlers)


async def test_a_thread_of_its_own_mode(handlers: Handlers) -> None:
    """A thread that was given a mode keeps it when its channel changes, until it follows the channel again."""
    thread = await handlers.open_thread()
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value="all:1")
    everything = await whispered(handlers, "new contact")
    await handlers.slack.press(AVA, CHANNEL, str(everything["message_ts"]), "more", value="mode:1")
    view = await opened(handlers)
    await handlers.slack.submit(AVA, view, {"mode": {"mode": "explicit"}})
    await handlers.line("only messages that begin with ! are texted")
    await volt(handlers, "mode alerts")
    await handlers.reply(thread, "!one")
    await handlers.receives("one")
    await handlers.reply(thread, f"<@{handlers.slack.bot_user_id}> mode channel")
    await handlers.line("what is texted follows the channel again")
    await handlers.reply(thread, "!two")
    await handlers.line("for reading only")
    assert handlers.phone() == ["one"]


async def test_the_header_says_the_mode(handlers: Handlers) -> None:
    """The header of each thread says what becomes of replies in it."""
    thread = await handlers.open_thread()
    header = handlers.headers(DANA)[0]
    assert "Write in this thread to text back from (555) 555-0123." in seen(header)
    for word, words in (
        ("confirm", "once somebody presses Send under it"),
        ("explicit", "Only messages that begin with !"),
        ("alerts", "nothing written here is texted"),
        ("auto", "Write in this thread to text back"),
    ):
        await volt(handlers, f"mode {word}")
        await says(handlers, words)
    assert handlers.headers(DANA)[0].ts == thread


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Look here: https://bit.ly/3xyz", "It has a shortened link"),
        ("Look at tinyurl.com/abc", "It has a shortened link"),
        ("word " * 120, "It is long"),
    ],
)
async def test_asked_about(handlers: Handlers, text: str, words: str) -> None:
    """A text with a shortened link or of more than three segments goes only after a person said so."""
    thread = await handlers.open_thread()
    await handlers.reply(thread, text)
    line = await handlers.line("Not sent yet.")
    assert words in seen(line)
    assert handlers.phone() == []
    await handlers.agree()
    await handlers.receives(text.strip())


async def test_the_same_words_again(handlers: Handlers) -> None:
    """The words of the last text once more are asked about; short ones, and those after an answer, are not."""
    thread = await handlers.open_thread()
    await handlers.reply(thread, "Your order is ready")
    await handlers.receives("Your order is ready")
    await handlers.reply(thread, "Your order is ready")
    line = await handlers.line("Not sent yet. The last text said the same.")
    await handlers.slack.press(AVA, CHANNEL, line.ts, "discard_text")
    await handlers.hear(DANA, "Sorry, what?")
    await handlers.shows(DANA, "Hello", "Sorry, what?")
    await handlers.reply(thread, "Your order is ready")
    await handlers.receives("Your order is ready", "Your order is ready")


async def test_stop_and_start(handlers: Handlers) -> None:
    """After STOP the header says so and texts are asked about; after START they go as before."""
    thread = await handlers.open_thread()
    await handlers.hear(DANA, "Stop.")
    await handlers.line("has opted out")
    await handlers.slack.until(lambda: "opted out" in seen(handlers.headers(DANA)[0]))
    await handlers.reply(thread, "But wait")
    line = await handlers.line("Not sent yet. The contact has opted out")
    assert "[Send" not in seen(line)
    await handlers.slack.press(AVA, CHANNEL, line.ts, "discard_text")
    await handlers.hear(DANA, "start")
    await handlers.line("wants texts again")
    await handlers.slack.until(lambda: "opted out" not in seen(handlers.headers(DANA)[0]))
    await handlers.reply(thread, "Welcome back")
    await handlers.receives("Welcome back")


async def test_a_wish_in_other_words_is_asked_about(handlers: Handlers) -> None:
    """Words that may ask for no more texts stop nothing by themselves; whoever presses the button stops them, once."""
    thread = await handlers.open_thread()
    await handlers.hear(DANA, "Please stop texting me")
    line = await handlers.line("This may ask for no more texts.")
    assert "[Stop texts]" in seen(line)
    await handlers.reply(thread, "Are you sure?")
    await handlers.receives("Are you sure?")
    await handlers.slack.press(AVA, CHANNEL, line.ts, "stop_texts")
    await handlers.line(f"This may ask for no more texts. <@{AVA}> stopped texts to this number.")
    await handlers.slack.until(lambda: "opted out" in seen(handlers.headers(DANA)[0]))
    await handlers.reply(thread, "One thing more")
    await handlers.line("Not sent yet. The contact has opted out")


async def test_nobody_sends_anyway_after_a_stop(handlers: Handlers) -> None:
    """Questions that stand when the contact says STOP offer no sending until they say START."""
    thread = await handlers.open_thread()
    await handlers.reply(thread, "Your parcel: bit.ly/abc")
    line = await handlers.line("[Send anyway]")
    await handlers.hear(DANA, "STOP")
    await handlers.slack.until(lambda: "[Send" not in seen(line))
    assert "has opted out" in seen(line)
    await handlers.hear(DANA, "START")
    await handlers.slack.until(lambda: "[Send anyway]" in seen(line))
    await handlers.agree()
    await handlers.receives("Your parcel: bit.ly/abc")


async def test_a_press_from_before_the_stop(handlers: Handlers) -> None:
    """Whoever presses a button that was shown before the STOP is told, and nothing is handed to the carrier."""
    thread = await handlers.open_thread()
    await handlers.reply(thread, "Your parcel: bit.ly/abc")
    line = await handlers.line("[Send anyway]")

    def opt_out(tx: Transaction) -> None:
        conversation = tx.conversations.find(E164(ACCOUNT), E164(DANA))
        assert conversation is not None
        tx.conversations.save(replace(conversation, is_opted_out=True))

    await handlers.store.run(opt_out)
    await handlers.slack.press(AVA, CHANNEL, line.ts, "send_text_anyway")
    await handlers.slack.until(lambda: [one for one in handlers.slack.ephemerals if "by texting START" in one["text"]])
    await handlers.slack.until(lambda: "[Send" not in seen(line))
    assert handlers.sends() == []


async def test_a_correction_is_asked_about_too(handlers: Handlers) -> None:
    """What is said by a button is looked at like any text before it leaves."""
    thread = await handlers.open_thread()
    ts = await handlers.reply(thread, "See our page")
    await handlers.receives("See our page")
    await handlers.slack.edit(CHANNEL, ts, "See bit.ly/abc")
    line = await handlers.line("[Send a correction]")
    await handlers.slack.press(AVA, CHANNEL, line.ts, "send_correction")
    await handlers.line("It has a shortened link")
    assert handlers.phone() == ["See our page"]


async def test_undo(handlers: Handlers) -> None:
    """A reply that waits out its undo window is taken back by one press; who presses again is told."""
    handlers.allow_undo(30)
    thread = await handlers.open_thread()
    await handlers.reply(thread, "Your order are ready")
    line = await handlers.line("[Undo]")
    await handlers.slack.press(BEN, CHANNEL, line.ts, "undo")
    await handlers.line("Taken back, nothing was sent.")
    await nothing_sent(handlers)


async def test_undo_too_late(handlers: Handlers) -> None:
    """A press on Undo after the text has left changes nothing, and says so."""
    handlers.allow_undo(30)
    thread = await handlers.open_thread()
    await handlers.reply(thread, "Your order is ready")
    line = await handlers.line("[Undo]")
    offered = [dict(block) for block in line.blocks]
    await handlers.wait(31)
    await handlers.receives("Your order is ready")
    line.blocks = offered
    await handlers.slack.press(BEN, CHANNEL, line.ts, "undo")
    await whispered(handlers, "It has left, or may have, and cannot be taken back.", BEN)


async def failed(bot: Handlers, *, allows_manual_retry: bool = True) -> Message:
    """Let a text of Ava's fail, and return the line that says so."""
    thread = await bot.open_thread()
    await bot.reply(thread, "Your order is ready")
    (text,) = await bot.receives("Your order is ready")
    why = Failure("802", "The phone was switched off.", allows_manual_retry=allows_manual_retry)
    await bot.report(text, DeliveryStatus.FAILED, why)
    return await bot.line("Not delivered")


async def test_send_again(handlers: Handlers) -> None:
    """A text that failed goes once more by one press, whoever presses beside."""
    line = await failed(handlers)
    offered = [dict(block) for block in line.blocks]
    await handlers.slack.press(BEN, CHANNEL, line.ts, "send_again")
    await handlers.receives("Your order is ready", "Your order is ready")
    await handlers.line(f"<@{BEN}> sent it again.")
    line.blocks = offered
    await handlers.slack.press(AVA, CHANNEL, line.ts, "send_again")
    await whispered(handlers, "This has been decided already. Nothing more was done.")
    assert len(handlers.phone()) == 2


async def test_send_again_after_a_stop(handlers: Handlers) -> None:
    """To a contact who has opted out a text that failed does not go once more, and who pressed is told why."""
    line = await failed(handlers)
    offered = [dict(block) for block in line.blocks]
    await handlers.hear(DANA, "STOP")
    line.blocks = offered
    await handlers.slack.press(AVA, CHANNEL, line.ts, "send_again")
    await whispered(handlers, "Nothing was sent: the contact has opted out.")
    assert len(handlers.phone()) == 1
