"""A WhatsApp line by Glific, and no line at Volt: from a phone into a thread and back, with receipts."""

from __future__ import annotations

from tests.harness.posts import seen
from tests.harness.whatsapp import WhatsApp
from tests.harness.world import CHANNEL, DANA


async def test_the_first_text_opens_a_thread_that_says_whatsapp(whatsapp: WhatsApp) -> None:
    """A contact's first message opens a thread whose header says WhatsApp; later ones are replies in it."""
    await whatsapp.stream_is_open()
    await whatsapp.hear(DANA, "Hello")
    await whatsapp.hear(DANA, "Is it ready?")
    (header,) = whatsapp.headers()
    assert "WhatsApp" in seen(header)
    assert header.text.endswith(" · WhatsApp")
    assert whatsapp.texts(DANA) == ["Hello", "Is it ready?"]
    assert all(one.thread_ts == header.ts for one in whatsapp.posts() if one is not header)


async def test_a_reply_goes_out_once(whatsapp: WhatsApp) -> None:
    """A reply goes out once, as one message, and what Glific tells about it moves its mark and its words."""
    await whatsapp.stream_is_open()
    thread = await whatsapp.open_thread()
    ts = await whatsapp.reply(thread, "Yes, come by")
    [message] = await whatsapp.gets("Yes, come by")
    await whatsapp.marked(ts, "outbox_tray")
    whatsapp.glific.receipt(message, "DELIVERED")
    await whatsapp.marked(ts, "white_check_mark")
    await whatsapp.line("Delivered")
    whatsapp.glific.receipt(message, "READ")
    await whatsapp.marked(ts, "ballot_box_with_check")
    line = await whatsapp.line("Read")
    whatsapp.glific.receipt(message, "DELIVERED")
    await whatsapp.hear(DANA, "Thanks")
    assert seen(line).startswith("Read")
    assert whatsapp.phone() == ["Yes, come by"]
    assert len(whatsapp.slack.thread(CHANNEL, thread)) == 5
