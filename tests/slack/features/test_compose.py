"""Texts written in windows: new ones, and messages that stand in Slack; each is sent once."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.ids import ChannelId
from bot.domain.phone import E164
from bot.ports.storage import Transaction
from bot.sandbox.slack.ui.payloads import in_view, interaction
from bot.sandbox.slack.ui.views import filled
from bot.sandbox.volt.model import Request
from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.sight import Sight
from tests.harness.trail import deeds_in
from tests.harness.windows import fill, is_open, press_in_window, typed, window, words
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO

PICTURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def nothing_is_refused(handlers: Handlers) -> Any:
    """Check at the end that Slack took every view and every answer."""
    yield
    assert handlers.slack.refused == []


async def new_text(bot: Sight, user: str = AVA) -> str:
    """Use the shortcut and return the id of the window."""
    assert (await bot.slack.shortcut(user, "new_text")).status == 200
    return str(window(bot, user)["id"])


async def look_up(bot: Sight, who: str, user: str = AVA) -> list[tuple[str, str]]:
    """Type into the menu of contacts and return its options: what they say and what they stand for."""
    answer = await bot.slack.suggest(user, "compose_to", who, view_id=window(bot, user)["id"])
    return [(one["text"]["text"], one["value"]) for one in answer.body["options"]]


def scheduled(bot: Sight) -> list[Request]:
    """Return the requests that had Volt schedule a text, answered or not."""
    return [one for one in bot.volt.requests if one.operation == "ScheduleText"]


async def submitted(bot: Sight, shown: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Submit a window as it stood, with a ticket of its own, and return the answer."""
    payload = interaction("view_submission", bot.slack.users[AVA], {"trigger_id": ticket})
    payload |= {"view": filled(bot.slack, shown), "response_urls": []} | in_view(filled(bot.slack, shown))
    return dict((await bot.slack._carry(payload)).body)


async def filled_in(bot: Sight, **more: Any) -> dict[str, Any]:
    """Open the window, fill it in for Dana and two hours from now, and return it; nothing is submitted yet."""
    await new_text(bot)
    await look_up(bot, DANA)
    shown = window(bot)
    given = {"compose_to": f"number {DANA}", "compose_text": "Hi", "compose_at": int(time.time()) + 7_200} | more
    bot.slack._fill_in(shown, typed(**given))
    return shown


async def told(bot: Sight, ts: str) -> str:
    """Use Send as text on a message that is not texted, and return what is said about it."""
    before = len(bot.slack.ephemerals)
    await bot.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=ts)
    await bot.slack.until(lambda: len(bot.slack.ephemerals) > before)
    return str(bot.slack.ephemerals[-1]["text"])


async def add_template(bot: Sight, name: str, body: str) -> None:
    """Add a template from App Home."""
    await bot.slack.open_home(AVA)
    await bot.slack.until(lambda: AVA in bot.slack.homes)
    await bot.slack.press_in_view(AVA, bot.slack.homes[AVA]["id"], "template_add")
    await fill(bot, template_name=name, template_body=body)


async def test_a_new_text_to_a_known_contact(handlers: Handlers) -> None:
    """A contact is found by name or number, and the window that confirms the text links to the thread."""
    thread = await handlers.open_thread(DANA, "Hello")
    await new_text(handlers)
    assert await look_up(handlers, "0145") == [("(555) 555-0145", "talk 1")]
    assert await look_up(handlers, DANA) == [("(555) 555-0145", "talk 1")]
    assert await look_up(handlers, "nobody") == []
    assert await look_up(handlers, ACCOUNT) == [("(555) 555-0123 is our own number.", "nobody")]
    await fill(handlers, compose_to="talk 1", compose_text="Hi Dana")
    await handlers.receives("Hi Dana")
    link = f"https://sandbox.slack.com/archives/{CHANNEL}/p{thread.replace('.', '')}"
    assert f"How far it is shows in <{link}|its thread>." in words(window(handlers))


async def test_a_number_is_found_however_it_is_written(handlers: Handlers) -> None:
    """Whoever a number means is offered, as people abroad dial it or as the menu shows it; what is none says why."""
    await handlers.open_thread(DANA, "Hello")
    await new_text(handlers)
    for written in ("001 555 555 0145", "<tel:+15555550145|(555) 555-0145>", "Dana · (555) 555-0145", "٥٥٥ ٥٥٥ ٠١٤٥"):
        assert await look_up(handlers, written) == [("(555) 555-0145", "talk 1")]
    assert await look_up(handlers, "+44 (0)20 7946 0958") == [("+44 20 7946 0958", "number +442079460958")]
    ((said, value),) = await look_up(handlers, "5550199")
    assert said.startswith("5550199 is too short to be a phone number")
    refused = await fill(handlers, compose_to=value, compose_text="Hi")
    assert refused.body["errors"] == {"compose_to": "Choose who the text is for."}


