"""Files on a WhatsApp line: to the phone through our signed link, into the thread from Glific's address."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.glific.model import Message
from bot.sandbox.volt.pictures import draw
from tests.harness.drawn import moving
from tests.harness.posts import seen
from tests.harness.whatsapp import WhatsApp, wire
from tests.harness.world import AVA, DANA

PNG = draw("parcel.png")
PDF = b"%PDF-1.7\n" + bytes(500)


@pytest.fixture
async def thread(whatsapp: WhatsApp) -> str:
    """Open a thread of a bot that Glific can reach."""
    await whatsapp.restart(public_url=whatsapp.url)
    await whatsapp.stream_is_open()
    return await whatsapp.open_thread()


def file(whatsapp: WhatsApp, name: str, mimetype: str, data: bytes) -> dict[str, Any]:
    """Put a file of an agent into Slack."""
    return whatsapp.slack.add_file(AVA, name, mimetype, data)


async def arrived(whatsapp: WhatsApp, count: int = 1) -> list[Message]:
    """Wait until so many messages went out and WhatsApp has fetched what belongs to them."""
    await whatsapp.glific.until(
        lambda: len(whatsapp.sent()) >= count and all(one.fetched for one in whatsapp.sent() if one.media)
    )
    return whatsapp.sent()


async def test_a_picture_with_words(whatsapp: WhatsApp, thread: str) -> None:
    """A picture and its words reach the phone as one message: the words are its caption."""
    ts = await whatsapp.reply(thread, "Your parcel", files=[file(whatsapp, "lake.png", "image/png", PNG)])
    [message] = await arrived(whatsapp)
    assert message.media is not None
    assert message.fetched is not None
    assert (message.type, message.media.caption, message.fetched.data) == ("IMAGE", "Your parcel", PNG)
    whatsapp.glific.receipt(message, "READ")
    await whatsapp.marked(ts, "ballot_box_with_check")


async def test_words_follow_a_document(whatsapp: WhatsApp, thread: str) -> None:
    """WhatsApp shows no words beside a document, so they follow as a message of their own."""
    await whatsapp.reply(thread, "The invoice", files=[file(whatsapp, "invoice.pdf", "application/pdf", PDF)])
    first, second = await arrived(whatsapp, 2)
    assert (first.type, second.type, second.body) == ("DOCUMENT", "TEXT", "The invoice")


async def test_what_whatsapp_does_not_take_is_refused(whatsapp: WhatsApp, thread: str) -> None:
    """A file of another kind, and two at once, are refused in words, and nothing of the reply leaves."""
    await whatsapp.reply(thread, "Look", files=[file(whatsapp, "dance.gif", "image/gif", moving())])
    await whatsapp.line('"dance.gif" is an animation that is too large, or of a kind that cannot be texted here.')
    two = [file(whatsapp, f"{number}.png", "image/png", PNG) for number in range(2)]
    await whatsapp.reply(thread, "Look", files=two)
    await whatsapp.line("these are 2 files, and 1 can go along at most")
    await whatsapp.reply(thread, "Never mind")
    await whatsapp.gets("Never mind")


async def test_a_contact_s_picture_is_shown(whatsapp: WhatsApp, thread: str) -> None:
    """A contact's picture stands in the thread with its caption, byte for byte."""
    await whatsapp.glific.send_media(wire(DANA), "IMAGE", whatsapp.glific.picture_url(), "My parcel")
    await whatsapp.line("My parcel")
    await whatsapp.slack.until(lambda: any(one.files for one in whatsapp.thread()))
    shown = [whatsapp.slack.files[one["id"]].data for post in whatsapp.thread() for one in post.files]
    assert shown == [PNG]
    assert all("http" not in seen(post) for post in whatsapp.thread())
    assert whatsapp.headers()[-1].ts == thread
