"""`/volt inbox`: Volt's inbox in Slack, and a thread for each row."""

from __future__ import annotations

from typing import Any

from bot.sandbox.volt.model import VoltMessage
from tests.harness.handlers import Handlers
from tests.harness.screen import buttons, names, press, pressed, seen, typed
from tests.harness.sight import Sight
from tests.harness.world import ACCOUNT, CHANNEL, DANA, MARCO

HOSTILE = "<!channel> *bold*\n<https://evil.example|click>"


def wrote(bot: Sight, number: str, body: str, minute: int = 0) -> None:
    """Put a customer's text on Volt's record without telling the bot."""
    at = f"2026-11-21T10:{minute:02d}:00.000+00:00"
    bot.volt.keep(VoltMessage(ACCOUNT, number, body, direction="inbound", status="received", created_at=at))


def _texts(message: dict[str, Any]) -> list[str]:
    return [line[:7] for line in seen(message).split("\n") if line.startswith("text ")]


async def test_rows(handlers: Handlers) -> None:
    """A row shows name and number, the last text, whether it was read in Volt, and when."""
    handlers.volt.add_contact(DANA, "Dana Whitfield")
    wrote(handlers, DANA, "Hello", 1)
    wrote(handlers, MARCO, "Ciao", 2)
    lines = seen(await typed(handlers, "inbox")).split("\n")
    assert lines[0] == "Volt's inbox of (555) 555-0123"
    assert lines[1:3] == ["(555) 555-0146", "Ciao Open thread"]
    assert lines[3].startswith("Unread in Volt <!date^")
    assert lines[4:6] == ["Dana Whitfield · (555) 555-0145", "Hello Open thread"]


async def test_open_from_a_row(handlers: Handlers) -> None:
    """A row opens a thread here and says where; once it is known the row leads to it."""
    handlers.volt.add_contact(MARCO, "Marco")
    wrote(handlers, MARCO, "Ciao")
    message = await typed(handlers, "inbox")
    said = await pressed(handlers, message, "contact_open")
    assert seen(said) == f"The conversation with (555) 555-0146 is in <#{CHANNEL}>."
    await handlers.slack.until(lambda: handlers.headers(MARCO))
    header = handlers.headers(MARCO)[0]
    message = await typed(handlers, "inbox")
    link = next(one for one in buttons(message) if one["action_id"] == "visit_thread")
    assert link["url"].endswith(f"/archives/{CHANNEL}/p{header.ts.replace('.', '')}")
    await press(handlers, message, "visit_thread")


async def test_to_the_end_and_back(handlers: Handlers) -> None:
    """Older leads to the last conversation and Newer back to the first, each once."""
    handlers.volt.page_size = 12
    numbers = [f"+155555501{place:02d}" for place in range(30, 59)]
    for place, number in enumerate(numbers):
        wrote(handlers, number, f"text {place:02d}", place)
    message = await typed(handlers, "inbox")
    down = [_texts(message)]
    while "Older" in names(message):
        message = await pressed(handlers, message, "inbox_leaf_older")
        down.append(_texts(message))
    assert [text for part in down for text in part] == [f"text {place:02d}" for place in range(28, -1, -1)]
    up = [_texts(message)]
    while "Newer" in names(message):
        message = await pressed(handlers, message, "inbox_leaf_newer")
        up.append(_texts(message))
    assert up == down[::-1]


async def test_hostile_rows(handlers: Handlers) -> None:
    """Names and texts of strangers stay inert, on a line each, and are cut to fit."""
    for place in range(10):
        number = f"+155555501{60 + place}"
        handlers.volt.add_contact(number, HOSTILE + "n" * 5_000)
        wrote(handlers, number, HOSTILE + "t" * 5_000, place)
    message = await typed(handlers, "inbox")
    sections = [one["text"] for one in message["blocks"] if one["type"] == "section"]
    assert len(sections) == 10
    assert all(one["type"] == "plain_text" and one["text"].count("\n") == 1 for one in sections)


async def test_an_empty_inbox(handlers: Handlers) -> None:
    """An empty inbox says so."""
    assert seen(await typed(handlers, "inbox")).endswith("\nVolt's inbox is empty here.")


async def test_words_behind_it(handlers: Handlers) -> None:
    """Words behind the command are not dropped without a word."""
    answer = seen(await typed(handlers, "inbox (555) 555-0145"))
    assert answer == "There are words after the command.\nWrite `/volt inbox`."


async def test_volt_fails(handlers: Handlers) -> None:
    """While Volt refuses the token or does not serve, people read what happened and what to do."""
    handlers.volt.rules.down = True
    assert seen(await typed(handlers, "inbox")) == "Volt is busy just now. Please try again in a minute."
    handlers.volt.rules.down = False
    handlers.volt.rules.statuses = [(401, None)]
    assert "An admin has to renew VOLT_API_TOKEN." in seen(await typed(handlers, "inbox"))
