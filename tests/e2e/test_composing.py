"""Texts written in windows: new ones, messages that stand in Slack, and templates; each is sent once."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.ids import ChannelId
from bot.domain.phone import E164
from bot.ledger import Ledger
from bot.sandbox.slack_payloads import in_view, interaction
from bot.sandbox.slack_views import filled
from bot.sandbox.volt_model import Request
from bot.sandbox.volt_pictures import CARD_TEXT
from bot.store.sqlite import open_for_reading
from tests.harness.in_process import Relay
from tests.harness.posts import seen, takes
from tests.harness.windows import fill, is_open, press_in_window, typed, window, words
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO

PICTURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def nothing_is_refused(relay: Relay) -> Any:
    """Check at the end that Slack took every view and every answer."""
    yield
    assert relay.slack.refused == []


async def new_text(relay: Relay, user: str = AVA) -> str:
    """Use the shortcut and return the id of the window."""
    assert (await relay.slack.shortcut(user, "new_text")).status == 200
    return str(window(relay, user)["id"])


async def look_up(relay: Relay, who: str, user: str = AVA) -> list[tuple[str, str]]:
    """Type into the menu of contacts and return its options: what they say and what they stand for."""
    answer = await relay.slack.suggest(user, "compose_to", who, view_id=window(relay, user)["id"])
    return [(one["text"]["text"], one["value"]) for one in answer.body["options"]]


async def test_a_new_text_to_a_new_number(relay: Relay) -> None:
    """A number that is typed can be texted: the text goes out once and a window says where the conversation is."""
    await new_text(relay)
    assert await look_up(relay, "555 555 0145") == [("(555) 555-0145", f"number {DANA}")]
    await fill(relay, compose_to=f"number {DANA}", compose_text="Your order is ready :wave: <b>&amp;</b>")
    await relay.receives("Your order is ready 👋 <b>&amp;</b>")
    assert words(window(relay)) in takes(f"<#{CHANNEL}>")
    assert seen(await relay.line("texted:")).startswith(f"<@{AVA}> texted:\nYour order is ready")


async def test_a_new_text_to_a_known_contact(relay: Relay) -> None:
    """A contact is found by name or number, and the window that confirms the text links to the thread."""
    thread = await relay.open_thread(DANA, "Hello")
    await new_text(relay)
    assert await look_up(relay, "0145") == [("(555) 555-0145", "talk 1")]
    assert await look_up(relay, DANA) == [("(555) 555-0145", "talk 1")]
    assert await look_up(relay, "nobody") == []
    assert await look_up(relay, ACCOUNT) == [("(555) 555-0123 is our own number.", "nobody")]
    await fill(relay, compose_to="talk 1", compose_text="Hi Dana")
    await relay.receives("Hi Dana")
    link = f"https://sandbox.slack.com/archives/{CHANNEL}/p{thread.replace('.', '')}"
    assert f"How far it is shows in <{link}|its thread>." in words(window(relay))


async def test_a_number_is_found_however_it_is_written(relay: Relay) -> None:
    """Whoever a number means is offered, as people abroad dial it or as the menu shows it; what is none says why."""
    await relay.open_thread(DANA, "Hello")
    await new_text(relay)
    for written in ("001 555 555 0145", "<tel:+15555550145|(555) 555-0145>", "Dana · (555) 555-0145", "٥٥٥ ٥٥٥ ٠١٤٥"):
        assert await look_up(relay, written) == [("(555) 555-0145", "talk 1")]
    assert await look_up(relay, "+44 (0)20 7946 0958") == [("+44 20 7946 0958", "number +442079460958")]
    ((said, value),) = await look_up(relay, "5550199")
    assert said.startswith("5550199 is too short to be a phone number")
    refused = await fill(relay, compose_to=value, compose_text="Hi")
    assert refused.body["errors"] == {"compose_to": "Choose who the text is for."}


async def test_one_window_sends_one_text(relay: Relay) -> None:
    """The same window submitted twice, whatever its ticket, texts once, and claims nothing about it the second time."""
    await new_text(relay)
    await look_up(relay, DANA)
    shown = window(relay)
    relay.slack._fill_in(shown, typed(compose_to=f"number {DANA}", compose_text="Only once"))
    for ticket in ("1.1.a", "1.1.a", "2.2.b"):
        answer = await submitted(relay, shown, ticket)
        assert answer["response_action"] == "update"
        assert words(answer["view"]).startswith("Your text to (555) 555-0145 ")
    assert " is taken in. What becomes of it shows in " in words(answer["view"])
    await fill(relay, compose_text="Only once")
    await relay.receives("Only once")
    await new_text(relay)
    await look_up(relay, DANA)
    await fill(relay, compose_to="talk 1", compose_text="and this")
    await relay.receives("Only once", "and this")


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
async def test_what_a_new_text_needs(relay: Relay, given: dict[str, Any], block: str, answer: str) -> None:
    """What is missing or wrong is said at the field, the window stays, and nothing is sent."""
    await new_text(relay)
    await look_up(relay, DANA)
    errors = (await fill(relay, **given)).body["errors"]
    assert list(errors) == [block]
    assert errors[block].startswith(answer)
    assert is_open(relay)
    await relay.open_thread(MARCO)
    assert relay.sends() == []


async def test_preview(relay: Relay) -> None:
    """The preview shows the words as the phone will, how many parts they make, and the last texts, all inert."""
    thread = await relay.open_thread(DANA, "where is <!channel> my *order*?")
    await relay.reply(thread, "It is on its way")
    await relay.receives("It is on its way")
    await new_text(relay)
    await look_up(relay, "0145")
    await press_in_window(relay, "compose_preview", values=typed(compose_to="talk 1", compose_text="Hi :wave:  *you*"))
    shown = words(window(relay))
    assert "The phone will show:\nHi 👋  *you*\n" in shown
    assert "11 characters, 1 part, room for 58 more characters in the last one. Emoji or special letters" in shown
    assert "Last texts:\nContact: where is <!channel> my *order*?\nUs: It is on its way" in shown
    texts = [block["text"] for block in window(relay)["blocks"] if block["type"] == "section"]
    assert {text["type"] for text in texts} == {"plain_text"}
    await fill(relay)
    await relay.receives("It is on its way", "Hi 👋  *you*")


async def test_preview_for_nobody(relay: Relay) -> None:
    """A preview before anybody is chosen says what is missing, over the window."""
    await new_text(relay)
    await press_in_window(relay, "compose_preview")
    await relay.slack.until(lambda: len(relay.slack.open_modals[AVA]) == 2)
    assert words(window(relay)) == "Choose who the text is for."


async def test_preview_of_a_number(relay: Relay) -> None:
    """A preview for a number that nobody has texted says that there are no texts, and keeps who was chosen."""
    await new_text(relay)
    await look_up(relay, DANA)
    await press_in_window(relay, "compose_preview", values=typed(compose_to=f"number {DANA}", compose_text="x" * 200))
    assert "200 characters, 2 parts, room for 106 more characters in the last one." in words(window(relay))
    assert "There are no texts with this number yet." in words(window(relay))
    await fill(relay)
    await relay.receives("x" * 200)


async def test_files_that_phones_do_not_show(relay: Relay) -> None:
    """A file of another kind than phones show is refused in words, by its name."""
    await relay.restart(public_url=relay.url)
    await new_text(relay)
    await look_up(relay, DANA)
    sheet = relay.slack.add_file(AVA, "prices.pdf", "application/pdf", b"%PDF")
    refused = await fill(relay, compose_to=f"number {DANA}", compose_text="Hi", compose_files=[sheet])
    assert refused.body["errors"] == {
        "compose_files": '"prices.pdf" cannot be texted: phones show JPEG, PNG, GIF and contact cards (vcf).'
    }
    picture = relay.slack.add_file(AVA, "shoe.png", "image/png", PICTURE)
    await fill(relay, compose_files=[picture])
    (text,) = await relay.receives("Hi")
    await relay.volt.until(lambda: text.fetched)
    assert text.fetched[0].data == PICTURE


async def test_contact_cards_without_a_clear_type(relay: Relay) -> None:
    """A contact card goes along under every type that a reply could carry it under, and without one."""
    await relay.restart(public_url=relay.url)
    await relay.open_thread(DANA, "Hello")
    for number, kind in enumerate(("application/octet-stream", "text/plain", "text/directory", "")):
        await new_text(relay)
        await look_up(relay, "0145")
        card = relay.slack.add_file(AVA, "Dana.VCF", kind or "text/vcard", CARD_TEXT.encode())
        given = await fill(
            relay, compose_to="talk 1", compose_text=str(number), compose_files=[card | {"mimetype": kind}]
        )
        assert "errors" not in given.body
    texts = await relay.receives("0", "1", "2", "3")
    await relay.volt.until(lambda: all(text.fetched for text in texts))


def scheduled(relay: Relay) -> list[Request]:
    """Return the requests that had Volt schedule a text, answered or not."""
    return [one for one in relay.volt.requests if one.operation == "ScheduleText"]


async def test_send_later(relay: Relay) -> None:
    """A text with a time is handed to Volt once, to be sent then, and a window says when in words."""
    at = int(time.time()) + 7_200
    await new_text(relay)
    await look_up(relay, DANA)
    await fill(relay, compose_to=f"number {DANA}", compose_text="See you :wave:", compose_at=at)
    assert words(window(relay)).startswith("Scheduled. (555) 555-0145 gets your text on ")
    assert [one.variables["message"]["messageBody"] for one in scheduled(relay)] == ["See you 👋"]
    assert relay.sends() == []
    line = seen(await relay.line("See you"))
    assert line.startswith(f"Scheduled by <@{AVA}> for <!date^{at}^")
    assert line.endswith("\nSee you 👋")
    with contextlib.closing(open_for_reading(relay.database)) as books:
        (row,) = books.execute("SELECT actor, action, detail FROM audit").fetchall()
    assert tuple(row) == (AVA, "scheduled a text", relay.volt.waves[0].id)


async def submitted(relay: Relay, shown: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Submit a window as it stood, with a ticket of its own, and return the answer."""
    payload = interaction("view_submission", relay.slack.users[AVA], {"trigger_id": ticket})
    payload |= {"view": filled(relay.slack, shown), "response_urls": []} | in_view(filled(relay.slack, shown))
    return dict((await relay.slack._carry(payload)).body)


