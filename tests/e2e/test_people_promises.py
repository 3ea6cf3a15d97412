"""Where people press, ask and decide: nothing twice, nothing overtaken unasked, nothing said that is not so."""

from __future__ import annotations

import pytest

from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.windows import opened
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO
from tests.slack.features.test_send import volt
from tests.slack.features.test_threads import stands, whispered


async def test_a_late_event_of_a_message_sent_by_shortcut(relay: Relay) -> None:
    """A message that was sent as text by the shortcut is not texted again when its own event comes late."""
    thread = await relay.open_thread()
    relay.slack.rules.retry_delays_s = ()  # its event comes below, and not by a retry before that
    url, relay.slack.events_url = relay.slack.events_url, None
    ts = await relay.reply(thread, "Ready")
    relay.slack.events_url = url
    await relay.slack.shortcut(BEN, "send_as_text", channel=CHANNEL, message_ts=ts)
    await relay.slack.submit(BEN, await opened(relay, BEN))
    await relay.receives("Ready")
    assert await relay.slack.deliver(relay.event_of(ts)) == 200
    await relay.reply(thread, "after")
    await relay.receives("Ready", "after")


async def test_nothing_overtakes_a_draft_unasked(relay: Relay) -> None:
    """While an earlier text waits for somebody to look at it, a later one is asked about before it goes first."""
    thread = await relay.open_thread()
    await relay.reply(thread, "Your parcel: bit.ly/abc")
    first = await relay.line("It has a shortened link")
    await relay.reply(thread, "Does that link work for you?")
    await relay.line("this one would overtake it")
    assert relay.phone() == []
    await relay.slack.press(AVA, CHANNEL, first.ts, "send_text_anyway")
    await relay.receives("Your parcel: bit.ly/abc")


async def test_a_draft_is_not_called_taken_back(relay: Relay) -> None:
    """A line that offered Undo says of a text that is then asked about that it is not sent yet; later its receipt."""
    thread = await relay.open_thread()
    await relay.restart(undo_seconds=2)
    relay.volt.receipts = "auto"
    await relay.reply(thread, "Look at bit.ly/abc")
    line = await relay.line("Sending…")
    await relay.line("There is a question about it below.")
    await relay.agree()
    delivered = await relay.line("Delivered")
    assert delivered.ts == line.ts


async def test_a_question_knows_what_came_since(relay: Relay) -> None:
    """A text that was waiting when the contact said STOP says so, and nobody can send it any more."""
    thread = await relay.open_thread()
    await volt(relay, "mode confirm")
    await relay.reply(thread, "Your order is ready")
    line = await relay.line("[Send]")
    await relay.volt.text(DANA, "STOP")
    await relay.line("has opted out")
    await relay.slack.until(lambda: "[Send]" not in seen(line))
    assert "Not sent yet. The contact has opted out. Only they can undo that, by texting START." in seen(line)
    assert relay.phone() == []


async def test_a_conversation_waits_until_a_text_has_left(relay: Relay) -> None:
    """A reply that is not sent in the end leaves the conversation open: the contact still has no answer."""
    thread = await relay.open_thread()
    await volt(relay, "mode confirm")
    await relay.reply(thread, "Your order is ready")
    line = await relay.line("[Send]")
    await stands(relay, "Needs a reply")
    await relay.slack.press(AVA, CHANNEL, line.ts, "discard_text")
    await relay.line("Not sent:")
    await stands(relay, "Needs a reply")
    await relay.reply(thread, "It is on its way")
    await relay.agree()
    await relay.receives("It is on its way")
    await stands(relay, f"Waiting for them · <@{AVA}> has it")


async def test_a_text_by_command_that_is_not_sent(relay: Relay) -> None:
    """The post of a text by command says that it waits, and then that it was not sent."""
    await relay.open_thread()
    await volt(relay, f"send {DANA} Look at bit.ly/abc")
    await relay.line(f"<@{AVA}> wants to text:")
    line = await relay.line("[Send anyway]")
    await relay.slack.press(AVA, CHANNEL, line.ts, "discard_text")
    said = await relay.line(f"Not texted. <@{AVA}> had written:")
    assert "Look at bit.ly/abc" in seen(said)


