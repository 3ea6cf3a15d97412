"""Numbers that are not texted from here: refused in words at every way to text, before anything is stored."""

from __future__ import annotations

import pytest

from bot.domain.phone import E164
from tests.harness.handlers import Handlers
from tests.harness.windows import fill
from tests.harness.world import AVA, CHANNEL, DANA
from tests.slack.features.test_compose import add_template, look_up, new_text
from tests.slack.features.test_send import volt

KINGSTON = E164("+18765550145")
WHY = (
    "Not texted: (876) 555-0145 is of another country (JM), and texts from here go only to numbers of US. "
    "Whoever runs the bot can allow more countries with TEXTS_TO."
)
IN_THREAD = WHY.replace("(876) 555-0145", "this number")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (KINGSTON, WHY),
        ("+1 900 234 5678", "Not texted: (900) 234-5678 charges a price of its own (premium rate), and such numbers"),
        ("+39 848 123456", "Not texted: +39 848 123 456 charges a price of its own (shared cost), and such"),
        ("+881 612345678", "Not texted: +881 6 123 45678 is of a satellite phone or another network of no country"),
    ],
)
async def test_commands(handlers: Handlers, number: str, reason: str) -> None:
    """A command to such a number is answered with the reason; nothing is stored, shown or sent."""
    handlers.limit()
    assert (await volt(handlers, f"send {number} Your order is ready")).startswith(reason)
    assert (await volt(handlers, f"schedule {number} tomorrow 9am Your order is ready")).startswith(reason)
    assert (await volt(handlers, f"schedule {number}")).startswith(reason)
    assert (await volt(handlers, f'list add "VIP" {number}')).startswith(reason)
    await handlers.idle()
    assert (handlers.posts(), handlers.volt.messages) == ([], [])


async def test_forms(handlers: Handlers) -> None:
    """New text says at the number why it cannot be texted, now or later."""
    handlers.limit()
    await new_text(handlers)
    await look_up(handlers, KINGSTON)
    refused = await fill(handlers, compose_to=f"number {KINGSTON}", compose_text="Your order is ready")
    assert refused.body["errors"] == {"compose_to": WHY}
    assert handlers.posts() == []


async def test_replies(handlers: Handlers) -> None:
    """A reply to such a contact stays in Slack with the reason, also where the contact wrote first; so does an edit."""
    handlers.limit()
    thread = await handlers.open_thread(KINGSTON)
    ts = await handlers.reply(thread, "Good morning")
    await handlers.idle()
    assert [line for line in handlers.lines(KINGSTON) if "Not texted" in line] == [IN_THREAD]
    await handlers.slack.edit(CHANNEL, ts, "Good evening")
    await handlers.reply(thread, "// for us alone")
    await handlers.idle()
    assert handlers.phone(KINGSTON) == []
    assert set(handlers.lines(KINGSTON)[1:]) == {IN_THREAD}


async def test_what_was_taken_in_before_the_setting(handlers: Handlers) -> None:
    """A draft and a failed text to a number that is not texted any more stay where they are, and say why."""
    await volt(handlers, "mode confirm")
    thread = await handlers.open_thread(KINGSTON)
    await handlers.reply(thread, "Good morning")
    await handlers.idle()
    handlers.limit()
    await handlers.agree(KINGSTON)
    await handlers.idle()
    assert handlers.phone(KINGSTON) == []
    assert IN_THREAD in handlers.lines(KINGSTON)


async def test_templates(handlers: Handlers) -> None:
    """No template is offered for such a contact."""
    await add_template(handlers, "Hours", "Till five")
    thread = await handlers.open_thread(KINGSTON)
    handlers.limit()
    await handlers.slack.shortcut(AVA, "reply_with_template", channel=CHANNEL, message_ts=thread)
    await handlers.idle()
    assert WHY in handlers.slack.ephemerals[-1]["text"]


async def test_numbers_of_our_country_are_texted(handlers: Handlers) -> None:
    """Everybody else is texted as before."""
    handlers.limit()
    await volt(handlers, f"send {DANA} Your order is ready")
    await handlers.receives("Your order is ready")
