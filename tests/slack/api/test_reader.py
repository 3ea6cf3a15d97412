"""What the reader takes for posts of ours: those of this workspace's bot, and of no other that the same app has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import NamedTuple

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelId, MessageTs, PostKey, ThreadRef
from bot.pictures.fitter import ProcessFitter
from bot.sandbox import SlackStandIn
from bot.slack.api.client import SlackClient
from bot.slack.ingress.connection import web_client
from tests.harness.connected import renderer

ROOM = ThreadRef(ChannelId("C0ROOM"))
ALWAYS = datetime.fromtimestamp(0, UTC)
KEY, ABOUT = PostKey("key-of-the-north"), "contact|+15555550111|+15555550145"


class Bot(NamedTuple):
    """Bot of a workspace: its client, and the calls below it."""

    client: SlackClient
    web: AsyncWebClient

    async def post(self, name: str | None = None) -> ThreadRef:
        """Post with our metadata, under the bot's own name or a customer's; returns the thread it heads."""
        carried = {"event_type": "volt_text", "event_payload": {"keys": [KEY], "about": [ABOUT]}}
        answer = await self.web.chat_postMessage(channel=ROOM.channel, text="Hello", metadata=carried, username=name)
        return ThreadRef(ROOM.channel, MessageTs(str(answer["ts"])))


@pytest.fixture
async def bots() -> AsyncIterator[tuple[Bot, Bot]]:
    """Give the bots of two workspaces that share a channel."""
    async with SlackStandIn(installed=False) as slack, aiohttp.ClientSession() as session:
        slack.add_team("T0NORTH", "North")
        slack.add_team("T0SOUTH", "South")
        slack.add_channel("C0ROOM", "texts", team_id="T0NORTH")
        slack.share("C0ROOM", "T0SOUTH")
        slack.let_in(slack.channels["C0ROOM"], "T0SOUTH")
        tokens = [slack.install(team).token for team in ("T0NORTH", "T0SOUTH")]
        north, south = (web_client(slack.api_url, session, token) for token in tokens)
        yield (
            Bot(SlackClient(north, renderer(), ProcessFitter()), north),
            Bot(SlackClient(south, renderer(), ProcessFitter()), south),
        )


@pytest.mark.parametrize("name", [None, "Dana"])
async def test_own_post(bots: tuple[Bot, Bot], name: str | None) -> None:
    """A post of ours is known by the keys and the stamps that it carries, under whatever name."""
    north, _ = bots
    place = await north.post(name)
    (seen,) = (await north.client.read_posts(ROOM, since=ALWAYS)).found
    assert (seen.keys, seen.about) == ((KEY,), (ABOUT,))
    assert await north.client.header_keys(place) == [KEY]


@pytest.mark.parametrize("name", [None, "Dana"])
async def test_post_of_another_workspace(bots: tuple[Bot, Bot], name: str | None) -> None:
    """A post of the bot of another workspace is none of ours, though the app is the same: its thread leads nowhere."""
    north, south = bots
    place = await north.post(name)
    assert await south.client.header_keys(place) == []
    assert (await south.client.read_posts(ROOM, since=ALWAYS)).found == []
    assert (await south.client.find_posts(ROOM, [KEY], since=ALWAYS)).found == {}
