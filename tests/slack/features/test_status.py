"""`/volt status`: what became of one text, by any of its ids."""

from __future__ import annotations

import pytest

from bot.domain.delivery import DeliveryStatus
from bot.sandbox.volt.model import VoltMessage
from tests.harness.handlers import Handlers
from tests.harness.screen import Shown, buttons, seen, typed
from tests.harness.sight import Sight
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA

USAGE = "Write `/volt status ID`, for example `/volt status rf_8mAx2kTq`."


async def sent(handlers: Handlers) -> VoltMessage:
    """Let Ava text Dana, and the phone get it; return the text."""
    handlers.volt.receipts = "auto"
    thread = await handlers.open_thread()
    await handlers.reply(thread, "Your order is ready")
    (text,) = await handlers.receives("Your order is ready")
    await handlers.volt.until(lambda: text.completed_at)
    await handlers.report(text, DeliveryStatus.DELIVERED)
    await handlers.line("Delivered")
    return text


def link(bot: Sight) -> str:
    """Return the address of Dana's thread."""
    return f"https://sandbox.slack.com/archives/{CHANNEL}/p{bot.headers(DANA)[0].ts.replace('.', '')}"


async def nothing(bot: Sight, text_id: str) -> str:
    """Ask for an id and return the words."""
    found: Shown = await typed(bot, f"status {text_id}")
    return seen(found)


async def test_by_each_of_its_ids(handlers: Handlers) -> None:
    """Volt's id, the carrier's and our own key lead to the same card: status, numbers, times, author, thread."""
    text = await sent(handlers)
    assert text.passthrough
    for text_id in (text.id, text.legacy_id, text.passthrough, text.passthrough.upper(), f"`{text.id}`"):
        lines = seen(await typed(handlers, f"status {text_id}")).split("\n")
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
            f"Conversation: its thread<{link(handlers)}>",
            "Your order is ready",
        ]


async def test_a_text_from_the_phone(handlers: Handlers) -> None:
    """A text from the phone is found as well, with the thread of its conversation."""
    await handlers.open_thread(text="<!channel> *Hello*")
    text = handlers.volt.inbound[0]
    card = await typed(handlers, f"status {text.id}")
    assert "Status: Received from the contact" in seen(card)
    assert f"its thread<{link(handlers)}>" in seen(card)
    assert card["blocks"][-1]["text"] == {"type": "plain_text", "text": "<!channel> *Hello*", "emoji": False}


async def test_a_failed_text(handlers: Handlers) -> None:
    """A text that failed says why and what to do, and names the code."""
    text = VoltMessage(DANA, ACCOUNT, "Hi", status="failed", error_code="503")
    handlers.volt.keep(text)
    card = seen(await typed(handlers, f"status {text.id}"))
    assert "Status: Not delivered\n" in card
    assert "Why: " in card
    assert "has opted out" in card
    assert "Volt's error code: 503" in card


async def test_a_status_that_nobody_documents(handlers: Handlers) -> None:
    """A status that we do not know is repeated as Volt's word, not guessed at."""
    text = VoltMessage(DANA, ACCOUNT, "Hi", status="<!here> parked")
    handlers.volt.keep(text)
    card = await typed(handlers, f"status {text.id}")
    assert 'Status: Volt says "<!here> parked"' in seen(card)
    assert "<!here>" not in card["text"]
    assert buttons(card) == []


async def test_a_text_that_volt_never_took(handlers: Handlers) -> None:
    """Our own key of a text that Volt has not taken tells what our database knows."""
    thread = await handlers.open_thread()
    handlers.volt.rules.errors = ["503"]
    await handlers.reply(thread, "Hi")
    line = await handlers.line("Not delivered")
    await handlers.volt.until(lambda: handlers.sends() != [])
    key = handlers.sends()[0].variables["passthrough"]
    card = seen(await typed(handlers, f"status {key}"))
    assert "Volt has not taken this text, as far as we know." in card
    assert "Status: Not delivered" in card
    assert line.ts
    assert "its thread" in card


async def test_gone_from_volt(handlers: Handlers) -> None:
    """A text that Volt has no more is shown from our own database, with words that say so."""
    text = await sent(handlers)
    handlers.volt.messages.clear()
    card = seen(await typed(handlers, f"status {text.id}"))
    assert "Volt does not have this text any more. Our own record says:" in card
    assert "Status: Delivered" in card


async def test_nobody_knows_it(handlers: Handlers) -> None:
    """An id that nobody knows is said to be unknown, and what was typed is repeated inert."""
    answer = seen(await typed(handlers, "status rf_&lt;!channel&gt;"))
    assert answer.startswith("Volt knows no text with the id `rf_&amp;lt;!channel&amp;gt;`, nor do we.")
    assert (await nothing(handlers, "0" * 32)).startswith("Volt knows no text")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("status", "There is no id."),
        ("status two words", "An id is one word."),
        (f"status {'x' * 201}", "An id has at most 200 characters."),
        ("status a\x07b", "An id has only letters, digits and signs."),
    ],
)
async def test_wrong_arguments(handlers: Handlers, words: str, reason: str) -> None:
    """What can be no id is answered with the reason and how the command is written, and Volt is not asked."""
    assert seen(await typed(handlers, words)) == f"{reason}\n{USAGE}"
    assert not any("TextRecord" in request.operation for request in handlers.volt.requests)


async def test_volt_fails(handlers: Handlers) -> None:
    """While Volt does not serve, nothing is guessed."""
    handlers.volt.rules.down = True
    assert await nothing(handlers, "rf_1") == "Volt is busy just now. Please try again in a minute."