async def test_one_window_sends_one_text(handlers: Handlers) -> None:
    """The same window submitted twice, whatever its ticket, texts once, and claims nothing about it the second time."""
    await new_text(handlers)
    await look_up(handlers, DANA)
    shown = window(handlers)
    handlers.slack._fill_in(shown, typed(compose_to=f"number {DANA}", compose_text="Only once"))
    for ticket in ("1.1.a", "1.1.a", "2.2.b"):
        answer = await submitted(handlers, shown, ticket)
        assert answer["response_action"] == "update"
        assert words(answer["view"]).startswith("Your text to (555) 555-0145 ")
    assert " is taken in. What becomes of it shows in " in words(answer["view"])
    await fill(handlers, compose_text="Only once")
    await handlers.receives("Only once")
    await new_text(handlers)
    await look_up(handlers, DANA)
    await fill(handlers, compose_to="talk 1", compose_text="and this")
    await handlers.receives("Only once", "and this")


@pytest.mark.parametrize(
    ("given", "block", "answer"),
    [
        ({}, "compose_to", "Choose who the text is for."),
        ({"compose_to": f"number {DANA}"}, "compose_text", "There is nothing to send yet: write a text, or add a"),
        ({"compose_to": f"number {DANA}", "compose_text": " \n "}, "compose_text", "There is nothing to send yet"),
        ({"compose_to": f"number {DANA}", "compose_text": "// for us"}, "compose_text", "The text begins with //"),
        ({"compose_to": f"number {DANA}", "compose_text": "Hi", "compose_at": 1}, "compose_at", "19:00 on Wednesday"),
    ],
)
async def test_what_a_new_text_needs(handlers: Handlers, given: dict[str, Any], block: str, answer: str) -> None:
    """What is missing or wrong is said at the field, the window stays, and nothing is sent."""
    await new_text(handlers)
    await look_up(handlers, DANA)
    errors = (await fill(handlers, **given)).body["errors"]
    assert list(errors) == [block]
    assert errors[block].startswith(answer)
    assert is_open(handlers)
    await handlers.open_thread(MARCO)
    assert handlers.sends() == []


async def test_preview(handlers: Handlers) -> None:
    """The preview shows the words as the phone will, how many parts they make, and the last texts, all inert."""
    thread = await handlers.open_thread(DANA, "where is <!channel> my *order*?")
    await handlers.reply(thread, "It is on its way")
    await handlers.receives("It is on its way")
    await new_text(handlers)
    await look_up(handlers, "0145")
    await press_in_window(
        handlers, "compose_preview", values=typed(compose_to="talk 1", compose_text="Hi :wave:  *you*")
    )
    shown = words(window(handlers))
    assert "The phone will show:\nHi 👋  *you*\n" in shown
    assert "11 characters, 1 part, room for 58 more characters in the last one. Emoji or special letters" in shown
    assert "Last texts:\nContact: where is <!channel> my *order*?\nUs: It is on its way" in shown
    texts = [block["text"] for block in window(handlers)["blocks"] if block["type"] == "section"]
    assert {text["type"] for text in texts} == {"plain_text"}
    await fill(handlers)
    await handlers.receives("It is on its way", "Hi 👋  *you*")


async def test_preview_for_nobody(handlers: Handlers) -> None:
    """A preview before anybody is chosen says what is missing, over the window."""
    await new_text(handlers)
    await press_in_window(handlers, "compose_preview")
    await handlers.slack.until(lambda: len(handlers.slack.open_modals[AVA]) == 2)
    assert words(window(handlers)) == "Choose who the text is for."


async def test_preview_of_a_number(handlers: Handlers) -> None:
    """A preview for a number that nobody has texted says that there are no texts, and keeps who was chosen."""
    await new_text(handlers)
    await look_up(handlers, DANA)
    await press_in_window(
        handlers, "compose_preview", values=typed(compose_to=f"number {DANA}", compose_text="x" * 200)
    )
    assert "200 characters, 2 parts, room for 106 more characters in the last one." in words(window(handlers))
    assert "There are no texts with this number yet." in words(window(handlers))
    await fill(handlers)
    await handlers.receives("x" * 200)


