"""The first run of a workspace: one message to whoever has installed the app, and steps that tick themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.delivery import DeliveryStatus
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction
from bot.slack.context import NOT_CONNECTED
from bot.slack.features.connect.welcome import welcome
from tests.harness.connecting import Connecting, connecting
from tests.harness.handlers import Handlers
from tests.harness.screen import seen, typed
from tests.harness.windows import fill, is_open, window, words
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL
from tests.slack.features.test_home import home, press

STEPS = "What is left until your team texts from Slack"


@pytest.fixture
async def made(handlers: Handlers) -> AsyncIterator[Connecting]:
    """Give a workspace in which nothing is connected; at the end Slack took every view and every answer."""
    async with connecting(handlers) as running:
        yield running
    assert handlers.slack.refused == []


def direct(bot: Handlers, user: str = AVA) -> list[Any]:
    """Return what the bot wrote to a person."""
    channel = bot.slack.channels.get(f"D{user[1:]}")
    return channel.messages if channel else []


async def test_the_welcome(handlers: Handlers, made: Connecting) -> None:
    """Whoever has installed the app gets one message with the three steps and a button, however often it is asked."""
    for _ in range(3):
        await welcome(handlers.context, made.installation)
    (message,) = direct(handlers)
    assert "1. *Connect Volt*" in message.text
    assert "2. *Choose the channel*" in message.text
    assert "3. *Text yourself*" in message.text
    assert message.blocks[1]["elements"][0]["text"]["text"] == "Connect Volt"


async def test_the_welcome_after_another_install(handlers: Handlers, made: Connecting) -> None:
    """Installed again, the message comes again where nothing is connected, and not where something is."""
    await welcome(handlers.context, made.installation)
    await welcome(handlers.context, replace(made.installation, installed_at=Micros(2)))
    assert len(direct(handlers)) == 2
    await home(handlers)
    await press(handlers, "connect")
    await fill(handlers, secret_token=handlers.volt.token, connect_number=ACCOUNT, connect_channel=CHANNEL)
    await welcome(handlers.context, replace(made.installation, installed_at=Micros(3)))
    assert len(direct(handlers)) == 2


async def test_the_welcome_that_slack_refuses(handlers: Handlers, made: Connecting) -> None:
    """What Slack certainly did not take is sent by the next try; what it may have taken is not sent twice."""
    handlers.slack.rules.errors = {"chat.postMessage": ["ratelimited"]}
    await welcome(handlers.context, made.installation)
    assert direct(handlers) == []
    handlers.slack.rules.drops = {"chat.postMessage": 1}
    await welcome(handlers.context, made.installation)
    await welcome(handlers.context, made.installation)
    assert len(direct(handlers)) == 1


async def test_the_button_of_the_welcome(handlers: Handlers, made: Connecting) -> None:
    """The button of the message opens the form."""
    await welcome(handlers.context, made.installation)
    (message,) = direct(handlers)
    await handlers.slack.press(AVA, message.channel, message.ts, "connect")
    assert is_open(handlers)
    assert window(handlers)["callback_id"] == "connect_form"


async def test_the_steps_tick_themselves(handlers: Handlers, made: Connecting) -> None:
    """App Home shows admins the steps, each done as soon as it is, and none once all are."""
    said = words(await home(handlers))
    assert STEPS in said
    assert "☐ 1. *Connect Volt*" in said
    await press(handlers, "connect")
    await fill(handlers, secret_token=handlers.volt.token, connect_number=ACCOUNT, connect_channel=CHANNEL)
    said = words(await home(handlers))
    assert "✓ 1. ~Connect Volt~ done\n✓ 2. ~Choose the channel~ done\n☐ 3. *Text yourself*" in said
    await handlers.slack.command(AVA, CHANNEL, "/volt", "send +15555550145 Hello")
    await made.store.run(_was_sent)
    assert STEPS not in words(await home(handlers))


def _was_sent(tx: Transaction) -> None:
    """Let the one text that waits have been sent: nobody carries texts out here."""
    tx.messages.save(replace(tx.messages.get(1), status=DeliveryStatus.SENT, last_attempt_at=tx.now))


async def test_others_read_who_connects(handlers: Handlers, made: Connecting) -> None:
    """Who is no admin reads in App Home that Volt is not connected and who does that."""
    said = words(await home(handlers, BEN))
    assert said.startswith(NOT_CONNECTED.format(name="Volt"))
    assert STEPS not in said


async def test_what_needs_a_connection(handlers: Handlers, made: Connecting) -> None:
    """While nothing is connected the help and connecting work, and all else says who connects."""
    for text in ("send +15555550145 Hello", "list", "wave", "route"):
        assert seen(await typed(handlers, text)) == NOT_CONNECTED.format(name="Volt")
    assert "`/volt connect`" in seen(await typed(handlers, "help"))
    await home(handlers)
    await press(handlers, "new_text")
    await handlers.slack.until(lambda: is_open(handlers))
    assert words(window(handlers)) == NOT_CONNECTED.format(name="Volt")


async def test_the_workspace_of_the_environment_has_no_steps(handlers: Handlers) -> None:
    """A workspace that the environment connects is set up already."""
    said = words(await home(handlers))
    assert STEPS not in said
    assert "Connections" not in said