async def filled_in(relay: Relay, **more: Any) -> dict[str, Any]:
    """Open the window, fill it in for Dana and two hours from now, and return it; nothing is submitted yet."""
    await new_text(relay)
    await look_up(relay, DANA)
    shown = window(relay)
    given = {"compose_to": f"number {DANA}", "compose_text": "Hi", "compose_at": int(time.time()) + 7_200} | more
    relay.slack._fill_in(shown, typed(**given))
    return shown


async def test_a_night_is_asked_about(relay: Relay) -> None:
    """A text with a time in the contact's night is asked about in the window before anything is scheduled."""
    await relay.restart(quiet_hours="00:00-23:59")
    await new_text(relay)
    await look_up(relay, "+442079460958")
    at = int(time.time()) // 86_400 * 86_400 + 2 * 86_400 + 43_200
    await fill(relay, compose_to="number +442079460958", compose_text="See you", compose_at=at)
    assert "It may be night then where this number is from." in words(window(relay))
    assert scheduled(relay) == []


async def test_one_window_schedules_one_text(relay: Relay) -> None:
    """The same window submitted twice, whatever its ticket, schedules once and says the same; the next is another."""
    shown = await filled_in(relay)
    for ticket in ("1.1.a", "2.2.b"):
        answer = await submitted(relay, shown, ticket)
        assert words(answer["view"]).startswith("Scheduled. (555) 555-0145 gets your text on ")
    assert len(scheduled(relay)) == 1
    await submitted(relay, await filled_in(relay, compose_to="talk 1"), "3.3.c")
    assert len(scheduled(relay)) == 2


