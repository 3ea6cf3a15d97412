"""Commands, forms and App Home over a line at Carium: they do what it can, and say what it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox import CourierStandIn
from bot.slack.ingress.registry import COMMANDS
from tests.harness import screen
from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.windows import fill, is_open, typed, window, words
from tests.harness.world import AVA, CHANNEL, DANA, shown
from tests.slack.courier.conftest import Line
from tests.slack.features.test_home import home
from tests.slack.features.test_send import volt

CANNOT = "This number cannot do that: SMS by Carium (experimental)"
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
    "template (555) 555-0145": "has no approved templates.",
    "contact (555) 555-0145 channel off": "reaches everybody by texts; there are no channels to choose.",
}
DONE = {
    "send (555) 555-0145 Your order is ready": "goes out as soon as Carium takes it.",
    "open (555) 555-0145": "",
    "contact (555) 555-0145": "(555) 555-0145",
    "status 1b4e28ba": "Carium knows no text with the id",
    "me": "Nobody waits for you.",
    "route": "",
    "mode": "",
    "hours": "No office hours are set",
    "goal": "No goals are set",
    "tag": "There are no tags yet.",
    "search": "Write words of a name, of a number or of a text,",
    "on": "You are on duty:",
    "off": "You are off duty:",
    "away": "Say until when you are away.",
    "workflows": "Workflows may not text in your name.",
    "reactions": "Reactions to a contact's text stay in Slack",
    "assign": "The form is open.",
    "figures": "*Figures of the last 30 days*",
    "connect": "This workspace is connected by the bot's configuration.",
    "connect courier": "",
    "help": "`/volt send",
}


def test_every_command_is_tried() -> None:
    """No command is left out of what is tried below."""
    assert {text.split()[0] for text in (*REFUSED, *DONE)} == set(COMMANDS)


@pytest.mark.parametrize(("typed_text", "why"), REFUSED.items())
async def test_what_it_cannot_do_is_refused_in_words(handlers: Line, typed_text: str, why: str) -> None:
    """A command that this number cannot do says so and why, in one sentence; no window opens and nothing is asked."""
    assert await volt(handlers, typed_text) == f"{CANNOT} {why}"
    assert not is_open(handlers)


@pytest.mark.parametrize(("typed_text", "answer"), DONE.items())
async def test_what_it_can_do_is_answered(handlers: Line, typed_text: str, answer: str) -> None:
    """Every other command does what it does everywhere, or says what is missing."""
    said = await volt(handlers, typed_text)
    await handlers.idle()
    assert said
    assert answer in said
    assert "cannot do that" not in said
    assert "Volt" not in said


async def test_the_help_lists_what_it_can_do(handlers: Line) -> None:
    """The help leaves out what this number cannot do; the rest stands there as everywhere."""
    answer = await volt(handlers, "help")
    can = ("send", "open", "contact", "status", "me", "mode", "route", "connect")
    assert [word for word in can if f"`/volt {word}" not in answer] == []
    left_out = [text.split()[0] for text in REFUSED if "channel" not in text]
    assert [word for word in left_out if f"`/volt {word}" in answer] == []
    assert "channel ID" not in answer


async def test_a_text_and_its_answer(handlers: Line, courier: CourierStandIn) -> None:
    """A text by command opens its thread and goes out once, and so does a reply to what is answered."""
    assert "goes out as soon as Carium takes it." in await volt(handlers, f"send {DANA} Your order is ready")
    await handlers.idle()
    thread = await handlers.open_thread(DANA, "Great")
    ts = await handlers.reply(thread, "On its way")
    await handlers.marked(ts, "outbox_tray")
    assert courier.phone(DANA) == ["Your order is ready", "On its way"]
    assert len(handlers.headers(DANA)) == 1


async def test_the_header_says_that_it_is_experimental(handlers: Line) -> None:
    """The header of every thread of this line says so, also where it is the only one."""
    await handlers.open_thread(DANA, "Hello")
    assert "· experimental" in seen(handlers.headers(DANA)[-1]).split("\n")[0]


async def test_a_picture_is_refused_in_words(handlers: Line, courier: CourierStandIn) -> None:
    """A reply with a file is not sent without it: the thread says that this number takes words only."""
    thread = await handlers.open_thread()
    file = handlers.slack.add_file(AVA, "parcel.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    await handlers.reply(thread, "Look", files=[file])
    line = await handlers.line("Nothing was sent:")
    why = "files cannot be texted from this number: SMS by Carium (experimental) takes words only."
    assert seen(line) == f"Nothing was sent: {why} Write it again without them."
    assert courier.texts == []


async def test_the_window_for_a_new_text(handlers: Line, courier: CourierStandIn) -> None:
    """The window for a new text asks for the contact and the words, not for pictures or a time; it sends once."""
    await handlers.slack.shortcut(AVA, "new_text")
    inputs = [block["label"]["text"] for block in window(handlers)["blocks"] if block["type"] == "input"]
    assert inputs == ["To", "Text"]
    await handlers.slack.suggest(AVA, "compose_to", DANA, view_id=window(handlers)["id"])
    values = typed(compose_to=f"number {DANA}", compose_text="Hi from a window")
    assert (await handlers.slack.submit(AVA, window(handlers)["id"], values)).status == 200
    await handlers.idle()
    assert courier.phone(DANA) == ["Hi from a window"]


async def test_a_shortcut_that_cannot_be_left_out(handlers: Line) -> None:
    """A shortcut of the app stands in Slack whatever a number can do: who uses it is told why nothing opens."""
    await handlers.slack.shortcut(AVA, "new_wave")
    await handlers.idle()
    assert f"{CANNOT} does not text many people at once." in words(window(handlers))


async def test_all_actions_of_a_thread(handlers: Line) -> None:
    """All actions on a conversation leave out the provider's history, contacts, later texts and approved templates."""
    thread = await handlers.open_thread()
    await handlers.slack.shortcut(AVA, "conversation", channel=CHANNEL, message_ts=thread)
    await handlers.slack.until(lambda: handlers.slack.ephemerals)
    labels = str(handlers.slack.ephemerals[-1]["blocks"][-1])
    assert "Assign to me" in labels
    assert "Reply with a template…" in labels
    missing = ("Save a name", "Schedule a text…", "Earlier texts", "Choose a template")
    assert [label for label in missing if label in labels] == []


