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
from bot.ledger import Ledger
from bot.sandbox.volt_model import Request
from bot.store.sqlite import open_for_reading
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA

UNKNOWN = "Volt did not answer, so we do not know whether it is scheduled. Look in Volt before you try again."
USAGE = (
    "Write `/volt schedule NUMBER WHEN TEXT`, for example `/volt schedule (555) 555-0145 tomorrow 9am Your order is "
    "ready`."
)
HOME = ZoneInfo("America/New_York")


async def ask(relay: Relay, text: str, user: str = AVA) -> dict[str, Any]:
    """Type a command and return the ephemeral answer with its buttons."""
    given = await relay.slack.command(user, CHANNEL, "/volt", f"schedule {text}")
    assert given.status == 200
    return relay.slack.ephemerals[-1]


async def press(relay: Relay, shown: dict[str, Any], action: str, user: str = AVA) -> str:
    """Press a button of an ephemeral answer and return what then stands in its place."""
    before = len(relay.slack.ephemerals)
    given = await relay.slack.press(user, CHANNEL, shown["message_ts"], action)
    assert given.status == 200
    await relay.slack.until(lambda: len(relay.slack.ephemerals) > before)
    return str(relay.slack.ephemerals[-1]["text"])


def jobs(relay: Relay) -> list[Request]:
    """Return the requests that had Volt schedule a text, answered or not."""
    return [one for one in relay.volt.requests if one.operation == "ScheduleText"]


def deeds(relay: Relay) -> list[tuple[str, ...]]:
    """Return the audit trail: who, what, and what came of it."""
    with contextlib.closing(open_for_reading(relay.database)) as books:
        return [tuple(row) for row in books.execute("SELECT actor, action, detail FROM audit ORDER BY id")]


def top(relay: Relay) -> dict[str, Any]:
    """Return the window that was opened or changed last."""
    return list(relay.slack.views.values())[-1]


def words_of(view: dict[str, Any]) -> str:
    """Return what a window says in its first paragraph."""
    block = view["blocks"][0]
    found = block["text"] if block["type"] == "section" else block["elements"][0]["elements"][0]
    return str(found["text"])


async def test_asked_then_scheduled(relay: Relay) -> None:
    """A scheduled text is said in words first, goes to Volt after the button, and the thread shows who asked for it."""
    shown = await ask(relay, "(555) 555-0145 tomorrow 9am Your order is ready")
    nine = datetime.now(HOME).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert shown["text"].startswith(f"Schedule this text? (555) 555-0145 gets it on {nine:%A}, {nine.day} {nine:%B}")
    assert "at 09:00 (New York time)" in shown["text"]
    assert jobs(relay) == []
    words = await press(relay, shown, "schedule_go")
    assert words.startswith("Scheduled. (555) 555-0145 gets your text on ")
    (job,) = jobs(relay)
    message = job.variables["message"]
    assert (message["contactNumbers"], message["messageBody"]) == ([DANA], "Your order is ready")
    assert message["scheduledTime"] == f"{nine.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    line = await relay.line("Scheduled by")
    assert seen(line).startswith(f"Scheduled by <@{AVA}> for <!date^{int(nine.timestamp())}^")
    assert seen(line).endswith("\nYour order is ready")


async def test_the_contacts_hour(relay: Relay) -> None:
    """The question says the contact's hour where it differs from the asker's, and warns in the contact's night."""
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


async def test_cancel(relay: Relay) -> None:
    """After Cancel nothing is scheduled, and the other button does nothing any more."""
    shown = await ask(relay, f"{DANA} in 2 hours Your order is ready")
    assert await press(relay, shown, "schedule_cancel") == "Cancelled. Nothing is scheduled."
    assert await press(relay, shown, "schedule_go") == "Cancelled. Nothing is scheduled."
    assert jobs(relay) == []


async def test_pressed_by_two_at_once(relay: Relay) -> None:
    """Two agents who press the same button at once schedule one text."""
    relay.volt.rules.delay_s = 0.3
    shown = await ask(relay, f"{DANA} in 2 hours Your order is ready")
    pressed = (relay.slack.press(user, CHANNEL, shown["message_ts"], "schedule_go") for user in (AVA, BEN, AVA))
    await asyncio.gather(*pressed)
    await relay.line("Scheduled by")
    again = await press(relay, shown, "schedule_go", BEN)
    assert again.startswith("Scheduled. ")
    assert len(jobs(relay)) == 1
    assert len([line for line in relay.lines() if line.startswith("Scheduled by")]) == 1


async def test_a_lost_answer(relay: Relay) -> None:
    """Where Volt's answer is lost that is said, nothing is repeated, and no line claims that it is scheduled."""
    shown = await ask(relay, f"{DANA} in 2 hours Your order is ready")
    relay.volt.rules.drop_answers = 1
    assert await press(relay, shown, "schedule_go") == UNKNOWN
    assert await press(relay, shown, "schedule_go", BEN) == UNKNOWN
    assert len(jobs(relay)) == 1
    await relay.slack.until(relay.headers)
    assert relay.lines() == []