async def test_a_certain_refusal_of_send_later(relay: Relay) -> None:
    """Where Volt certainly took nothing the window stays with the reason, and may be sent again with other words."""
    shown = await filled_in(relay)
    relay.volt.rules.statuses = [(503, 1.0)]
    refused = await submitted(relay, shown, "1.1.a")
    assert refused["errors"]["compose_text"].startswith("Volt is busy or cannot be reached, so nothing was scheduled.")
    relay.slack._fill_in(shown, typed(compose_text="Hello"))
    assert words((await submitted(relay, shown, "2.2.b"))["view"]).startswith("Scheduled. ")
    assert [one.body for one in relay.volt.waves] == ["Hello"]


async def test_send_later_to_who_wants_no_texts(relay: Relay) -> None:
    """For a contact who opted out nothing is scheduled, and the window says why."""
    await relay.open_thread(DANA, "Hello")
    assert relay.app is not None

    def opt_out(ledger: Ledger) -> None:
        conversation = ledger.find_conversation(E164(ACCOUNT), E164(DANA))
        assert conversation is not None
        ledger.save_conversation(replace(conversation, is_opted_out=True))

    await relay.app.store.run(opt_out)
    answer = await submitted(relay, await filled_in(relay, compose_to="talk 1"), "1.1.a")
    assert "(555) 555-0145 has opted out." in words(answer["view"])
    assert scheduled(relay) == []


