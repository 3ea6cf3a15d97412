"""A second workspace on a running bot connects a WhatsApp line in Slack, and texts go both ways; so do collections."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from bot.domain.ids import UserId
from bot.sandbox import GlificStandIn
from tests.e2e.test_connecting import ROOM, ZOE, bot  # noqa: F401 - a fixture
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.whatsapp import wire
from tests.harness.windows import fill, opened, window, words
from tests.harness.world import CHANNEL, DANA, MARCO
from tests.providers.glific.stage import PASSWORD, PHONE

SUBSCRIBED = 3


@pytest.fixture
async def glific() -> AsyncIterator[GlificStandIn]:
    """Give an organisation whose statuses a test reports."""
    async with GlificStandIn() as stand_in:
        stand_in.receipts = "manual"
        stand_in.rules.broadcast_after_s = 0.0
        yield stand_in


async def connect(bot: Relay, glific: GlificStandIn, user: UserId = ZOE) -> None:  # noqa: F811
    """Connect the line, as the admin of the second workspace does."""
    await bot.slack.command(user, ROOM, "/volt", "connect glific")
    await opened(bot, user)
    typed = {"connect_address": glific.url, "connect_phone": f"+{PHONE}", "secret_password": PASSWORD}
    await fill(bot, user, connect_channel=ROOM, **typed)
    await bot.slack.until(lambda: "WhatsApp by Glific is connected." in words(window(bot, user)))
    await glific.until(lambda: len(glific.sockets.subscribed) == SUBSCRIBED)


async def test_connect_and_text(bot: Relay, glific: GlificStandIn) -> None:  # noqa: F811
    """What an admin connects is texted and received there, and nowhere else; no password is in the log or on disk."""
    await connect(bot, glific)
    await glific.text(wire(DANA), "Hello from Dana", name="Dana Whitfield")
    await bot.slack.until(lambda: any("Hello from Dana" in seen(post) for post in bot.posts(ROOM)))
    header = next(post for post in bot.posts(ROOM) if not post.is_reply)
    assert "WhatsApp" in seen(header)
    await bot.slack.say(ZOE, ROOM, "Hello Dana", thread_ts=header.ts)
    await glific.until(lambda: glific.outbound(wire(DANA)))
    assert [one.body for one in glific.outbound(wire(DANA))] == ["Hello Dana"]
    assert bot.posts(CHANNEL) == []
    assert bot.volt.messages == []
    assert PASSWORD not in bot.log
    assert PASSWORD.encode() not in b"".join(one.read_bytes() for one in bot.database.parent.glob("bot.db*"))


async def test_a_line_is_ended(bot: Relay, glific: GlificStandIn) -> None:  # noqa: F811
    """Once the line is disconnected in App Home the stream ends, and nothing comes in by it any more."""
    await connect(bot, glific)
    await bot.slack.open_home(ZOE)
    await bot.slack.until(lambda: ZOE in bot.slack.homes and "Replace login" in words(bot.slack.homes[ZOE]))
    await bot.slack.press_in_view(ZOE, bot.slack.homes[ZOE]["id"], "connect_login_end")
    await glific.until(lambda: not glific.sockets.subscribed)
    await glific.text(wire(DANA), "Too late")
    assert bot.posts(ROOM) == []


async def test_nothing_is_left_of_a_session(bot: Relay, glific: GlificStandIn) -> None:  # noqa: F811
    """With the line its stored session goes, and the bot logs out at Glific; nothing stored names the login's phone."""
    await connect(bot, glific)
    assert len(sessions(bot)) == 1
    assert len(glific.sessions.pairs) == 1
    assert PHONE not in sessions(bot)[0]
    await bot.slack.open_home(ZOE)
    await bot.slack.until(lambda: ZOE in bot.slack.homes and "Replace login" in words(bot.slack.homes[ZOE]))
    await bot.slack.press_in_view(ZOE, bot.slack.homes[ZOE]["id"], "connect_login_end")
    await glific.until(lambda: not glific.sessions.pairs)
    assert sessions(bot) == []


async def test_another_login_begins_another_session(bot: Relay, glific: GlificStandIn) -> None:  # noqa: F811
    """Once the login is replaced the session of the former one is ended, and that of the new one is stored."""
    other = "919876500002"
    glific.add_user(other, PASSWORD)
    await connect(bot, glific)
    await bot.slack.open_home(ZOE)
    await bot.slack.until(lambda: ZOE in bot.slack.homes and "Replace login" in words(bot.slack.homes[ZOE]))
    bot.slack.open_modals.clear()
    await bot.slack.press_in_view(ZOE, bot.slack.homes[ZOE]["id"], "connect_login_again")
    await opened(bot, ZOE)
    await fill(bot, ZOE, connect_address=glific.url, connect_phone=f"+{other}", secret_password=PASSWORD)
    await bot.slack.until(lambda: "The login is replaced" in words(window(bot, ZOE)))
    await glific.until(lambda: len(glific.sockets.subscribed) == SUBSCRIBED)
    await glific.until(lambda: [pair.user.phone for pair in glific.sessions.pairs] == [other])
    assert len(sessions(bot)) == 1


def sessions(bot: Relay) -> list[str]:  # noqa: F811
    """Read the sessions that are stored, each with its name."""
    with closing(sqlite3.connect(bot.database)) as reader:
        found = reader.execute("SELECT name || ' ' || value FROM value WHERE name LIKE 'session of%'").fetchall()
    return [row for (row,) in found]


async def test_a_message_to_a_collection(bot: Relay, glific: GlificStandIn) -> None:  # noqa: F811
    """A wave to a collection leaves once; it opens no threads, and is shown once a contact answers."""
    await connect(bot, glific)
    for number, name in ((DANA, "Dana Whitfield"), (MARCO, "Marco Rossi")):
        await glific.text(wire(number), "Hello", name=name)
    glific.add_group("VIP", *(one for number in (DANA, MARCO) if (one := glific.contact_of(wire(number)))))
    await bot.slack.until(lambda: len([one for one in bot.posts(ROOM) if not one.is_reply]) == 2)
    bot.slack.open_modals.clear()
    await bot.slack.command(ZOE, ROOM, "/volt", "wave")
    view_id = await opened(bot, ZOE)
    offered = await bot.slack.suggest(ZOE, "wave_lists", "vip", view_id=view_id)
    [option] = offered.body["options"]
    await fill(bot, ZOE, name="Sale", wave_lists=[option["value"]], text="20% off until Friday")
    await bot.slack.press_in_view(ZOE, window(bot, ZOE)["id"], "wave_go")
    await glific.until(lambda: len([one for one in glific.messages if one.body == "20% off until Friday"]) == 3)
    await bot.slack.until(lambda: any("Sale" in seen(post) for post in bot.posts(ROOM)))
    assert "2 people" in next(seen(post) for post in bot.posts(ROOM) if "Sale" in seen(post))
    assert [one.operation for one in glific.requests].count("SendToGroup") == 1
    await glific.text(wire(DANA), "Is it still on?")
    await bot.slack.until(lambda: any("Is it still on?" in seen(post) for post in bot.posts(ROOM)))
