"""What the phone gets is what its author last meant, in whatever order Slack tells of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.sandbox.slack.state.model import Message
from bot.sandbox.slack.state.wire import envelope, hidden_event, message_object
from tests.e2e.test_undo import spared
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import AVA, BEN, CHANNEL, DANA
from tests.slack.features.test_send import volt


def change_of(relay: Relay, ts: str) -> dict[str, Any]:
    """Return the event of a message's newest edit, under a new event id."""
    message = relay.slack.find(CHANNEL, ts)
    assert message is not None
    fields = {"message": message_object(message), "previous_message": message_object(message) | {"text": "before"}}
    return envelope(hidden_event(relay.slack.channels[CHANNEL], "message_changed", relay.slack.next_ts(), **fields))


async def edited_out_of_order(relay: Relay, ts: str) -> None:
    """Edit a message twice; Slack brings the newer edit first, and the older one last."""
    relay.slack.events_url, door = None, relay.slack.events_url
    changes = []
    for words in ("older words", "newer words"):
        await relay.slack.edit(CHANNEL, ts, words)
        changes.append(change_of(relay, ts))
    relay.slack.events_url = door
    assert [await relay.slack.deliver(change) for change in reversed(changes)] == [200, 200]


async def nothing_is_called_late(relay: Relay) -> None:
    """Check that no line says of a text that it had been sent; a line that is pending later stands in the thread."""
    await relay.volt.receipt(relay.volt.outbound(DANA)[-1], "delivered")
    await relay.line("Delivered")
    assert not [line for line in relay.lines() if "already been sent" in line]


async def failed(relay: Relay, thread: str) -> tuple[str, Message]:
    """Let a reply fail for a passing reason; return its ts, and the line that offers to send it again."""
    ts = await relay.reply(thread, "the price is 100")
    (text,) = await relay.receives("the price is 100")
    await relay.volt.receipt(text, "failed", error_code="802")
    return ts, await relay.line("[Send again]")


async def test_the_newest_edit_counts(relay: Relay) -> None:
    """Of two edits in the undo window the newer one is texted, though the older one is delivered last."""
    thread = await relay.open_thread()
    await relay.restart(undo_seconds=1)
    ts = await relay.reply(thread, "first words")
    await edited_out_of_order(relay, ts)
    await relay.receives("newer words")


async def test_edited_into_a_note_and_back(relay: Relay) -> None:
    """A reply that became a note, and is one for the phone again, is texted; not if somebody took it back meanwhile."""
    thread = await relay.open_thread()
    await relay.restart(undo_seconds=1)
    for words, is_undone in (("never mind that", True), ("as it was meant", False)):
        ts = await relay.reply(thread, words)
        await relay.slack.edit(CHANNEL, ts, f"// {words}")
        if is_undone:
            await relay.slack.add_reaction(BEN, CHANNEL, ts, "leftwards_arrow_with_hook")
        await relay.slack.edit(CHANNEL, ts, f"{words}, for sure")
    await relay.receives("as it was meant, for sure")
    assert len(relay.volt.outbound(DANA)) == 1


async def test_the_newest_edit_of_a_draft_counts(relay: Relay) -> None:
    """A reply that waits for Send is texted in its newest words, though an older edit is delivered last."""
    thread = await relay.open_thread()
    await volt(relay, "mode confirm")
    ts = await relay.reply(thread, "first words")
    await relay.line("first words\n[Send]")
    await edited_out_of_order(relay, ts)
    await relay.line("newer words\n[Send]")
    await relay.agree()
    await relay.receives("newer words")


async def test_an_edit_that_comes_after_the_deletion(relay: Relay) -> None:
    """An edit that Slack brings after the message was deleted changes nothing, and is not called late."""
    thread = await relay.open_thread()
    await relay.restart(undo_seconds=30)
    ts = await relay.reply(thread, "first words")
    await relay.marked(ts, "hourglass_flowing_sand")
    relay.slack.events_url, door = None, relay.slack.events_url
    await relay.slack.edit(CHANNEL, ts, "second words")
    change = change_of(relay, ts)
    relay.slack.events_url = door
    await relay.slack.delete(CHANNEL, ts)
    assert await relay.slack.deliver(change) == 200
    await relay.line("Taken back, nothing was sent.")
    await spared(relay, thread)
    await nothing_is_called_late(relay)


async def test_an_edit_of_a_reply_that_was_taken_back(relay: Relay) -> None:
    """A reply that was taken back stays inside when it is edited, and nobody is told that it had been sent."""
    thread = await relay.open_thread()
    await relay.restart(undo_seconds=30)
    ts = await relay.reply(thread, "first words")
    line = await relay.line("Sending…")
    await relay.slack.press(BEN, CHANNEL, line.ts, "undo")
    await relay.line("Taken back, nothing was sent.")
    await relay.slack.edit(CHANNEL, ts, "second words")
    await spared(relay, thread)
    await nothing_is_called_late(relay)


async def test_a_failed_text_is_sent_again_as_edited(relay: Relay) -> None:
    """Send again texts the words that its author gave the reply since it failed."""
    thread = await relay.open_thread()
    ts, line = await failed(relay, thread)
    await relay.slack.edit(CHANNEL, ts, "the price is 200")
    await relay.slack.press(AVA, CHANNEL, line.ts, "send_again")
    await relay.receives("the price is 100", "the price is 200")
    await nothing_is_called_late(relay)