async def test_send_later_from_another_number_of_ours(relay: Relay) -> None:
    """A text for later to a contact of another account number leaves from that number."""
    assert relay.app is not None
    other = E164("+15555550199")
    await relay.app.store.run(lambda ledger: ledger.add_conversation(other, E164(DANA), ChannelId(CHANNEL)))
    await submitted(relay, await filled_in(relay, compose_to="talk 1"), "1.1.a")
    (one,) = scheduled(relay)
    assert one.variables["primaryPhone"] == other


async def test_a_stop_during_send_later(relay: Relay) -> None:
    """A text under way when the bot stopped is not scheduled again by its window, which says that it is not known."""
    shown = await filled_in(relay)
    relay.volt.rules.hang = 1
    await submitted(relay, shown, "1.1.a")
    await relay.restart()
    again = words((await submitted(relay, shown, "2.2.b"))["view"])
    assert "we do not know whether it was done. Look in the thread or in Volt" in again
    assert relay.volt.waves == []


async def test_pictures_cannot_wait(relay: Relay) -> None:
    """A picture is not taken for later, and nothing is handed to Volt."""
    await new_text(relay)
    await look_up(relay, DANA)
    picture = relay.slack.add_file(AVA, "shoe.png", "image/png", PICTURE)
    at = int(time.time()) + 7_200
    refused = await fill(relay, compose_to=f"number {DANA}", compose_files=[picture], compose_at=at)
    assert refused.body["errors"]["compose_files"].startswith("Pictures can only be sent now.")
    assert scheduled(relay) == []


async def test_a_lost_answer_to_send_later(relay: Relay) -> None:
    """Where Volt's answer is lost nobody guesses: the window says that it is not known, and the call is made once."""
    shown = await filled_in(relay)
    relay.volt.rules.drop_answers = 1
    for ticket in ("1.1.a", "2.2.b"):
        answer = await submitted(relay, shown, ticket)
        assert "we do not know whether it is scheduled" in words(answer["view"])
    assert len(scheduled(relay)) == 1


# --- messages that stand in Slack


async def test_a_message_of_a_thread_is_sent_as_text(relay: Relay) -> None:
    """A message kept inside is texted from its shortcut: to the thread's contact, its status on it, and only once."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "// see <@U0BEN> about *it*")
    await relay.slack.shortcut(BEN, "send_as_text", channel=CHANNEL, message_ts=ts)
    shown = window(relay, BEN)
    inputs = {block["block_id"]: block["element"] for block in shown["blocks"] if block["type"] == "input"}
    assert inputs["compose_to"]["initial_option"]["value"] == "talk 1"
    assert inputs["compose_text"]["initial_value"] == "// see @Ben Okafor about *it*"
    assert "compose_at" not in inputs
    kept = await fill(relay, BEN)
    assert kept.body["errors"]["compose_text"].startswith("The text begins with //")
    await fill(relay, BEN, compose_text="see us about it")
    assert not is_open(relay, BEN)
    (message,) = await relay.receives("see us about it")
    await relay.volt.receipt(message, "delivered")
    await relay.marked(ts, "white_check_mark")
    await relay.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=ts)
    await relay.slack.until(lambda: relay.slack.ephemerals)
    assert relay.slack.ephemerals[-1]["text"].startswith("This message has been texted already")
    assert not is_open(relay)


async def test_two_people_send_one_message(relay: Relay) -> None:
    """Two windows about one message text it once; the second says that it was texted."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "// hold")
    for user in (AVA, BEN):
        await relay.slack.shortcut(user, "send_as_text", channel=CHANNEL, message_ts=ts)
    await fill(relay, AVA, compose_text="Go")
    late = await fill(relay, BEN, compose_text="Go")
    assert late.body["errors"]["compose_text"].startswith("This message has been texted already")
    await relay.receives("Go")


