"""History, inbox, later texts and status of a WhatsApp line, and `from`, which picks the line of a command."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot.bridge.messages.receipts import record_receipt
from bot.domain.conversation import Mode
from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Receipt
from bot.domain.phone import E164
from bot.ports.storage import Transaction
from bot.sandbox import GlificStandIn
from tests.harness.handlers import Handlers
from tests.harness.posts import seen as posted
from tests.harness.screen import press, seen, typed
from tests.harness.whatsapp import wire
from tests.harness.windows import fill, press_in_window, window, words
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, MARCO
from tests.slack.features.test_compose import look_up, new_text
from tests.slack.whatsapp.lines import TENANT, WHATSAPP


async def test_earlier_texts(handlers: Handlers, glific: GlificStandIn) -> None:
    """The history is Glific's record, both sides, the newest at the bottom, with what became of each."""
    await glific.colleague_text(wire(DANA), "It left today")
    glific.receipt(glific.outbound(wire(DANA))[0], "READ")
    shown = seen(await typed(handlers, f"history {DANA}")).split("\n")
    assert shown[0].startswith("Texts with")
    assert shown.index("Where is my order?") < shown.index("It left today")
    assert "Read" in seen(await typed(handlers, f"history {DANA}"))
    assert "Glific has no texts here." in seen(await typed(handlers, f"history {MARCO}"))


async def test_the_inbox(handlers: Handlers, glific: GlificStandIn) -> None:
    """The inbox lists who wrote last, by name, with what they wrote."""
    await glific.text(wire(MARCO), "Are you open?", name="Marco Rossi")
    shown = seen(await typed(handlers, "inbox"))
    assert shown.index("Marco Rossi") < shown.index("Dana Whitfield")
    assert "Are you open?" in shown
    assert "Unread in Glific" in shown


async def test_a_text_for_later(handlers: Handlers, glific: GlificStandIn) -> None:
    """A later text is with Glific once it is confirmed, once; a shut window is said in words, and nothing is taken."""
    question = await typed(handlers, f"schedule {DANA} in 3 hours See you then")
    await press(handlers, question, "schedule_go")
    await handlers.idle()
    [message] = glific.outbound(wire(DANA))
    assert message.body == "See you then"
    assert message.send_at is not None
    assert abs(message.send_at - datetime.now(UTC) - timedelta(hours=3)) < timedelta(minutes=2)
    await glific.move_clock(days=2)
    question = await typed(handlers, f"schedule {DANA} in 3 hours Too late")
    await press(handlers, question, "schedule_go")
    await handlers.idle()
    assert "WhatsApp takes free text only for 24 hours" in seen(handlers.slack.ephemerals[-1])
    assert len(glific.outbound(wire(DANA))) == 1


async def test_what_became_of_a_text(handlers: Handlers, glific: GlificStandIn) -> None:
    """A text is found by its id, with or without the tenant; why it was not delivered is said in words."""
    await glific.colleague_text(wire(DANA), "It left today")
    [message] = glific.outbound(wire(DANA))
    glific.receipt(message, "ERROR", "Message undeliverable")
    for own_id in (f"{message.id}", f"{TENANT}:{message.id}"):
        shown = seen(await typed(handlers, f"status {own_id}"))
        assert "Status: Not delivered" in shown
        assert "Message undeliverable" in shown
        assert "To: (555) 555-0145" in shown
    unknown = (await typed(handlers, "status rf_8mAx2kTq"))["text"]
    assert unknown.startswith("Glific knows no text with the id")


async def test_a_text_that_was_read(handlers: Handlers, glific: GlificStandIn) -> None:
    """What was read has a mark of its own, and the line under it says so in place of Delivered."""
    thread = await handlers.open_thread(DANA, "Where is my order?")
    ts = await handlers.reply(thread, "It left today")
    await handlers.idle()
    [message] = glific.outbound(wire(DANA))
    for status, mark, word in (
        (DeliveryStatus.DELIVERED, "white_check_mark", "Delivered"),
        (DeliveryStatus.READ, "ballot_box_with_check", "Read"),
    ):
        own_id, now = f"{TENANT}:{message.id}", datetime.now(UTC)
        receipt = Receipt(f"{own_id}:{status.value}", status, WHATSAPP, DANA, now, provider_id=own_id)
        await handlers.store.run(partial(record_receipt, receipt=receipt, channel=CHANNEL))
        await handlers.idle()
        await handlers.marked(ts, mark)
        await handlers.line(word)
    assert [posted(one) for one in handlers.thread() if "Delivered" in posted(one)] == []


