"""`/volt hours`, `/volt goal`, and putting a conversation off: what managers set, and what agents press."""

from __future__ import annotations

import time

import pytest

from bot.domain.roles import Members, Policy, Role
from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.windows import is_open, opened, window
from tests.harness.world import AVA, BEN, CHANNEL, DANA
from tests.slack.features.test_send import volt
from tests.slack.features.test_threads import menu, whispered

HOURS = "mon-fri 9-17 Europe/Berlin holidays DE-BE"


async def test_hours_and_answers(handlers: Handlers) -> None:
    """Hours are set, shown, answered for a country in its words, and dropped."""
    assert "No office hours are set" in await volt(handlers, "hours")
    answer = await volt(handlers, f"hours {HOURS}")
    assert "Mon-Fri 09:00-17:00 (Europe/Berlin), not on holidays of DE-BE" in answer
    assert "Nobody is answered automatically yet" in answer
    assert "gets this once, until it opens: Back at 9" in await volt(handlers, "hours answer Back at 9")
    assert "begins with +34" in await volt(handlers, "hours answer +34 Volvemos a las nueve")
    shown = await volt(handlers, "hours")
    assert "Answer: Back at 9" in shown
    assert "Answer to +34…: Volvemos a las nueve" in shown
    assert "The answer is dropped." in await volt(handlers, "hours answer +34 off")
    assert "are dropped" in await volt(handlers, "hours off")
    assert "No office hours are set" in await volt(handlers, "hours")


async def test_goals(handlers: Handlers) -> None:
    """A goal is set for this channel, another one or a number, listed and dropped."""
    handlers.slack.add_channel("C0SALES", "sales")
    assert "No goals are set" in await volt(handlers, "goal")
    assert f"Goal for <#{CHANNEL}>: an answer within 15 minutes, Mon-Fri" in await volt(
        handlers, "goal 15m mon-fri 9-17 Europe/Berlin"
    )
    assert "Goal for <#C0SALES>: an answer within 2 hours" in await volt(handlers, "goal #sales 2h")
    assert "Goal for (555) 555-0123" in await volt(handlers, "goal from (555) 555-0123 1h30m")
    shown = await volt(handlers, "goal")
    assert [mark for mark in (CHANNEL, "C0SALES", "0123") if mark not in shown] == []
    assert "is dropped" in await volt(handlers, "goal #sales off")
    assert "C0SALES" not in await volt(handlers, "goal")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("hours mon-fri 9-5 Europe/Berlin", "can be a day or a night"),
        ("hours mon-fri 9-17", "Write the time zone"),
        ("hours mon-fri 9-17 Berlin", "Did you mean Europe/Berlin?"),
        ("hours <!channel> 9-17 UTC", "I do not know the day"),
        ("hours answer Back at 9", "Set the office hours first"),
        ("hours answer", "Write the answer behind it"),
        (f"hours answer {'x' * 481}", "It may have 480"),
        ("hours answer off", "There is no such answer to drop."),
        ("hours answer // who is at work on Monday?", "keeps it in Slack"),
        ("hours off", "There are no office hours to drop."),
        ("goal 15", "can be minutes or hours"),
        ("goal soon", "Say within what time"),
        ("goal 15m mon-fri", "There are no hours"),
        ("goal off", f"There is no goal for <#{CHANNEL}>."),
        ("goal #nowhere 15m", "I see no channel #nowhere."),
        ("goal from Nobody 15m", "None of our numbers alone is called that."),
    ],
)
async def test_typed_wrong(handlers: Handlers, typed: str, words: str) -> None:
    """What cannot be hours, an answer or a goal is answered with the reason, and nothing is set."""
    answer = await volt(handlers, typed)
    assert words in answer or ("Say at what time" in answer and typed == "goal 15m mon-fri")
    assert "<!channel>" not in answer
    assert "No office hours are set" in await volt(handlers, "hours")
    assert "No goals are set" in await volt(handlers, "goal")