async def test_a_message_that_waits_for_a_word(relay: Relay) -> None:
    """A reply that waits for somebody to press Send is not texted past that question, but points to it."""
    thread = await relay.open_thread()
    await relay.slack.command(AVA, CHANNEL, "/volt", "mode confirm")
    ts = await relay.reply(thread, "Your order is ready")
    await relay.line("[Send]")
    await relay.slack.shortcut(BEN, "send_as_text", channel=CHANNEL, message_ts=ts)
    await relay.slack.until(lambda: any("press Send under it" in one["text"] for one in relay.slack.ephemerals))
    assert not is_open(relay, BEN)
    assert relay.sends() == []


async def test_a_customers_words_are_passed_on(relay: Relay) -> None:
    """A post of the bot, or a message elsewhere, opens the window with its words; another contact may be chosen."""
    await relay.open_thread(MARCO, "Hello")
    thread = await relay.open_thread(DANA, "my address is 1 Main St")
    post = relay.thread(DANA)[-1]
    await relay.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=post.ts)
    assert await look_up(relay, MARCO) == [("(555) 555-0146", "talk 1")]
    await fill(relay, compose_to="talk 1")
    await relay.receives("my address is 1 Main St", contact=MARCO)
    ts = await relay.reply(thread, "// for another one")
    await relay.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=ts)
    await look_up(relay, MARCO)
    await fill(relay, compose_to="talk 1", compose_text="for you")
    await relay.receives("my address is 1 Main St", "for you", contact=MARCO)
    assert relay.phone(DANA) == []
    kept = relay.slack.find(CHANNEL, ts)
    assert kept is not None
    assert kept.reactions == {}
    elsewhere = await relay.slack.say(AVA, CHANNEL, "see <https://example.com/a|our page>")
    await relay.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=elsewhere)
    await look_up(relay, DANA)
    await fill(relay, compose_to="talk 2")
    await relay.receives("see our page (https://example.com/a)", contact=DANA)


async def told(relay: Relay, ts: str) -> str:
    """Use Send as text on a message that is not texted, and return what is said about it."""
    before = len(relay.slack.ephemerals)
    await relay.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=ts)
    await relay.slack.until(lambda: len(relay.slack.ephemerals) > before)
    return str(relay.slack.ephemerals[-1]["text"])


@pytest.mark.parametrize("texted", ["STOP", None])
async def test_the_bots_own_words_are_not_for_a_customer(relay: Relay, texted: str | None) -> None:
    """A header or a notice of the bot is no text: the shortcut says so, and no window opens."""
    ts = await relay.open_thread()
    if texted:
        await relay.volt.text(DANA, texted)
        ts = (await relay.line("has opted out")).ts
    assert (await told(relay, ts)).startswith("The bot wrote this, so it is not for a customer.")
    assert not is_open(relay)


async def test_what_slack_wrote_is_not_for_a_customer(relay: Relay) -> None:
    """What Slack says about a channel, and what was deleted meanwhile, is not texted."""
    thread = await relay.open_thread()
    joined = await relay.slack.say(AVA, CHANNEL, "has joined the channel", subtype="channel_join")
    gone = await relay.reply(thread, "// never mind")
    message = relay.slack.message_at(CHANNEL, gone)
    await relay.slack.delete(CHANNEL, gone)
    message.deleted = False  # the menu of the message was open when it was deleted
    assert await told(relay, joined) == "Slack wrote this, so it is not for a customer."
    assert await told(relay, gone) == "This message was deleted, so there is nothing to text."
    assert not is_open(relay)


async def test_files_of_a_message_do_not_come_along(relay: Relay) -> None:
    """A message of files alone opens a window that says so; what the contact wrote is offered to others only."""
    await relay.open_thread(DANA, "my address is 1 Main St")
    file = {"id": "F1", "name": "a.png", "mimetype": "image/png", "size": 9, "url_private": "https://example.com/a"}
    ts = await relay.slack.say(AVA, CHANNEL, "", subtype="file_share", files=[file])
    await relay.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=ts)
    assert "The message has 1 file. To text it too, add it below." in words(window(relay))
    await relay.slack.shortcut(BEN, "send_as_text", channel=CHANNEL, message_ts=relay.thread(DANA)[-1].ts)
    inputs = {block["block_id"]: block["element"] for block in window(relay, BEN)["blocks"] if "element" in block}
    assert inputs["compose_text"]["initial_value"] == "my address is 1 Main St"
    assert "initial_option" not in inputs["compose_to"]


