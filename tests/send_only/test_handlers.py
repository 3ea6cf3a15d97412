"""Commands, forms and App Home over a provider that can only send: they do what it can, and say what it cannot."""

from __future__ import annotations

import pytest

from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.windows import fill, is_open, typed, window, words
from tests.harness.world import AVA, CHANNEL, DANA, shown
from tests.send_only.server import SendOnlyServer
from tests.slack.features.test_home import home
from tests.slack.features.test_send import volt

CANNOT = "This number cannot do that: SMS by Pigeon"
REFUSED = {
    "history (555) 555-0145": "keeps no texts to read. What was texted by this bot is in the thread.",
    "inbox": "has no inbox to look into.",
    "list VIP": "keeps no lists of contacts.",
    "list create VIP": "keeps no lists of contacts.",
    "wave": "does not text many people at once.",
    "wave 12": "does not text many people at once.",
    "schedule (555) 555-0145 tomorrow 9am Ready": "does not send texts later.",
    "schedule (555) 555-0145": "does not send texts later.",
    "webhooks": "has no webhooks to register.",
    "webhooks register": "has no webhooks to register.",
}


@pytest.mark.parametrize(("typed_text", "why"), REFUSED.items())
async def test_what_it_cannot_do_is_refused_in_words(handlers: Handlers, typed_text: str, why: str) -> None:
    """A command that this number cannot do says so and why, in one sentence; no window opens and nothing is asked."""
    assert await volt(handlers, typed_text) == f"{CANNOT} {why}"
    assert not is_open(handlers)


async def test_the_help_lists_what_it_can_do(handlers: Handlers) -> None:
    """The help leaves out what this number cannot do; the rest stands there as everywhere."""
    answer = await volt(handlers, "help")
    assert [
        word for word in ("send", "open", "contact", "status", "me", "mode") if f"`/volt {word}" not in answer
    ] == []
    left_out = ("history", "inbox", "schedule", "list", "wave", "webhooks")
    assert not any(f"`/volt {word}" in answer for word in left_out)


async def test_a_command_sends(handlers: Handlers, carrier: SendOnlyServer) -> None:
    """A text by command opens its thread and goes out once."""
    assert "goes out as soon as Pigeon takes it." in await volt(handlers, f"send {DANA} Your order is ready")
    await handlers.idle()
    assert carrier.phone(DANA) == ["Your order is ready"]
    assert len(handlers.headers(DANA)) == 1


async def test_a_reply_in_the_thread(handlers: Handlers, carrier: SendOnlyServer) -> None:
    """A reply goes out, and its mark says how far it is."""
    thread = await handlers.open_thread()
    ts = await handlers.reply(thread, "On its way")
    await handlers.marked(ts, "outbox_tray")
    assert carrier.phone(DANA) == ["On its way"]