async def test_only_managers_set_hours_and_goals(handlers: Handlers) -> None:
    """Whoever is no manager is told who may, and nothing is set."""
    await handlers.context.units.run(
        lambda tx: tx.roles.set_policy(Policy({Role.MANAGER: Members(frozenset({AVA}))}), AVA)
    )
    for typed in (f"hours {HOURS}", "goal 15m", "hours"):
        assert "managers" in (await volt(handlers, typed, BEN)).lower()
    assert "No office hours are set" in await volt(handlers, "hours")


async def test_snooze_by_the_menu(handlers: Handlers) -> None:
    """An agent puts a conversation off by the menu; the header says until when, and it can be taken up again."""
    thread = await handlers.open_thread()
    assert "Snooze…" in menu(handlers)
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value="later:1")
    view_id = await opened(handlers)
    chosen = window(handlers)["blocks"][0]["element"]["initial_option"]["value"]
    await handlers.slack.submit(AVA, view_id, {"later_choice": {"later_choice": chosen}})
    await handlers.line(f"<@{AVA}> put this conversation off until")
    await handlers.slack.until(lambda: "Snoozed until" in seen(handlers.headers(DANA)[0]))
    assert "Stop snoozing" in menu(handlers)
    await handlers.slack.press(BEN, CHANNEL, thread, "more", value="take_up:1")
    await handlers.line(f"<@{BEN}> took this conversation up again.")
    await handlers.slack.until(lambda: "Snoozed until" not in seen(handlers.headers(DANA)[0]))


async def test_a_moment_that_is_over(handlers: Handlers) -> None:
    """A form with a time that has passed stays open and says so."""
    thread = await handlers.open_thread()
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value="later:1")
    over = {"later_other": {"later_other": int(time.time()) - 600}}
    answer = await handlers.slack.submit(AVA, await opened(handlers), over)
    assert "is over" in str(answer.body)
    assert is_open(handlers)


async def test_written_while_the_form_was_open(handlers: Handlers) -> None:
    """Who wants to be reminded should the contact not answer does not put off the answer that came meanwhile."""
    thread = await handlers.open_thread()
    await handlers.reply(thread, "Which one?")
    await handlers.receives("Which one?")
    await handlers.slack.until(lambda: "Remind me if no answer…" in menu(handlers))
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value="later:1")
    view_id = await opened(handlers)
    chosen = window(handlers)["blocks"][0]["element"]["initial_option"]["value"]
    await handlers.hear(DANA, "The red one, today")
    answer = await handlers.slack.submit(AVA, view_id, {"later_choice": {"later_choice": chosen}})
    assert "has written meanwhile" in str(answer.body)
    assert is_open(handlers)
    assert "Stop snoozing" not in menu(handlers)


async def test_snooze_by_a_word(handlers: Handlers) -> None:
    """`@volt snooze` reads a time in the person's own zone, refuses what is none, and ends by `off`."""
    thread = await handlers.open_thread()
    await handlers.reply(thread, "<@U0BOT> snooze sometime")
    await whispered(handlers, "There is no time that I can read.")
    await handlers.reply(thread, "<@U0BOT> snooze in 2 hours")
    await handlers.line(f"<@{AVA}> put this conversation off until")
    await handlers.reply(thread, "<@U0BOT> snooze off")
    await handlers.line(f"<@{AVA}> took this conversation up again.")


async def test_reminder_by_the_menu(handlers: Handlers) -> None:
    """While we wait for the contact the same entry reminds somebody; a new text ends that."""
    thread = await handlers.open_thread()
    await handlers.reply(thread, "On its way")
    await handlers.receives("On its way")
    await handlers.slack.until(lambda: "Remind me if no answer…" in menu(handlers))
    await handlers.reply(thread, "<@U0BOT> snooze in 2 hours")
    await handlers.line(f"<@{AVA}> is reminded here at")
    await handlers.slack.until(lambda: "Reminder on" in seen(handlers.headers(DANA)[0]))
    await handlers.hear(DANA, "Thanks")
    await handlers.slack.until(lambda: "Reminder on" not in seen(handlers.headers(DANA)[0]))
