"""What Volt and Slack publish or send, as recorded: signed, posted as it is, and read as people would."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest

from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import AVA, CHANNEL, DANA

SAMPLES = Path(__file__).parent.parent / "samples"
SPAM_FOR_NOW = "A carrier took the text for spam, for now. Wait an hour, or say it differently, then send it again."
FAILED_TEXT = "Sending a message to myself to demonstrate using the GraphQL API"


def volt_sample(name: str) -> bytes:
    """Read one of Volt's payloads, byte for byte."""
    return (SAMPLES / "volt" / f"{name}.json").read_bytes()


async def test_volts_inbound_text(relay: Relay) -> None:
    """Volt's published inbound text opens the contact's thread with its words, once however often it comes."""
    for _ in range(3):
        assert (await relay.volt.post(volt_sample("message_received")))[0] == 200
    await relay.shows(DANA, "Replying to message from handset")
    await relay.volt.text(DANA, "after")
    await relay.shows(DANA, "Replying to message from handset", "after")
    assert len(relay.texts()) == 2
    (header,) = relay.headers()
    assert seen(header).startswith("(555) 555-0145 · new contact")


async def test_volts_failed_text_of_ours(relay: Relay) -> None:
    """Volt's published failure, with the passthrough of a text of ours, is told there with its words and a button."""
    relay.volt.add_account(DANA, "Another number of ours, that the sample was sent from")
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "It is ready")
    await relay.receives("It is ready")
    (text,) = relay.volt.messages
    sample = json.loads(volt_sample("message_finalized_failed"))
    sample["payload"] |= {"id": text.id, "message_app_id": text.legacy_id}
    for _ in range(2):
        status, _, _ = await relay.volt.post(
            json.dumps(sample).encode(), headers={"X-Volt-Passthrough": str(text.passthrough)}
        )
        assert status == 200
    line = await relay.line("Not delivered")
    assert seen(line) == f"Not delivered: {SPAM_FOR_NOW}\nIt is ready\n[Send again]"
    assert line.thread_ts == thread
    await relay.marked(ts, "x")
    assert (await relay.slack.press("U0AVA", CHANNEL, line.ts, "send_again")).status == 200
    await relay.receives("It is ready", "It is ready")
    assert len([one for one in relay.lines() if "Not delivered" in one]) == 1
    assert not [one for one in relay.lines() if FAILED_TEXT in one]


async def test_volts_failed_text_of_somebody_else(relay: Relay) -> None:
    """The same failure as it is, without a passthrough, is a text from outside Slack that did not arrive."""
    relay.volt.add_account(DANA, "Another number of ours, that the sample was sent from")
    assert (await relay.volt.post(volt_sample("message_finalized_failed")))[0] == 200
    await relay.line(f"Texted from outside Slack:\n{FAILED_TEXT}")
    line = await relay.line("Not delivered")
    assert seen(line).startswith(f"Not delivered: {SPAM_FOR_NOW}")
    assert len(relay.headers()) == 1
    assert relay.sends() == []


@pytest.mark.parametrize("name", ["message_received", "message_finalized_failed"])
async def test_volts_samples_unsigned(relay: Relay, name: str) -> None:
    """Unsigned, neither does anything."""
    assert (await relay.volt.post(volt_sample(name), signature=None))[0] == 401
    await relay.volt.text("+15555550146", "first of all")
    await relay.slack.until(lambda: len(relay.posts()) >= 2)
    assert len(relay.headers()) == 1
    assert relay.headers(DANA) == []


@pytest.mark.parametrize(
    ("name", "texted"),
    [
        ("message", "Hello World!"),
        ("message-thread-reply", "When Slack was released?"),
        ("message-me", "hey"),
        ("message-thread-broadcast", "Hi there!"),
    ],
)
async def test_slacks_recordings_of_people(relay: Relay, name: str, texted: str) -> None:
    """Recorded messages of people, put into the contact's thread, reach the phone as their words."""
    thread = await relay.open_thread()
    body = json.loads((SAMPLES / "slack" / f"{name}.json").read_text(encoding="utf-8"))
    body["event"] |= {"channel": CHANNEL, "thread_ts": thread}
    relay.slack.add_user(body["event"]["user"], "Recorded")
    assert await relay.slack.deliver(body) == 200
    await relay.receives(texted)


async def test_slacks_recording_of_a_file(relay: Relay) -> None:
    """A recorded message with a file that no phone shows, put into the thread, is texted with a link to the file."""
    thread = await relay.open_thread()
    await relay.restart(public_url=relay.url)
    async with asyncio.timeout(10):  # until it knows who it is: the recording names its author as the app's own user
        while relay.log.count("slack.connected") < 2:
            await relay.get("/healthz")
    body = json.loads((SAMPLES / "slack" / "message-file-share-thread.json").read_text(encoding="utf-8"))
    body["event"] |= {"channel": CHANNEL, "thread_ts": thread}
    relay.slack.add_user(body["event"]["user"], "Recorded")
    (recorded,) = body["event"]["files"]
    held = relay.slack.add_file(AVA, recorded["name"], recorded["mimetype"], b"test")
    recorded |= {name: held[name] for name in ("url_private", "url_private_download")}  # the one thing of another place
    assert await relay.slack.deliver(body) == 200
    (text,) = await relay.volt.until(relay.phone)
    assert re.fullmatch(f"This is the text in the message\n{re.escape(relay.url)}/file/[A-Za-z0-9_-]+", text)


BOTS = ["message-bot", "message-bot-classic", "message-bot-response-url", "message-bot-thread", "message-channel-join"]


@pytest.mark.parametrize("name", BOTS)
async def test_slacks_recordings_of_others(relay: Relay, name: str) -> None:
    """Recorded messages of bots and of Slack itself, put into the same thread, are not texted."""
    thread = await relay.open_thread()
    body = json.loads((SAMPLES / "slack" / f"{name}.json").read_text(encoding="utf-8"))
    body["event"] |= {"channel": CHANNEL, "thread_ts": thread}
    assert await relay.slack.deliver(body) == 200
    await relay.reply(thread, "that is all")
    await relay.receives("that is all")