async def test_a_picture_is_refused_in_words(handlers: Handlers, carrier: SendOnlyServer) -> None:
    """A reply with a file is not sent without it: the thread says that this number takes words only."""
    thread = await handlers.open_thread()
    file = handlers.slack.add_file(AVA, "parcel.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    await handlers.reply(thread, "Look", files=[file])
    line = await handlers.line("Nothing was sent:")
    why = "files cannot be texted from this number: SMS by Pigeon takes words only. Write it again without them."
    assert seen(line) == f"Nothing was sent: {why}"
    assert carrier.taken == []


async def test_the_window_for_a_new_text(handlers: Handlers, carrier: SendOnlyServer) -> None:
    """The window for a new text asks for the contact and the words, not for pictures or a time; it sends once."""
    await handlers.slack.shortcut(AVA, "new_text")
    inputs = [block["label"]["text"] for block in window(handlers)["blocks"] if block["type"] == "input"]
    assert inputs == ["To", "Text"]
    await handlers.slack.suggest(AVA, "compose_to", DANA, view_id=window(handlers)["id"])
    values = typed(compose_to=f"number {DANA}", compose_text="Hi from a window")
    assert (await handlers.slack.submit(AVA, window(handlers)["id"], values)).status == 200
    await handlers.idle()
    assert carrier.phone(DANA) == ["Hi from a window"]


async def test_a_shortcut_that_cannot_be_left_out(handlers: Handlers) -> None:
    """A shortcut of the app stands in Slack whatever a number can do: who uses it is told why nothing opens."""
    await handlers.slack.shortcut(AVA, "new_wave")
    await handlers.idle()
    assert f"{CANNOT} does not text many people at once." in words(window(handlers))


async def test_a_contact_is_what_is_known_here(handlers: Handlers) -> None:
    """The card of a contact says what is known here and that this number keeps no contacts; it offers no change."""
    await handlers.open_thread(DANA, "Where is my order?")
    assert shown(DANA) in await volt(handlers, f"contact {DANA}")
    card = words(handlers.slack.ephemerals[-1])
    assert "SMS by Pigeon keeps no contacts: this is what is known here." in card
    assert "Where is my order?" in card
    assert "Open thread" in card
    assert [label for label in ("Save a name", "Edit", "Block", "Earlier texts") if label in card.split("\n")] == []


async def test_the_status_of_a_text_is_what_is_known_here(handlers: Handlers, carrier: SendOnlyServer) -> None:
    """A text of ours is found by the provider's id in our own record; of any other nobody can be asked."""
    await volt(handlers, f"send {DANA} Your order is ready")
    await handlers.idle()
    assert len(carrier.taken) == 1
    await volt(handlers, "status t1")
    card = str(handlers.slack.ephemerals[-1]["blocks"])
    assert "SMS by Pigeon cannot be asked about a text. Our own record says:" in card
    assert "Pigeon's id" in card
    unknown = await volt(handlers, "status t99")
    assert unknown.startswith("We know no text with the id `t99`. SMS by Pigeon cannot be asked for it.")


async def test_all_actions_of_a_thread(handlers: Handlers) -> None:
    """All actions on a conversation leave out the provider's history, contacts and later texts."""
    thread = await handlers.open_thread()
    await handlers.slack.shortcut(AVA, "conversation", channel=CHANNEL, message_ts=thread)
    await handlers.slack.until(lambda: handlers.slack.ephemerals)
    labels = str(handlers.slack.ephemerals[-1]["blocks"][-1])
    assert "Assign to me" in labels
    assert "Reply with a template…" in labels
    assert [label for label in ("Save a name", "Schedule a text…", "Earlier texts") if label in labels] == []


async def test_a_template_is_texted(handlers: Handlers, carrier: SendOnlyServer) -> None:
    """A template of the team's is sent from its window as from everywhere."""
    thread = await handlers.open_thread()
    await home(handlers)
    await handlers.slack.press_in_view(AVA, handlers.slack.homes[AVA]["id"], "template_add")
    await fill(handlers, template_name="Hours", template_body="We are open from 9 to 5")
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value="template:1")
    await handlers.slack.until(lambda: is_open(handlers))
    await handlers.slack.press_in_view(AVA, window(handlers)["id"], "template_pick", value="1")
    shown_words = next(block for block in window(handlers)["blocks"] if block["block_id"].startswith("template_words"))
    text = shown_words["element"]["initial_value"]
    await handlers.slack.submit(AVA, window(handlers)["id"], typed(**{shown_words["block_id"]: text}))
    await handlers.idle()
    assert carrier.phone(DANA) == ["We are open from 9 to 5"]


async def test_home(handlers: Handlers) -> None:
    """App Home shows who waits, lets a text be written, and speaks of this provider in its health."""
    await handlers.open_thread(DANA, "Hello")
    said = words(await home(handlers))
    assert "Unassigned (1)" in said
    assert "New text" in said
    assert "Volt" not in said
    assert "Slack and Pigeon have taken everything that was due." in said