OLD = [
    *[("contact_edit", "pair"), ("contact_consent", "pair"), ("contact_block", "pair"), ("contact_unblock", "pair")],
    ("contact_history", "pair"),
    *[("schedule", "id"), ("contact", "id"), ("choose_template", "id"), ("approved_template", "id")],
    *[("webhook_register", "pair"), ("list_create", "VIP"), ("list_edit", "VIP"), ("list_add", "VIP")],
]
"""Buttons that this line never shows, by what their value is; they may stand in messages of before."""


@pytest.mark.parametrize(("action", "value"), OLD)
async def test_a_button_of_before(handlers: Line, action: str, value: str) -> None:
    """A button that stands there from before answers in words that this number cannot do it."""
    thread = await handlers.open_thread()
    account = handlers.context.account
    values = {"pair": f"{account} {DANA}", "id": "1"}
    label = {"type": "plain_text", "text": "Old"}
    element = {"type": "button", "action_id": action, "value": values.get(value, value), "text": label}
    [header] = handlers.headers(DANA)
    header.blocks.append({"type": "actions", "block_id": "old", "elements": [element]})
    await handlers.slack.press(AVA, CHANNEL, thread, action, block_id="old")
    await handlers.idle()
    assert CANNOT in _last_words(handlers)


def _last_words(handlers: Handlers) -> str:
    views: Any = handlers.slack.open_modals.get(AVA)
    shown_last = words(window(handlers)) if views else ""
    answers = [str(one.get("text", "")) for one in handlers.slack.ephemerals[-1:]]
    return "\n".join([shown_last, *answers, *map(str, handlers.slack.responses[-1:])])


async def test_a_template_is_texted(handlers: Line, courier: CourierStandIn) -> None:
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
    assert courier.phone(DANA) == ["We are open from 9 to 5"]


async def test_what_became_of_a_text(handlers: Line, courier: CourierStandIn) -> None:
    """A text is found by Carium's id, with what became of it and why."""
    await volt(handlers, f"send {DANA} Your order is ready")
    await handlers.idle()
    [text] = courier.texts
    await courier.move(text, "undelivered", "30006", tells=False)
    card = screen.seen(await screen.typed(handlers, f"status {text.id}"))
    assert "This is a landline" in card
    assert shown(DANA) in card


async def test_home(handlers: Line) -> None:
    """App Home shows who waits, lets a text be written, and speaks of this provider in its health."""
    await handlers.open_thread(DANA, "Hello")
    said = words(await home(handlers))
    assert "Unassigned (1)" in said
    assert "New text" in said
    assert "Volt" not in said
    assert "Slack and Carium have taken everything that was due." in said
    assert "could not be read" not in said


@pytest.mark.parametrize("wants_factor", [False, True])
async def test_a_login_that_is_not_accepted_any_more(
    handlers: Line, courier: CourierStandIn, *, wants_factor: bool
) -> None:
    """What cannot be asked because of the login says so and who has to act, and does not blame the address."""
    courier.sessions.kill()
    if not wants_factor:
        courier.sessions.users.clear()
    courier.rules.wants_second_factor = wants_factor
    said = await volt(handlers, "status 1b4e28ba")
    words_of_it = "wants a second factor" if wants_factor else "does not accept the bot's login"
    assert said.startswith(f"Carium {words_of_it}")
    assert "An admin has to" in said
    assert "address" not in said
