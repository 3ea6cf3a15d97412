"""Forms that take longer than Slack waits: refused ones come back with what was typed, sent ones say what is true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.slack.features.kit.list_menu import NOT_KNOWN
from bot.slack.ingress import handler_tasks
from tests.harness.in_process import Relay
from tests.harness.windows import fill, is_open, opened, press_in_window, window, words
from tests.harness.world import AVA, CHANNEL, DANA
from tests.slack.features.test_waves import chosen


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every form count as slow."""
    monkeypatch.setattr(handler_tasks, "ACK_BUDGET_S", 0.0)


@pytest.fixture(autouse=True)
def nothing_is_refused(relay: Relay) -> Any:
    """Check at the end that Slack took every view and every answer."""
    yield
    assert relay.slack.refused == []


async def volt(relay: Relay, text: str) -> None:
    """Type a command."""
    await relay.slack.command(AVA, CHANNEL, "/volt", text)
    await relay.slack.until(lambda: is_open(relay))


def standing(view: dict[str, Any]) -> dict[str, Any]:
    """Return what the inputs of a view begin with, by block_id."""
    inputs = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    return {
        block_id: value
        for block_id, element in inputs.items()
        for name, value in element.items()
        if name.startswith("initial_")
    }


async def test_a_refused_form_comes_back_with_what_was_typed(relay: Relay) -> None:
    """A form that is refused after Slack has stopped waiting stands there again, filled in, with why; then it works."""
    await volt(relay, "wave")
    at = int((datetime.now(UTC) + timedelta(hours=5)).timestamp())
    answer = await fill(relay, name="Sale", wave_lists=chosen("Nobody"), text="20% off", when=at, draft=["draft"])
    assert words(answer.body["view"]) == "One moment…"
    await relay.slack.until(lambda: "not known here any more" in words(window(relay)))
    assert words(window(relay)).startswith(f"Lists: {NOT_KNOWN}\n")
    begun = standing(window(relay))
    assert (begun["name"], begun["text"], begun["when"]) == ("Sale", "20% off", at)
    assert begun["wave_lists"] == chosen("Nobody")["selected_options"]
    assert [one["value"] for one in begun["draft"]] == ["draft"]
    await fill(relay)
    await relay.slack.until(lambda: "not known here any more" in words(window(relay)))
    assert words(window(relay)).count("not known here any more") == 1
    relay.volt.add_contact(DANA, "Dana").lists.add("VIP")
    await relay.slack.command(AVA, CHANNEL, "/volt", "list create VIP")
    await relay.slack.until(lambda: "VIP" in relay.volt.lists)
    await fill(relay, wave_lists=chosen("VIP"))
    await relay.slack.until(lambda: "*Volt keeps this as a draft.*" in words(window(relay)))


async def test_a_failure_gives_the_form_back(relay: Relay) -> None:
    """Where Volt fails that is said above what was typed; nothing of it is lost."""
    await relay.slack.command(AVA, CHANNEL, "/volt", "list create VIP")
    await relay.slack.until(lambda: relay.slack.ephemerals[1:])  # the answer to "One moment"
    await volt(relay, "wave")
    relay.volt.rules.statuses = [(503, 1.0)]
    at = int((datetime.now(UTC) + timedelta(hours=5)).timestamp())
    await fill(relay, name="Sale", wave_lists=chosen("VIP"), text="20% off", when=at)
    await relay.slack.until(lambda: words(window(relay)).startswith("Volt is busy just now."))
    assert standing(window(relay))["text"] == "20% off"


async def test_who_closed_a_refused_form_is_told(relay: Relay) -> None:
    """Who closes the window before the form is refused is told that it was."""
    await volt(relay, "wave")
    relay.volt.rules.delay_s = 0.2
    at = int((datetime.now(UTC) + timedelta(hours=5)).timestamp())
    await fill(relay, name="Sale", wave_lists=chosen("Nobody"), text="20% off", when=at)
    await relay.slack.close_view(AVA, window(relay)["id"])
    told = await relay.slack.until(lambda: [one["text"] for one in relay.slack.ephemerals if "list" in one["text"]])
    assert told == [NOT_KNOWN]


async def test_a_slow_template_says_what_is_true(relay: Relay) -> None:
    """A reply with a template that closed late says how the text stands, not that it is done."""
    thread = await relay.open_thread(DANA, "Hello")
    await relay.slack.open_home(AVA)
    await relay.slack.until(lambda: AVA in relay.slack.homes)
    await relay.slack.press_in_view(AVA, relay.slack.homes[AVA]["id"], "template_add")
    await opened(relay)
    await fill(relay, template_name="Long", template_body="word " * 100)
    await relay.slack.until(lambda: words(window(relay)) == "Done.")
    await relay.slack.close_view(AVA, window(relay)["id"])
    await relay.slack.shortcut(AVA, "reply_with_template", channel=CHANNEL, message_ts=thread)
    await opened(relay)
    await press_in_window(relay, "template_pick", value="1")
    await relay.slack.until(lambda: window(relay)["blocks"][2:])
    await fill(relay)
    await relay.slack.until(lambda: "Your text to (555) 555-0145 is not sent yet." in words(window(relay)))
