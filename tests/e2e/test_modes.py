"""What becomes of a reply: texted, asked about first, or kept among colleagues; by channel, and by thread."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.domain.phone import E164
from bot.ledger import Ledger
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.windows import opened
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO
from tests.slack.features.test_texting import volt
from tests.slack.features.test_threads import whispered


async def nothing_sent(relay: Relay) -> None:
    """Check that nothing went to Dana: a text to somebody else, asked for later, is the first to go."""
    await volt(relay, "send (555) 555-0146 first of all")
    await relay.receives("first of all", contact=MARCO)
    assert relay.phone() == []


async def test_confirm(relay: Relay) -> None:
    """In mode confirm a reply is texted after Send is pressed under it, and not before."""
    thread = await relay.open_thread()
    await volt(relay, "mode confirm")
    ts = await relay.reply(thread, "Your order is ready")
    line = await relay.line("[Send]")
    assert seen(line) == "Text this to the contact?\nYour order is ready\n[Send] [Do not send]"
    await relay.marked(ts, "double_vertical_bar")
    assert relay.phone() == []
    await relay.slack.press(BEN, CHANNEL, line.ts, "send_text")
    await relay.receives("Your order is ready")
    await relay.line(f"<@{BEN}> had it sent.")


async def test_a_mention_behind_an_emoji(relay: Relay) -> None:
    """A reply that may be for a colleague is asked about first, and texted once somebody says so."""
    thread = await relay.open_thread()
    await relay.reply(thread, ":eyes: <@U0BEN> can you take this?")
    line = await relay.line("this may be meant for a colleague.")
    assert "👀 @Ben Okafor can you take this?" in seen(line)
    assert relay.phone() == []
    await relay.agree()
    await relay.receives("👀 @Ben Okafor can you take this?")


async def test_two_agents_send_at_once(relay: Relay) -> None:
    """Send pressed by two agents at the same time texts once, and tells the second."""
    thread = await relay.open_thread()
    await volt(relay, "mode confirm")
    await relay.reply(thread, "Your order is ready")
    line = await relay.line("[Send]")
    await asyncio.gather(*(relay.slack.press(user, CHANNEL, line.ts, "send_text") for user in (AVA, BEN) * 3))
    await relay.receives("Your order is ready")
    await relay.slack.until(lambda: [one for one in relay.slack.ephemerals if "decided already" in one["text"]])
    await relay.reply(thread, "after")
    await relay.agree()
    await relay.receives("Your order is ready", "after")


async def test_discard(relay: Relay) -> None:
    """A reply that somebody decided not to send stays inside, and nobody can send it afterwards."""
    thread = await relay.open_thread()
    await volt(relay, "mode confirm")
    ts = await relay.reply(thread, "Your order is ready")
    line = await relay.line("[Send]")
    await relay.slack.press(BEN, CHANNEL, line.ts, "discard_text")
    line = await relay.line(f"Not sent: <@{BEN}> decided so.")
    assert "[Send]" not in seen(line)
    await relay.marked(ts)
    await nothing_sent(relay)


async def test_an_edit_asks_again(relay: Relay) -> None:
    """A word for a reply counts for the words it was given for: an edited reply goes as edited, and is asked about."""
    thread = await relay.open_thread()
    await volt(relay, "mode confirm")
    ts = await relay.reply(thread, "Your order are ready")
    await relay.line("[Send]")
    await relay.slack.edit(CHANNEL, ts, "Your order is ready: bit.ly/abc")
    await relay.line("It has a shortened link")
    await relay.agree()
    await relay.receives("Your order is ready: bit.ly/abc")


async def test_a_draft_is_deleted(relay: Relay) -> None:
    """A reply that is deleted while it is asked about is not sent, and its line offers nothing any more."""
    thread = await relay.open_thread()
    await volt(relay, "mode confirm")
    ts = await relay.reply(thread, "Your order is ready")
    line = await relay.line("[Send]")
    await relay.slack.delete(CHANNEL, ts)
    await relay.line("Not sent.")
    assert "[Send]" not in seen(line)
    await nothing_sent(relay)


async def test_a_draft_outlives_a_restart(relay: Relay) -> None:
    """A reply that is asked about waits through a restart, and goes once somebody says so."""
    thread = await relay.open_thread()
    await volt(relay, "mode confirm")
    await relay.reply(thread, "Your order is ready")
    await relay.line("[Send]")
    await relay.restart()
    assert relay.phone() == []
    await relay.agree()
    await relay.receives("Your order is ready")


async def test_explicit(relay: Relay) -> None:
    """In mode explicit only what begins with ! is texted, without the mark."""
    thread = await relay.open_thread()
    await volt(relay, "mode explicit")
    await relay.reply(thread, "I think we should refund her")
    await relay.reply(thread, "! We will refund you")
    await relay.receives("We will refund you")


async def test_explicit_edits(relay: Relay) -> None:
    """In mode explicit an edit that adds the mark texts nothing: what stayed inside stays inside."""
    thread = await relay.open_thread()
    await volt(relay, "mode explicit")
    ts = await relay.reply(thread, "a word among us")
    await relay.slack.edit(CHANNEL, ts, "! a word among us")
    await relay.reply(thread, "!after")
    await relay.receives("after")


async def test_alerts(relay: Relay) -> None:
    """In mode alerts nothing written in a thread is texted, and the thread says so."""
    thread = await relay.open_thread()
    await volt(relay, "mode alerts")
    ts = await relay.reply(thread, "Your order is ready")
    await relay.line("Not texted: this conversation is for reading only.")
    await relay.marked(ts)
    await nothing_sent(relay)


async def test_a_thread_of_its_own_mode(relay: Relay) -> None:
    """A thread that was given a mode keeps it when its channel changes, until it follows the channel again."""
    thread = await relay.open_thread()
    await relay.slack.press(AVA, CHANNEL, thread, "more", value="all:1")
    everything = await whispered(relay, "new contact")
    await relay.slack.press(AVA, CHANNEL, str(everything["message_ts"]), "more", value="mode:1")
    view = await opened(relay)
    await relay.slack.submit(AVA, view, {"mode": {"mode": "explicit"}})
    await relay.line("only messages that begin with ! are texted")
    await volt(relay, "mode alerts")
    await relay.reply(thread, "!one")
    await relay.receives("one")
    await relay.reply(thread, f"<@{relay.slack.bot_user_id}> mode channel")
    await relay.line("what is texted follows the channel again")
    await relay.reply(thread, "!two")
    await relay.line("for reading only")
    assert relay.phone() == ["one"]


async def says(relay: Relay, words: str) -> None:
    """Wait until Dana's header says this."""
    await relay.slack.until(lambda: words in seen(relay.headers(DANA)[0]))


