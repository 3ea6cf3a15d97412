"""`/volt history`: what was texted with a contact, leafed through to its beginning and back."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.volt_model import VoltMessage
from tests.harness.in_process import Relay
from tests.harness.screen import names, press, pressed, seen, typed
from tests.harness.world import ACCOUNT, AVA, BEN, DANA, shown

HOSTILE = "<!channel> *bold* <https://evil.example|click> :wave:"
USAGE = "Write `/volt history NUMBER`, for example `/volt history (555) 555-0145`."


def said(relay: Relay, body: str, *, from_us: bool = False, media: tuple[str, ...] = (), **more: Any) -> VoltMessage:
    """Put a text on Volt's record."""
    to, from_ = (DANA, ACCOUNT) if from_us else (ACCOUNT, DANA)
    way = (
        {"direction": "outbound", "status": "delivered"} if from_us else {"direction": "inbound", "status": "received"}
    )
    return relay.volt.keep(VoltMessage(to, from_, body, list(media), **way | more))


def long_talk(relay: Relay, count: int) -> None:
    """Put that many texts on Volt's record, some second apart."""
    for place in range(count):
        said(relay, f"text {place:03d}", created_at=f"2026-11-21T10:{place // 60:02d}:{place % 60:02d}.000+00:00")


def texts(message: dict[str, Any]) -> list[str]:
    """Return the texts of long_talk that a message shows."""
    return [line for line in seen(message).split("\n") if line.startswith("text ")]


async def test_both_directions(relay: Relay) -> None:
    """A text is shown with who wrote it, when, and what became of ours, the newest at the bottom."""
    relay.volt.add_contact(DANA, "Dana Whitfield")
    await relay.open_thread(text="Where is my order?")
    said(relay, "On its way", from_us=True, sent_at="2026-11-21T10:01:00.000+00:00")
    said(relay, "Too late", from_us=True, status="failed", error_code="802")
    lines = seen(await typed(relay, f"history {DANA}")).split("\n")
    assert lines[1] == "Part 1, older texts first"
    assert lines[3] == "Where is my order?"
    assert lines[4].startswith("Us <!date^")
    assert lines[4].endswith(" Delivered")
    assert lines[5] == "On its way"
    assert lines[6].startswith("Us no time on Volt's record Not delivered: ")
    assert lines[7] == "Too late"


async def test_a_time_that_volt_does_not_say(relay: Relay) -> None:
    """A text of which Volt's record has no time is shown with that of our books: theirs by the carrier, ours by us."""
    thread = await relay.open_thread(text="Where is my order?")
    await relay.reply(thread, "On its way")
    (ours,) = await relay.receives("On its way")
    ours.sent_at = None
    lines = seen(await typed(relay, f"history {DANA}")).split("\n")
    assert lines[2].startswith("(555) 555-0145 <!date^")
    assert lines[2].endswith("UTC>")
    assert lines[4].startswith("Us <!date^")
    assert "UTC> by our clock" in lines[4]


async def test_to_the_beginning_and_back(relay: Relay) -> None:
    """Older leads to the first text and Newer back to the last, through Volt's pages, each text once, in place."""
    relay.volt.page_size = 15
    long_talk(relay, 38)
    message = await typed(relay, f"history {DANA}")
    assert names(message) == ["Older"]
    down = [texts(message)]
    while "Older" in names(message):
        message = await pressed(relay, message, "history_leaf_older")
        assert message["replace_original"] is True
        down.append(texts(message))
    assert [text for part in reversed(down) for text in part] == [f"text {place:03d}" for place in range(38)]
    assert all(len(part) <= 10 for part in down)
    up = [texts(message)]
    while "Newer" in names(message):
        message = await pressed(relay, message, "history_leaf_newer")
        up.append(texts(message))
    assert up == down[::-1]
    assert seen(message).split("\n")[1] == "Part 1, older texts first"


