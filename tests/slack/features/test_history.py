"""`/volt history`: what was texted with a contact, page by page to its beginning and back."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.volt.model import VoltMessage
from tests.harness.handlers import Handlers
from tests.harness.screen import names, press, pressed, seen, typed
from tests.harness.sight import Sight
from tests.harness.world import ACCOUNT, AVA, BEN, DANA, shown

HOSTILE = "<!channel> *bold* <https://evil.example|click> :wave:"


USAGE = "Write `/volt history NUMBER`, for example `/volt history (555) 555-0145`."


def said(bot: Sight, body: str, *, from_us: bool = False, media: tuple[str, ...] = (), **more: Any) -> VoltMessage:
    """Put a text on Volt's record."""
    to, from_ = (DANA, ACCOUNT) if from_us else (ACCOUNT, DANA)
    way = (
        {"direction": "outbound", "status": "delivered"} if from_us else {"direction": "inbound", "status": "received"}
    )
    return bot.volt.keep(VoltMessage(to, from_, body, list(media), **way | more))


def long_talk(bot: Sight, count: int) -> None:
    """Put that many texts on Volt's record, some second apart."""
    for place in range(count):
        said(bot, f"text {place:03d}", created_at=f"2026-11-21T10:{place // 60:02d}:{place % 60:02d}.000+00:00")


def texts(message: dict[str, Any]) -> list[str]:
    """Return the texts of long_talk that a message shows."""
    return [line for line in seen(message).split("\n") if line.startswith("text ")]


async def test_both_directions(handlers: Handlers) -> None:
    """A text is shown with who wrote it, when, and what became of ours, the newest at the bottom."""
    handlers.volt.add_contact(DANA, "Dana Whitfield")
    await handlers.open_thread(text="Where is my order?")
    said(handlers, "On its way", from_us=True, sent_at="2026-11-21T10:01:00.000+00:00")
    said(handlers, "Too late", from_us=True, status="failed", error_code="802")
    lines = seen(await typed(handlers, f"history {DANA}")).split("\n")
    assert lines[1] == "Part 1, older texts first"
    assert lines[3] == "Where is my order?"
    assert lines[4].startswith("Us <!date^")
    assert lines[4].endswith(" Delivered")
    assert lines[5] == "On its way"
    assert lines[6].startswith("Us no time on Volt's record Not delivered: ")
    assert lines[7] == "Too late"


async def test_a_time_that_volt_does_not_say(handlers: Handlers) -> None:
    """A text of which Volt's record has no time is shown with ours: theirs by the carrier, ours by us."""
    thread = await handlers.open_thread(text="Where is my order?")
    await handlers.reply(thread, "On its way")
    (ours,) = await handlers.receives("On its way")
    ours.sent_at = None
    lines = seen(await typed(handlers, f"history {DANA}")).split("\n")
    assert lines[2].startswith("(555) 555-0145 <!date^")
    assert lines[2].endswith("UTC>")
    assert lines[4].startswith("Us <!date^")
    assert "UTC> by our clock" in lines[4]


async def test_to_the_beginning_and_back(handlers: Handlers) -> None:
    """Older leads to the first text and Newer back to the last, through Volt's pages, each text once, in place."""
    handlers.volt.page_size = 15
    long_talk(handlers, 38)
    message = await typed(handlers, f"history {DANA}")
    assert names(message) == ["Older"]
    down = [texts(message)]
    while "Older" in names(message):
        message = await pressed(handlers, message, "history_leaf_older")
        assert message["replace_original"] is True
        down.append(texts(message))
    assert [text for part in reversed(down) for text in part] == [f"text {place:03d}" for place in range(38)]
    assert all(len(part) <= 10 for part in down)
    up = [texts(message)]
    while "Newer" in names(message):
        message = await pressed(handlers, message, "history_leaf_newer")
        up.append(texts(message))
    assert up == down[::-1]
    assert seen(message).split("\n")[1] == "Part 1, older texts first"


