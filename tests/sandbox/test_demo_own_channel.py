"""A contact's own channel in the demo: it is there for who is in it, and both sides are compared as before."""

from __future__ import annotations

import pytest

from bot.sandbox.demo.story import AVA, BEN, DANA
from tests.sandbox.test_demo import WAIT_S, Viewer, viewer

__all__ = ["viewer"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_there_and_back(viewer: Viewer) -> None:
    """A conversation in its own channel loses nothing and shows nothing twice, and Ava sees the channel."""
    await viewer.reply(DANA.number, "Before")
    await viewer.reply(DANA.number, f"<@{viewer.demo.slack.bot_user_id}> channel")
    channels = viewer.demo.slack.channels
    made = (await viewer.demo.slack.until(lambda: [one for one in channels.values() if one.creator], WAIT_S))[0]
    await viewer.demo.slack.until(lambda: viewer.demo.screen.timeline.roots(DANA.number)[-1].channel == made.id, WAIT_S)
    await viewer.demo.slack.until(lambda: AVA in viewer.demo.slack.members(made), WAIT_S)
    await viewer.text(DANA.number, "Call me on (555) 555-0199")
    await viewer.act("/slack/say", user=AVA, channel=made.id, thread_ts=None, text="I will", files=[])
    await viewer.act("/slack/say", user=AVA, channel=made.id, thread_ts=None, text="// not today", files=[])
    await viewer.demo.slack.until(lambda: viewer.demo.screen.snapshot()["score"]["waiting"] == 0, WAIT_S)
    score = viewer.demo.screen.snapshot()["score"]
    assert (score["lost"], score["twice"]) == (0, 0)
    shown = {one["name"]: one["people"] for one in viewer.demo.screen.snapshot()["channels"]}
    assert AVA in shown[made.name]
    assert BEN not in shown[made.name]