@pytest.mark.parametrize(
    "line", ["Clinic &amp; more", '"clinic &amp; MORE"', "WhatsApp", "+15555550188", "(555) 555-0188"]
)
async def test_from_picks_the_line(both: Handlers, glific: GlificStandIn, line: str) -> None:
    """A name or a number of ours after `from` picks the line that a text goes by; else it is the main one."""
    await typed(both, f"send from {line} {DANA} By WhatsApp")
    await typed(both, f"send {MARCO} By Volt")
    await both.idle()
    assert [one.body for one in glific.outbound(wire(DANA))] == ["By WhatsApp"]
    assert [one.body for one in both.volt.outbound(MARCO)] == ["By Volt"]
    assert both.volt.outbound(DANA) == []


async def test_from_picks_the_line_of_every_command(both: Handlers, glific: GlificStandIn) -> None:
    """Contact, history, inbox, list, wave and open look at the line that was picked."""
    both.volt.add_contact(DANA, "Dana at Volt")
    glific.add_group("VIP")
    name = "from Clinic &amp; more"
    assert "Dana Whitfield" in seen(await typed(both, f"contact {name} {DANA}"))
    assert "Dana at Volt" in seen(await typed(both, f"contact {DANA}"))
    assert "Where is my order?" in seen(await typed(both, f"history {name} {DANA}"))
    assert "Glific's inbox" in seen(await typed(both, f"inbox {name}"))
    assert "Volt's inbox" in seen(await typed(both, "inbox"))
    assert "VIP has 0 contacts." in (await typed(both, f"list {name} VIP"))["text"]
    assert "There is no list VIP." in (await typed(both, "list VIP"))["text"]
    assert "Glific knows no wave" in (await typed(both, f"wave {name} {TENANT}:1-9"))["text"]
    await typed(both, f"open {name} {DANA}")
    await both.idle()
    conversation = await both.store.run(lambda tx: tx.conversations.find(WHATSAPP, DANA))
    assert conversation is not None


async def test_a_name_that_none_of_ours_has(both: Handlers, glific: GlificStandIn) -> None:
    """What is none of our numbers is refused with those that are, and nothing goes out by another one."""
    answer = await typed(both, f"send from Clinic {DANA} Hello")
    assert answer["text"] == (
        "None of our numbers alone is called that. After from comes one of these: "
        "(555) 555-0123, Clinic &amp; more ((555) 555-0188)."
    )
    await both.idle()
    assert (glific.outbound(wire(DANA)), both.volt.outbound(DANA)) == ([], [])
    assert "There is no list from Uppsala." in (await typed(both, "list from Uppsala"))["text"]


async def _write(bot: Handlers, words: str, **more: str) -> None:
    """Fill in New text for Dana, and send it."""
    await new_text(bot)
    ((_, to),) = await look_up(bot, DANA)
    await fill(bot, compose_to=to, compose_text=words, **more)
    await bot.idle()


async def _thread(bot: Handlers, account: E164) -> str:
    """Return the thread of Dana's conversation on one of our numbers."""
    conversation = await bot.store.run(lambda tx: tx.conversations.find(account, DANA))
    assert conversation is not None
    assert conversation.thread_ts is not None
    return str(conversation.thread_ts)


async def test_a_new_text_goes_by_the_line_that_is_chosen(both: Handlers, glific: GlificStandIn) -> None:
    """The form lets people choose among our numbers; each text leaves by its own, and so does every reply to it."""
    await _write(both, "By WhatsApp", compose_line=WHATSAPP)
    await _write(both, "By SMS", compose_line=ACCOUNT)
    assert [one.body for one in glific.outbound(wire(DANA))] == ["By WhatsApp"]
    assert [one.body for one in both.volt.outbound(DANA)] == ["By SMS"]
    await both.reply(await _thread(both, WHATSAPP), "More by WhatsApp")
    await both.reply(await _thread(both, ACCOUNT), "More by SMS")
    await both.idle()
    assert [one.body for one in glific.outbound(wire(DANA))] == ["By WhatsApp", "More by WhatsApp"]
    assert [one.body for one in both.volt.outbound(DANA)] == ["By SMS", "More by SMS"]


