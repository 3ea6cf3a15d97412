"""Channels that are archived, deleted, renamed or left: conversations go on elsewhere, once, and nothing is lost."""

from __future__ import annotations

import asyncio

from bot.sandbox.slack_model import Message
from tests.harness.in_process import Relay
from tests.harness.posts import said, seen
from tests.harness.windows import opened
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO, shown
from tests.slack.features.test_texting import volt
from tests.slack.features.test_threads import whispered

SALES, VIP = "C0SALES", "C0VIP"
US = "<@U0BOT>"


def heads(relay: Relay, channel: str, contact: str = DANA) -> list[Message]:
    """Return the headers of a contact in a channel."""
    roots = [one for one in relay.posts(channel) if not one.is_reply]
    return [one for one in roots if shown(contact) in seen(one).split("\n")[0]]


def under(relay: Relay, channel: str, contact: str = DANA) -> list[Message]:
    """Return the bot's posts under the contact's headers in a channel."""
    return [post for head in heads(relay, channel, contact) for post in relay.slack.thread(channel, head.ts)[1:]]


def texts(relay: Relay, channel: str, contact: str = DANA) -> list[str]:
    """Return the contact's texts as a channel shows them."""
    return [text for post in under(relay, channel, contact) if post.bot_id for text in said(post)]


async def shows(relay: Relay, channel: str, *wanted: str, contact: str = DANA, timeout_s: float = 10) -> None:
    """Wait until a channel shows exactly these texts of a contact, in one thread."""
    try:
        await relay.slack.until(lambda: tuple(texts(relay, channel, contact)) == wanted, timeout_s)
    except TimeoutError as error:
        raise TimeoutError(f"it shows {texts(relay, channel, contact)}; {error}") from None
    assert len(heads(relay, channel, contact)) == 1


async def line_in(relay: Relay, channel: str, words: str, contact: str = DANA) -> Message:
    """Wait until a post under a contact's header in a channel says this."""
    found = await relay.slack.until(lambda: [one for one in under(relay, channel, contact) if words in seen(one)])
    return found[-1]


def link(channel: str, ts: str) -> str:
    """Write the address of a message."""
    return f"https://sandbox.slack.com/archives/{channel}/p{ts.replace('.', '')}"


def sales(relay: Relay) -> None:
    """Make two more channels, with the bot in them."""
    relay.slack.add_channel(SALES, "sales")
    relay.slack.add_channel(VIP, "vip")


# --- a channel is gone


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
    await shows(relay, SALES, "one", "two", timeout_s=20)
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
        await shows(relay, VIP, "again", contact=contact, timeout_s=25)
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
    await relay.slack.until(lambda: texts(relay, CHANNEL) == ["again"], 25)
    await relay.volt.receipt(text, "delivered")
    await line_in(relay, CHANNEL, "Delivered")
    ask = await line_in(relay, CHANNEL, "It has a shortened link")
    await relay.slack.press(BEN, CHANNEL, ask.ts, "send_text_anyway")
    await relay.receives("Your order is ready", "See bit.ly/abc")
    await relay.slack.press(AVA, CHANNEL, heads(relay, CHANNEL)[0].ts, "assign")
    await relay.slack.until(lambda: f"<@{AVA}>" in seen(heads(relay, CHANNEL)[0]))


async def test_a_post_in_doubt_is_looked_up_before_the_move(relay: Relay) -> None:
    """A text that stands in the old thread though Slack's answer was lost is found there and not shown again."""
    relay.slack.subscribed.discard("message")
    await relay.open_thread()
    sales(relay)
    relay.slack.rules.drops["chat.postMessage"] = 1
    await relay.volt.text(DANA, "in doubt")
    await relay.slack.until(lambda: any(call.is_cut for call in relay.slack.calls))
    await relay.slack.archive(AVA, CHANNEL)
    await relay.volt.text(DANA, "behind it")
    await relay.restart(slack_channel=SALES)
    await relay.slack.until(lambda: texts(relay, SALES) == ["behind it"], 25)
    assert relay.texts() == ["Hello", "in doubt"]


# --- a person moves a conversation


async def moved(relay: Relay, thread: str) -> Message:
    """Wait until Dana's conversation has gone on from a thread in the first channel to #sales; return its header."""
    header = (await relay.slack.until(lambda: heads(relay, SALES)))[0]
    assert link(CHANNEL, thread) in seen(header)
    await line_in(relay, SALES, f"<@{AVA}> moved this conversation here from <#{CHANNEL}>.")
    goes_on = link(SALES, header.ts)
    await line_in(relay, CHANNEL, f"<@{AVA}> moved this conversation. It goes on in <#{SALES}>: <{goes_on}|")
    await relay.slack.until(lambda: f"Goes on in <#{SALES}>: <{goes_on}|" in seen(heads(relay, CHANNEL)[0]))
    assert "[Assign to me]" not in seen(heads(relay, CHANNEL)[0])
    return header


