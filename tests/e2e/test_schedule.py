"""`/volt schedule`: asked first, scheduled once, shown in the thread, and known again when it goes out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox.volt_model import Request
from tests.e2e.relay import AVA, CHANNEL, DANA, Relay, seen

UNKNOWN = "Volt did not answer, so we do not know whether it is scheduled. Look in Volt before you try again."
USAGE = (
    "Write `/volt schedule NUMBER WHEN TEXT`, for example `/volt schedule (555) 555-0145 tomorrow 9am Your order is "
    "ready`."
)


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


async def test_asked_then_scheduled(relay: Relay) -> None:
    """A scheduled text is said in words first, goes to Volt after the button, and the thread shows who asked for it."""
    shown = await ask(relay, "(555) 555-0145 tomorrow 9am Your order is ready")
    day = datetime.now(UTC) + timedelta(days=1)
    assert shown["text"].startswith("Schedule this text? (555) 555-0145 gets it on ")
    assert "at 09:00 (Stockholm time)" in shown["text"]
    assert jobs(relay) == []
    words = await press(relay, shown, "schedule_go")
    assert words.startswith("Scheduled. (555) 555-0145 gets your text on ")
    (job,) = jobs(relay)
    message = job.variables["message"]
    assert (message["contactNumbers"], message["messageBody"]) == ([DANA], "Your order is ready")
    assert message["scheduledTime"] == f"{day:%Y-%m-%d} 08:00:00"
    line = await relay.line("Scheduled by")
    assert seen(line).startswith(f"Scheduled by <@{AVA}> for <!date^")
    assert seen(line).endswith("Your order is ready")