async def test_hostile_texts(handlers: Handlers) -> None:
    """Texts of strangers stay inert and are cut with words that say so; ten of the longest fit into one message."""
    for place in range(10):
        said(handlers, f"{HOSTILE} {place}\n" + "x" * 5_000)
    message = await typed(handlers, f"history {DANA}")
    sections = [one["text"] for one in message["blocks"] if one["type"] == "section"]
    assert len(sections) == 10
    assert {one["type"] for one in sections} == {"plain_text"}
    assert all(one["text"].startswith(HOSTILE) and "(cut, the whole text has 5,0" in one["text"] for one in sections)


async def test_attachments_and_empty_texts(handlers: Handlers) -> None:
    """Attachments are counted and linked as far as their addresses fit, and a text without words says so."""
    said(handlers, "", media=("https://media.example/a.png", "https://media.example/" + "b" * 1_500))
    said(handlers, "")
    lines = seen(await typed(handlers, f"history {DANA}")).split("\n")
    assert "2 attachments: open 1<https://media.example/a.png>" in lines
    assert lines[-1] == "An empty text."


async def test_no_texts(handlers: Handlers) -> None:
    """A number that nobody has texted with has no texts, and that is no fault."""
    message = await typed(handlers, f"history {DANA}")
    assert seen(message) == f"Texts with {shown(DANA)}\nVolt has no texts here."


async def test_reading_is_noted(handlers: Handlers) -> None:
    """Who read a conversation of ours stands in its log: once for each reading, not for each leaf."""
    handlers.volt.add_contact(DANA, "Dana Whitfield")
    await handlers.open_thread()
    long_talk(handlers, 12)
    message = await typed(handlers, f"history {DANA}", BEN)
    await pressed(handlers, message, "history_leaf_older", BEN)
    card = await typed(handlers, f"contact {DANA}")
    assert seen(card).count(f"<@{BEN}> read the history") == 1
    await pressed(handlers, card, "contact_history")
    assert f"<@{AVA}> read the history" in seen(await typed(handlers, f"contact {DANA}"))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("history", "No phone number was given."),
        ("history 12345", "`12345` is too short to be a phone number."),
        ("history (555) 555-0145 all", "There are words after the number."),
    ],
)
async def test_wrong_arguments(handlers: Handlers, words: str, reason: str) -> None:
    """What is no number alone is answered with the reason and how the command is written."""
    answer = seen(await typed(handlers, words))
    assert answer.startswith(reason)
    assert answer.endswith(f"\n{USAGE}")


async def test_volt_fails(handlers: Handlers) -> None:
    """While Volt does not serve, a press leaves what is shown and says what happened; afterwards it works."""
    long_talk(handlers, 12)
    message = await typed(handlers, f"history {DANA}")
    handlers.volt.rules.down = True
    assert seen(await typed(handlers, f"history {DANA}")) == "Volt is busy just now. Please try again in a minute."
    answer = await pressed(handlers, message, "history_leaf_older")
    assert seen(answer) == "Volt is busy just now. Please try again in a minute."
    assert not answer.get("replace_original")
    handlers.volt.rules.down = False
    assert texts(await pressed(handlers, message, "history_leaf_older")) == ["text 000", "text 001"]


async def test_a_button_of_an_older_version(handlers: Handlers) -> None:
    """A button whose value cannot be read says so, and shows nothing."""
    long_talk(handlers, 12)
    message = await typed(handlers, f"history {DANA}")
    before = len(handlers.volt.requests)
    button = message["blocks"][-1]["elements"][0]
    button["value"] = "x"
    await press(handlers, message, "history_leaf_older")
    await handlers.slack.until(lambda: "is out of date" in seen(handlers.slack.ephemerals[-1]))
    assert len(handlers.volt.requests) == before


async def test_one_attachment_is_said_once(handlers: Handlers) -> None:
    """A single attachment is a link that says what it does, not a second number."""
    said(handlers, "Look", media=("https://media.example/a.png",))
    lines = seen(await typed(handlers, f"history {DANA}")).split("\n")
    assert "1 attachment: open it<https://media.example/a.png>" in lines
