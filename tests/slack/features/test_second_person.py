"""A wave to very many people: one person makes it, another one sends it."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.ids import UserId
from bot.slack.context import UserError
from bot.slack.features.kit.confirmations import outcome_of, read_open_confirmation
from bot.slack.features.kit.second_person import refuse
from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.world import AVA, BEN, CHANNEL
from tests.slack.features.test_waves import deeds, go, prepare, review, waves


@pytest.fixture
async def many(handlers: Handlers) -> Handlers:
    """Give a list of 1,001 people, and a second admin."""
    await prepare(handlers)
    for number in range(999):
        handlers.volt.add_contact(f"+1555556{number:04}", "Somebody").lists.add("VIP")
    handlers.slack.users[BEN].is_admin = True
    return handlers


async def question(bot: Handlers) -> str:
    """Return the ts of the question in the channel."""
    await bot.slack.until(lambda: any("[Send]" in seen(one) for one in bot.posts()))
    return next(one.ts for one in bot.posts() if "[Send]" in seen(one))


async def test_one_alone_cannot_send_it(many: Handlers) -> None:
    """The last button asks in the channel instead; there its maker is refused, and another person sends it, once."""
    view = await review(many)
    words = await go(many, view)
    assert words.startswith("Not scheduled yet: a wave to more than 1,000 people needs the word of a second person.")
    ts = await question(many)
    shown = next(seen(one) for one in many.posts() if one.ts == ts)
    assert shown.startswith(f"<@{AVA}> wants to text *1,001 people* on <!date^")
    assert "20% off until Friday" in shown
    await many.slack.press(AVA, CHANNEL, ts, "wave_send")
    await many.idle()
    assert many.slack.ephemerals[-1]["text"].startswith("You made this wave, so somebody else has to press Send")
    assert waves(many) == []
    await asyncio.gather(*(many.slack.press(BEN, CHANNEL, ts, "wave_send") for _ in range(3)))
    await many.idle()
    assert len(waves(many)) == 1
    settled = next(seen(one) for one in many.posts() if one.ts == ts)
    assert settled.startswith(f"Made by <@{AVA}>, sent by <@{BEN}>. Scheduled: 1,001 people on <!date^")
    assert [deed[:2] for deed in deeds(many)] == [(BEN, "scheduled wave")]


async def test_it_is_refused(many: Handlers) -> None:
    """Do not send ends it: no button sends it any more."""
    view = await review(many)
    await go(many, view)
    ts = await question(many)
    await many.slack.press(BEN, CHANNEL, ts, "wave_refuse")
    await many.idle()
    refused = f"<@{BEN}> refused this wave. Nothing is scheduled."
    assert next(seen(one) for one in many.posts() if one.ts == ts) == refused
    assert waves(many) == []


async def test_refused_a_moment_too_late(many: Handlers) -> None:
    """Who refuses while another person's Send is taken is told that it was sent, and nothing says the opposite."""
    view = await review(many)
    await go(many, view)
    ts = await question(many)
    id_ = next(one for one in many.posts() if one.ts == ts).blocks[-1]["elements"][0]["value"]
    confirmation = await read_open_confirmation(many.context, id_, "wave")
    await many.slack.press(BEN, CHANNEL, ts, "wave_send")
    await many.idle()
    with pytest.raises(UserError, match="Scheduled: 1,001 people"):
        await refuse(many.context, confirmation, UserId(AVA))
    assert "refused" not in await outcome_of(many.context, id_)


async def test_a_draft_needs_nobody_else(many: Handlers) -> None:
    """A draft texts nobody, so one person alone keeps it."""
    view = await review(many, draft={"type": "checkboxes", "selected_options": [{"value": "draft"}]})
    assert (await go(many, view)).startswith("Volt keeps this wave as a draft.")
