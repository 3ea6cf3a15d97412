"""Socket Mode: the same listeners behind another door, without a public address."""

from __future__ import annotations

import pytest

from tests.harness.in_process import Relay
from tests.harness.posts import seen, takes
from tests.harness.world import AVA, CHANNEL, DANA


@pytest.fixture
async def socket(relay: Relay) -> Relay:
    """Give a running bot that Slack reaches over its socket alone."""
    relay.slack.events_url = None
    await relay.restart(slack_app_token=relay.slack.app_token, slack_signing_secret=None)
    await relay.slack.until(lambda: relay.slack.sockets.is_open)
    return relay


async def test_both_ways(socket: Relay) -> None:
    """A text opens a thread, a reply there reaches the phone once, its receipts come back."""
    socket.volt.receipts = "auto"
    thread = await socket.open_thread()
    ts = await socket.reply(thread, "It is ready")
    await socket.receives("It is ready")
    await socket.marked(ts, "white_check_mark")
    await socket.line("Delivered")
    assert {delivery.status for delivery in socket.slack.deliveries} == {200}


async def test_there_is_no_http_door(socket: Relay) -> None:
    """Without a signing secret nothing is taken over HTTP, where nobody could verify it."""
    thread = await socket.open_thread()
    ts = await socket.reply(thread, "once")
    await socket.receives("once")
    socket.slack.events_url = f"{socket.url}/slack/events"
    assert await socket.slack.deliver(socket.event_of(ts)) == 404


async def test_redeliveries(socket: Relay) -> None:
    """An event delivered five more times, under its own and new ids, is one text."""
    thread = await socket.open_thread()
    socket.slack.rules.repeat_events = 5
    before = len(socket.slack.deliveries)
    await socket.reply(thread, "once")
    await socket.slack.until(lambda: len(socket.slack.deliveries) >= before + 6)
    socket.slack.rules.repeat_events = 0
    await socket.reply(thread, "last")
    await socket.receives("once", "last")


async def test_commands(socket: Relay) -> None:
    """A command is answered to the one who typed it, and does what it says."""
    given = await socket.slack.command(AVA, CHANNEL, "/volt", "send (555) 555-0145 Your order is ready")
    assert (given.status, given.body["response_type"]) == (200, "ephemeral")
    assert given.body["text"] in takes(f"<#{CHANNEL}>")
    await socket.receives("Your order is ready")
    assert seen(await socket.line("texted:")) == f"<@{AVA}> texted:\nYour order is ready"


async def test_buttons(socket: Relay) -> None:
    """Send again sends once and says who pressed it."""
    thread = await socket.open_thread()
    await socket.reply(thread, "It is ready")
    (text,) = await socket.receives("It is ready")
    await socket.volt.receipt(text, "failed", "802")
    line = await socket.line("[Send again]")
    assert (await socket.slack.press(AVA, CHANNEL, line.ts, "send_again")).status == 200
    await socket.slack.until(lambda: f"<@{AVA}> sent it again." in seen(line))
    await socket.receives("It is ready", "It is ready")
    await socket.reply(thread, "last")
    await socket.receives("It is ready", "It is ready", "last")


async def test_an_event_that_cannot_be_stored_is_not_acknowledged(socket: Relay) -> None:
    """An event that cannot be stored gets no acknowledgement, so Slack brings it again; then it is texted, once."""
    thread = await socket.open_thread()
    socket.slack.rules.answer_limit_s = 0.3
    await socket.fill_disk()
    words = " ".join(f"word{number:04d}" for number in range(3_000))
    await socket.reply(thread, words)
    await socket.slack.until(lambda: 0 in {delivery.status for delivery in socket.slack.deliveries})
    assert socket.phone() == []
    await socket.fill_disk(is_full=False)
    await socket.agree()
    await socket.volt.until(socket.phone)
    await socket.reply(thread, "after")
    await socket.volt.until(lambda: socket.phone()[-1] == "after")
    assert " ".join(part.partition(") ")[2] for part in socket.phone()[:-1]) == words


async def test_slack_renews_the_connection(socket: Relay) -> None:
    """After Slack closed the connection, as it does every few hours, the bot connects again and misses nothing."""
    thread = await socket.open_thread()
    await socket.slack.disconnect()
    await socket.reply(thread, "in the gap")
    await socket.receives("in the gap")
    await socket.slack.until(lambda: socket.slack.sockets.is_open)
    await socket.reply(thread, "and after")
    await socket.receives("in the gap", "and after")


async def test_other_events(socket: Relay) -> None:
    """Events that nobody listens to are acknowledged and do nothing."""
    before = len(socket.slack.deliveries)
    socket.slack.emit({"type": "app_home_opened", "user": AVA, "tab": "home"})
    await socket.slack.until(lambda: len(socket.slack.deliveries) > before)
    await socket.volt.text(DANA, "Hello")
    await socket.shows(DANA, "Hello")
    assert {delivery.status for delivery in socket.slack.deliveries} == {200}
    assert socket.sends() == []