async def test_hostile_texts(relay: Relay) -> None:
    """Texts of strangers stay inert and are cut with words that say so; ten of the longest fit into one message."""
    for place in range(10):
        said(relay, f"{HOSTILE} {place}\n" + "x" * 5_000)
    message = await typed(relay, f"history {DANA}")
    sections = [one["text"] for one in message["blocks"] if one["type"] == "section"]
    assert len(sections) == 10
    assert {one["type"] for one in sections} == {"plain_text"}
    assert all(one["text"].startswith(HOSTILE) and "(cut, the whole text has 5,0" in one["text"] for one in sections)


async def test_attachments_and_empty_texts(relay: Relay) -> None:
    """Attachments are counted and linked as far as their addresses fit, and a text without words says so."""
    said(relay, "", media=("https://media.example/a.png", "https://media.example/" + "b" * 1_500))
    said(relay, "")
    lines = seen(await typed(relay, f"history {DANA}")).split("\n")
    assert "2 attachments: open 1<https://media.example/a.png>" in lines
    assert lines[-1] == "An empty text."


async def test_no_texts(relay: Relay) -> None:
    """A number that nobody has texted with has no texts, and that is no fault."""
    message = await typed(relay, f"history {DANA}")
    assert seen(message) == f"Texts with {shown(DANA)}\nVolt has no texts here."


async def test_reading_is_noted(relay: Relay) -> None:
    """Who read a conversation of ours stands in its log: once for each reading, not for each leaf."""
    relay.volt.add_contact(DANA, "Dana Whitfield")
    await relay.open_thread()
    long_talk(relay, 12)
    message = await typed(relay, f"history {DANA}", BEN)
    await pressed(relay, message, "history_leaf_older", BEN)
    card = await typed(relay, f"contact {DANA}")
    assert seen(card).count(f"<@{BEN}> read the history") == 1
    await pressed(relay, card, "contact_history")
    assert f"<@{AVA}> read the history" in seen(await typed(relay, f"contact {DANA}"))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("history", "No phone number was given."),
        ("history 12345", "`12345` is too short to be a phone number."),
        ("history (555) 555-0145 all", "There are words after the number."),
    ],
)
async def test_wrong_arguments(relay: Relay, words: str, reason: str) -> None:
    """What is no number alone is answered with the reason and how the command is written."""
    answer = seen(await typed(relay, words))
    assert answer.startswith(reason)
    assert answer.endswith(f"\n{USAGE}")


async def test_volt_fails(relay: Relay) -> None:
    """While Volt does not serve, a press leaves what is shown and says what happened; afterwards it works."""
    long_talk(relay, 12)
    message = await typed(relay, f"history {DANA}")
    relay.volt.rules.down = True
    assert seen(await typed(relay, f"history {DANA}")) == "Volt is busy just now. Please try again in a minute."
    answer = await pressed(relay, message, "history_leaf_older")
    assert seen(answer) == "Volt is busy just now. Please try again in a minute."
    assert not answer.get("replace_original")
    relay.volt.rules.down = False
    assert texts(await pressed(relay, message, "history_leaf_older")) == ["text 000", "text 001"]


async def test_a_button_of_an_older_version(relay: Relay) -> None:
    """A button whose value cannot be read says so, and shows nothing."""
    long_talk(relay, 12)
    message = await typed(relay, f"history {DANA}")
    before = len(relay.volt.requests)
    button = message["blocks"][-1]["elements"][0]
    button["value"] = "x"
    await press(relay, message, "history_leaf_older")
    await relay.slack.until(lambda: "is out of date" in seen(relay.slack.ephemerals[-1]))
    assert len(relay.volt.requests) == before


async def test_one_attachment_is_said_once(relay: Relay) -> None:
    """A single attachment is a link that says what it does, not a second number."""
    said(relay, "Look", media=("https://media.example/a.png",))
    lines = seen(await typed(relay, f"history {DANA}")).split("\n")
    assert "1 attachment: open it<https://media.example/a.png>" in lines