async def test_the_header_says_the_mode(relay: Relay) -> None:
    """The header of each thread says what becomes of replies in it."""
    thread = await relay.open_thread()
    header = relay.headers(DANA)[0]
    assert "Write in this thread to text back from (555) 555-0123." in seen(header)
    for word, words in (
        ("confirm", "once somebody presses Send under it"),
        ("explicit", "Only messages that begin with !"),
        ("alerts", "nothing written here is texted"),
        ("auto", "Write in this thread to text back"),
    ):
        await volt(relay, f"mode {word}")
        await says(relay, words)
    assert relay.headers(DANA)[0].ts == thread


# --- what is asked about in any mode


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Look here: https://bit.ly/3xyz", "It has a shortened link"),
        ("Look at tinyurl.com/abc", "It has a shortened link"),
        ("word " * 120, "It is long"),
    ],
)
async def test_asked_about(relay: Relay, text: str, words: str) -> None:
    """A text with a shortened link or of more than three segments goes only after a person said so."""
    thread = await relay.open_thread()
    await relay.reply(thread, text)
    line = await relay.line("Not sent yet.")
    assert words in seen(line)
    assert relay.phone() == []
    await relay.agree()
    await relay.receives(text.strip())


async def test_the_same_words_again(relay: Relay) -> None:
    """The words of the last text once more are asked about; short ones, and those after an answer, are not."""
    thread = await relay.open_thread()
    await relay.reply(thread, "Your order is ready")
    await relay.receives("Your order is ready")
    await relay.reply(thread, "Your order is ready")
    line = await relay.line("Not sent yet. The last text said the same.")
    await relay.slack.press(AVA, CHANNEL, line.ts, "discard_text")
    await relay.volt.text(DANA, "Sorry, what?")
    await relay.shows(DANA, "Hello", "Sorry, what?")
    await relay.reply(thread, "Your order is ready")
    await relay.receives("Your order is ready", "Your order is ready")


async def test_a_text_at_night(relay: Relay) -> None:
    """A text to a place where it may be night is asked about; where the hours are off, it goes."""
    abroad = ("+442079460958", "+447400123456", "+61412345678")
    await relay.restart(quiet_hours="00:00-23:59")
    for number in abroad:
        await volt(relay, f"send {number} Good evening")
    await relay.slack.until(lambda: sum("It may be night" in seen(one) for one in relay.posts()) == len(abroad))
    assert [relay.phone(number) for number in abroad] == [[], [], []]
    await relay.restart(quiet_hours="off")
    paris = "+33140205050"
    await volt(relay, f"send {paris} Good morning")
    await relay.receives("Good morning", contact=paris)


