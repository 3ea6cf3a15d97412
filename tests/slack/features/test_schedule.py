"""`/volt schedule`: asked first, scheduled once, shown in the thread, and known again when it goes out."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.phone import E164
from bot.ports.storage import Transaction
from bot.sandbox.volt.model import Request
from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.sight import Sight
from tests.harness.trail import deeds_in
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA

UNKNOWN = "Volt did not answer, so we do not know whether it is scheduled. Look in Volt before you try again."


USAGE = (
    "Write `/volt schedule NUMBER WHEN TEXT`, for example `/volt schedule (555) 555-0145 tomorrow 9am Your order is "
    "ready`."
)


HOME = ZoneInfo("America/New_York")


async def ask(bot: Sight, text: str, user: str = AVA) -> dict[str, Any]:
    """Type a command and return the ephemeral answer with its buttons."""
    given = await bot.slack.command(user, CHANNEL, "/volt", f"schedule {text}")
    assert given.status == 200
    return bot.slack.ephemerals[-1]


async def press(bot: Sight, shown: dict[str, Any], action: str, user: str = AVA) -> str:
    """Press a button of an ephemeral answer and return what then stands in its place."""
    before = len(bot.slack.ephemerals)
    given = await bot.slack.press(user, CHANNEL, shown["message_ts"], action)
    assert given.status == 200
    await bot.slack.until(lambda: len(bot.slack.ephemerals) > before)
    return str(bot.slack.ephemerals[-1]["text"])


def jobs(bot: Sight) -> list[Request]:
    """Return the requests that had Volt schedule a text, answered or not."""
    return [one for one in bot.volt.requests if one.operation == "ScheduleText"]


def deeds(bot: Sight) -> list[tuple[str, ...]]:
    """Return the audit trail: who, what, and what came of it."""
    return deeds_in(bot.database)


def top(bot: Sight) -> dict[str, Any]:
    """Return the window that was opened or changed last."""
    return list(bot.slack.views.values())[-1]


def words_of(view: dict[str, Any]) -> str:
    """Return what a window says in its first paragraph."""
    block = view["blocks"][0]
    found = block["text"] if block["type"] == "section" else block["elements"][0]["elements"][0]
    return str(found["text"])


async def test_asked_then_scheduled(handlers: Handlers) -> None:
    """A scheduled text is said in words first, goes to Volt after the button, and the thread shows who asked for it."""
    shown = await ask(handlers, "(555) 555-0145 tomorrow 9am Your order is ready")
    nine = datetime.now(HOME).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert shown["text"].startswith(f"Schedule this text? (555) 555-0145 gets it on {nine:%A}, {nine.day} {nine:%B}")
    assert "at 09:00 (New York time)" in shown["text"]
    assert jobs(handlers) == []
    words = await press(handlers, shown, "schedule_go")
    assert words.startswith("Scheduled. (555) 555-0145 gets your text on ")
    (attempt,) = jobs(handlers)
    message = attempt.variables["message"]
    assert (message["contactNumbers"], message["messageBody"]) == ([DANA], "Your order is ready")
    assert message["scheduledTime"] == f"{nine.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    line = await handlers.line("Scheduled by")
    assert seen(line).startswith(f"Scheduled by <@{AVA}> for <!date^{int(nine.timestamp())}^")
    assert seen(line).endswith("\nYour order is ready")


async def test_cancel(handlers: Handlers) -> None:
    """After Cancel nothing is scheduled, and the other button does nothing any more."""
    shown = await ask(handlers, f"{DANA} in 2 hours Your order is ready")
    assert await press(handlers, shown, "schedule_cancel") == "Cancelled. Nothing is scheduled."
    assert await press(handlers, shown, "schedule_go") == "Cancelled. Nothing is scheduled."
    assert jobs(handlers) == []


async def test_pressed_by_two_at_once(handlers: Handlers) -> None:
    """Two agents who press the same button at once schedule one text."""
    handlers.volt.rules.delay_s = 0.3
    shown = await ask(handlers, f"{DANA} in 2 hours Your order is ready")
    pressed = (handlers.slack.press(user, CHANNEL, shown["message_ts"], "schedule_go") for user in (AVA, BEN, AVA))
    await asyncio.gather(*pressed)
    await handlers.line("Scheduled by")
    again = await press(handlers, shown, "schedule_go", BEN)
    assert again.startswith("Scheduled. ")
    assert len(jobs(handlers)) == 1
    assert len([line for line in handlers.lines() if line.startswith("Scheduled by")]) == 1


async def test_a_lost_answer(handlers: Handlers) -> None:
    """Where Volt's answer is lost that is said, nothing is repeated, and no line claims that it is scheduled."""
    shown = await ask(handlers, f"{DANA} in 2 hours Your order is ready")
    handlers.volt.rules.drop_answers = 1
    assert await press(handlers, shown, "schedule_go") == UNKNOWN
    assert await press(handlers, shown, "schedule_go", BEN) == UNKNOWN
    assert len(jobs(handlers)) == 1
    await handlers.slack.until(handlers.headers)
    assert handlers.lines() == []


