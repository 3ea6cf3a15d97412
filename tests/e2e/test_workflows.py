"""Steps of workflows, from Slack's event to its end: done once, in a name that was lent, and never guessed about."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from bot.slack.features.workflows import view
from bot.slack.render import step_words
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.steps import ended, failed, know_functions, lend, outputs, run
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO


@pytest.fixture(autouse=True)
async def _ready(relay: Relay) -> None:
    """Let Ava lend her name, and Slack know the manifest."""
    know_functions(relay.slack)
    assert await lend(relay) == view.IS_ON


async def test_a_text_is_sent_and_the_step_ends(relay: Relay) -> None:
    """A step texts in the name it was given; it ends with the status and the address of the thread."""
    relay.volt.receipts = "auto"
    given = await outputs(relay, await run(relay))
    assert given["status"] == "sent"
    assert given["conversation"].startswith("https://sandbox.slack.com/archives/C0SUPPORT/p")
    await relay.receives("Your order is ready")
    assert f"Sent by a workflow for <@{AVA}>:" in seen(await relay.line("Your order is ready"))


async def test_whose_words_they_are(relay: Relay) -> None:
    """History, status and the log of the contact say that a workflow sent a text, and in whose name."""
    relay.volt.receipts = "auto"
    await outputs(relay, await run(relay))
    assert await outputs(relay, await run(relay, "assign_conversation", assignee=BEN))
    text = relay.volt.outbound(DANA)[0]
    said = [
        await relay.slack.command(BEN, CHANNEL, "/volt", words) for words in (f"history {DANA}", f"status {text.id}")
    ]
    history, status = (str(one.body["blocks"]) for one in said)
    assert f"A workflow for <@{AVA}>" in history
    assert "a workflow for " in status
    await relay.line(f"A workflow gave this conversation to <@{BEN}>, for <@{AVA}>.")
    card = str((await relay.slack.command(BEN, CHANNEL, "/volt", f"contact {DANA}")).body["blocks"])
    assert f"A workflow, for <@{AVA}>: sent a text" in card
    assert f"A workflow, for <@{AVA}>: gave it to <@{BEN}>" in card


async def test_the_next_text_is_the_answer(relay: Relay) -> None:
    """A step that waits ends with what the contact writes next; of several that wait, the first one gets it."""
    relay.volt.receipts = "auto"
    first = await run(relay, wait_hours=2)
    await relay.receives("Your order is ready")
    second = await run(relay, text="Is tomorrow fine, <@U0BEN>?", wait_hours="3")
    await relay.receives("Your order is ready", "Is tomorrow fine, @Ben Okafor?")
    await relay.volt.text(MARCO, "not about this")
    await relay.shows(MARCO, "not about this")
    assert first.is_running
    await relay.volt.text(DANA, "Yes <3 & thanks")
    given = await outputs(relay, first)
    assert (given["status"], given["answer"]) == ("answered", "Yes <3 & thanks")
    assert second.is_running
    await relay.volt.text(DANA, "And yes")
    assert (await outputs(relay, second))["answer"] == "And yes"


async def test_redelivered_and_restarted(relay: Relay) -> None:
    """An event that comes again, also after a restart and after the end, changes nothing."""
    relay.volt.receipts = "auto"
    step = await run(relay, wait_hours=1)
    assert await relay.slack.tell_again(step) == 200
    await relay.receives("Your order is ready")
    await relay.restart()
    assert await relay.slack.tell_again(step) == 200
    await relay.volt.text(DANA, "Yes")
    await ended(relay, step)
    assert await relay.slack.tell_again(step) == 200
    await ended(relay, await run(relay, to=MARCO))
    assert relay.phone() == ["Your order is ready"]
    done = [one.args["function_execution_id"] for one in relay.slack.calls if "complete" in one.method.lower()]
    assert done.count(step.id) == 1


async def test_slack_takes_it_late(relay: Relay) -> None:
    """While Slack does not take the end of a step, or its answers are lost, the bot tells it again; it ends once."""
    relay.volt.receipts = "auto"
    relay.slack.rules.errors["functions.completeSuccess"] = ["service_unavailable", "internal_error"]
    relay.slack.rules.drops["functions.completeSuccess"] = 3
    step = await run(relay)
    assert (await outputs(relay, step))["status"] == "sent"
    await relay.slack.until(lambda: "execution_not_in_running_state" in str(relay.slack.calls))
    assert relay.phone() == ["Your order is ready"]


async def test_an_older_manifest(relay: Relay) -> None:
    """Where Slack refuses the outputs, the step fails with words that say that it has run."""
    relay.volt.receipts = "auto"
    del relay.slack.functions["send_text"]["output_parameters"]["conversation"]
    assert await failed(relay, await run(relay)) == step_words.OLD_MANIFEST.format(status="sent")
    assert relay.phone() == ["Your order is ready"]


async def test_bad_inputs(relay: Relay) -> None:
    """What cannot be read or done ends the step with words that say what to do; nothing is sent or opened."""
    relay.slack.users["U0BEN"].is_restricted = True
    refused: dict[str, dict[str, Any]] = {
        view.NO_NUMBER: {"to": " "},
        "tomorrow": {"to": "tomorrow"},
        view.NO_TEXT: {"text": "  "},
        view.TOO_LONG: {"text": "x" * 3_001},
        view.IS_NOTE: {"text": "// for us"},
        view.BAD_WAIT: {"wait_hours": 169},
        view.NO_PERSON: {"on_behalf_of": None},
        "None of our numbers alone is called that": {"account": "Nowhere"},
        "our own number": {"to": ACCOUNT},
        "guest": {"on_behalf_of": BEN},
        "Slack does not know the person": {"on_behalf_of": "U0NOBODY"},
    }
    for words, inputs in refused.items():
        assert words in await failed(relay, await run(relay, **inputs)), inputs
    assert await failed(relay, await run(relay, "sing")) == view.UNKNOWN_STEP
    assert await failed(relay, await run(relay, "assign_conversation", assignee=AVA)) == view.NO_CONVERSATION
    assert await failed(relay, await run(relay, "assign_conversation")) == view.NO_ASSIGNEE
    assert await failed(relay, await run(relay, "add_to_list")) == view.NO_LIST_NAMED
    assert relay.posts() == []
    assert relay.phone() == []


async def test_a_name_that_is_not_lent(relay: Relay) -> None:
    """Nobody's name is used who has not allowed it, or has taken that back, or has left."""
    assert await lend(relay, word="") == view.STANDS_ON
    assert await failed(relay, await run(relay, on_behalf_of=BEN)) == view.NOT_LENT
    assert await lend(relay, word="off") == view.IS_OFF
    assert await lend(relay, word="") == view.STANDS_OFF
    assert await failed(relay, await run(relay)) == view.NOT_LENT
    assert "Say on or off." in await lend(relay, word="perhaps")
    await lend(relay, BEN)
    relay.slack.users["U0BEN"].deleted = True
    await relay.restart()  # what is known of people is forgotten
    assert "deactivated" in await failed(relay, await run(relay, on_behalf_of=BEN))
    assert relay.phone() == []


