"""A wave to very many people, or texts to those of a file: one person makes it, another one sends it."""

from __future__ import annotations

import asyncio

import pytest

from bot.bridge.imports.watcher import ImportWatcher
from bot.domain.ids import UserId
from bot.slack.context import UserError
from bot.slack.features.kit.confirmations import outcome_of, read_open_confirmation
from bot.slack.features.kit.second_person import refuse
from tests.bridge.test_imports import go_on, stored, texted, watch_of
from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.windows import fill, press_in_window, window, words
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
    said = await go(many, view)
    assert said.startswith("Nobody is texted yet: more than 1,000 people need the word of a second person.")
    ts = await question(many)
    shown = next(seen(one) for one in many.posts() if one.ts == ts)
    assert shown.startswith(f"<@{AVA}> wants to text *1,001 people* on <!date^")
    assert "20% off until Friday" in shown
    await many.slack.press(AVA, CHANNEL, ts, "wave_send")
    await many.idle()
    assert many.slack.ephemerals[-1]["text"].startswith("You wrote this, so somebody else has to press Send")
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
    refused = f"<@{BEN}> refused this. Nobody is texted."
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


async def asked(bot: Handlers) -> tuple[str, ImportWatcher]:
    """Have words for the 1,001 people of a file confirmed by the one who wrote them; returns the ts of the question."""
    bot.slack.users[BEN].is_admin = True
    await stored(bot.bridge, [f"+1555{number:07}" for number in range(5_600_000, 5_601_001)])
    watch = watch_of(bot.bridge)
    await watch.look()
    card = next(one for one in bot.posts() if "[Text these people]" in seen(one))
    await bot.slack.press(AVA, CHANNEL, card.ts, "import_text")
    await fill(bot, text="Dear {first_name}, we are open")
    assert "This texts 1,001 people" in words(window(bot))
    await press_in_window(bot, "import_send")
    await bot.idle()
    assert words(window(bot)).startswith(
        "Nobody is texted yet: more than 1,000 people need the word of a second person."
    )
    return await question(bot), watch


async def test_the_people_of_a_file_need_a_second_person(handlers: Handlers) -> None:
    """Their texts leave once another person presses Send, however often, and in the name of who wrote them."""
    ts, watch = await asked(handlers)
    await handlers.slack.press(AVA, CHANNEL, ts, "import_second_send")
    await handlers.idle()
    assert handlers.slack.ephemerals[-1]["text"].startswith("You wrote this, so somebody else has to press Send")
    await watch.look()
    await handlers.bridge.pay()
    assert texted(handlers.bridge) == []
    await asyncio.gather(*(handlers.slack.press(BEN, CHANNEL, ts, "import_second_send") for _ in range(3)))
    await handlers.idle()
    settled = next(seen(one) for one in handlers.posts() if one.ts == ts)
    assert settled.startswith(f"Made by <@{AVA}>, sent by <@{BEN}>.")
    await go_on(handlers.bridge, watch, 3)
    assert 0 < len(texted(handlers.bridge)) == len(set(texted(handlers.bridge)))
    job = await handlers.store.run(lambda tx: tx.imports.get("job"))
    assert job is not None
    assert job.texter == AVA


async def test_the_second_person_says_no(handlers: Handlers) -> None:
    """Then nobody is texted, whoever presses what afterwards."""
    ts, watch = await asked(handlers)
    await handlers.slack.press(BEN, CHANNEL, ts, "import_second_refuse")
    await handlers.idle()
    assert next(seen(one) for one in handlers.posts() if one.ts == ts) == f"<@{BEN}> refused this. Nobody is texted."
    await go_on(handlers.bridge, watch, 3)
    assert texted(handlers.bridge) == []
