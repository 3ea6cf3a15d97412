"""A customer's texts bear the customer's name and face, the bot's lines its own: nobody takes one for the other."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.sandbox.slack.state.model import Message
from bot.slack.render.faces import DEFAULT_ICON, SCOPE
from tests.harness.in_process import Relay
from tests.harness.posts import said, seen
from tests.harness.world import AVA, CHANNEL, DANA


def texts_of(relay: Relay) -> list[Message]:
    """Return the posts in Dana's thread that hold a text of hers."""
    return [one for one in relay.thread() if said(one)]


async def known(relay: Relay) -> None:
    """Wait until the bot knows what Slack grants."""
    while "slack.connected" not in relay.log:
        await relay.get("/healthz")


async def test_a_text_bears_the_contacts_name_and_initials(relay: Relay) -> None:
    """Under a text stands the contact's name, beside it a picture that Slack can fetch; our lines stay ours."""
    await relay.restart(public_url=relay.url)
    await known(relay)
    relay.volt.add_contact(DANA, "Dana Whitfield")
    thread = await relay.open_thread(text="STOP")
    await relay.line("has opted out")
    (text,) = texts_of(relay)
    assert (text.username, text.text, seen(text)) == ("Dana Whitfield", "STOP", "STOP")
    assert all(one.username is None for one in relay.thread() if one is not text)
    assert relay.slack.find(CHANNEL, thread).username is None  # type: ignore[union-attr]
    async with aiohttp.ClientSession() as session, session.get(text.icons["image_48"]) as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert "max-age" in answer.headers["Cache-Control"]
        assert (await answer.read()).startswith(b"\x89PNG")


async def test_without_a_public_address_the_face_is_an_emoji(relay: Relay) -> None:
    """A bot that Slack cannot reach shows a figure beside the name, here the number."""
    await known(relay)
    await relay.open_thread()
    assert (texts_of(relay)[0].username, texts_of(relay)[0].icons) == ("(555) 555-0145", {"emoji": DEFAULT_ICON})


@pytest.mark.parametrize("is_granted", [True, False], ids=["switched off", "not granted"])
async def test_without_faces_a_first_line_says_who_speaks(relay: Relay, *, is_granted: bool) -> None:
    """Where Slack does not grant it, or an admin does not want it, each text begins with the name."""
    await relay.stop()
    relay.slack.scopes.remove(SCOPE)
    relay.slack.scopes += [SCOPE] * is_granted
    await relay.start(slack_customer_faces="off" if is_granted else "on")
    await known(relay)
    relay.volt.add_contact(DANA, "Dana <Whitfield>")
    await relay.open_thread()
    (text,) = texts_of(relay)
    assert (text.username, text.text, seen(text)) == (None, "Hello", "Dana ‹Whitfield›\nHello")
    assert not [call for call in relay.slack.calls if call.args.get("username")]


async def test_a_text_under_another_name_is_no_agents_reply(relay: Relay) -> None:
    """Slack tells of a customer's text as a bot_message without an author; nothing of it is ever texted."""
    await known(relay)
    thread = await relay.open_thread(text="Is it ready?")
    (text,) = texts_of(relay)
    event: dict[str, Any] = relay.event_of(text.ts)
    assert event["event"]["subtype"] == "bot_message"
    assert "user" not in event["event"]
    await relay.slack.deliver(event)
    await relay.reply(thread, "Yes", user=AVA)
    await relay.receives("Yes")


@pytest.mark.parametrize(
    "name", ["dw-1", "DW", "DWX-1", "D1-1", "-1", "DW-8", "DW-10", "D%C3%96-1", "DW-%D9%A1", "..%2Fetc", "DW-1.png"]
)
async def test_any_other_face_is_not_there(relay: Relay, name: str) -> None:
    """An address that is not one or two capital letters and a colour is a 404."""
    status, body = await relay.get(f"/face/{name}.png")
    assert (status, body) == (404, "not here")
