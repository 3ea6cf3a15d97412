"""`/volt route` and `/volt mode`: where new conversations show, and what is texted from a channel."""

from __future__ import annotations

import pytest

from tests.harness.handlers import Handlers
from tests.harness.world import AVA, DANA, MARCO
from tests.slack.features.test_send import volt


async def test_routes(handlers: Handlers) -> None:
    """New conversations show where their keyword or number leads, replies there are texted, and others stay."""
    handlers.slack.add_channel("C0SALES", "sales")
    handlers.slack.channels["C0SALES"].is_member = False
    answer = await volt(handlers, 'route "order now" #sales')
    shown = 'New conversations that begin with "order now" show in <#C0SALES>.'
    assert answer == f"{shown} Conversations that exist stay where they are."
    assert handlers.slack.channels["C0SALES"].is_member
    await handlers.open_thread(MARCO, "orders are late")
    await handlers.hear(DANA, "Order NOW please")
    await handlers.slack.until(lambda: handlers.posts("C0SALES")[1:])
    header = handlers.posts("C0SALES")[0]
    await handlers.slack.say(AVA, "C0SALES", "With pleasure", thread_ts=header.ts)
    await handlers.receives("With pleasure")
    assert '"order now" → <#C0SALES>' in await volt(handlers, "route")
    assert (await volt(handlers, "route 'order now' off")).endswith("show in <#C0SUPPORT> again.")
    assert "sales" not in (await volt(handlers, "route")).lower()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("route #sales", "Say what goes where"),
        ("route order sales", '"sales" is no channel.'),
        ("route order #nowhere", "I see no channel #nowhere."),
        ("route !!! #support", "A keyword has 1 to 40 characters"),
        (f"route {'x' * 41} #support", "A keyword has 1 to 40 characters"),
        ("route 12345 #support", "is too short to be a phone number"),
        ("route order off", 'There is no route for "order".'),
        ("route <!channel> #nowhere", "I see no channel #nowhere."),
        ("mode loud", 'I do not know the mode "loud".'),
        ("mode <!here>", 'I do not know the mode "&lt;!here&gt;".'),
        ("mode auto #nowhere", "I see no channel #nowhere."),
        ("mode auto tomorrow", '"tomorrow" is no channel.'),
    ],
)
async def test_routes_and_modes_typed_wrong(handlers: Handlers, typed: str, words: str) -> None:
    """What cannot be a route or a mode is answered with the reason."""
    assert words in await volt(handlers, typed)
    await handlers.open_thread()


async def test_a_private_channel(handlers: Handlers) -> None:
    """A channel that the bot cannot join by itself is refused in words that say what to do."""
    handlers.slack.add_channel("C0OTHER", "other")
    handlers.slack.channels["C0OTHER"].is_member = False
    handlers.slack.rules.errors["conversations.join"] = ["method_not_supported_for_channel_type"]
    assert "Invite me there: /invite @volt" in await volt(handlers, "route order #other")
    assert "all others" in await volt(handlers, "route")


async def test_what_is_texted_from_a_channel(handlers: Handlers) -> None:
    """`/volt mode` alone says how a channel is set, and what else there is."""
    await volt(handlers, "mode explicit")
    answer = await volt(handlers, "mode")
    assert "`/volt mode explicit` – Only what begins with ! is texted (as it is now)" in answer
    assert all(f"/volt mode {word}" in answer for word in ("auto", "confirm", "alerts"))