async def test_moved_by_the_menu(relay: Relay) -> None:
    """More moves a conversation to another channel: both threads say so, texts go on there, replies count in both."""
    thread = await relay.open_thread()
    sales(relay)
    await relay.slack.press(AVA, CHANNEL, thread, "more", value="all:1")
    everything = await whispered(relay, "new contact")
    await relay.slack.press(AVA, CHANNEL, str(everything["message_ts"]), "more", value="move:1")
    view = await opened(relay)
    refused = await relay.slack.submit(AVA, view, {"move_channel": {"move_channel": CHANNEL}})
    assert refused.body["errors"] == {"move_channel": "The conversation is in this channel already."}
    await relay.slack.submit(AVA, view, {"move_channel": {"move_channel": SALES}})
    header = await moved(relay, thread)
    await relay.volt.text(DANA, "again")
    await shows(relay, SALES, "again")
    assert relay.texts() == ["Hello"]
    await relay.slack.say(BEN, SALES, "here", thread_ts=header.ts)
    await relay.receives("here")
    ts = await relay.reply(thread, "and there")
    await relay.receives("here", "and there")
    await relay.marked(ts, "outbox_tray")
    await line_in(relay, SALES, f"<@{AVA}> texted:\nand there")


async def test_moved_by_a_command(relay: Relay) -> None:
    """`/volt route` with a contact's number moves that contact's conversation."""
    thread = await relay.open_thread()
    sales(relay)
    answer = await volt(relay, "route (555) 555-0145 #sales")
    assert answer == "The conversation with (555) 555-0145 goes on in <#C0SALES>."
    await moved(relay, thread)
    assert await volt(relay, "route (555) 555-0145 #sales") == "The conversation is in this channel already."
    assert "(555) 555-0145" not in await volt(relay, "route")


async def test_moved_by_a_word(relay: Relay) -> None:
    """A word to the bot moves a thread; a channel that is archived, unknown, or private without it is refused."""
    thread = await relay.open_thread()
    sales(relay)
    relay.slack.channels[SALES].is_archived = True
    relay.slack.add_channel("C0PRIVATE", "private", private=True, members=False)
    for typed, words in (
        ("<#C0SALES>", "<#C0SALES> is archived."),
        ("#nowhere", "I see no channel #nowhere."),
        ("<#C0PRIVATE>", "I see no channel"),
        ("", "Write *@volt move #channel*."),
    ):
        await relay.reply(thread, f"{US} move {typed}")
        await relay.slack.until(
            lambda words=words: [one for one in relay.slack.ephemerals if words in one["text"]]  # type: ignore[misc]
        )
    assert len(relay.posts()) == 2
    await relay.reply(thread, f"{US} move #vip")
    await relay.slack.until(lambda: heads(relay, VIP))
    await relay.volt.text(DANA, "again")
    await shows(relay, VIP, "again")
    assert (relay.texts(), relay.phone()) == (["Hello"], [])


# --- a channel has a new id


async def test_a_channel_with_a_new_id(relay: Relay) -> None:
    """A channel that is given a new id goes on in its threads; no reply is texted again, and a restart knows it."""
    thread = await relay.open_thread()
    await volt(relay, "mode confirm")
    ts = await relay.reply(thread, "Your order is ready")
    await relay.agree()
    await relay.receives("Your order is ready")
    redelivered = relay.event_of(ts)
    assert await relay.slack.change_id(CHANNEL, "C0SHARED") == 200
    await relay.volt.text(DANA, "again")
    await shows(relay, "C0SHARED", "Hello", "again")
    redelivered["event"]["channel"] = "C0SHARED"
    await relay.slack.deliver(redelivered)
    await relay.slack.edit("C0SHARED", ts, "Your order was ready")
    await line_in(relay, "C0SHARED", "This text had already been sent")
    await relay.restart()
    assert "SLACK_CHANNEL" in relay.log
    assert "C0SHARED" in relay.log
    await relay.volt.text(MARCO, "Hello")
    await shows(relay, "C0SHARED", "Hello", contact=MARCO)
    await relay.slack.say(AVA, "C0SHARED", "Good bye", thread_ts=thread)
    await line_in(relay, "C0SHARED", "Good bye")
    assert relay.phone() == ["Your order is ready"]