async def test_a_certain_refusal_may_be_pressed_again(handlers: Handlers) -> None:
    """Where Volt certainly took nothing the question stands again with the reason, and its button works."""
    shown = await ask(handlers, f"{DANA} in 2 hours Your order is ready")
    handlers.volt.rules.statuses = [(429, 1.0)]
    words = await press(handlers, shown, "schedule_go")
    assert words.startswith("Volt is busy or cannot be reached, so nothing was scheduled.")
    assert (await press(handlers, handlers.slack.ephemerals[-1], "schedule_go")).startswith("Scheduled. ")
    assert [attempt.status for attempt in jobs(handlers)][-1] == 200
    assert len(handlers.volt.waves) == 1
    wave_id = handlers.volt.waves[0].id
    assert deeds(handlers) == [(AVA, "scheduled a text", "not taken"), (AVA, "scheduled a text", wave_id)]


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "No phone number was given."),
        ("Dana tomorrow 9am Hi", "does not begin with a phone number"),
        ("+15555550123 tomorrow 9am Hi", "is our own number"),
        (f"{DANA} soon Hi", "There is no time that I can read."),
        (f"{DANA} tomorrow Hi", "`tomorrow` has no time."),
        (f"{DANA} 12/1 8am Hi", "`12/1` can be two dates."),
        (f"{DANA} next monday 9am Hi", "`next monday` can be two days."),
        (f"{DANA} 2020-01-01 08:00 Hi", "is over"),
        (f"{DANA} in 0 minutes Hi", "is over"),
        (f"{DANA} in 400 days Hi", "more than a year ahead"),
        (f"{DANA} tomorrow 9am", "There is no text after the time."),
        (f'{DANA} "tomorrow" Hi', "`tomorrow` has no time."),
        (f"{DANA} tomorrow 9am 12 pieces are ready", "It is not clear where the time ends and the text begins"),
        (f"{DANA} tomorrow 9am {'x' * 1_700}", "Volt takes at most 1,600"),
        (f"{DANA} tomorrow 9am // note", "keeps it in Slack"),
    ],
)
async def test_wrong_input(handlers: Handlers, typed: str, reason: str) -> None:
    """What cannot be understood is answered with the reason, and nothing is kept or scheduled."""
    shown = await ask(handlers, typed)
    assert reason in shown["text"]
    assert not shown.get("blocks")
    assert jobs(handlers) == []


async def test_wrong_input_shows_the_usage(handlers: Handlers) -> None:
    """A command that cannot be read says how it is written."""
    assert (await ask(handlers, f"{DANA} whenever Hi"))["text"].endswith(f"\n{USAGE}")


async def test_words_stay_inert(handlers: Handlers) -> None:
    """Names in a text become words, and what looks like a mention in the form pings nobody."""
    await ask(handlers, f"{DANA} in 2 hours ask <@{BEN}|ben> &lt;!channel&gt;")
    blocks = handlers.slack.ephemerals[-1]["blocks"]
    assert "".join(str(block) for block in blocks if block["type"] != "rich_text").count("channel") == 0
    _, text = [block for block in blocks if block["type"] == "rich_text"]
    assert text["elements"][0]["elements"] == [{"type": "text", "text": "ask @Ben Okafor <!channel>"}]