async def test_stop_and_start(relay: Relay) -> None:
    """After STOP the header says so and texts are asked about; after START they go as before."""
    thread = await relay.open_thread()
    await relay.volt.text(DANA, "Stop.")
    await relay.line("has opted out")
    await relay.slack.until(lambda: "opted out" in seen(relay.headers(DANA)[0]))
    await relay.reply(thread, "But wait")
    line = await relay.line("Not sent yet. The contact has opted out")
    assert "[Send" not in seen(line)
    await relay.slack.press(AVA, CHANNEL, line.ts, "discard_text")
    await relay.volt.text(DANA, "start")
    await relay.line("wants texts again")
    await relay.slack.until(lambda: "opted out" not in seen(relay.headers(DANA)[0]))
    await relay.reply(thread, "Welcome back")
    await relay.receives("Welcome back")


async def test_a_wish_in_other_words_is_asked_about(relay: Relay) -> None:
    """Words that may ask for no more texts stop nothing by themselves; whoever presses the button stops them, once."""
    thread = await relay.open_thread()
    await relay.volt.text(DANA, "Please stop texting me")
    line = await relay.line("This may ask for no more texts.")
    assert "[Stop texts]" in seen(line)
    await relay.reply(thread, "Are you sure?")
    await relay.receives("Are you sure?")
    await relay.slack.press(AVA, CHANNEL, line.ts, "stop_texts")
    await relay.line(f"This may ask for no more texts. <@{AVA}> stopped texts to this number.")
    await relay.slack.until(lambda: "opted out" in seen(relay.headers(DANA)[0]))
    await relay.reply(thread, "One thing more")
    await relay.line("Not sent yet. The contact has opted out")


async def test_nobody_sends_anyway_after_a_stop(relay: Relay) -> None:
    """Questions that stand when the contact says STOP offer no sending until they say START."""
    thread = await relay.open_thread()
    await relay.reply(thread, "Your parcel: bit.ly/abc")
    line = await relay.line("[Send anyway]")
    await relay.volt.text(DANA, "STOP")
    await relay.slack.until(lambda: "[Send" not in seen(line))
    assert "has opted out" in seen(line)
    await relay.volt.text(DANA, "START")
    await relay.slack.until(lambda: "[Send anyway]" in seen(line))
    await relay.agree()
    await relay.receives("Your parcel: bit.ly/abc")


async def test_a_press_from_before_the_stop(relay: Relay) -> None:
    """Whoever presses a button that was shown before the STOP is told, and nothing is handed to the carrier."""
    thread = await relay.open_thread()
    await relay.reply(thread, "Your parcel: bit.ly/abc")
    line = await relay.line("[Send anyway]")
    assert relay.app is not None

    def opt_out(ledger: Ledger) -> None:
        talk = ledger.find_conversation(E164(ACCOUNT), E164(DANA))
        assert talk is not None
        ledger.save_conversation(replace(talk, is_opted_out=True))

    await relay.app.store.run(opt_out)
    await relay.slack.press(AVA, CHANNEL, line.ts, "send_text_anyway")
    await relay.slack.until(lambda: [one for one in relay.slack.ephemerals if "by texting START" in one["text"]])
    await relay.slack.until(lambda: "[Send" not in seen(line))
    assert relay.sends() == []


async def test_volt_knows_of_an_opt_out(relay: Relay) -> None:
    """A text that Volt refuses because the contact opted out marks the contact so, and the next one is asked about."""
    thread = await relay.open_thread()
    relay.volt.opted_out.add(DANA)
    await relay.reply(thread, "Your order is ready")
    await relay.slack.until(lambda: "opted out" in seen(relay.headers(DANA)[0]))
    await relay.reply(thread, "Still here")
    await relay.line("Not sent yet. The contact has opted out")


async def test_a_correction_is_asked_about_too(relay: Relay) -> None:
    """What is said by a button is looked at like any text before it leaves."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "See our page")
    await relay.receives("See our page")
    await relay.slack.edit(CHANNEL, ts, "See bit.ly/abc")
    line = await relay.line("[Send a correction]")
    await relay.slack.press(AVA, CHANNEL, line.ts, "send_correction")
    await relay.line("It has a shortened link")
    assert relay.phone() == ["See our page"]
