"""Replies on a WhatsApp line: each goes out once, as it was written, whatever becomes of Glific's answer."""

from __future__ import annotations

from bot.domain.phone import E164
from tests.harness.whatsapp import WhatsApp, wire
from tests.harness.world import ACCOUNT, CHANNEL, DANA

CROWD = [E164(f"+155555503{number:02}") for number in range(20)]


async def test_lost_answers_are_settled_by_the_record(whatsapp: WhatsApp) -> None:
    """Twenty replies whose answers are lost are each on a phone once, and the record settles every one of them."""
    await whatsapp.stream_is_open()
    threads = {contact: await whatsapp.open_thread(contact, f"Hello from {contact}") for contact in CROWD}
    whatsapp.glific.rules.only, whatsapp.glific.rules.drop_answers = ("createAndSendMessage",), len(CROWD)
    replies = {contact: await whatsapp.reply(thread, f"Answer to {contact}") for contact, thread in threads.items()}
    for contact, ts in replies.items():
        await whatsapp.marked(ts, "outbox_tray", timeout_s=60)
        await whatsapp.gets(f"Answer to {contact}", contact=contact)


async def test_the_same_words_said_twice_are_two_texts(whatsapp: WhatsApp) -> None:
    """A reply whose answer is lost is not taken for an earlier one of the same words."""
    await whatsapp.stream_is_open()
    thread = await whatsapp.open_thread()
    first = await whatsapp.reply(thread, "On my way")
    await whatsapp.marked(first, "outbox_tray")
    whatsapp.glific.rules.only, whatsapp.glific.rules.drop_answers = ("createAndSendMessage",), 1
    second = await whatsapp.reply(thread, "On my way")
    await whatsapp.agree(DANA)  # the bot asks before it says the same once more
    await whatsapp.marked(second, "outbox_tray", timeout_s=60)
    [one, other] = await whatsapp.gets("On my way", "On my way")
    whatsapp.glific.receipt(other, "READ")
    await whatsapp.marked(second, "ballot_box_with_check")
    await whatsapp.marked(first, "outbox_tray")
    whatsapp.glific.receipt(one, "DELIVERED")
    await whatsapp.marked(first, "white_check_mark")


async def test_a_colleague_s_text_is_not_taken_for_ours(whatsapp: WhatsApp) -> None:
    """A reply that never left is not taken for one of the same words that somebody sent in Glific's own pages."""
    await whatsapp.stream_is_open()
    thread = await whatsapp.open_thread()
    whatsapp.glific.rules.only, whatsapp.glific.rules.refuse = ("createAndSendMessage",), True
    ts = await whatsapp.reply(thread, "We open at nine")
    await whatsapp.marked(ts, "grey_question")
    await whatsapp.glific.colleague_text(wire(DANA), "We open at nine")
    whatsapp.glific.rules.refuse = False
    before = whatsapp.lookups()
    await whatsapp.glific.until(lambda: whatsapp.lookups() > before + 1)
    await whatsapp.marked(ts, "grey_question")
    assert [message.user.name for message in whatsapp.sent() if message.user] == ["Asha Rao"]


async def test_nothing_is_filled_in(whatsapp: WhatsApp) -> None:
    """What looks like a variable of Glific's stays as it was written, to whoever reads it."""
    await whatsapp.stream_is_open()
    thread = await whatsapp.open_thread()
    await whatsapp.reply(thread, "Write to @contact.name or me@example.org. Thanks")
    [message] = await whatsapp.glific.until(whatsapp.sent)
    assert (message.body or "").replace("\u200b", "") == "Write to @contact.name or me@example.org. Thanks"


async def test_what_fails_is_said_in_words(whatsapp: WhatsApp) -> None:
    """A text that WhatsApp does not deliver, and a contact who opted out, are said in the thread."""
    await whatsapp.stream_is_open()
    thread = await whatsapp.open_thread()
    ts = await whatsapp.reply(thread, "Hello")
    [message] = await whatsapp.gets("Hello")
    await whatsapp.marked(ts, "outbox_tray")
    whatsapp.glific.receipt(message, "ERROR", "Message Undeliverable.")
    await whatsapp.marked(ts, "x")
    await whatsapp.line("Message Undeliverable")


async def test_a_person_takes_over_from_a_flow(whatsapp: WhatsApp) -> None:
    """The first answer of a person takes the contact out of their flow; the flow says nothing more."""
    await whatsapp.stream_is_open()
    contact = whatsapp.glific.add_contact(wire(DANA), "Dana Whitfield")
    contact.flow = whatsapp.glific.add_flow("Menu", "Choose 1 or 2")
    await whatsapp.write(DANA, "Hello")
    await whatsapp.line("Choose 1 or 2")
    thread = whatsapp.headers(DANA)[-1].ts
    await whatsapp.reply(thread, "I am here")
    await whatsapp.gets("Choose 1 or 2", "I am here")
    await whatsapp.hear(DANA, "Good")
    assert contact.flow is None
    assert whatsapp.phone() == ["Choose 1 or 2", "I am here"]


async def test_a_flow_that_cannot_be_stopped_holds_up_no_reply(whatsapp: WhatsApp) -> None:
    """Where Glific does not answer whether the flow was stopped, the person's answer goes out all the same, once."""
    await whatsapp.stream_is_open()
    thread = await whatsapp.open_thread()
    whatsapp.glific.rules.only, whatsapp.glific.rules.hang = ("terminateContactFlows",), -1
    ts = await whatsapp.reply(thread, "A person here")
    await whatsapp.marked(ts, "outbox_tray")
    await whatsapp.gets("A person here")


async def test_a_flow_goes_on_where_that_is_set(whatsapp: WhatsApp) -> None:
    """With GLIFIC_STOP_FLOWS=off a person's answer leaves the flow alone."""
    await whatsapp.restart(glific_stop_flows="off")
    await whatsapp.stream_is_open()
    contact = whatsapp.glific.add_contact(wire(DANA), "Dana Whitfield")
    contact.flow = whatsapp.glific.add_flow("Menu", "Choose 1 or 2")
    await whatsapp.write(DANA, "Hello")
    await whatsapp.line("Choose 1 or 2")
    await whatsapp.reply(whatsapp.headers(DANA)[-1].ts, "I am here")
    await whatsapp.gets("Choose 1 or 2", "I am here")
    assert contact.flow is not None


async def test_two_lines_at_once(both_lines: WhatsApp) -> None:
    """The same contact by SMS and on WhatsApp has two threads, and each reply goes by its own line."""
    await both_lines.stream_is_open()
    await both_lines.volt.text(DANA, "By SMS")
    await both_lines.shows(DANA, "By SMS")
    sms = both_lines.headers(DANA)[-1].ts
    await both_lines.hear(DANA, "On WhatsApp")
    chat = both_lines.headers(DANA)[-1].ts
    assert sms != chat
    await both_lines.reply(sms, "Back by SMS")
    await both_lines.reply(chat, "Back on WhatsApp")
    await both_lines.gets("Back on WhatsApp")
    await both_lines.volt.until(lambda: both_lines.volt.outbound(DANA))
    assert [message.body for message in both_lines.volt.outbound(DANA)] == ["Back by SMS"]
    assert len([one for one in both_lines.posts(CHANNEL) if not one.is_reply]) == 2
    assert both_lines.settings()["volt_account_number"] == ACCOUNT
