"""Taking a reply back while it waits: by the button, by a reaction, by deleting it; and too late."""

from __future__ import annotations

import pytest

from bot.sandbox.slack.state.model import Message
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO
from tests.slack.features.test_send import volt


async def spared(relay: Relay, thread: str) -> None:
    """Check that nothing went out: what is written next is the first text on the phone."""
    await relay.restart(undo_seconds=0)
    await relay.reply(thread, "the first to go")
    await relay.receives("the first to go")


async def test_the_button(relay: Relay) -> None:
    """While a reply waits its line offers Undo; pressed in time nothing is sent, and the line says so."""
    thread = await relay.open_thread()
    await relay.restart(undo_seconds=30)
    ts = await relay.reply(thread, "Your order are ready")
    line = await relay.line("Sending…")
    assert seen(line) == "Sending…\n[Undo]"
    await relay.marked(ts, "hourglass_flowing_sand")
    await relay.slack.press(BEN, CHANNEL, line.ts, "undo")
    await relay.line("Taken back, nothing was sent.")
    await relay.marked(ts, "leftwards_arrow_with_hook")
    await spared(relay, thread)


@pytest.mark.parametrize("reaction", ["leftwards_arrow_with_hook", "hourglass_flowing_sand"])
async def test_a_reaction(relay: Relay, reaction: str) -> None:
    """A click on the hourglass, or the arrow that turns back, takes a waiting reply back."""
    thread = await relay.open_thread()
    await relay.restart(undo_seconds=30)
    await relay.slack.until(lambda: "auth.test" in [call.method for call in relay.slack.calls])
    ts = await relay.reply(thread, "Your order are ready")
    await relay.marked(ts, "hourglass_flowing_sand")
    await relay.slack.add_reaction(AVA, CHANNEL, ts, reaction)
    await relay.line("Taken back, nothing was sent.")
    await spared(relay, thread)


async def test_our_own_hourglass_takes_nothing_back(relay: Relay) -> None:
    """The hourglass that the bot itself puts on a waiting reply does not take it back."""
    thread = await relay.open_thread()
    await relay.restart(undo_seconds=1)
    ts = await relay.reply(thread, "Your order is ready")
    await relay.marked(ts, "hourglass_flowing_sand")
    await relay.receives("Your order is ready")


async def test_other_reactions_change_nothing(relay: Relay) -> None:
    """A thumb up on a waiting reply, or an arrow on a colleague's word, takes nothing back."""
    thread = await relay.open_thread()
    note = await relay.reply(thread, "// among us")
    await relay.restart(undo_seconds=1)
    ts = await relay.reply(thread, "Your order is ready")
    await relay.slack.add_reaction(BEN, CHANNEL, ts, "+1")
    await relay.slack.add_reaction(BEN, CHANNEL, note, "leftwards_arrow_with_hook")
    await relay.receives("Your order is ready")


async def test_too_late_by_reaction(relay: Relay) -> None:
    """An arrow on a reply that has left is answered in the thread."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "Your order is ready")
    await relay.receives("Your order is ready")
    await relay.slack.add_reaction(BEN, CHANNEL, ts, "leftwards_arrow_with_hook")
    await relay.line("It has left, or may have, and cannot be taken back.")


async def test_too_late_by_button(relay: Relay) -> None:
    """Undo pressed after the text has left is answered to the one who pressed it."""
    thread = await relay.open_thread()
    await relay.restart(undo_seconds=2)
    await relay.reply(thread, "Your order is ready")
    line = await relay.line("[Undo]")
    await relay.receives("Your order is ready")
    assert "[Undo]" in seen(line)
    await relay.slack.press(BEN, CHANNEL, line.ts, "undo")
    await relay.slack.until(lambda: [one for one in relay.slack.ephemerals if "It has left" in one["text"]])


def offered(line: Message) -> str:
    """Return which reply the Undo button of a line is about."""
    return next((one["value"] for block in line.blocks if block["type"] == "actions" for one in block["elements"]), "")


def offers(relay: Relay) -> list[Message]:
    """Return the lines that offer Undo."""
    return [one for one in relay.thread(DANA) if "[Undo]" in seen(one)]


async def test_one_of_two(relay: Relay) -> None:
    """Each of two replies that wait has a line and an Undo of its own, which leaves the other."""
    thread = await relay.open_thread()
    await relay.restart(undo_seconds=4)
    await relay.reply(thread, "one")
    first = await relay.line("[Undo]")
    await relay.reply(thread, "two")
    await relay.slack.until(lambda: len(offers(relay)) == 2)
    second = offers(relay)[-1]
    assert offered(first) != offered(second)
    await relay.slack.press(AVA, CHANNEL, second.ts, "undo")
    await relay.volt.until(relay.phone)
    await volt(relay, "send (555) 555-0146 after")
    await relay.receives("after", contact=MARCO)
    assert relay.phone(DANA) == ["one"]


async def test_the_line_becomes_the_receipt(relay: Relay) -> None:
    """The line that offers Undo is the one that later says Delivered: one line, edited."""
    relay.volt.receipts = "auto"
    thread = await relay.open_thread()
    await relay.restart(undo_seconds=2)
    await relay.reply(thread, "Your order is ready")
    line = await relay.line("Sending…")
    delivered = await relay.line("Delivered")
    assert delivered.ts == line.ts
    assert "[Undo]" not in seen(delivered)
