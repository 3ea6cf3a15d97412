"""A second workspace on a running bot connects a line at Carium in Slack, and texts go both ways; so do channels."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.sandbox import CourierStandIn
from tests.e2e.test_connecting import ROOM, ZOE, bot  # noqa: F401 - a fixture
from tests.harness.carium import PASSWORD, USERNAME
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.windows import fill, opened, window, words
from tests.harness.world import CHANNEL, DANA, MARCO

OURS = "+15555550199"


@pytest.fixture
async def courier(bot: Relay) -> AsyncIterator[CourierStandIn]:  # noqa: F811
    """Give an organisation at Carium, where the bot looks for it; at the end each request fitted its definition."""
    async with CourierStandIn(OURS) as stand_in:
        stand_in.receipts = "manual"
        app = {"slack_client_id": "1.2", "slack_client_secret": "s" * 32}
        await bot.restart(courier_api_url=stand_in.url, courier_channels="on", **app)
        yield stand_in
        assert stand_in.api.refused == []
        assert stand_in.sessions.refused == []


async def connect(bot: Relay, courier: CourierStandIn) -> None:  # noqa: F811
    """Connect the line, as the admin of the second workspace does."""
    await bot.slack.command(ZOE, ROOM, "/volt", "connect carium")
    await opened(bot, ZOE)
    typed = {
        "connect_username": USERNAME,
        "secret_password": PASSWORD,
        "connect_organization_id": courier.organization_id,
        "connect_account_id": courier.account_id,
        "connect_number_id": courier.number_id,
    }
    await fill(bot, ZOE, connect_channel=ROOM, **typed)
    await bot.slack.until(lambda: "SMS by Carium (experimental) is connected." in words(window(bot, ZOE)))
    bot.slack.open_modals.clear()


async def shows(bot: Relay, text: str, *, timeout_s: float = 10) -> None:  # noqa: F811
    """Wait until the channel of the second workspace shows a text."""
    await bot.slack.until(lambda: any(text in seen(post) for post in bot.posts(ROOM)), timeout_s)


async def test_connect_and_text(bot: Relay, courier: CourierStandIn) -> None:  # noqa: F811
    """What an admin connects is texted and answered there, and nowhere else; no password is in the log or on disk."""
    await connect(bot, courier)
    await bot.slack.command(ZOE, ROOM, "/volt", f"send {DANA} Are you there?")
    await courier.until(lambda: courier.texts)
    called = await courier.answer(DANA, "Hello from Dana")
    assert called is not None
    assert called.is_taken
    await shows(bot, "Hello from Dana")
    header = next(post for post in bot.posts(ROOM) if not post.is_reply)
    assert "· experimental" in seen(header)
    await bot.slack.say(ZOE, ROOM, "Hello Dana", thread_ts=header.ts)
    await courier.until(lambda: courier.phone(DANA) == ["Are you there?", "Hello Dana"])
    assert bot.posts(CHANNEL) == []
    assert bot.volt.messages == []
    assert PASSWORD not in bot.log
    assert PASSWORD.encode() not in b"".join(one.read_bytes() for one in bot.database.parent.glob("bot.db*"))


async def test_a_channel_is_set_by_command(bot: Relay, courier: CourierStandIn) -> None:  # noqa: F811
    """A contact whose channel is set by command is written to in that, and what they write there comes."""
    await connect(bot, courier)
    channel = courier.add_channel("", "Dana")
    await bot.slack.command(ZOE, ROOM, "/volt", f"contact {DANA} channel {channel.id}")
    await bot.slack.until(lambda: any("is reached by this channel" in one["text"] for one in bot.slack.ephemerals))
    await bot.slack.command(ZOE, ROOM, "/volt", f"send {DANA} By the channel")
    await courier.until(lambda: [one.message for one in channel.shown] == ["By the channel"])
    courier.write(channel, "Back by the channel")
    await shows(bot, "Back by the channel", timeout_s=40)
    assert courier.texts == []


async def test_an_answer_that_cannot_be_read(bot: Relay, courier: CourierStandIn) -> None:  # noqa: F811
    """What could not be read of answers gets into no thread: managers of that workspace find it in their Home."""
    await connect(bot, courier)
    await bot.slack.command(ZOE, ROOM, "/volt", f"send {DANA} Are you there?")
    await courier.until(lambda: courier.texts)
    strange = {"message": "It is me", "sender": MARCO}
    async with aiohttp.ClientSession() as session:
        for _ in range(3):
            async with session.post(courier.texts[0].callback_url, json=strange) as answer:
                assert answer.status == 200
    await bot.slack.open_home(ZOE)
    await bot.slack.until(lambda: "*1 answer could not be read.*" in words(bot.slack.homes.get(ZOE, {"blocks": []})))
    await bot.slack.press_in_view(ZOE, bot.slack.homes[ZOE]["id"], "home_unread")
    await opened(bot, ZOE)
    assert "It is me" in words(window(bot, ZOE))
    await bot.slack.press_in_view(ZOE, window(bot, ZOE)["id"], "home_unread_seen")
    await bot.slack.until(lambda: words(window(bot, ZOE)) == "Every answer is read.")
    assert not any("It is me" in seen(post) for post in (*bot.posts(ROOM), *bot.posts(CHANNEL)))


async def test_a_line_is_ended(bot: Relay, courier: CourierStandIn) -> None:  # noqa: F811
    """Once the line is disconnected in App Home its addresses are nobody's, and nothing comes in by them any more."""
    await connect(bot, courier)
    await bot.slack.command(ZOE, ROOM, "/volt", f"send {DANA} Are you there?")
    await courier.until(lambda: courier.texts)
    await bot.slack.open_home(ZOE)
    await bot.slack.until(lambda: "Replace login" in words(bot.slack.homes.get(ZOE, {"blocks": []})))
    await bot.slack.press_in_view(ZOE, bot.slack.homes[ZOE]["id"], "connect_login_end")
    await opened(bot, ZOE)
    assert "Disconnected." in words(window(bot, ZOE))
    late = {"message": "Too late"}
    async with aiohttp.ClientSession() as session, session.post(courier.texts[0].callback_url, json=late) as answer:
        assert answer.status == 404
    assert not any("Too late" in seen(post) for post in bot.posts(ROOM))
