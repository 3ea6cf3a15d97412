"""`/volt` as people type it: what it does, what it answers, to whom, and what it refuses to guess."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from bot.sandbox.slack_delivery import sign
from tests.harness.in_process import Relay
from tests.harness.posts import seen, takes
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO

USAGE_SEND = "Write `/volt send NUMBER TEXT`, for example `/volt send (555) 555-0145 Your order is ready`."
USAGE_OPEN = "Write `/volt open NUMBER`, for example `/volt open (555) 555-0145`."
HINT = "Write it like +1 555 555 0145 or (555) 555-0145."
LONG = "word " * 4_000


async def volt(relay: Relay, text: str, user: str = AVA) -> str:
    """Type a command and return its answer, which only the one who typed it sees."""
    before = len(relay.slack.ephemerals)
    given = await relay.slack.command(user, CHANNEL, "/volt", text)
    assert given.status == 200
    assert given.body["response_type"] == "ephemeral"
    assert [one["user"] for one in relay.slack.ephemerals[before:]] == [user]
    return str(given.body["text"])


async def untouched(relay: Relay) -> None:
    """Check that nothing was posted or sent so far: a text of somebody else is the first thing that appears."""
    await relay.volt.text(MARCO, "first of all")
    await relay.shows(MARCO, "first of all")
    assert [seen(one) for one in relay.posts()] == [seen(relay.headers(MARCO)[0]), "first of all"]
    assert relay.sends() == []


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


async def test_an_answer_claims_nothing_that_is_not_known(relay: Relay) -> None:
    """A text that is asked about first is not said to go out: the answer says why it waits, and where to decide."""
    thread = await relay.open_thread()
    place = f"<https://sandbox.slack.com/archives/{CHANNEL}/p{thread.replace('.', '')}|its thread>"
    begun = "Your text to (555) 555-0145"
    long = await volt(relay, f"send {DANA} {'word ' * 100}")
    charged = "It is long: the phone gets it whole, but carriers charge it as more than three parts."
    assert long == f"{begun} is not sent yet. {charged} Decide about it in {place}."
    await relay.volt.text(DANA, "STOP")
    await relay.shows(DANA, "STOP")
    stopped = await volt(relay, f"send {DANA} Your order is ready")
    start_first = "The contact has opted out. Only they can undo that, by texting START."
    assert stopped == f"{begun} is not sent. {start_first} It waits in {place}."
    assert relay.sends() == []


async def test_what_cannot_be_seen_is_no_part_of_a_command(relay: Relay) -> None:
    """A character that shows nothing, in or before the word of a command, changes nothing."""
    thread = await relay.open_thread()
    for word in ("open\u200b", "\u200bopen", "\u200b open", "\u2060\topen"):
        assert thread.replace(".", "") in await volt(relay, f"{word} {DANA}")
    assert (await volt(relay, "\u200b")).startswith("*Text your customers from Slack*")


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


@pytest.mark.parametrize(
    ("typed", "texted"),
    [
        ("Fish &amp; chips &lt;3", "Fish & chips <3"),
        (":wave: see you :+1::skin-tone-3:", "👋 see you 👍🏼"),
        ("ask <@U0BEN|ben> in <#C0SUPPORT|support>", "ask @Ben Okafor in #support"),
        ("see <https://example.com/a|our page>", "see our page (https://example.com/a)"),
        ("two\nlines", "two\nlines"),
        ("  spaces   kept  inside ", "spaces   kept  inside"),
        ("&amp;lt; is a typed entity", "&lt; is a typed entity"),
    ],
)
async def test_the_words_of_a_command(relay: Relay, typed: str, texted: str) -> None:
    """Entities, emoji codes, mentions and links in a command reach the phone as people mean them."""
    await volt(relay, f"send (555) 555-0145 {typed}")
    await relay.receives(texted)


async def test_a_long_text_by_command_is_split(relay: Relay) -> None:
    """A text longer than Volt takes goes out in numbered parts."""
    words = " ".join(f"word{number:04d}" for number in range(300))
    await volt(relay, f"send (555) 555-0145 {words}")
    await relay.agree()
    await relay.volt.until(lambda: len(relay.phone()) == 2)
    assert " ".join(part[6:] for part in relay.phone()) == words


async def test_open(relay: Relay) -> None:
    """A conversation can be opened without a text: a header appears, nothing is sent, and replies under it are."""
    answer = await volt(relay, "open (555) 555-0145")
    assert answer == "The conversation with (555) 555-0145 is in <#C0SUPPORT>."
    await relay.slack.until(lambda: len(relay.headers(DANA)) == 1)
    thread = relay.headers(DANA)[0].ts
    assert (await volt(relay, "open (555) 555-0145")).endswith("|its thread>.")
    await relay.volt.text(DANA, "Hello")
    await relay.shows(DANA, "Hello")
    await relay.reply(thread, "Hi Dana")
    await relay.receives("Hi Dana")
    assert len(relay.headers()) == 1


async def test_numbers_as_people_type_them(relay: Relay) -> None:
    """One contact's number, in any of the forms people write, opens one conversation."""
    forms = (
        "(555) 555-0145",
        "555.555.0145",
        "555-555-0145",
        "5555550145",
        "1 555 555 0145",
        "+1 (555) 555-0145",
        "+15555550145",
        "001 555 555 0145",
        "<tel:+15555550145|(555) 555-0145>",
        '"555 555 0145"',
    )
    for form in forms:
        assert (await volt(relay, f"open {form}")).startswith("The conversation with (555) 555-0145 is in ")
    await relay.slack.until(relay.headers)
    await volt(relay, "open +44 20 7946 0958")
    await relay.slack.until(lambda: len(relay.headers()) >= 2)
    first, abroad = relay.headers()
    assert seen(first).startswith("(555) 555-0145")
    assert seen(abroad).startswith("+44 20 7946 0958")


