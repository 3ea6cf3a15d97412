"""`/volt schedule`: asked first, scheduled once, shown in the thread, and known again when it goes out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import AVA, BEN, CHANNEL, DANA
from tests.slack.features.test_schedule import ask, deeds, jobs, press


async def test_the_contacts_hour(relay: Relay) -> None:
    """The question says the contact's hour where it differs from the asker's, and warns in the contact's night."""
    await relay.restart(texts_to="*")
    await relay.restart(quiet_hours="21:00-08:00")
    london = "+442079460958"
    night = (await ask(relay, f"{london} tomorrow 9pm see you"))["text"]
    assert "; for them it is 0" in night
    assert ":00 in London." in night
    assert night.startswith("It may be night then where this number is from. Schedule this text? ")
    day = (await ask(relay, f"{london} tomorrow 9am see you"))["text"]
    assert day.startswith("Schedule this text? ")
    assert "; for them it is 1" in day
    mobile = (await ask(relay, "+447400123456 tomorrow 9pm see you"))["text"]
    assert mobile.startswith("It may be night then where this number is from. ")
    assert "; for them it is 0" in mobile
    australian = (await ask(relay, "+61412345678 tomorrow 9am see you"))["text"]
    assert australian.startswith("It may be night then where this number is from. ")
    assert ", depending on where they are." in australian
    own = (await ask(relay, "+12125550142 tomorrow 3am see you"))["text"]
    assert own.startswith("It may be night then where this number is from. ")
    assert "for them it is" not in own
    assert jobs(relay) == []


async def test_a_restart_between_question_and_button(relay: Relay) -> None:
    """What waits for its button outlives the bot; so does the knowledge that it was pressed."""
    shown = await ask(relay, f"{DANA} in 2 hours Your order is ready")
    await relay.restart()
    assert (await press(relay, shown, "schedule_go")).startswith("Scheduled. ")
    await relay.restart()
    assert (await press(relay, shown, "schedule_go")).startswith("Scheduled. ")
    assert len(jobs(relay)) == 1


async def test_who_scheduled_it_when_it_goes_out(relay: Relay) -> None:
    """A scheduled text that Volt sends bears the name of who scheduled it; the same words from elsewhere do not."""
    shown = await ask(relay, f"{DANA} in 10 minutes Your order is ready")
    await press(relay, shown, "schedule_go", BEN)
    await relay.line("Scheduled by")
    relay.volt.receipts = "auto"
    await relay.volt.run_due(datetime.now(UTC) + timedelta(minutes=11))
    assert seen(await relay.line("texted:")) == f"<@{BEN}> texted:\nYour order is ready"
    await relay.volt.foreign_text(DANA, "Your order is ready")
    await relay.line("Texted from outside Slack:")


async def test_the_bot_stops_while_volt_is_asked(relay: Relay) -> None:
    """A text under way when the bot stopped is not scheduled again; the button and the trail say it is not known."""
    shown = await ask(relay, f"{DANA} in 2 hours Hi")
    relay.volt.rules.hang = 1
    await relay.slack.press(AVA, CHANNEL, shown["message_ts"], "schedule_go")
    assert deeds(relay) == [(AVA, "scheduled a text", "outcome unknown")]  # on the disk before Volt has answered
    await relay.restart()
    words = await press(relay, shown, "schedule_go", BEN)
    assert words.startswith("This was pressed before")
    assert "we do not know whether it was done. Look in the thread or in Volt" in words
    assert relay.volt.waves == []
    assert deeds(relay) == [(AVA, "scheduled a text", "outcome unknown")]


async def test_the_bot_dies_while_volt_takes_the_text(relay: Relay) -> None:
    """A text that Volt took while the bot went down bears the name of who scheduled it when it goes out."""
    shown = await ask(relay, f"{DANA} in 10 minutes Your order is ready")
    relay.volt.rules.drop_answers = 1
    await press(relay, shown, "schedule_go")
    await relay.restart()
    relay.volt.receipts = "auto"
    await relay.volt.run_due(datetime.now(UTC) + timedelta(minutes=11))
    assert seen(await relay.line("texted:")) == f"<@{AVA}> texted:\nYour order is ready"
