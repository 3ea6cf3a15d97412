"""Pictures of one text: an address that does not answer keeps no other picture back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.bridge.attachments.incoming import fetch_request
from bot.bridge.attachments.outgoing import AttachmentLinks
from bot.bridge.messages.inbound import record_inbound
from bot.domain.media import Media
from bot.domain.message import Inbound
from bot.domain.outbox import EntryKind
from bot.ports.storage import Transaction
from bot.providers.media_fetcher import MediaFetcher
from bot.sandbox.volt.pictures import draw
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, CHANNEL, DANA


@pytest.fixture
async def place() -> AsyncIterator[str]:
    """Give the address of a place where one picture lies; for another it always says that it has trouble."""

    async def good(_: web.Request) -> web.Response:
        return web.Response(body=draw("parcel.png"), content_type="image/png")

    async def bad(_: web.Request) -> web.Response:
        return web.Response(status=503)

    app = web.Application()
    app.add_routes([web.get("/good.png", good), web.get("/bad.png", bad)])
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def test_the_first_of_two_cannot_be_had(harness: Harness, place: str) -> None:
    """Where the first address does not answer the second picture is shown, and a line speaks of one."""
    fetcher = MediaFetcher(place)
    await fetcher.start()
    harness.caller.pictures = AttachmentLinks(fetcher)
    media = (f"{place}bad.png", f"{place}good.png")
    inbound = Inbound("e1", "c1", ACCOUNT, DANA, "Look", media, datetime.fromtimestamp(harness.now / 1_000_000, UTC))
    await harness.store.run(lambda tx: record_inbound(tx, inbound, channel=CHANNEL))
    for _ in range(20):
        await harness.pay()
        harness.wait(2)
    await fetcher.close()
    files = [harness.slack.files[file["id"]].data for one in harness.posts() for file in one.files]
    assert files == [draw("parcel.png")]
    (line,) = [line for line in harness.lines() if "could not be shown" in line]
    assert line.startswith("A picture or file from the contact could not be shown: ")


async def test_pictures_wait_at_the_provider_while_many_are_here(harness: Harness) -> None:
    """Where much waits to be shown nothing new is fetched; what has begun to come is, the rest once there is room."""
    at = datetime.fromtimestamp(harness.now / 1_000_000, UTC)
    for number in (1, 2):
        media = (f"https://cdn.example.com/{number}.png", f"https://cdn.example.com/{number}b.png")
        inbound = Inbound(f"e{number}", f"c{number}", ACCOUNT, DANA, "Look", media, at)
        await harness.store.run(partial(record_inbound, inbound=inbound, channel=CHANNEL))

    def unit(tx: Transaction) -> list[int]:
        fetches = [entry for entry in tx.outbox.all_open() if entry.kind is EntryKind.FETCH]
        first, second = (entry.message_id or 0 for entry in fetches)
        tx.attachments.add(first, 1, Media("image/png", b"x" * 1_000))
        assert tx.attachments.waiting_bytes() == 1_000
        limits = (1_000, 1_001)
        asked = [[fetch_request(tx, entry, most_waiting=most) for entry in fetches] for most in limits]
        assert tx.attachments.get(second, 1) is None
        return [len(request.wanted) if request else 0 for row in asked for request in row]

    assert await harness.store.run(unit) == [1, 0, 1, 2]