async def test_an_answer_from_elsewhere(relay: Relay) -> None:
    """A text from Volt's own page is an answer too; one that fails for an opt-out marks the contact."""
    await relay.open_thread()
    await relay.volt.foreign_text(DANA, "We called you")
    await stands(relay, "Waiting for them")
    relay.volt.outcomes[DANA] = "503"
    relay.volt.receipts = "auto"
    await relay.volt.foreign_text(DANA, "And again")
    await stands(relay, "Waiting for them · opted out")


@pytest.mark.parametrize("mode", ["canvas", "post", "space"])
async def test_what_is_no_file(relay: Relay, mode: str) -> None:
    """A canvas or a post is refused at once, in words, and what is written after it goes out."""
    thread = await relay.open_thread()
    await relay.restart(public_url=relay.url)
    shape = relay.slack.add_file(AVA, "plan", "application/vnd.slack-docs", b"x") | {"mode": mode, "mimetype": ""}
    relay.slack.files[shape["id"]].shape.update(shape)
    await relay.reply(thread, "Our plan", files=[shape])
    await relay.line('Nothing was sent: "plan" cannot be texted.')
    await relay.reply(thread, "after")
    await relay.receives("after")


@pytest.mark.parametrize("action", ["assign", "contact", "more"])
@pytest.mark.parametrize("value", ["0", "999999", "9" * 30, "", "-1", "<!channel>"])
async def test_buttons_that_name_nothing(relay: Relay, action: str, value: str) -> None:
    """A button about a conversation that is not there is answered in words, and the log stays calm."""
    thread = await relay.open_thread()
    header = relay.headers(DANA)[0]
    for block in header.blocks:
        for element in block.get("elements", []):
            if element.get("action_id") == action != "more":
                element["value"] = value
            for option in element.get("options", []):
                option["value"] = f"schedule:{value}"
    await relay.slack.press(AVA, CHANNEL, thread, action, value=f"schedule:{value}" if action == "more" else None)
    await whispered(relay, "out of date")
    assert "Traceback" not in relay.log


async def test_a_text_to_who_knows_another_number(relay: Relay) -> None:
    """By command, too, a contact is texted from the number that they know."""
    other = "+15555550199"
    relay.volt.add_account(other, "Sales")
    await relay.volt.text(DANA, "Hello sales", to=other)
    await relay.shows(DANA, "Hello sales")
    await volt(relay, f"send {DANA} Hello Dana")
    await volt(relay, f"send {MARCO} Hello Marco")
    await relay.receives("Hello Dana")
    await relay.receives("Hello Marco", contact=MARCO)
    assert {send.variables["to"]: send.variables["from"] for send in relay.sends()}[DANA] == other
    assert len(relay.headers(DANA)) == 1


@pytest.mark.parametrize(
    ("callback", "metadata"),
    [
        ("compose", '["a"'),
        ("compose", "[1, 2, 3, 4, 5]"),
        ("compose", "{}"),
        ("template_reply", ""),
        ("template_reply", "9" * 30),
        ("mode_form", "9" * 30),
        ("assign_form", "x"),
        ("schedule_form", "nobody"),
        ("contact_form", "{"),
        ("nobody_knows", "1"),
    ],
)
async def test_forms_that_carry_nonsense(relay: Relay, callback: str, metadata: str) -> None:
    """A form that carries what we did not put there is answered in words, texts nothing, and the log stays calm."""
    await relay.open_thread()
    view = {"id": "V0", "type": "modal", "callback_id": callback, "private_metadata": metadata, "blocks": []}
    values = {"mode": {"mode": {"type": "radio_buttons", "selected_option": {"value": "auto"}}}}
    body = {"type": "view_submission", "user": {"id": AVA}, "team": {"id": "T1"}, "trigger_id": "1.2.3"}
    assert await relay.slack.deliver(body | {"view": view | {"state": {"values": values}}}) == 200
    assert "Traceback" not in relay.log
    assert relay.phone() == []