async def test_send_later(handlers: Handlers) -> None:
    """A text with a time is handed to Volt once, to be sent then, and a window says when in words."""
    at = int(time.time()) + 7_200
    await new_text(handlers)
    await look_up(handlers, DANA)
    await fill(handlers, compose_to=f"number {DANA}", compose_text="See you :wave:", compose_at=at)
    assert words(window(handlers)).startswith("Scheduled. (555) 555-0145 gets your text on ")
    assert [one.variables["message"]["messageBody"] for one in scheduled(handlers)] == ["See you 👋"]
    assert handlers.sends() == []
    line = seen(await handlers.line("See you"))
    assert line.startswith(f"Scheduled by <@{AVA}> for <!date^{at}^")
    assert line.endswith("\nSee you 👋")
    assert deeds_in(handlers.database) == [(AVA, "scheduled a text", handlers.volt.waves[0].id)]


async def test_one_window_schedules_one_text(handlers: Handlers) -> None:
    """The same window submitted twice, whatever its ticket, schedules once and says the same; the next is another."""
    shown = await filled_in(handlers)
    for ticket in ("1.1.a", "2.2.b"):
        answer = await submitted(handlers, shown, ticket)
        assert words(answer["view"]).startswith("Scheduled. (555) 555-0145 gets your text on ")
    assert len(scheduled(handlers)) == 1
    await submitted(handlers, await filled_in(handlers, compose_to="talk 1"), "3.3.c")
    assert len(scheduled(handlers)) == 2


async def test_a_certain_refusal_of_send_later(handlers: Handlers) -> None:
    """Where Volt certainly took nothing the window stays with the reason, and may be sent again with other words."""
    shown = await filled_in(handlers)
    handlers.volt.rules.statuses = [(503, 1.0)]
    refused = await submitted(handlers, shown, "1.1.a")
    assert refused["errors"]["compose_text"].startswith("Volt is busy or cannot be reached, so nothing was scheduled.")
    handlers.slack._fill_in(shown, typed(compose_text="Hello"))
    assert words((await submitted(handlers, shown, "2.2.b"))["view"]).startswith("Scheduled. ")
    assert [one.body for one in handlers.volt.waves] == ["Hello"]


async def test_send_later_to_who_wants_no_texts(handlers: Handlers) -> None:
    """For a contact who opted out nothing is scheduled, and the window says why."""
    await handlers.open_thread(DANA, "Hello")

    def opt_out(tx: Transaction) -> None:
        conversation = tx.conversations.find(E164(ACCOUNT), E164(DANA))
        assert conversation is not None
        tx.conversations.save(replace(conversation, is_opted_out=True))

    await handlers.store.run(opt_out)
    answer = await submitted(handlers, await filled_in(handlers, compose_to="talk 1"), "1.1.a")
    assert "(555) 555-0145 has opted out." in words(answer["view"])
    assert scheduled(handlers) == []


async def test_send_later_from_another_number_of_ours(handlers: Handlers) -> None:
    """A text for later to a contact of another account number leaves from that number."""
    other = E164("+15555550199")
    await handlers.store.run(lambda tx: tx.conversations.add(other, E164(DANA), ChannelId(CHANNEL)))
    await submitted(handlers, await filled_in(handlers, compose_to="talk 1"), "1.1.a")
    (one,) = scheduled(handlers)
    assert one.variables["primaryPhone"] == other


async def test_pictures_cannot_wait(handlers: Handlers) -> None:
    """A picture is not taken for later, and nothing is handed to Volt."""
    await new_text(handlers)
    await look_up(handlers, DANA)
    picture = handlers.slack.add_file(AVA, "shoe.png", "image/png", PICTURE)
    at = int(time.time()) + 7_200
    refused = await fill(handlers, compose_to=f"number {DANA}", compose_files=[picture], compose_at=at)
    assert refused.body["errors"]["compose_files"].startswith("Pictures can only be sent now.")
    assert scheduled(handlers) == []


async def test_a_lost_answer_to_send_later(handlers: Handlers) -> None:
    """Where Volt's answer is lost nobody guesses: the window says that it is not known, and the call is made once."""
    shown = await filled_in(handlers)
    handlers.volt.rules.drop_answers = 1
    for ticket in ("1.1.a", "2.2.b"):
        answer = await submitted(handlers, shown, ticket)
        assert "we do not know whether it is scheduled" in words(answer["view"])
    assert len(scheduled(handlers)) == 1


async def test_two_people_send_one_message(handlers: Handlers) -> None:
    """Two windows about one message text it once; the second says that it was texted."""
    thread = await handlers.open_thread()
    ts = await handlers.reply(thread, "// hold")
    for user in (AVA, BEN):
        await handlers.slack.shortcut(user, "send_as_text", channel=CHANNEL, message_ts=ts)
    await fill(handlers, AVA, compose_text="Go")
    late = await fill(handlers, BEN, compose_text="Go")
    assert late.body["errors"]["compose_text"].startswith("This message has been texted already")
    await handlers.receives("Go")