@pytest.mark.parametrize("meant", ["// the price is 200", None])
async def test_a_failed_text_whose_author_wants_it_no_more(relay: Relay, meant: str | None) -> None:
    """A failed reply that became a note, or was deleted, is not sent again by its button."""
    thread = await relay.open_thread()
    ts, line = await failed(relay, thread)
    await (relay.slack.edit(CHANNEL, ts, meant) if meant else relay.slack.delete(CHANNEL, ts))
    await relay.slack.until(lambda: "[Send again]" not in seen(line))
    await relay.reply(thread, "last")
    await relay.receives("the price is 100", "last")


async def test_an_undo_before_its_message(relay: Relay) -> None:
    """A reply that was taken back by a reaction before its own event came is not texted."""
    thread = await relay.open_thread()
    relay.slack.events_url, door = None, relay.slack.events_url
    ts = await relay.slack.say(AVA, CHANNEL, "taken back", thread_ts=thread)
    written = relay.event_of(ts)
    relay.slack.events_url = door
    await relay.slack.add_reaction(AVA, CHANNEL, ts, "leftwards_arrow_with_hook")
    assert await relay.slack.deliver(written) == 200
    await relay.reply(thread, "last")
    await relay.receives("last")


async def header_on_its_way(relay: Relay, text: str = "Hello") -> tuple[str, asyncio.Event]:
    """Let Dana text while Slack takes its time to answer the header; return its ts, and what ends the waiting."""
    relay.slack.rules.echoes = False
    answers = relay.slack.rules.late["chat.postMessage"] = asyncio.Event()
    await relay.volt.text(DANA, text)
    await relay.slack.until(relay.headers)
    return relay.headers()[0].ts, answers


async def test_edited_deleted_and_undone_under_a_slow_header(relay: Relay) -> None:
    """What is said of replies while Slack has not told us the header's ts counts as if it came after."""
    await relay.slack.until(lambda: "auth.test" in [call.method for call in relay.slack.calls])
    thread, answers = await header_on_its_way(relay)
    edited, deleted, undone = [await relay.reply(thread, words) for words in ("the price is 100", "no", "never")]
    await relay.slack.edit(CHANNEL, edited, "the price is 200")
    await relay.slack.delete(CHANNEL, deleted)
    await relay.slack.add_reaction(BEN, CHANNEL, undone, "leftwards_arrow_with_hook")
    answers.set()
    await relay.reply(thread, "last")
    await relay.receives("the price is 200", "last")


async def test_a_command_does_not_overtake_a_reply_under_a_slow_header(relay: Relay) -> None:
    """A text by command waits for replies that may belong to the same contact, whose thread is not known yet."""
    thread, answers = await header_on_its_way(relay)
    await relay.reply(thread, "first")
    await volt(relay, "send (555) 555-0145 second")
    await volt(relay, "send (555) 555-0146 to somebody else")
    answers.set()
    await relay.receives("first", "second")


async def test_an_echo_tells_of_a_header_before_its_answer(relay: Relay) -> None:
    """Slack's echo of a header that is still unanswered shows where the thread is: what is written there is texted."""
    answers = relay.slack.rules.late["chat.postMessage"] = asyncio.Event()
    await relay.volt.text(DANA, "Hello")
    await relay.slack.until(relay.headers)
    await relay.reply(relay.headers()[0].ts, "at once")
    await relay.receives("at once")
    answers.set()
    await relay.shows(DANA, "Hello")
    assert len(relay.headers()) == 1


async def test_an_echo_settles_a_header_whose_answer_is_lost(relay: Relay) -> None:
    """Where history may not be read, the echo alone spares the second header, and replies are texted."""
    denied = ["missing_scope"] * 99
    relay.slack.rules.errors = {"conversations.history": denied, "conversations.replies": denied}
    relay.slack.rules.late["chat.postMessage"] = asyncio.Event()
    relay.slack.rules.drops = {"chat.postMessage": 1}
    await relay.volt.text(DANA, "Hello")
    await relay.slack.until(relay.headers)
    await relay.reply(relay.headers()[0].ts, "one")
    await relay.receives("one")
    relay.slack.rules.late.pop("chat.postMessage").set()
    await relay.shows(DANA, "Hello")
    assert len(relay.headers()) == 1


async def test_approval_counts_for_the_words_it_stands_under(relay: Relay) -> None:
    """Send pressed under words that were changed meanwhile sends nothing, says so, and the new words are shown."""
    thread = await relay.open_thread()
    await volt(relay, "mode confirm")
    ts = await relay.reply(thread, "the price is 100")
    line = await relay.line("the price is 100\n[Send]")
    update = "chat.update"
    relay.slack.rules.errors = {update: ["service_unavailable"] * 2}
    await relay.slack.edit(CHANNEL, ts, "the price is 100000")
    await relay.slack.until(lambda: update in [call.method for call in relay.slack.calls])
    assert "100000" not in seen(line)
    await relay.slack.press(BEN, CHANNEL, line.ts, "send_text")
    await relay.slack.until(lambda: [one for one in relay.slack.ephemerals if "changed" in one["text"]])
    assert relay.phone() == []
    await relay.line("the price is 100000\n[Send]")
    await relay.agree()
    await relay.receives("the price is 100000")
