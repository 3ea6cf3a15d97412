"""`/volt wave`: how many are texted is said before, it is done once, and the team sees how far it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO
from tests.slack.features.test_waves import (
    ask,
    cards,
    deeds,
    go,
    prepare,
    review,
    said,
)


async def test_a_restart_between_question_and_button(relay: Relay) -> None:
    """What waits for the last word outlives the bot."""
    await prepare(relay)
    view = await review(relay)
    await relay.restart()
    assert (await go(relay, view)).startswith("Scheduled: ")
    await relay.slack.until(lambda: cards(relay))


async def test_progress(relay: Relay) -> None:
    """A wave's text is shown, with who scheduled it, once its contact answers; card and `/volt wave ID` say how far."""
    await prepare(relay)
    view = await review(relay, hours=0.02)
    await go(relay, view)
    await relay.slack.until(lambda: cards(relay))
    (wave,) = relay.volt.waves
    relay.volt.receipts = "auto"
    relay.volt.outcomes[MARCO] = "802"
    await relay.volt.run_due(datetime.now(UTC) + timedelta(hours=1))
    await relay.volt.until(lambda: wave.count("delivered") + wave.count("failed") == 2)
    assert relay.headers(DANA) == []
    await relay.volt.text(DANA, "What is on sale?")
    await relay.shows(DANA, "What is on sale?")
    assert relay.lines(DANA)[:2] == [f"<@{AVA}> texted:\n20% off until Friday", "What is on sale?"]
    assert "Delivered 1, not delivered 1, of 2." in (await ask(relay, wave.id))["text"]
    posted = next(one for one in relay.posts() if "Wave: " in seen(one))
    await relay.slack.press(BEN, CHANNEL, posted.ts, "wave_refresh")
    await relay.slack.until(lambda: "Delivered 1, not delivered 1, of 2." in cards(relay)[0])
    assert len(cards(relay)) == 1


async def test_the_bot_stops_while_volt_is_asked(relay: Relay) -> None:
    """A wave under way when the bot stopped is not scheduled again; the button and the trail say it is not known."""
    await prepare(relay)
    view = await review(relay)
    relay.volt.rules.hang = 1
    await relay.slack.press_in_view(AVA, view["id"], "wave_go")
    assert deeds(relay) == [(AVA, "scheduled wave", "outcome unknown, 2 people")]  # before Volt has answered
    await relay.restart()
    await relay.slack.press_in_view(AVA, view["id"], "wave_go")
    await relay.slack.until(lambda: said(relay.slack.views[view["id"]]).startswith("This was pressed before"))
    assert "we do not know whether it was done. Look in the thread or in Volt" in said(relay.slack.views[view["id"]])
    assert relay.volt.waves == []
    assert deeds(relay) == [(AVA, "scheduled wave", "outcome unknown, 2 people")]
