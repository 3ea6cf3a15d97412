"""What becomes of a reply: texted, asked about first, or kept among colleagues; by channel, and by thread."""

from __future__ import annotations

from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import DANA
from tests.slack.features.test_send import volt


async def test_a_draft_outlives_a_restart(relay: Relay) -> None:
    """A reply that is asked about waits through a restart, and goes once somebody says so."""
    thread = await relay.open_thread()
    await volt(relay, "mode confirm")
    await relay.reply(thread, "Your order is ready")
    await relay.line("[Send]")
    await relay.restart()
    assert relay.phone() == []
    await relay.agree()
    await relay.receives("Your order is ready")


async def test_a_text_at_night(relay: Relay) -> None:
    """A text to a place where it may be night is asked about; where the hours are off, it goes."""
    abroad = ("+442079460958", "+447400123456", "+61412345678")
    await relay.restart(quiet_hours="00:00-23:59", texts_to="*")
    for number in abroad:
        await volt(relay, f"send {number} Good evening")
    await relay.slack.until(lambda: sum("It may be night" in seen(one) for one in relay.posts()) == len(abroad))
    assert [relay.phone(number) for number in abroad] == [[], [], []]
    await relay.restart(quiet_hours="off")
    paris = "+33140205050"
    await volt(relay, f"send {paris} Good morning")
    await relay.receives("Good morning", contact=paris)


async def test_volt_knows_of_an_opt_out(relay: Relay) -> None:
    """A text that Volt refuses because the contact opted out marks the contact so, and the next one is asked about."""
    thread = await relay.open_thread()
    relay.volt.opted_out.add(DANA)
    await relay.reply(thread, "Your order is ready")
    await relay.slack.until(lambda: "opted out" in seen(relay.headers(DANA)[0]))
    await relay.reply(thread, "Still here")
    await relay.line("Not sent yet. The contact has opted out")
