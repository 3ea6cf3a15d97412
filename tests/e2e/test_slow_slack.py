"""A Slack that is slow, or a channel that is gone, keeps nothing waiting that it does not concern."""

from __future__ import annotations

import asyncio
import json

from bot.sandbox.slack.state.model import Channel
from bot.sandbox.slack.ui.payloads import interaction
from tests.harness.in_process import Relay
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO

PRIVATE = "G0PRIVATE"


async def test_a_reply_passes_slow_posts(relay: Relay) -> None:
    """While as many posts are under way as may be, and none ends, a reply reaches the phone."""
    thread = await relay.open_thread()
    await relay.slack.command(AVA, CHANNEL, "/volt", "me")  # Slack says who Ava is
    relay.slack.rules.delay_s = 60
    before = len(relay.slack.calls)
    webhooks = (relay.volt.text(f"+1555556{number:04}", "Hello") for number in range(40))
    assert {webhook.status for webhook in await asyncio.gather(*webhooks)} == {200}
    await relay.slack.until(lambda: len(relay.slack.calls) - before >= 24)
    await relay.reply(thread, "It is ready")
    await relay.receives("It is ready", timeout_s=5)


async def test_one_channel_is_unreachable(relay: Relay) -> None:
    """/readyz stays 200 while one channel of several cannot be reached; a metric counts it and the log names it."""
    private = relay.slack.channels[PRIVATE] = Channel(PRIVATE, "private", is_private=True)
    await relay.slack.command(AVA, CHANNEL, "/volt", f"route secret <#{PRIVATE}|private>")
    private.is_member = False
    await relay.volt.text(MARCO, "secret things")
    await relay.slack.until(lambda: any(call.args.get("channel") == PRIVATE for call in relay.slack.calls))
    await relay.open_thread(DANA)
    assert await relay.get("/readyz") == (200, "ready")
    assert "volt_bot_channels_held 1.0" in (await relay.get("/metrics"))[1]
    assert "channel.unreachable" in relay.log
    assert f"channel={PRIVATE}" in relay.log


async def test_a_menu_while_slack_does_not_say_who_asks(relay: Relay) -> None:
    """A menu is answered in time with nothing to choose, and offers what there is once Slack has answered."""
    await relay.open_thread()
    tickets = relay.slack._tickets(CHANNEL, BEN, relay.slack.installations[0], None)
    view = {"id": "V0OLD", "callback_id": "x", "private_metadata": "", "state": {"values": {}}, "blocks": []}
    asked = {"action_id": "compose_to", "value": "(555) 555-0145", "view": view}
    payload = interaction("block_suggestion", relay.slack.users[BEN], tickets) | asked
    answers = relay.slack.rules.late["users.info"] = asyncio.Event()
    empty = await relay.slack._courier.carry_interaction(payload)
    assert (empty.status, json.loads(empty.text)) == (200, {"options": []})
    answers.set()
    assert "555-0145" in (await relay.slack._courier.carry_interaction(payload)).text
