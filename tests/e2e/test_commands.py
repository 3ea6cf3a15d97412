"""`/volt` as people type it: what it does, what it answers, to whom, and what it refuses to guess."""

from __future__ import annotations

from urllib.parse import urlencode

from bot.sandbox.slack.delivery.delivery import sign
from bot.slack.ingress.registry import COMMANDS
from tests.harness.in_process import Relay
from tests.harness.posts import seen, takes
from tests.harness.world import AVA, BEN, CHANNEL, DANA
from tests.slack.features.test_send import LONG, untouched, volt


async def test_send(relay: Relay) -> None:
    """A text by command is texted once and shown in the contact's thread, with the name of who sent it."""
    answer = await volt(relay, "send (555) 555-0145 Your order is ready")
    assert answer in takes("<#C0SUPPORT>")
    await relay.receives("Your order is ready")
    line = await relay.line("texted:")
    assert seen(line) == f"<@{AVA}> texted:\nYour order is ready"
    assert [(send.variables["to"], send.variables["body"]) for send in relay.sends()] == [(DANA, "Your order is ready")]
    await relay.reply(relay.headers(DANA)[0].ts, "and more")
    await relay.receives("Your order is ready", "and more")


async def test_send_into_a_known_conversation(relay: Relay) -> None:
    """A text to a contact who has a thread is shown there, and the answer links to the thread."""
    thread = await relay.open_thread()
    answer = await volt(relay, f"send {DANA} Your order is ready", BEN)
    link = f"https://sandbox.slack.com/archives/{CHANNEL}/p{thread.replace('.', '')}"
    assert answer in takes(f"<{link}|its thread>")
    await relay.line(f"<@{BEN}> texted:")
    await relay.receives("Your order is ready")
    assert len(relay.headers()) == 1


async def test_an_answer_while_volt_is_down(relay: Relay) -> None:
    """A text that Volt does not take now is said to go out once Volt does, and does."""
    relay.volt.rules.down = True
    answer = await volt(relay, f"send {DANA} Your order is ready")
    assert answer in takes("<#C0SUPPORT>")
    relay.volt.rules.down = False
    await relay.receives("Your order is ready")


async def test_send_has_receipts(relay: Relay) -> None:
    """A text by command carries its delivery status on the post that shows it."""
    relay.volt.receipts = "auto"
    await volt(relay, "send (555) 555-0145 Your order is ready")
    line = await relay.line("texted:")
    await relay.marked(line.ts, "white_check_mark")
    await relay.line("Delivered")


async def test_the_same_command_delivered_again(relay: Relay) -> None:
    """A command that is delivered again under the same trigger sends nothing more; typed again it does."""
    await volt(relay, "send (555) 555-0145 once")
    await relay.receives("once")
    form = next(hop.request for hop in relay.slack.wire if hop.label == "/volt")
    raw = urlencode(form).encode()
    headers = sign(relay.slack.signing_secret, raw, int(float(form["trigger_id"].split(".")[0])))
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    again = await relay.slack.server.post(f"{relay.url}/slack/events", raw, headers=headers, limit_s=3)
    assert again.status == 200
    await volt(relay, "send (555) 555-0145 once")
    await relay.receives("once", "once")
    await volt(relay, "send (555) 555-0145 last")
    await relay.receives("once", "once", "last")


async def test_a_command_that_cannot_be_stored(relay: Relay) -> None:
    """While nothing can be stored the answer says so and nothing is sent; afterwards the same command works."""
    await relay.fill_disk()
    answer = await volt(relay, f"send (555) 555-0145 {LONG}")
    taken = "That did not work, and nothing was sent. The bot's database takes nothing just now."
    assert answer == f"{taken} Please try again in a moment."
    await relay.fill_disk(is_full=False)
    await untouched(relay)
    await volt(relay, "send (555) 555-0145 Hello")
    await relay.receives("Hello")


async def test_commands_while_slacks_api_is_down(relay: Relay) -> None:
    """A command needs no call to Slack: it is answered and texted while Slack's API is down, and shown later, once."""
    relay.slack.rules.errors = {"chat.postMessage": ["service_unavailable"]}
    await volt(relay, "send (555) 555-0145 Your order is ready")
    await relay.receives("Your order is ready")
    await relay.line("texted:")
    assert len(relay.lines()) == 1


BEGINNINGS = {
    "send (555) 555-0145 Hi": "Your text to (555) 555-0145 ",
    "open (555) 555-0145": "The conversation with (555) 555-0145 is in ",
    "contact (555) 555-0145": "(555) 555-0145",
    "history (555) 555-0145": "Texts with (555) 555-0145",
    "inbox": "Volt's inbox",
    "schedule (555) 555-0145 tomorrow 9am Hi": "Schedule this text? (555) 555-0145 gets it on ",
    "list VIP": "There is no list VIP.",
    "wave": "The form is open.",
    "status rf_8mAx2kTq": "Volt knows no text with the id `rf_8mAx2kTq`",
    "route": "*Where new conversations show*",
    "mode": "*What is texted from <#C0SUPPORT>*",
    "template (555) 555-0145": "This number cannot do that: SMS by Volt has no approved templates.",
    "me": "Nobody waits for you.",
    "connect": "This workspace is connected by the bot's configuration.",
    "webhooks": "Webhooks at Volt",
    "tag": "There are no tags yet.",
    "search": "Write words of a name, of a number or of a text,",
    "on": "You are on duty:",
    "off": "You are off duty:",
    "away": "Say until when you are away.",
    "workflows": "Workflows may not text in your name.",
    "reactions": "Reactions to a contact's text stay in Slack",
    "hours": "No office hours are set",
    "goal": "No goals are set.",
    "assign": "The form is open.",
    "figures": "*Figures of the last 30 days*",
    "help": "*Text your customers from Slack*",
}


async def test_every_command_over_the_wire(relay: Relay) -> None:
    """Each subcommand is answered over HTTP, signed and in time, to the one who typed it."""
    assert {typed.split()[0] for typed in BEGINNINGS} == set(COMMANDS)
    for typed, beginning in BEGINNINGS.items():
        assert (await volt(relay, typed)).startswith(beginning), typed
    assert relay.slack.refused == []
