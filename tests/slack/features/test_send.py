"""`/volt send`, `/volt open` and `/volt help`: what they answer, to whom, and what they refuse to guess."""

from __future__ import annotations

import pytest

from bot.slack.features.kit.texts import ONE_MOMENT
from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.sight import Sight
from tests.harness.world import AVA, CHANNEL, DANA, MARCO

USAGE_SEND = "Write `/volt send NUMBER TEXT`, for example `/volt send (555) 555-0145 Your order is ready`."


USAGE_OPEN = "Write `/volt open NUMBER`, for example `/volt open (555) 555-0145`."


HINT = "Write it like +1 555 555 0145 or (555) 555-0145."


LONG = "word " * 4_000


async def volt(bot: Sight, text: str, user: str = AVA) -> str:
    """Type a command and return its answer, which only the one who typed it sees; the late one on a busy machine."""
    before = len(bot.slack.ephemerals)
    given = await bot.slack.command(user, CHANNEL, "/volt", text)
    assert given.status == 200
    assert given.body["response_type"] == "ephemeral"
    told = [ONE_MOMENT] if given.body["text"] == ONE_MOMENT else []
    await bot.slack.until(lambda: len(bot.slack.ephemerals) > before + len(told))
    assert {one["user"] for one in bot.slack.ephemerals[before:]} == {user}
    return str(bot.slack.ephemerals[-1]["text"])


async def untouched(bot: Sight) -> None:
    """Check that nothing was posted or sent so far: a text of somebody else is the first thing that appears."""
    await bot.hear(MARCO, "first of all")
    await bot.shows(MARCO, "first of all")
    assert [seen(one) for one in bot.posts()] == [seen(bot.headers(MARCO)[0]), "first of all"]
    assert bot.sends() == []


async def test_an_answer_claims_nothing_that_is_not_known(handlers: Handlers) -> None:
    """A text that is asked about first is not said to go out: the answer says why it waits, and where to decide."""
    thread = await handlers.open_thread()
    place = f"<https://sandbox.slack.com/archives/{CHANNEL}/p{thread.replace('.', '')}|its thread>"
    begun = "Your text to (555) 555-0145"
    long = await volt(handlers, f"send {DANA} {'word ' * 100}")
    charged = "It is long: the phone gets it whole, but carriers charge it as more than three parts."
    assert long == f"{begun} is not sent yet. {charged} Decide about it in {place}."
    await handlers.hear(DANA, "STOP")
    await handlers.shows(DANA, "STOP")
    stopped = await volt(handlers, f"send {DANA} Your order is ready")
    start_first = "The contact has opted out. Only they can undo that, by texting START."
    assert stopped == f"{begun} is not sent. {start_first} It waits in {place}."
    assert handlers.sends() == []


async def test_what_cannot_be_seen_is_no_part_of_a_command(handlers: Handlers) -> None:
    """A character that shows nothing, in or before the word of a command, changes nothing."""
    thread = await handlers.open_thread()
    for word in ("open\u200b", "\u200bopen", "\u200b open", "\u2060\topen"):
        assert thread.replace(".", "") in await volt(handlers, f"{word} {DANA}")
    assert (await volt(handlers, "\u200b")).startswith("*Text your customers from Slack*")


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
async def test_the_words_of_a_command(handlers: Handlers, typed: str, texted: str) -> None:
    """Entities, emoji codes, mentions and links in a command reach the phone as people mean them."""
    await volt(handlers, f"send (555) 555-0145 {typed}")
    await handlers.receives(texted)


async def test_a_long_text_by_command_is_split(handlers: Handlers) -> None:
    """A text longer than Volt takes goes out in numbered parts."""
    words = " ".join(f"word{number:04d}" for number in range(300))
    await volt(handlers, f"send (555) 555-0145 {words}")
    await handlers.agree()
    await handlers.volt.until(lambda: len(handlers.phone()) == 2)
    assert " ".join(part[6:] for part in handlers.phone()) == words


async def test_open(handlers: Handlers) -> None:
    """A conversation can be opened without a text: a header appears, nothing is sent, and replies under it are."""
    answer = await volt(handlers, "open (555) 555-0145")
    assert answer == "The conversation with (555) 555-0145 is in <#C0SUPPORT>."
    await handlers.slack.until(lambda: len(handlers.headers(DANA)) == 1)
    thread = handlers.headers(DANA)[0].ts
    assert (await volt(handlers, "open (555) 555-0145")).endswith("|its thread>.")
    await handlers.hear(DANA, "Hello")
    await handlers.shows(DANA, "Hello")
    await handlers.reply(thread, "Hi Dana")
    await handlers.receives("Hi Dana")
    assert len(handlers.headers()) == 1


async def test_numbers_as_people_type_them(handlers: Handlers) -> None:
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
        assert (await volt(handlers, f"open {form}")).startswith("The conversation with (555) 555-0145 is in ")
    await handlers.slack.until(handlers.headers)
    await volt(handlers, "open +44 20 7946 0958")
    await handlers.slack.until(lambda: len(handlers.headers()) >= 2)
    first, abroad = handlers.headers()
    assert seen(first).startswith("(555) 555-0145")
    assert seen(abroad).startswith("+44 20 7946 0958")


@pytest.mark.parametrize("typed", ["help", "HELP", "", "   ", "help us please"])
async def test_help(handlers: Handlers, typed: str) -> None:
    """Help, and nothing at all, lists what there is."""
    answer = await volt(handlers, typed)
    assert all(f"/volt {word}" in answer for word in ("send", "open", "help"))
    await untouched(handlers)


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
async def test_unknown_words(handlers: Handlers, typed: str, answer: str) -> None:
    """A word that is no command is answered with the nearest one, and does nothing."""
    assert await volt(handlers, typed) == f"{answer} `/volt help` lists what I can do."
    await untouched(handlers)


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
async def test_what_cannot_be_a_number(handlers: Handlers, typed: str, reason: str) -> None:
    """What cannot be a number is answered with the reason and the usage of that one command; nothing is sent."""
    answer = await volt(handlers, f"send {typed}")
    assert reason in answer
    assert answer.endswith(f"\n{USAGE_SEND}")
    await untouched(handlers)


async def test_where_a_number_ends_is_not_guessed(handlers: Handlers) -> None:
    """Digits behind a number that could belong to it are asked about; on a new line they are the text."""
    assert "It is not clear where the number ends" in await volt(handlers, "send +44 20 7946 095 8 pieces")
    await volt(handlers, "send (555) 555-0145\n12 pieces are ready")
    await handlers.receives("12 pieces are ready")
    assert len(handlers.sends()) == 1


@pytest.mark.parametrize("typed", ["send +15555550123 Hi", "open (555) 555-0123"])
async def test_our_own_number(handlers: Handlers, typed: str) -> None:
    """Our own number cannot be texted."""
    assert await volt(handlers, typed) == "(555) 555-0123 is our own number: it cannot text itself."
    await untouched(handlers)


@pytest.mark.parametrize("typed", ["send (555) 555-0145", "send (555) 555-0145   ", "send <tel:+15555550145>"])
async def test_a_missing_text(handlers: Handlers, typed: str) -> None:
    """A text is not sent without words."""
    assert await volt(handlers, typed) == f"There is no text after the number.\n{USAGE_SEND}"
    await untouched(handlers)


async def test_words_after_opening(handlers: Handlers) -> None:
    """Words behind the number of `open` are not taken for a text, nor dropped without a word."""
    answer = await volt(handlers, "open (555) 555-0145 and say hi")
    assert answer == f"There are words after the number.\n{USAGE_OPEN}"
    await untouched(handlers)
