"""Texts from senders who are no phone number: shown, each in a thread of its own, and never answered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.sandbox.slack.state.model import Message
from bot.sandbox.volt.model import VoltMessage
from bot.sandbox.volt.wire import envelope, received
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.windows import fill, window, words
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA

REFUSAL = "Not sent: this sender has no phone number and cannot be answered by text."
SENDERS = ("AMAZON", "+40404", "info@shop.example", "<!channel> *x*", "AMA\u202eZON", "x" * 500)


async def hear(relay: Relay, sender: Any, text: str) -> int:
    """Let a text of anybody come in; return what the bot answered."""
    message = VoltMessage(ACCOUNT, DANA, text, direction="inbound", status="received")
    body = json.dumps(envelope(received(message) | {"from_number": sender})).encode()
    return (await relay.volt.post(body))[0]


async def thread_of(relay: Relay, sender: Any, text: str) -> Message:
    """Let a sender text; return the header of the thread that shows it."""
    assert await hear(relay, sender, text) == 200
    await relay.slack.until(lambda: [one for one in relay.posts() if one.is_reply and text in seen(one)])
    post = next(one for one in relay.posts() if one.is_reply and text in seen(one))
    return next(one for one in relay.posts() if one.ts == post.thread_ts)


async def test_every_sender_is_shown_in_a_thread_of_its_own(relay: Relay) -> None:
    """A name, an e-mail address, a number that is none, nothing: each text is shown, each sender apart."""
    senders = (*SENDERS, None, 15555550145)
    headers = [await thread_of(relay, sender, f"text {number}") for number, sender in enumerate(senders)]
    assert len({header.ts for header in headers}) == len(senders)
    assert (await thread_of(relay, "AMAZON", "once more")).ts == headers[0].ts
    assert seen(headers[0]).startswith("AMAZON · no phone number")
    assert seen(headers[6]).startswith("Unknown sender · no phone number")
    assert all("cannot be answered by text" in seen(header) for header in headers)
    assert all("template" not in str(header.blocks) and "schedule" not in str(header.blocks) for header in headers)
    assert not any("<!channel>" in header.text for header in headers)


@pytest.fixture
async def amazon(relay: Relay) -> Message:
    """Give the header of a sender's thread."""
    return await thread_of(relay, "AMAZON", "Your parcel is here")


async def test_a_reply_is_not_texted(relay: Relay, amazon: Message) -> None:
    """A reply to such a sender stays in Slack and one line says why; a note says nothing, an edit changes nothing."""
    await relay.reply(amazon.ts, "// which parcel?")
    ts = await relay.reply(amazon.ts, "Thank you")
    await relay.slack.edit(CHANNEL, ts, "Thank you very much")
    await relay.slack.until(lambda: [one for one in relay.posts() if REFUSAL in seen(one)])
    await relay.open_thread(DANA)
    await relay.reply(relay.headers(DANA)[-1].ts, "Hi")
    await relay.receives("Hi")
    assert len([one for one in relay.posts() if REFUSAL in seen(one)]) == 1
    assert len(relay.sends()) == 1


async def test_no_way_leads_to_a_text(relay: Relay, amazon: Message) -> None:
    """Send as text, a template and a word to the bot are refused in words, and Volt hears of nothing."""
    ts = await relay.reply(amazon.ts, "// Thank you")
    await relay.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=ts)
    given = await fill(relay, compose_text="Thank you")
    assert "AMAZON has no phone number and cannot be texted." in json.dumps(given.body) + words(window(relay))
    await relay.slack.shortcut(AVA, "reply_with_template", channel=CHANNEL, message_ts=ts)
    await relay.slack.until(lambda: any("AMAZON has no phone number" in one["text"] for one in relay.slack.ephemerals))
    await relay.slack.command(AVA, CHANNEL, "/volt", "inbox")
    assert not relay.sends()
    assert (relay.slack.undocumented, relay.slack.refused) == ([], [])