async def test_the_preview_says_by_which_line(both: Handlers) -> None:
    """The choice shows at once until when free text may be sent there, and the preview names the number."""
    await new_text(both)
    lines = next(one for one in window(both)["blocks"] if one["block_id"] == "compose_line")["element"]["options"]
    assert [(one["text"]["text"], one["description"]["text"]) for one in lines] == [
        ("(555) 555-0123", "SMS by Volt"),
        ("Clinic & more ((555) 555-0188)", "WhatsApp by Glific"),
    ]
    await press_in_window(both, "compose_line", value=WHATSAPP)
    assert "Free text" not in words(window(both))
    await look_up(both, DANA)
    await press_in_window(both, "compose_to", value=f"number {DANA}")
    await both.slack.until(lambda: "Free text until" in words(window(both)))
    await press_in_window(both, "compose_preview", value="show")
    await both.slack.until(lambda: "From Clinic & more ((555) 555-0188), the phone will show:" in words(window(both)))


async def test_a_line_that_is_connected_no_more(both: Handlers, glific: GlificStandIn) -> None:
    """A number that was disconnected while the form was open is named at its menu, and nothing goes out by another."""
    await new_text(both)
    await look_up(both, DANA)
    await both.store.run(lambda tx: tx.connections.remove_account(WHATSAPP))
    answer = await fill(both, compose_to=f"number {DANA}", compose_text="Hello", compose_line=WHATSAPP)
    assert answer.body["errors"] == {"compose_line": "This number is not connected any more. Choose another one."}
    assert (glific.outbound(wire(DANA)), both.volt.outbound(DANA)) == ([], [])


async def test_one_line_is_not_asked_about(handlers: Handlers) -> None:
    """Where there is one number only the form has no such choice."""
    await new_text(handlers)
    assert "compose_line" not in str(window(handlers))


async def test_who_opted_out_writes_again(handlers: Handlers) -> None:
    """Where no word undoes an opt-out the words under a held reply, and of a late press, say what does."""
    thread = await handlers.open_thread(DANA, "Where is my order?")
    await handlers.store.run(lambda tx: tx.settings.set_channel_mode(CHANNEL, Mode.CONFIRM, AVA))
    await handlers.reply(thread, "It left today")
    line = await handlers.line("[Send] [Do not send]")
    await handlers.store.run(_opt_out)
    await handlers.slack.press(AVA, CHANNEL, line.ts, "send_text")
    await handlers.slack.until(lambda: handlers.slack.ephemerals)
    undone = "Only they can undo that, by writing to the number again."
    assert undone in handlers.slack.ephemerals[-1]["text"]
    await handlers.line(f"has opted out. {undone}")
    assert undone in seen(await typed(handlers, f"send {DANA} Hello"))


def _opt_out(tx: Transaction) -> None:
    conversation = tx.conversations.find(WHATSAPP, DANA)
    assert conversation is not None
    tx.conversations.save(replace(conversation, is_opted_out=True))


async def test_help_says_how_a_line_is_picked(both: Handlers) -> None:
    """With several numbers the help says how one is picked."""
    assert "write `from` and its name or number first" in (await typed(both, "help"))["text"]


async def test_what_the_line_cannot_do(handlers: Handlers) -> None:
    """Webhooks are nothing of a WhatsApp line: refused in words, and left out of the help."""
    assert "WhatsApp by Glific has no webhooks to register." in (await typed(handlers, "webhooks"))["text"]
    listed = (await typed(handlers, "help"))["text"]
    assert "write `from`" not in listed
    for word in ("contact", "history", "inbox", "schedule", "list", "wave", "status"):
        assert f"`/volt {word}" in listed
    assert "`/volt webhooks" not in listed
