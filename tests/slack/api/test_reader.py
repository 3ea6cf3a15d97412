"""What the reader takes for posts of ours: those of this workspace's bot, and of no other that the same app has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest

from bot.domain.ids import ChannelId, MessageTs, PostKey
from bot.domain.thread_content import Notice, NoticeKind, ThreadRef
from bot.sandbox import SlackStandIn
from bot.slack.api.client import SlackClient
from bot.slack.ingress.connection import web_client
from bot.slack.render.renderer import Renderer

ROOM = ThreadRef(ChannelId("C0ROOM"))
ALWAYS = datetime.fromtimestamp(0, UTC)
KEY, ABOUT = PostKey("key-of-the-north"), "contact|+15555550111|+15555550145"
Clients = tuple[SlackClient, SlackClient]


@pytest.fixture
async def clients() -> AsyncIterator[Clients]:
    """Give the clients of two workspaces that share a channel, with the bot of each in it."""
    async with SlackStandIn(installed=False) as slack, aiohttp.ClientSession() as session:
        slack.add_team("T0NORTH", "North")
        slack.add_team("T0SOUTH", "South")
        slack.add_channel("C0ROOM", "texts", team_id="T0NORTH")
        slack.share("C0ROOM", "T0SOUTH")
        slack.let_in(slack.channels["C0ROOM"], "T0SOUTH")
        tokens = [slack.install(team).token for team in ("T0NORTH", "T0SOUTH")]
        north, south = (SlackClient(web_client(slack.api_url, session, token), Renderer("US")) for token in tokens)
        yield north, south


async def post(client: SlackClient) -> MessageTs:
    """Post as the bot of a workspace."""
    return await client.post(ROOM, Notice(NoticeKind.NOT_PLACED), keys=[KEY], about=[ABOUT])


async def test_own_post(clients: Clients) -> None:
    """A post of ours is known by the keys and the stamps that it carries."""
    north, _ = clients
    ts = await post(north)
    (seen,) = (await north.read_posts(ROOM, since=ALWAYS)).found
    assert (seen.keys, seen.about) == ((KEY,), (ABOUT,))
    assert await north.header_keys(ThreadRef(ROOM.channel, ts)) == [KEY]


async def test_post_of_another_workspace(clients: Clients) -> None:
    """What the bot of another workspace posts in a shared channel carries nothing for us: it would lead its thread."""
    north, south = clients
    ts = await post(north)
    (seen,) = (await south.read_posts(ROOM, since=ALWAYS)).found
    assert (seen.keys, seen.about, seen.reply) == ((), (), None)
    assert await south.header_keys(ThreadRef(ROOM.channel, ts)) == []
    assert (await south.find_posts(ROOM, [KEY], since=ALWAYS)).found == {}
