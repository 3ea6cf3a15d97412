"""Channels that are archived, deleted, renamed or left: conversations go on elsewhere, once, and nothing is lost."""

from __future__ import annotations

import asyncio

from bot.domain.retry_policy import BLOCKED_RETRY_S
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO
from tests.slack.features.test_move import SALES, VIP, heads, line_in, link, sales, shows, texts
from tests.slack.features.test_send import volt

HELD_S = 2.5 * BLOCKED_RETRY_S
"""How long something may take that meets a channel which is held."""


async def test_an_archived_channel_is_replaced(relay: Relay) -> None:
    """With SLACK_CHANNEL archived and set to another one, a known contact goes on there: once, in order, with a link.

    Replies under either thread lead to the phone, and the second restart moves nothing again.
    """
    thread = await relay.open_thread()
    sales(relay)
    await relay.slack.archive(AVA, CHANNEL)
    for text in ("one", "two"):
        assert (await relay.volt.text(DANA, text)).status == 200
    await relay.slack.until(lambda: [one for one in relay.slack.calls if one.answer.get("error") == "is_archived"])
    await relay.restart(slack_channel=SALES)
    await shows(relay, SALES, "one", "two", timeout_s=HELD_S)
    await relay.volt.text(DANA, "three")
    await shows(relay, SALES, "one", "two", "three")
    header = heads(relay, SALES)[0]
    assert link(CHANNEL, thread) in seen(header)
    await relay.slack.say(AVA, SALES, "Here I am", thread_ts=header.ts)
    await relay.receives("Here I am")
    await relay.restart()
    await relay.volt.text(DANA, "four")
    await relay.slack.until(lambda: texts(relay, SALES)[-1:] == ["four"])
    await relay.slack.unarchive(AVA, CHANNEL)
    await relay.slack.invite(CHANNEL)
    await relay.reply(thread, "and here")
    await relay.receives("Here I am", "and here")
    assert len(heads(relay, SALES)) == 1
    assert texts(relay, CHANNEL) == ["Hello"]


async def test_a_route_that_is_gone_waits(relay: Relay) -> None:
    """While the route itself leads to an archived channel texts wait; they go over once the route was changed."""
    sales(relay)
    await volt(relay, "route hello #sales")
    for contact in (DANA, MARCO):
        await relay.volt.text(contact, "Hello")
        await shows(relay, SALES, "Hello", contact=contact)
    await relay.slack.archive(AVA, SALES)
    for contact in (DANA, MARCO):
        await relay.volt.text(contact, "again")
    await relay.slack.until(lambda: [one for one in relay.slack.calls if one.answer.get("error") == "is_archived"])
    async with asyncio.timeout(10):
        while "volt_bot_channels_held 1.0" not in (await relay.get("/metrics"))[1]:
            pass
    assert "SLACK_CHANNEL or its route" in relay.log
    assert relay.posts() == []
    await volt(relay, "route hello #vip")
    for contact in (DANA, MARCO):
        await shows(relay, VIP, "again", contact=contact, timeout_s=HELD_S)
    assert relay.posts() == []


async def test_lines_and_drafts_of_a_channel_that_is_gone(relay: Relay) -> None:
    """What a thread still has to say is said in the new one, and a reply that waits can be decided there."""
    sales(relay)
    await volt(relay, "route (555) 555-0123 #sales")
    await relay.volt.text(DANA, "Hello")
    await shows(relay, SALES, "Hello")
    thread = heads(relay, SALES)[0].ts
    await relay.slack.say(AVA, SALES, "Your order is ready", thread_ts=thread)
    text = (await relay.receives("Your order is ready"))[0]
    await relay.volt.receipt(text, "sent")
    await line_in(relay, SALES, "the carrier has not confirmed yet")
    await relay.slack.say(AVA, SALES, "See bit.ly/abc", thread_ts=thread)
    await line_in(relay, SALES, "It has a shortened link")
    await volt(relay, "route (555) 555-0123 off")
    await relay.slack.archive(AVA, SALES)
    await relay.volt.text(DANA, "again")
    await relay.slack.until(lambda: texts(relay, CHANNEL) == ["again"], HELD_S)
    await relay.volt.receipt(text, "delivered")
    await line_in(relay, CHANNEL, "Delivered")
    ask = await line_in(relay, CHANNEL, "It has a shortened link")
    await relay.slack.press(BEN, CHANNEL, ask.ts, "send_text_anyway")
    await relay.receives("Your order is ready", "See bit.ly/abc")
    await relay.slack.press(AVA, CHANNEL, heads(relay, CHANNEL)[0].ts, "close")
    await relay.slack.until(lambda: "Closed" in seen(heads(relay, CHANNEL)[0]))


async def test_a_post_in_doubt_is_looked_up_before_the_move(relay: Relay) -> None:
    """A text that stands in the old thread though Slack's answer was lost is found there and not shown again."""
    relay.slack.subscribed.discard("message")
    relay.slack.channels[CHANNEL].is_private = True  # the bot stays in it, and can read it
    await relay.open_thread()
    sales(relay)
    relay.slack.rules.drops["chat.postMessage"] = 1
    await relay.volt.text(DANA, "in doubt")
    await relay.slack.until(lambda: any(call.is_cut for call in relay.slack.calls))
    await relay.slack.archive(AVA, CHANNEL)
    await relay.volt.text(DANA, "behind it")
    await relay.restart(slack_channel=SALES)
    await relay.slack.until(lambda: texts(relay, SALES) == ["behind it"], HELD_S)
    assert relay.texts() == ["Hello", "in doubt"]


async def test_a_channel_with_a_new_id(relay: Relay) -> None:
    """A channel that is given a new id goes on in its threads; no reply is texted again, and a restart knows it.

    What was leaving for the old id just then is tried again after BLOCKED_RETRY_S, and what follows it waits as long.
    """
    thread = await relay.open_thread()
    await volt(relay, "mode confirm")
    ts = await relay.reply(thread, "Your order is ready")
    await relay.agree()
    await relay.receives("Your order is ready")
    redelivered = relay.event_of(ts)
    assert await relay.slack.change_id(CHANNEL, "C0SHARED") == 200
    await relay.volt.text(DANA, "again")
    await shows(relay, "C0SHARED", "Hello", "again", timeout_s=HELD_S)
    redelivered["event"]["channel"] = "C0SHARED"
    await relay.slack.deliver(redelivered)
    await relay.slack.edit("C0SHARED", ts, "Your order was ready")
    await line_in(relay, "C0SHARED", "This text had already been sent", timeout_s=HELD_S)
    await relay.restart()
    assert "SLACK_CHANNEL" in relay.log
    assert "C0SHARED" in relay.log
    await relay.volt.text(MARCO, "Hello")
    await shows(relay, "C0SHARED", "Hello", contact=MARCO, timeout_s=HELD_S)
    await relay.slack.say(AVA, "C0SHARED", "Good bye", thread_ts=thread)
    await line_in(relay, "C0SHARED", "Good bye", timeout_s=HELD_S)
    assert relay.phone() == ["Your order is ready"]
