"""Texts written in windows: new ones, messages that stand in Slack, and templates; each is sent once."""

from __future__ import annotations

import time
from typing import Any

import pytest

from bot.sandbox.volt.pictures import CARD_TEXT
from tests.harness.drawn import PNG
from tests.harness.in_process import Relay
from tests.harness.posts import seen, takes
from tests.harness.windows import fill, is_open, window, words
from tests.harness.world import AVA, BEN, CHANNEL, DANA
from tests.slack.features.test_compose import (
    filled_in,
    look_up,
    new_text,
    scheduled,
    submitted,
)


@pytest.fixture(autouse=True)
def nothing_is_refused(relay: Relay) -> Any:
    """Check at the end that Slack took every view and every answer."""
    yield
    assert relay.slack.refused == []


async def test_a_new_text_to_a_new_number(relay: Relay) -> None:
    """A number that is typed can be texted: the text goes out once and a window says where the conversation is."""
    await new_text(relay)
    assert await look_up(relay, "555 555 0145") == [("(555) 555-0145", f"number {DANA}")]
    await fill(relay, compose_to=f"number {DANA}", compose_text="Your order is ready :wave: <b>&amp;</b>")
    await relay.receives("Your order is ready 👋 <b>&amp;</b>")
    assert words(window(relay)) in takes(f"<#{CHANNEL}>")
    assert seen(await relay.line("texted:")).startswith(f"<@{AVA}> texted:\nYour order is ready")


async def test_files_that_phones_do_not_show(relay: Relay) -> None:
    """A file of another kind than phones show goes as a link, which the preview says before."""
    await relay.restart(public_url=relay.url)
    await new_text(relay)
    await look_up(relay, DANA)
    sheet = relay.slack.add_file(AVA, "prices.pdf", "application/pdf", b"%PDF")
    picture = relay.slack.add_file(AVA, "shoe.png", "image/png", PNG)
    await fill(relay, compose_to=f"number {DANA}", compose_text="Hi", compose_files=[sheet, picture])
    await relay.volt.until(lambda: relay.volt.outbound(DANA) and relay.volt.outbound(DANA)[0].fetched)
    (text,) = relay.volt.outbound(DANA)
    assert text.fetched[0].data == PNG
    assert text.body.startswith(f"Hi\n{relay.url}/file/")


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


async def test_a_night_is_asked_about(relay: Relay) -> None:
    """A text with a time in the contact's night is asked about in the window before anything is scheduled."""
    await relay.restart(texts_to="*")
    await relay.restart(quiet_hours="00:00-23:59")
    await new_text(relay)
    await look_up(relay, "+442079460958")
    at = int(time.time()) // 86_400 * 86_400 + 2 * 86_400 + 43_200
    await fill(relay, compose_to="number +442079460958", compose_text="See you", compose_at=at)
    assert "It may be night then where this number is from." in words(window(relay))
    assert scheduled(relay) == []


async def test_a_stop_during_send_later(relay: Relay) -> None:
    """A text under way when the bot stopped is not scheduled again by its window, which says that it is not known."""
    shown = await filled_in(relay)
    relay.volt.rules.hang = 1
    await submitted(relay, shown, "1.1.a")
    await relay.restart()
    again = words((await submitted(relay, shown, "2.2.b"))["view"])
    assert "we do not know whether it was done. Look in the thread or in Volt" in again
    assert relay.volt.waves == []


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