# --- templates


async def add_template(relay: Relay, name: str, body: str) -> None:
    """Add a template from App Home."""
    await relay.slack.open_home(AVA)
    await relay.slack.until(lambda: AVA in relay.slack.homes)
    await relay.slack.press_in_view(AVA, relay.slack.homes[AVA]["id"], "template_add")
    await fill(relay, template_name=name, template_body=body)


async def test_reply_with_a_template(relay: Relay) -> None:
    """A template is filled in for the contact and the agent, shows how long it is, may be changed, and is sent once."""
    await add_template(relay, "Hours", "Hello {name}, we are open till five.\n– {agent}")
    await add_template(relay, "Bye", "Bye {first_name}")
    thread = await relay.open_thread()
    await relay.slack.shortcut(BEN, "reply_with_template", channel=CHANNEL, message_ts=thread)
    missing = await fill(relay, BEN)
    assert missing.body["errors"] == {"template_pick": "Choose a template first."}
    await press_in_window(relay, "template_pick", BEN, value="2")
    assert "Bye" in words(window(relay, BEN))
    await press_in_window(relay, "template_pick", BEN, value="1")
    field = next(one for one in window(relay, BEN)["blocks"] if one["block_id"] == "template_words 1")
    assert field["element"]["initial_value"] == "Hello, we are open till five.\n– Ben Okafor"
    assert "42 characters, 1 part" in words(window(relay, BEN))
    shown = window(relay, BEN)
    block = "template_words 1"
    empty = await relay.slack.submit(BEN, shown, {block: {block: " "}})
    assert empty.body["errors"] == {block: "There is no text yet."}
    note = await relay.slack.submit(BEN, shown, {block: {block: "//x"}})
    assert note.body["errors"][block].startswith("The text begins with //")
    relay.slack._fill_in(shown, {block: {block: "Hello, till six today"}})
    payload = interaction("view_submission", relay.slack.users[BEN], {"trigger_id": "9.9.z"})
    answer = await relay.slack._carry(payload | {"view": filled(relay.slack, shown), "response_urls": []})
    assert (answer.status, answer.body) == (200, {})
    await relay.slack.submit(BEN, shown)
    assert not is_open(relay, BEN)
    await relay.receives("Hello, till six today")
    await relay.line(f"<@{BEN}> texted:")
    await relay.reply(thread, "and")
    await relay.receives("Hello, till six today", "and")
    assert len([line for line in relay.lines() if "texted:" in line]) == 1


async def test_a_template_that_is_gone(relay: Relay) -> None:
    """A template that was deleted while somebody chose says so, over the window."""
    await add_template(relay, "Hours", "Till five")
    thread = await relay.open_thread()
    await relay.slack.shortcut(BEN, "reply_with_template", channel=CHANNEL, message_ts=thread)
    await relay.slack.press_in_view(AVA, relay.slack.homes[AVA]["id"], "template_edit")
    await press_in_window(relay, "template_delete")
    await press_in_window(relay, "template_pick", BEN, value="1")
    await relay.slack.until(lambda: len(relay.slack.open_modals[BEN]) == 2)
    assert words(window(relay, BEN)) == "This template is gone: somebody deleted it."


async def test_where_no_template_can_be_used(relay: Relay) -> None:
    """Without templates a window says where to add one; outside of a conversation the shortcut says where to use it."""
    thread = await relay.open_thread()
    await relay.slack.shortcut(AVA, "reply_with_template", channel=CHANNEL, message_ts=thread)
    assert words(window(relay)) == "There are no templates yet. Add one in the Home of this app, under Templates."
    ts = await relay.slack.say(AVA, CHANNEL, "lunch?")
    await relay.slack.shortcut(AVA, "reply_with_template", channel=CHANNEL, message_ts=ts)
    await relay.slack.until(lambda: relay.slack.ephemerals)
    assert relay.slack.ephemerals[-1]["text"].startswith("This message is not in a conversation's thread.")
