"""`/volt status`: what became of one text, by any of its ids."""

from __future__ import annotations

import pytest

from bot.sandbox.volt_model import VoltMessage
from tests.harness.in_process import Relay
from tests.harness.screen import Shown, buttons, seen, typed
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA

USAGE = "Write `/volt status ID`, for example `/volt status rf_8mAx2kTq`."


async def sent(relay: Relay) -> VoltMessage:
    """Let Ava text Dana, and the phone get it; return the text."""
    relay.volt.receipts = "auto"
    thread = await relay.open_thread()
    await relay.reply(thread, "Your order is ready")
    await relay.receives("Your order is ready")
    await relay.line("Delivered")
    return relay.volt.outbound(DANA)[0]


def link(relay: Relay) -> str:
    """Return the address of Dana's thread."""
    return f"https://sandbox.slack.com/archives/{CHANNEL}/p{relay.headers(DANA)[0].ts.replace('.', '')}"


async def test_by_each_of_its_ids(relay: Relay) -> None:
    """Volt's id, the carrier's and our own key lead to the same card: status, numbers, times, author, thread."""
    text = await sent(relay)
    assert text.passthrough
    for text_id in (text.id, text.legacy_id, text.passthrough, text.passthrough.upper(), f"`{text.id}`"):
        lines = seen(await typed(relay, f"status {text_id}")).split("\n")
        assert lines == [
            "Status of a text",
            "Status: Delivered (Volt: Delivered to the phone)",
            "From: (555) 555-0123",
            "To: (555) 555-0145",
            "Sent: <date>",
            "Confirmed: <date>",
            f"Volt's id: {text.id}",
            f"The carrier's id: {text.legacy_id}",
            f"Written by: <@{AVA}>",
            f"Conversation: its thread<{link(relay)}>",
            "Your order is ready",
        ]


async def test_a_text_from_the_phone(relay: Relay) -> None:
    """A text from the phone is found as well, with the thread of its conversation."""
    await relay.open_thread(text="<!channel> *Hello*")
    text = relay.volt.inbound[0]
    card = await typed(relay, f"status {text.id}")
    assert "Status: Received from the contact" in seen(card)
    assert f"its thread<{link(relay)}>" in seen(card)
    assert card["blocks"][-1]["text"] == {"type": "plain_text", "text": "<!channel> *Hello*", "emoji": False}


async def test_a_failed_text(relay: Relay) -> None:
    """A text that failed says why and what to do, and names the code."""
    text = VoltMessage(DANA, ACCOUNT, "Hi", status="failed", error_code="503")
    relay.volt.keep(text)
    card = seen(await typed(relay, f"status {text.id}"))
    assert "Status: Not delivered\n" in card
    assert "Why: " in card
    assert "has opted out" in card
    assert "Volt's error code: 503" in card


async def test_a_status_that_nobody_documents(relay: Relay) -> None:
    """A status that we do not know is repeated as Volt's word, not guessed at."""
    text = VoltMessage(DANA, ACCOUNT, "Hi", status="<!here> parked")
    relay.volt.keep(text)
    card = await typed(relay, f"status {text.id}")
    assert 'Status: Volt says "<!here> parked"' in seen(card)
    assert "<!here>" not in card["text"]
    assert buttons(card) == []


async def test_a_text_that_volt_never_took(relay: Relay) -> None:
    """Our own key of a text that Volt has not taken tells what our books know."""
    thread = await relay.open_thread()
    relay.volt.rules.errors = ["503"]
    await relay.reply(thread, "Hi")
    line = await relay.line("Not delivered")
    await relay.volt.until(lambda: relay.sends() != [])
    key = relay.sends()[0].variables["passthrough"]
    card = seen(await typed(relay, f"status {key}"))
    assert "Volt has not taken this text, as far as we know." in card
    assert "Status: Not delivered" in card
    assert line.ts
    assert "its thread" in card


async def test_gone_from_volt(relay: Relay) -> None:
    """A text that Volt has no more is shown from our own books, with words that say so."""
    text = await sent(relay)
    relay.volt.messages.clear()
    card = seen(await typed(relay, f"status {text.id}"))
    assert "Volt does not have this text any more. Our own record says:" in card
    assert "Status: Delivered" in card


async def test_nobody_knows_it(relay: Relay) -> None:
    """An id that nobody knows is said to be unknown, and what was typed is repeated inert."""
    answer = seen(await typed(relay, "status rf_&lt;!channel&gt;"))
    assert answer.startswith("Volt knows no text with the id `rf_&amp;lt;!channel&amp;gt;`, nor do we.")
    assert (await nothing(relay, "0" * 32)).startswith("Volt knows no text")


async def nothing(relay: Relay, text_id: str) -> str:
    """Ask for an id and return the words."""
    found: Shown = await typed(relay, f"status {text_id}")
    return seen(found)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("status", "There is no id."),
        ("status two words", "An id is one word."),
        (f"status {'x' * 201}", "An id has at most 200 characters."),
        ("status a\x07b", "An id has only letters, digits and signs."),
    ],
)
async def test_wrong_arguments(relay: Relay, words: str, reason: str) -> None:
    """What can be no id is answered with the reason and how the command is written, and Volt is not asked."""
    assert seen(await typed(relay, words)) == f"{reason}\n{USAGE}"
    assert not any("TextRecord" in request.operation for request in relay.volt.requests)


async def test_volt_fails(relay: Relay) -> None:
    """While Volt does not serve, nothing is guessed."""
    relay.volt.rules.down = True
    assert await nothing(relay, "rf_1") == "Volt is busy just now. Please try again in a minute."
