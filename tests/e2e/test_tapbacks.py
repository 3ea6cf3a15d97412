"""Reactions of phones stand on the texts that they quote; what is not certain is shown as the text that it is."""

from __future__ import annotations

import pytest

from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import DANA


async def sent_to(relay: Relay, words: str) -> str:
    """Open a thread, reply, and wait until the reply is delivered; returns the reply's ts."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, words)
    (text,) = await relay.receives(words)
    await relay.volt.receipt(text, "delivered")
    await relay.marked(ts, "white_check_mark")
    return ts


async def test_a_reaction_on_a_reply(relay: Relay) -> None:
    """A reaction stands beside the status of the reply, gives way to a newer one, and goes when it is removed."""
    ts = await sent_to(relay, "See you at six")
    before = relay.texts()
    await relay.volt.text(DANA, "Liked “See you at six”")
    await relay.marked(ts, "white_check_mark", "+1")
    await relay.volt.text(DANA, "Reacted 🎉 to “See you at six”")
    await relay.marked(ts, "white_check_mark", "tada")
    await relay.volt.text(DANA, "Removed 🎉 from “See you at six”")
    await relay.marked(ts, "white_check_mark")
    assert relay.texts() == before


async def test_a_reaction_on_a_text_of_theirs(relay: Relay) -> None:
    """A reaction on what the contact wrote stands on that."""
    await relay.open_thread()
    await relay.volt.text(DANA, "Is it there yet?")
    line = await relay.line("Is it there yet?")
    await relay.volt.text(DANA, "Questioned “Is it there yet?”")
    await relay.marked(line.ts, "question")


async def test_nobody_has_to_answer_a_reaction(relay: Relay) -> None:
    """A reaction leaves the header as it was: it is still the contact's turn."""
    ts = await sent_to(relay, "See you at six")
    await relay.line("Delivered")
    await relay.slack.until(lambda: "Waiting" in seen(relay.headers()[-1]))
    before = seen(relay.headers()[-1])
    await relay.volt.text(DANA, "Loved “See you at six”")
    await relay.marked(ts, "white_check_mark", "heart")
    await relay.restart()
    assert seen(relay.headers()[-1]) == before


@pytest.mark.parametrize("text", ["Liked “See you at seven”", "Liked the idea", "Reacted ✅ to “See you at six”"])
async def test_what_is_not_certain_is_a_text(relay: Relay, text: str) -> None:
    """A reaction on no text of ours, or one that would look like a status, is shown as the text that it is."""
    ts = await sent_to(relay, "See you at six")
    await relay.volt.text(DANA, text)
    await relay.line(text)
    await relay.marked(ts, "white_check_mark")


async def test_the_same_words_twice(relay: Relay) -> None:
    """A reaction on one of two equal texts is shown as a text."""
    thread = await relay.open_thread()
    await relay.reply(thread, "ok")
    await relay.reply(thread, "ok")
    await relay.receives("ok", "ok")
    await relay.volt.text(DANA, "Liked “ok”")
    await relay.line("Liked “ok”")


@pytest.mark.parametrize("why", ["too_many_reactions", "missing_scope", "message_not_found"])
async def test_slack_takes_no_reactions(relay: Relay, why: str) -> None:
    """Where Slack does not let the bot react, nothing is lost: the reaction is shown as a text."""
    ts = await sent_to(relay, "See you at six")
    relay.slack.rules.errors = {"reactions.add": [why]}
    await relay.volt.text(DANA, "Liked “See you at six”")
    await relay.line("Liked “See you at six”")
    await relay.marked(ts, "white_check_mark")


async def test_a_redelivered_reaction(relay: Relay) -> None:
    """A reaction that comes while the bot is away stands after its start, and a restart changes nothing."""
    ts = await sent_to(relay, "See you at six")
    await relay.volt.text(DANA, "Liked “See you at six”")
    await relay.restart()
    await relay.marked(ts, "white_check_mark", "+1")
