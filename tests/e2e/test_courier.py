"""A line at Carium, and no line at Volt: texts out once, answers into their threads, statuses, and lost answers."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.phone import E164
from bot.sandbox.courier.callbacks import SHAPES
from bot.sandbox.volt.pictures import draw
from tests.harness.carium import PASSWORD, Carium
from tests.harness.world import AVA, DANA, MARCO

PNG = draw("parcel.png")
CROWD = [E164(f"+155555506{number:02}") for number in range(20)]


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_conversation(carium: Carium, shape: str) -> None:
    """A text leaves once, its answer comes into its thread whatever it looks like, and so does the reply to that."""
    carium.courier.rules.shape, carium.courier.rules.repeat_callbacks = shape, 1
    thread = await carium.open_thread(DANA, "Hello there")
    ts = await carium.reply(thread, "Come at 5")
    await carium.gets(f"To {DANA}", "Come at 5")
    await carium.hear(DANA, "Gladly")
    await carium.marked(ts, "outbox_tray")
    assert carium.texts(DANA) == ["Hello there", "Gladly"]
    assert len(carium.headers()) == 1
    assert PASSWORD not in carium.log


async def test_statuses(carium: Carium) -> None:
    """What Carium says of a text moves its mark and its words; that it failed is said with the carrier's reason."""
    thread = await carium.open_thread()
    first = await carium.reply(thread, "one")
    [_, text] = await carium.gets(f"To {DANA}", "one")
    await carium.marked(first, "outbox_tray")
    await carium.courier.move(text, "delivered")
    await carium.marked(first, "white_check_mark")
    await carium.line("Delivered")
    second = await carium.reply(thread, "two")
    text = (await carium.gets(f"To {DANA}", "one", "two"))[-1]
    await carium.marked(second, "outbox_tray")
    await carium.courier.move(text, "undelivered", "30006")
    await carium.marked(second, "x")
    await carium.line("This is a landline")


async def test_a_callback_is_a_hint(carium: Carium) -> None:
    """Whoever calls the address of a status says nothing by it: only what Carium shows of the text counts."""
    thread = await carium.open_thread()
    ts = await carium.reply(thread, "one")
    [_, text] = await carium.gets(f"To {DANA}", "one")
    await carium.marked(ts, "outbox_tray")
    before = len([hop for hop in carium.courier.wire if hop.label == "getText"])
    assert await carium.call(text.status_url, json={"sid": text.sid, "status": "delivered"}) == 200
    await carium.courier.until(lambda: len([h for h in carium.courier.wire if h.label == "getText"]) > before)
    await carium.hear(DANA, "Thanks")
    await carium.marked(ts, "outbox_tray")


async def test_lost_answers_are_settled_by_the_record(carium: Carium) -> None:
    """Twenty replies whose answers are lost are each on a phone once, and the record settles every one of them."""
    threads = {contact: await carium.open_thread(contact, "Hello") for contact in CROWD}
    carium.courier.rules.only, carium.courier.rules.drop_answers = ("sendText",), len(CROWD)
    replies = {contact: await carium.reply(thread, f"Answer to {contact}") for contact, thread in threads.items()}
    for contact, ts in replies.items():
        await carium.marked(ts, "outbox_tray", timeout_s=90)
        await carium.gets(f"To {contact}", f"Answer to {contact}", contact=contact)


async def test_a_token_that_ends_in_the_middle(carium: Carium) -> None:
    """Replies go on leaving once each, and answers come, while tokens end again and again."""
    thread = await carium.open_thread()
    for number in range(5):
        carium.courier.sessions.kill()
        await carium.reply(thread, f"reply {number}")
        await carium.gets(f"To {DANA}", *(f"reply {one}" for one in range(number + 1)))
        await carium.hear(DANA, f"answer {number}")
    assert carium.texts(DANA) == ["Hello", *(f"answer {number}" for number in range(5))]


async def test_an_old_address_leads_to_its_conversation(carium: Carium) -> None:
    """An answer to an older text, also from before a restart, comes into the same thread."""
    thread = await carium.open_thread()
    await carium.reply(thread, "newer")
    [oldest, _] = await carium.gets(f"To {DANA}", "newer")
    await carium.restart()
    called = await carium.courier.answer(DANA, "To the first one", to=oldest)
    assert called is not None
    assert called.is_taken
    await carium.shows(DANA, "Hello", "To the first one")
    assert len(carium.headers()) == 1


async def test_a_channel_carries_both_ways(carium: Carium) -> None:
    """With COURIER_CHANNELS=on a contact with a channel is written to in that, and what they write there comes."""
    channel = carium.courier.add_channel(DANA, "Dana", "Whitfield")
    await carium.restart(courier_channels="on")
    await carium.courier.until(lambda: any(hop.label == "listCommunicationMessages" for hop in carium.courier.wire))
    carium.courier.write(channel, "Hello from the channel")
    await carium.shows(DANA, "Hello from the channel", timeout_s=40)
    await carium.reply(carium.headers(DANA)[-1].ts, "Hello back")
    await carium.courier.until(lambda: "Hello back" in carium.phone(DANA))
    assert carium.courier.texts == []
    assert [one.message for one in channel.shown] == ["Hello from the channel", "Hello back"]


async def test_files_go_by_channel_only(carium: Carium) -> None:
    """A picture reaches who has a channel, whole and with its words; for others it is refused, and nothing leaves."""
    channel = carium.courier.add_channel(DANA, "Dana", "Whitfield")
    await carium.restart(courier_channels="on")
    await carium.courier.until(lambda: any(hop.label == "listCommunicationMessages" for hop in carium.courier.wire))
    carium.courier.write(channel, "Hello from the channel")
    await carium.shows(DANA, "Hello from the channel", timeout_s=40)
    await carium.reply(carium.headers(DANA)[-1].ts, "Your parcel", files=[_picture(carium)])
    await carium.courier.until(lambda: len(channel.shown) == 2)
    sent = channel.shown[-1]
    assert (sent.message, [one.data for one in sent.attachments]) == ("Your parcel", [PNG])
    thread = await carium.open_thread(MARCO, "I have none")
    await carium.reply(thread, "Your parcel", files=[_picture(carium)])
    await carium.line("whose channel in Carium is known", MARCO)
    assert carium.phone(MARCO) == [f"To {MARCO}"]


def _picture(carium: Carium) -> dict[str, Any]:
    """Put a picture of an agent into Slack."""
    return carium.slack.add_file(AVA, "lake.png", "image/png", PNG)
