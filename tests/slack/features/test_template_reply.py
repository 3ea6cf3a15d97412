"""Replying with a template: chosen in a window, filled in, changed and texted."""

from __future__ import annotations

from bot.sandbox.slack.ui.payloads import interaction
from bot.sandbox.slack.ui.views import filled
from tests.harness.handlers import Handlers
from tests.harness.windows import fill, is_open, press_in_window, window, words
from tests.harness.world import AVA, BEN, CHANNEL
from tests.slack.features.test_compose import (
    add_template,
)


async def test_reply_with_a_template(handlers: Handlers) -> None:
    """A template is filled in for the contact and the agent, shows how long it is, may be changed, and is sent once."""
    await add_template(handlers, "Hours", "Hello {name}, we are open till five.\n– {agent}")
    await add_template(handlers, "Bye", "Bye {first_name}")
    thread = await handlers.open_thread()
    await handlers.slack.shortcut(BEN, "reply_with_template", channel=CHANNEL, message_ts=thread)
    missing = await fill(handlers, BEN)
    assert missing.body["errors"] == {"template_pick": "Choose a template first."}
    await press_in_window(handlers, "template_pick", BEN, value="2")
    assert "Bye" in words(window(handlers, BEN))
    await press_in_window(handlers, "template_pick", BEN, value="1")
    field = next(one for one in window(handlers, BEN)["blocks"] if one["block_id"] == "template_words 1")
    assert field["element"]["initial_value"] == "Hello, we are open till five.\n– Ben Okafor"
    assert "42 characters, 1 part" in words(window(handlers, BEN))
    shown = window(handlers, BEN)
    block = "template_words 1"
    empty = await handlers.slack.submit(BEN, shown, {block: {block: " "}})
    assert empty.body["errors"] == {block: "There is no text yet."}
    note = await handlers.slack.submit(BEN, shown, {block: {block: "//x"}})
    assert note.body["errors"][block].startswith("The text begins with //")
    handlers.slack._fill_in(shown, {block: {block: "Hello, till six today"}})
    payload = interaction("view_submission", handlers.slack.users[BEN], {"trigger_id": "9.9.z"})
    answer = await handlers.slack._carry(payload | {"view": filled(handlers.slack, shown), "response_urls": []})
    assert (answer.status, answer.body) == (200, {})
    await handlers.slack.submit(BEN, shown)
    assert not is_open(handlers, BEN)
    await handlers.receives("Hello, till six today")
    await handlers.line(f"<@{BEN}> texted:")
    await handlers.reply(thread, "and")
    await handlers.receives("Hello, till six today", "and")
    assert len([line for line in handlers.lines() if "texted:" in line]) == 1


async def test_a_template_that_is_gone(handlers: Handlers) -> None:
    """A template that was deleted while somebody chose says so, over the window."""
    await add_template(handlers, "Hours", "Till five")
    thread = await handlers.open_thread()
    await handlers.slack.shortcut(BEN, "reply_with_template", channel=CHANNEL, message_ts=thread)
    await handlers.slack.press_in_view(AVA, handlers.slack.homes[AVA]["id"], "template_edit")
    await press_in_window(handlers, "template_delete")
    await press_in_window(handlers, "template_pick", BEN, value="1")
    await handlers.slack.until(lambda: len(handlers.slack.open_modals[BEN]) == 2)
    assert words(window(handlers, BEN)) == "This template is gone: somebody deleted it."


async def test_where_no_template_can_be_used(handlers: Handlers) -> None:
    """Without templates a window says where to add one; outside of a conversation the shortcut says where to use it."""
    thread = await handlers.open_thread()
    await handlers.slack.shortcut(AVA, "reply_with_template", channel=CHANNEL, message_ts=thread)
    assert words(window(handlers)) == "There are no templates yet. Add one in the Home of this app, under Templates."
    ts = await handlers.slack.say(AVA, CHANNEL, "lunch?")
    await handlers.slack.shortcut(AVA, "reply_with_template", channel=CHANNEL, message_ts=ts)
    await handlers.slack.until(lambda: handlers.slack.ephemerals)
    assert handlers.slack.ephemerals[-1]["text"].startswith("This message is not in a conversation's thread.")
