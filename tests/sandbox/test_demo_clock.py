"""The demo's clock: time passes for the bot, Slack, Volt, Glific and the phones alike, and nothing is lost by it."""

from __future__ import annotations

import pytest

from bot.sandbox.clock import clock
from bot.sandbox.demo.story import BEN, CHANNEL, DANA, LUIS, MEERA
from tests.sandbox.test_demo import WAIT_S, Viewer, viewer

__all__ = ["viewer"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
DAY = 24 * 60


def header(viewer: Viewer, number: str) -> str:
    """Return what the header of a conversation says."""
    return str(viewer.demo.screen.timeline.roots(number)[-1].blocks)


async def test_both_ways_after_a_day(viewer: Viewer) -> None:
    """After a day has passed texts go both ways as before, and Slack's messages bear the time of that day."""
    before = clock.unix_time()
    await viewer.act("/clock", minutes=DAY)
    assert clock.unix_time() - before >= DAY * 60
    assert viewer.demo.screen.snapshot()["ahead"] == DAY * 60
    await viewer.text(DANA.number, "It is tomorrow")
    await viewer.reply(DANA.number, "So it is")
    await viewer.until_settled()
    newest = viewer.demo.slack.replies(viewer.demo.screen.timeline.roots(DANA.number)[-1])[-1]
    assert float(newest.ts) - before >= DAY * 60
    assert viewer.demo.screen.snapshot()["score"]["lost"] == 0


async def test_a_window_shuts_by_itself(viewer: Viewer) -> None:
    """A day after Meera wrote on WhatsApp a reply to her is held, although nobody told the bot."""
    await viewer.text(MEERA.number, "Are you open?")
    await viewer.demo.slack.until(lambda: "Free text until" in header(viewer, MEERA.number), WAIT_S)
    await viewer.act("/clock", minutes=DAY + 1)
    await viewer.reply(MEERA.number, "Yes, until six")
    lines = viewer.demo.screen.timeline.roots(MEERA.number)[-1]
    await viewer.demo.slack.until(
        lambda: any("choose_template" in str(one.blocks) for one in viewer.demo.slack.replies(lines)), WAIT_S
    )


def _asked(viewer: Viewer) -> dict[str, str]:
    """Return the button that has a text scheduled."""
    for shown in viewer.demo.slack.ephemerals:
        if "Schedule this text?" in shown["text"]:
            buttons = [one for block in shown["blocks"] for one in block.get("elements", []) if one.get("action_id")]
            return {"ts": shown["message_ts"], "action_id": buttons[0]["action_id"]}
    return {}


async def test_what_volt_sends_later(viewer: Viewer) -> None:
    """A text that is scheduled for an hour later is on the phone once that hour has passed."""
    command = f"schedule {LUIS.number} in 1 hour Your order is ready"
    await viewer.act("/slack/command", user=BEN, channel=CHANNEL, text=command)
    asked = await viewer.demo.slack.until(lambda: _asked(viewer), WAIT_S)
    await viewer.act("/slack/press", user=BEN, channel=CHANNEL, **asked)
    await viewer.demo.volt.until(lambda: any("ready" in one.body for one in viewer.demo.volt.waves), WAIT_S)
    assert not any("ready" in one.body for one in viewer.demo.volt.outbound(LUIS.number))
    await viewer.act("/clock", minutes=61)
    await viewer.demo.volt.until(
        lambda: any("ready" in one.body for one in viewer.demo.volt.outbound(LUIS.number)), WAIT_S
    )


@pytest.mark.parametrize("minutes", [0, -5, 7 * DAY + 1, 1.5, "60", None, True])
async def test_time_that_cannot_pass(viewer: Viewer, minutes: object) -> None:
    """Anything but a whole number of minutes up to a week is refused, and no time passes."""
    before = clock.ahead_s
    status, answer = await viewer.post("/clock", {"minutes": minutes})
    assert (status, answer["error"]) == (400, "minutes has to be a whole number from 1 to 10080")
    assert clock.ahead_s == before