async def test_a_certain_refusal_may_be_pressed_again(relay: Relay) -> None:
    """Where Volt certainly took nothing the question stands again with the reason, and its button works."""
    shown = await ask(relay, f"{DANA} in 2 hours Your order is ready")
    relay.volt.rules.statuses = [(429, 1.0)]
    words = await press(relay, shown, "schedule_go")
    assert words.startswith("Volt is busy or cannot be reached, so nothing was scheduled.")
    assert (await press(relay, relay.slack.ephemerals[-1], "schedule_go")).startswith("Scheduled. ")
    assert [job.status for job in jobs(relay)][-1] == 200
    assert len(relay.volt.waves) == 1
    wave_id = relay.volt.waves[0].id
    assert deeds(relay) == [(AVA, "scheduled a text", "not taken"), (AVA, "scheduled a text", wave_id)]


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
async def test_wrong_input(relay: Relay, typed: str, reason: str) -> None:
    """What cannot be understood is answered with the reason, and nothing is kept or scheduled."""
    shown = await ask(relay, typed)
    assert reason in shown["text"]
    assert not shown.get("blocks")
    assert jobs(relay) == []


async def test_wrong_input_shows_the_usage(relay: Relay) -> None:
    """A command that cannot be read says how it is written."""
    assert (await ask(relay, f"{DANA} whenever Hi"))["text"].endswith(f"\n{USAGE}")


async def test_words_stay_inert(relay: Relay) -> None:
    """Names in a text become words, and what looks like a mention in the form pings nobody."""
    await ask(relay, f"{DANA} in 2 hours ask <@{BEN}|ben> &lt;!channel&gt;")
    blocks = relay.slack.ephemerals[-1]["blocks"]
    assert "".join(str(block) for block in blocks if block["type"] != "rich_text").count("channel") == 0
    _, text = [block for block in blocks if block["type"] == "rich_text"]
    assert text["elements"][0]["elements"] == [{"type": "text", "text": "ask @Ben Okafor <!channel>"}]


async def test_the_form(relay: Relay) -> None:
    """With a number alone a form opens; what it takes is asked once more and scheduled once."""
    await ask(relay, f"{DANA}")
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=5)
    values: dict[str, dict[str, Any]] = {
        "text": {"text": "From the <form> & more"},
        "when": {"when": int(at.timestamp())},
    }
    given = await relay.slack.submit(AVA, top(relay)["id"], values)
    assert given.body["response_action"] == "update"
    assert "gets it on" in words_of(top(relay))
    assert jobs(relay) == []
    done = await relay.slack.submit(AVA, top(relay)["id"])
    assert done.body["response_action"] == "update"
    assert words_of(top(relay)).startswith("Scheduled. ")
    (job,) = jobs(relay)
    assert job.variables["message"]["messageBody"] == "From the <form> & more"
    assert job.variables["message"]["scheduledTime"] == f"{at:%Y-%m-%d %H:%M:%S}"
    await relay.line("Scheduled by")


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
async def test_errors_of_the_form(relay: Relay, text: str, ahead_s: int, block: str, words: str) -> None:
    """A wrong input of the form is named at that input, and the form stays open."""
    await ask(relay, f"{DANA}")
    at = int(datetime.now(UTC).timestamp()) + ahead_s
    given = await relay.slack.submit(AVA, top(relay)["id"], {"text": {"text": text}, "when": {"when": at}})
    assert given.body["response_action"] == "errors"
    assert list(given.body["errors"]) == [block]
    assert words in given.body["errors"][block]


async def test_names_of_contacts(relay: Relay) -> None:
    """A contact's name stands in the question as plain text."""
    relay.volt.add_contact(DANA, "<!here> *Dana*")
    await relay.open_thread()
    shown = await ask(relay, f"{DANA} in 2 hours Hi")
    assert "Schedule this text? &lt;!here&gt; *Dana* (555) 555-0145 gets it on" in shown["text"]
    assert words_of(shown).startswith("Schedule this text? <!here> *Dana* (555) 555-0145 gets it on")
    assert shown["blocks"][0]["type"] == "rich_text"


async def test_who_wants_no_texts(relay: Relay) -> None:
    """To a contact who has opted out nothing can be scheduled, also not by a button from before."""
    await relay.open_thread()
    shown = await ask(relay, f"{DANA} in 2 hours Hi")
    assert relay.app is not None

    def opt_out(ledger: Ledger) -> None:
        conversation = ledger.find_conversation(E164(ACCOUNT), E164(DANA))
        assert conversation is not None
        ledger.save_conversation(replace(conversation, is_opted_out=True))

    await relay.app.store.run(opt_out)
    assert "has opted out" in (await ask(relay, f"{DANA} in 2 hours Hi"))["text"]
    assert "has opted out" in await press(relay, shown, "schedule_go")
    assert jobs(relay) == []


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


async def test_pressed_again_after_its_time(relay: Relay) -> None:
    """A button that is pressed once more says what became of the text, not that its time is over."""
    shown = await ask(relay, f"{DANA} in 2 hours Hi")
    await press(relay, shown, "schedule_go")
    assert relay.app is not None
    with contextlib.closing(sqlite3.connect(relay.database)) as books, books:
        books.execute("UPDATE ask SET body = json_set(body, '$.at', 1000000)")
    assert (await press(relay, shown, "schedule_go")).startswith("Scheduled. ")


async def test_slack_does_not_tell_the_zone(relay: Relay) -> None:
    """Without the agent's time zone nothing is guessed."""
    relay.slack.rules.errors = {"users.info": ["user_not_found"]}
    assert "Slack does not know this person." in (await ask(relay, f"{DANA} tomorrow 9am Hi"))["text"]
    assert jobs(relay) == []