@pytest.mark.parametrize("typed", ["help", "HELP", "", "   ", "help us please"])
async def test_help(relay: Relay, typed: str) -> None:
    """Help, and nothing at all, lists what there is."""
    answer = await volt(relay, typed)
    assert all(f"/volt {word}" in answer for word in ("send", "open", "help"))
    await untouched(relay)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("snd (555) 555-0145 Hi", "I do not know `/volt snd`. Did you mean `/volt send`?"),
        ("Opne", "I do not know `/volt opne`. Did you mean `/volt open`?"),
        ("hlep", "I do not know `/volt hlep`. Did you mean `/volt help`?"),
        ("frobnicate", "I do not know `/volt frobnicate`."),
        ("<!channel>", "I do not know `/volt &lt;!channel&gt;`."),
        ("(555) 555-0145 Hi", "I do not know `/volt (555)`."),
    ],
)
async def test_unknown_words(relay: Relay, typed: str, answer: str) -> None:
    """A word that is no command is answered with the nearest one, and does nothing."""
    assert await volt(relay, typed) == f"{answer} `/volt help` lists what I can do."
    await untouched(relay)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("12345 Hi", f"`12345` is too short to be a phone number. {HINT}"),
        ("555-0145 Hi", f"`555-0145` is too short to be a phone number: the area code is missing. {HINT}"),
        ("55555501455555550145 Hi", f"`55555501455555550145` is too long to be a phone number. {HINT}"),
        ("+999 555 555 0145 Hi", f"`+999 555 555 0145` does not begin with the code of a country. {HINT}"),
        ("Dana Hi", f"`Dana Hi` does not begin with a phone number. {HINT}"),
        ("<!channel> Hi", f"`&lt;!channel&gt; Hi` does not begin with a phone number. {HINT}"),
        ("(555) 555-0145 ext. 12 Hi", "has an extension, which a text cannot reach"),
        ("555 555 0145, 555 555 0146 Hi", "looks like several numbers, and only one can be taken"),
        ("", f"No phone number was given. {HINT}"),
    ],
)
async def test_what_cannot_be_a_number(relay: Relay, typed: str, reason: str) -> None:
    """What cannot be a number is answered with the reason and the usage of that one command; nothing is sent."""
    answer = await volt(relay, f"send {typed}")
    assert reason in answer
    assert answer.endswith(f"\n{USAGE_SEND}")
    await untouched(relay)


async def test_where_a_number_ends_is_not_guessed(relay: Relay) -> None:
    """Digits behind a number that could belong to it are asked about; on a new line they are the text."""
    assert "It is not clear where the number ends" in await volt(relay, "send +44 20 7946 095 8 pieces")
    await volt(relay, "send (555) 555-0145\n12 pieces are ready")
    await relay.receives("12 pieces are ready")
    assert len(relay.sends()) == 1


@pytest.mark.parametrize("typed", ["send +15555550123 Hi", "open (555) 555-0123"])
async def test_our_own_number(relay: Relay, typed: str) -> None:
    """Our own number cannot be texted."""
    assert await volt(relay, typed) == "(555) 555-0123 is our own number: it cannot text itself."
    await untouched(relay)


@pytest.mark.parametrize("typed", ["send (555) 555-0145", "send (555) 555-0145   ", "send <tel:+15555550145>"])
async def test_a_missing_text(relay: Relay, typed: str) -> None:
    """A text is not sent without words."""
    assert await volt(relay, typed) == f"There is no text after the number.\n{USAGE_SEND}"
    await untouched(relay)


async def test_words_after_opening(relay: Relay) -> None:
    """Words behind the number of `open` are not taken for a text, nor dropped without a word."""
    answer = await volt(relay, "open (555) 555-0145 and say hi")
    assert answer == f"There are words after the number.\n{USAGE_OPEN}"
    await untouched(relay)


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