async def test_open_and_assign(relay: Relay) -> None:
    """A conversation is opened without a text, and assigned as by hand; both steps give its address."""
    opened = await outputs(relay, await run(relay, "open_conversation"))
    assert opened["status"] == "done"
    assert await outputs(relay, await run(relay, "assign_conversation", assignee=BEN)) == opened
    await relay.line(f"<@{BEN}>")
    assert relay.phone() == []
    relay.slack.users["U0BEN"].is_restricted = True
    await relay.restart()  # what is known of people is forgotten
    assert "nothing can be assigned" in await failed(relay, await run(relay, "assign_conversation", assignee=BEN))


async def test_a_list(relay: Relay) -> None:
    """A contact is put on a list by somebody who may; an unknown list or contact is named in the words."""
    await relay.slack.command(AVA, CHANNEL, "/volt", "list create VIP")
    assert "does not know this contact" in await failed(relay, await run(relay, "add_to_list", list="VIP"))
    relay.volt.add_contact(DANA, "Dana")
    assert await outputs(relay, await run(relay, "add_to_list", list="VIP")) == {"status": "done"}
    assert "has no list called Nobody" in await failed(relay, await run(relay, "add_to_list", list="Nobody"))
    await lend(relay, BEN)
    assert "may not do this here" in await failed(relay, await run(relay, "add_to_list", list="VIP", on_behalf_of=BEN))


async def test_a_draft_is_said_to_wait(relay: Relay) -> None:
    """A text that a person is asked about ends its step as waiting for a person; one with a wait goes on waiting."""
    long = "word " * 100
    assert (await outputs(relay, await run(relay, text=long)))["status"] == "waiting for a person"
    waits = await run(relay, text=f"Another {long}", wait_hours=1)
    await ended(relay, await run(relay, to=MARCO))  # which began after it
    assert waits.is_running
    assert relay.phone() == []


async def test_a_step_that_cannot_be_stored(relay: Relay) -> None:
    """While nothing can be stored Slack is told so, and brings the step again; it is done once then."""
    relay.volt.receipts = "auto"
    await relay.fill_disk()
    step = await run(relay, text="x" * 3_000)
    await relay.slack.until(lambda: any(one.status == 503 for one in relay.slack.deliveries))
    await relay.fill_disk(is_full=False)
    assert (await outputs(relay, step))["status"] in ("sent", "waiting for a person")


async def test_by_socket_mode(relay: Relay) -> None:
    """A step comes over Socket Mode as well."""
    await relay.restart(slack_app_token=relay.slack.app_token, slack_signing_secret=None)
    await relay.slack.until(lambda: relay.slack.sockets.is_open)
    assert await failed(relay, await run(relay, to="")) == view.NO_NUMBER


async def test_what_has_gone_out_of_date(relay: Relay) -> None:
    """A step that could not be run for an hour is not run any more; nor is Slack told for ever how one ended."""
    relay.slack.rules.errors = {name: ["internal_error"] * 99 for name in ("users.info", "functions.completeError")}
    waits, ends = await run(relay, on_behalf_of=BEN), await run(relay, to="", on_behalf_of=None)
    await relay.slack.until(lambda: view.NO_PERSON in str(relay.slack.calls))
    await relay.stop()
    with closing(sqlite3.connect(relay.database)) as database, database:
        database.execute("UPDATE step_execution SET at = 0")
    await relay.start()
    await relay.slack.until(lambda: step_words.LATE in str(relay.slack.calls))
    await run(relay, to="")  # is told of again and again, so that the log is looked at
    await relay.slack.until(lambda: relay.log.count("workflow.given_up") == 2)
    assert (waits.is_running, ends.is_running, relay.phone()) == (True, True, [])