async def test_the_form(handlers: Handlers) -> None:
    """With a number alone a form opens; what it takes is asked once more and scheduled once."""
    await ask(handlers, f"{DANA}")
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=5)
    values: dict[str, dict[str, Any]] = {
        "text": {"text": "From the <form> & more"},
        "when": {"when": int(at.timestamp())},
    }
    given = await handlers.slack.submit(AVA, top(handlers)["id"], values)
    assert given.body["response_action"] == "update"
    assert "gets it on" in words_of(top(handlers))
    assert jobs(handlers) == []
    done = await handlers.slack.submit(AVA, top(handlers)["id"])
    assert done.body["response_action"] == "update"
    assert words_of(top(handlers)).startswith("Scheduled. ")
    (attempt,) = jobs(handlers)
    assert attempt.variables["message"]["messageBody"] == "From the <form> & more"
    assert attempt.variables["message"]["scheduledTime"] == f"{at:%Y-%m-%d %H:%M:%S}"
    await handlers.line("Scheduled by")


@pytest.mark.parametrize(
    ("text", "ahead_s", "block", "words"),
    [
        ("Hi", -60, "when", "is over"),
        ("Hi", 20, "when", "less than a minute ahead"),
        ("Hi", 400 * 86_400, "when", "more than a year ahead"),
        ("// note", 7_200, "text", "keeps it in Slack"),
        ("\u200b", 7_200, "text", "no words that a phone can show"),
    ],
)
async def test_errors_of_the_form(handlers: Handlers, text: str, ahead_s: int, block: str, words: str) -> None:
    """A wrong input of the form is named at that input, and the form stays open."""
    await ask(handlers, f"{DANA}")
    at = int(datetime.now(UTC).timestamp()) + ahead_s
    given = await handlers.slack.submit(AVA, top(handlers)["id"], {"text": {"text": text}, "when": {"when": at}})
    assert given.body["response_action"] == "errors"
    assert list(given.body["errors"]) == [block]
    assert words in given.body["errors"][block]


async def test_names_of_contacts(handlers: Handlers) -> None:
    """A contact's name stands in the question as plain text."""
    handlers.volt.add_contact(DANA, "<!here> *Dana*")
    await handlers.open_thread()
    shown = await ask(handlers, f"{DANA} in 2 hours Hi")
    assert "Schedule this text? &lt;!here&gt; *Dana* (555) 555-0145 gets it on" in shown["text"]
    assert words_of(shown).startswith("Schedule this text? <!here> *Dana* (555) 555-0145 gets it on")
    assert shown["blocks"][0]["type"] == "rich_text"


async def test_who_wants_no_texts(handlers: Handlers) -> None:
    """To a contact who has opted out nothing can be scheduled, also not by a button from before."""
    await handlers.open_thread()
    shown = await ask(handlers, f"{DANA} in 2 hours Hi")

    def opt_out(tx: Transaction) -> None:
        conversation = tx.conversations.find(E164(ACCOUNT), E164(DANA))
        assert conversation is not None
        tx.conversations.save(replace(conversation, is_opted_out=True))

    await handlers.store.run(opt_out)
    assert "has opted out" in (await ask(handlers, f"{DANA} in 2 hours Hi"))["text"]
    assert "has opted out" in await press(handlers, shown, "schedule_go")
    assert jobs(handlers) == []


async def test_pressed_again_after_its_time(handlers: Handlers) -> None:
    """A button that is pressed once more says what became of the text, not that its time is over."""
    shown = await ask(handlers, f"{DANA} in 2 hours Hi")
    await press(handlers, shown, "schedule_go")
    with contextlib.closing(sqlite3.connect(handlers.database)) as connection, connection:
        connection.execute("UPDATE confirmation SET body = json_set(body, '$.at', 1000000)")
    assert (await press(handlers, shown, "schedule_go")).startswith("Scheduled. ")


async def test_slack_does_not_tell_the_zone(handlers: Handlers) -> None:
    """Without the agent's time zone nothing is guessed."""
    await handlers.slack.command(AVA, CHANNEL, "/volt", "me")  # from now on it is known who Ava is
    handlers.slack.rules.errors = {"users.info": ["user_not_found"]}
    assert "Slack does not know this person." in (await ask(handlers, f"{DANA} tomorrow 9am Hi"))["text"]
    assert jobs(handlers) == []
