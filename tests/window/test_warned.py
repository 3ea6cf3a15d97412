"""Texts for later: whoever schedules one for a time at which free text is over is warned, and may still do so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.timestamps import from_micros
from tests.harness.handlers import Handlers
from tests.harness.windows import fill, opened, press_in_window, window, words
from tests.harness.world import AVA, DANA
from tests.slack.features.test_schedule import press
from tests.slack.features.test_send import volt
from tests.window.server import WindowServer
from tests.window.test_choosing import bot, carrier

__all__ = ["bot", "carrier"]

THEN = "Unless they write again before that time, the text will not arrive."


def hear(bot: Handlers, carrier: WindowServer) -> None:
    """Let Dana write now."""
    carrier.heard[DANA] = from_micros(bot.bridge.now)


async def test_a_text_for_a_time_after_the_window(bot: Handlers, carrier: WindowServer) -> None:
    """The question says until when free text may go, and that the text will not arrive unless the contact writes."""
    await bot.open_thread()
    hear(bot, carrier)
    said = await volt(bot, f"schedule {DANA} in 3 days Your order is ready")
    assert said.startswith("Free text to this contact can be sent until <!date^")
    assert THEN in said
    assert (await press(bot, bot.slack.ephemerals[-1], "schedule_go")).startswith("Scheduled. ")
    assert len(carrier.later) == 1


async def test_a_text_within_the_window(bot: Handlers, carrier: WindowServer) -> None:
    """Nothing is said of windows where the text goes before the end."""
    await bot.open_thread()
    hear(bot, carrier)
    assert "Free text" not in await volt(bot, f"schedule {DANA} in 3 hours Your order is ready")


async def test_a_text_while_the_window_is_shut(bot: Handlers) -> None:
    """Where it is over already the question says so."""
    await bot.open_thread()
    said = await volt(bot, f"schedule {DANA} in 3 hours Your order is ready")
    assert said.startswith(f"Free text to this contact is over. {THEN}")


async def test_where_nobody_can_tell(bot: Handlers, carrier: WindowServer) -> None:
    """Where the provider does not answer nothing is claimed, and the question is asked as everywhere."""
    await bot.open_thread()
    carrier.is_busy = True
    assert (await volt(bot, f"schedule {DANA} in 3 hours Your order is ready")).startswith("Schedule this text?")


@pytest.mark.parametrize(("hours", "is_asked"), [(3, False), (72, True)])
async def test_in_the_window_for_a_text(bot: Handlers, carrier: WindowServer, hours: int, is_asked: bool) -> None:  # noqa: FBT001
    """The window for a text says until when free text may go, and asks once more for a time after that."""
    await bot.open_thread()
    hear(bot, carrier)
    await bot.slack.shortcut(AVA, "new_text")
    await opened(bot)
    await bot.slack.suggest(AVA, "compose_to", DANA, view_id=window(bot)["id"])
    await press_in_window(bot, "compose_to", value="talk 1")
    await bot.slack.until(lambda: "Free text until <!date^" in words(window(bot)))
    at = int((from_micros(bot.bridge.now) + timedelta(hours=hours)).timestamp())
    await fill(bot, compose_to="talk 1", compose_text="Your order is ready", compose_at=at)
    await bot.idle()
    assert (THEN in words(window(bot))) is is_asked
    assert len(carrier.later) == (0 if is_asked else 1)