async def test_a_message_that_waits_for_a_word(handlers: Handlers) -> None:
    """A reply that waits for somebody to press Send is not texted past that question, but points to it."""
    thread = await handlers.open_thread()
    await handlers.slack.command(AVA, CHANNEL, "/volt", "mode confirm")
    ts = await handlers.reply(thread, "Your order is ready")
    await handlers.line("[Send]")
    await handlers.slack.shortcut(BEN, "send_as_text", channel=CHANNEL, message_ts=ts)
    await handlers.slack.until(lambda: any("press Send under it" in one["text"] for one in handlers.slack.ephemerals))
    assert not is_open(handlers, BEN)
    assert handlers.sends() == []


async def test_a_customers_words_are_passed_on(handlers: Handlers) -> None:
    """A post of the bot, or a message elsewhere, opens the window with its words; another contact may be chosen."""
    await handlers.open_thread(MARCO, "Hello")
    thread = await handlers.open_thread(DANA, "my address is 1 Main St")
    post = handlers.thread(DANA)[-1]
    await handlers.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=post.ts)
    assert await look_up(handlers, MARCO) == [("(555) 555-0146", "talk 1")]
    await fill(handlers, compose_to="talk 1")
    await handlers.receives("my address is 1 Main St", contact=MARCO)
    ts = await handlers.reply(thread, "// for another one")
    await handlers.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=ts)
    await look_up(handlers, MARCO)
    await fill(handlers, compose_to="talk 1", compose_text="for you")
    await handlers.receives("my address is 1 Main St", "for you", contact=MARCO)
    assert handlers.phone(DANA) == []
    kept = handlers.slack.find(CHANNEL, ts)
    assert kept is not None
    assert kept.reactions == {}
    elsewhere = await handlers.slack.say(AVA, CHANNEL, "see <https://example.com/a|our page>")
    await handlers.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=elsewhere)
    await look_up(handlers, DANA)
    await fill(handlers, compose_to="talk 2")
    await handlers.receives("see our page (https://example.com/a)", contact=DANA)


@pytest.mark.parametrize("texted", ["STOP", None])
async def test_the_bots_own_words_are_not_for_a_customer(handlers: Handlers, texted: str | None) -> None:
    """A header or a notice of the bot is no text: the shortcut says so, and no window opens."""
    ts = await handlers.open_thread()
    if texted:
        await handlers.hear(DANA, texted)
        ts = (await handlers.line("has opted out")).ts
    assert (await told(handlers, ts)).startswith("The bot wrote this, so it is not for a customer.")
    assert not is_open(handlers)


async def test_what_slack_wrote_is_not_for_a_customer(handlers: Handlers) -> None:
    """What Slack says about a channel, and what was deleted meanwhile, is not texted."""
    thread = await handlers.open_thread()
    joined = await handlers.slack.say(AVA, CHANNEL, "has joined the channel", subtype="channel_join")
    gone = await handlers.reply(thread, "// never mind")
    message = handlers.slack.message_at(CHANNEL, gone)
    await handlers.slack.delete(CHANNEL, gone)
    message.deleted = False  # the menu of the message was open when it was deleted
    assert await told(handlers, joined) == "Slack wrote this, so it is not for a customer."
    assert await told(handlers, gone) == "This message was deleted, so there is nothing to text."
    assert not is_open(handlers)


async def test_files_of_a_message_do_not_come_along(handlers: Handlers) -> None:
    """A message of files alone opens a window that says so; what the contact wrote is offered to others only."""
    await handlers.open_thread(DANA, "my address is 1 Main St")
    file = {"id": "F1", "name": "a.png", "mimetype": "image/png", "size": 9, "url_private": "https://example.com/a"}
    ts = await handlers.slack.say(AVA, CHANNEL, "", subtype="file_share", files=[file])
    await handlers.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=ts)
    assert "The message has 1 file. To text it too, add it below." in words(window(handlers))
    await handlers.slack.shortcut(BEN, "send_as_text", channel=CHANNEL, message_ts=handlers.thread(DANA)[-1].ts)
    inputs = {block["block_id"]: block["element"] for block in window(handlers, BEN)["blocks"] if "element" in block}
    assert inputs["compose_text"]["initial_value"] == "my address is 1 Main St"
    assert "initial_option" not in inputs["compose_to"]
