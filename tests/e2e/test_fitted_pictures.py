"""Pictures too large for a phone, or of a kind that it does not show, reach it made to fit and say nothing else."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from bot.bridge.attachments.fitted import PICTURES
from bot.domain.alarms import Alarm
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId
from bot.runtime.background import ALARMS
from bot.sandbox.volt.model import VoltMessage
from tests.e2e.test_outbound_pictures import arrived, file, get
from tests.harness.drawn import WHERE, encoded, exif, noise, opened
from tests.harness.in_process import Relay
from tests.harness.world import AVA, CHANNEL

HEIC = encoded(noise(600, 400), "HEIF", exif=exif(6))


@pytest.fixture
async def thread(relay: Relay) -> str:
    """Open a thread of a bot that Volt can reach."""
    ts = await relay.open_thread()
    await relay.restart(public_url=relay.url)
    return ts


def kept(relay: Relay) -> int:
    """Count the pictures in the database."""
    with sqlite3.connect(relay.database) as reader:
        return int(reader.execute("SELECT count(*) FROM picture").fetchone()[0])


async def sent(relay: Relay, thread: str, *files: dict[str, Any]) -> VoltMessage:
    """Reply with these files, and return the text that arrived with all of them."""
    await relay.reply(thread, "Look", files=list(files))
    (text,) = await arrived(relay)
    assert len(text.fetched) == len(files)
    return text


async def test_a_picture_of_a_phone(relay: Relay, thread: str) -> None:
    """A HEIC picture arrives as an upright JPEG without the place where it was taken."""
    text = await sent(relay, thread, file(relay, "IMG_0001.HEIC", "image/heic", HEIC))
    (got,) = text.fetched
    assert (got.content_type, opened(got.data).size) == ("image/jpeg", (400, 600))
    assert WHERE.encode() not in got.data
    _, headers, _ = await get(text.media[0])
    assert headers["Content-Disposition"] == 'inline; filename="IMG_0001.jpg"'


async def test_a_small_picture_keeps_its_points_alone(relay: Relay, thread: str) -> None:
    """A picture that is small enough arrives point by point, without what it says of its author."""
    made = encoded(noise(), "JPEG", exif=exif())
    (got,) = (await sent(relay, thread, file(relay, "me.jpg", "image/jpeg", made))).fetched
    assert opened(got.data).tobytes() == opened(made).tobytes()
    assert WHERE.encode() not in got.data


async def test_several_large_pictures(relay: Relay, thread: str) -> None:
    """Large pictures share the million bytes of a text; a small one among them goes as it is, in its place."""
    large = file(relay, "wall.png", "image/png", encoded(noise(900, 700), "PNG"))
    small = encoded(noise(), "PNG")
    text = await sent(relay, thread, large, file(relay, "dot.png", "image/png", small), large)
    assert [one.content_type for one in text.fetched] == ["image/jpeg", "image/png", "image/jpeg"]
    assert text.fetched[1].data == small
    assert sum(len(one.data) for one in text.fetched) <= 1_000_000


async def test_each_fetch_gets_the_same(relay: Relay, thread: str) -> None:
    """However often a picture is fetched, also after a restart and when it is kept no more, it fits and is the same."""
    text = await sent(relay, thread, file(relay, "a.heic", "image/heic", HEIC))
    await relay.restart()
    assert (await get(text.media[0]))[2] == text.fetched[0].data
    assert relay.app is not None
    assert kept(relay) == 1
    await relay.volt.receipt(text, "failed", "802")
    line = await relay.line("Not delivered")
    units = relay.app.runtimes.units_of(WorkspaceId(1))
    assert units is not None
    with sqlite3.connect(relay.database) as reader:
        ((key, due_at),) = reader.execute("SELECT subject, due_at FROM alarm").fetchall()
    await units.run(ALARMS[PICTURES], Alarm(PICTURES, key, Micros(due_at)))
    assert kept(relay) == 0
    await relay.slack.press(AVA, CHANNEL, line.ts, "send_again")
    _, again = await arrived(relay, 2)
    assert again.fetched[0].data == text.fetched[0].data


async def test_deleted_while_it_waits(relay: Relay, thread: str) -> None:
    """A reply that is deleted while it waits leaves no picture behind."""
    await relay.restart(undo_seconds=1)
    ts = await relay.reply(thread, "Look", files=[file(relay, "a.heic", "image/heic", HEIC)])
    await relay.slack.delete(CHANNEL, ts)
    await relay.reply(thread, "next")
    await relay.receives("next")
    assert kept(relay) == 0
