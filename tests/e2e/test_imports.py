"""`/volt list import`: a file becomes contacts on a list, and its people are texted in words of their own, once."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.trail import deeds_in
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO
from tests.slack.features.test_waves import said, top

TABLE = f"""First name,Mobile,Date
Dana,{DANA},May 3
Marco,{MARCO},
Nora,+1 555 555 0177,May 5
=SUM(A1),12,May 6
Again,{DANA},May 7
Rita,+1 900 555 0111,May 8
Us,{ACCOUNT},May 9
"""


async def give(bot: Relay, data: bytes, name: str = "spring.csv", channel: str = CHANNEL) -> dict[str, Any]:
    """Give a file in the window of `/volt list import`; returns Slack's answer."""
    await bot.slack.command(AVA, channel, "/volt", "list import")
    file = bot.slack.add_file(AVA, name, "text/csv", data)
    state = {"file": {"file": {"type": "file_input", "files": [file]}}}
    return dict((await bot.slack.submit(AVA, top(bot)["id"], state)).body)


async def columns(bot: Relay, number: int = 1, name: int = 0) -> dict[str, Any]:
    """Choose the columns; returns Slack's answer."""

    def option(place: int) -> dict[str, Any]:
        return {"type": "static_select", "selected_option": {"value": str(place)}}

    state: dict[str, dict[str, Any]] = {
        "number": {"number": option(number)},
        "contact_name": {"contact_name": option(name)},
        "list_name": {"list_name": "Spring"},
    }
    return dict((await bot.slack.submit(AVA, top(bot)["id"], state)).body)


def cards(bot: Relay, channel: str = CHANNEL) -> list[str]:
    """Return what people read on the cards of imports."""
    return [seen(one) for one in bot.posts(channel) if any(word in seen(one) for word in ("spring.csv", "many.csv"))]


async def card_says(bot: Relay, words: str, channel: str = CHANNEL) -> str:
    """Wait until the card says something, and return the ts of its post."""
    await bot.slack.until(lambda: any(words in card for card in cards(bot, channel)))
    return next(one.ts for one in bot.posts(channel) if words in seen(one))


async def imported(bot: Relay, table: str = TABLE) -> str:
    """Import a table to the end; returns the ts of the card."""
    await give(bot, table.encode())
    await columns(bot)
    ts = await card_says(bot, "can be imported")
    await bot.slack.press(AVA, CHANNEL, ts, "import_go")
    return await card_says(bot, "Imported spring.csv")


async def test_a_file_becomes_contacts_on_a_list(relay: Relay) -> None:
    """Good rows are saved and listed after a person said so; refused ones are told on the card, and in one file."""
    assert (await give(relay, TABLE.encode()))["response_action"] == "update"
    form = top(relay)
    assert "Dana | " in said(form)
    chosen = [block["element"].get("initial_option", {}).get("value") for block in form["blocks"][1:3]]
    assert chosen == ["1", "0"]
    assert (await columns(relay))["response_action"] == "update"
    ts = await card_says(relay, "3 contacts* can be imported.")
    card = next(one for one in cards(relay))
    assert 'Row 5: "12" does not have as many digits' in card or "Row 5: " in card
    assert relay.volt.contacts.get("+15555550177") is None
    for _ in range(3):
        await relay.slack.press(AVA, CHANNEL, ts, "import_go")
    await card_says(relay, "3 contacts are on the list.")
    await card_says(relay, "The rows that were refused are in the file below.")
    assert len(cards(relay)) == 1
    assert relay.volt.contacts["+15555550177"].name == "Nora"
    assert all("Spring" in relay.volt.contacts[number].lists for number in (DANA, MARCO, "+15555550177"))
    (report,) = [held for held in relay.slack.files.values() if "not-imported" in held.shape["name"]]
    rows = list(csv.reader(io.StringIO(report.data.decode("utf-8-sig"))))
    assert rows[0] == ["row", "First name", "Mobile", "Date", "reason"]
    assert [row[0] for row in rows[1:]] == ["5", "6", "7", "8"]
    assert rows[1][1] == "'=SUM(A1)"
    assert rows[2][-1] == "the number is in row 2 already"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04", "This is a workbook."),
        (b"x" * 100_000, "Line 1 has more than 50,000 characters"),
        (b'a,b\n"x,1\n2,3\n', "The quote that opens in line 2 is not closed."),
        (b"\x00\x01\x02abcdefgh", "This is no text file."),
    ],
)
async def test_what_is_no_table_is_refused_in_the_form(relay: Relay, data: bytes, words: str) -> None:
    """A file that is no table is refused in words, and nothing is begun."""
    answer = await give(relay, data)
    assert words in answer["errors"]["file"]
    assert cards(relay) == []


async def test_a_table_that_breaks_later_is_not_half_imported(relay: Relay) -> None:
    """A line without an end behind good rows fails the whole file: nobody is imported."""
    rows = "".join(f"Name,{DANA}\n" for _ in range(600))
    await give(relay, f"First name,Mobile\n{rows}{'x' * 60_000}\n".encode())
    await columns(relay)
    await card_says(relay, "Line 602 has more than 50,000 characters")
    assert "Nothing was imported." in cards(relay)[0]


async def text_people(bot: Relay, ts: str, text: str) -> dict[str, Any]:
    """Write a text to the people of an import; returns Slack's answer."""
    await bot.slack.press(AVA, CHANNEL, ts, "import_text")
    state = {"text": {"text": {"type": "plain_text_input", "value": text}}}
    return dict((await bot.slack.submit(AVA, top(bot)["id"], state)).body)


async def test_each_gets_words_of_their_own(relay: Relay) -> None:
    """Placeholders are filled in from the row; who lacks a word gets nothing, and no thread opens before an answer."""
    ts = await imported(relay)
    wrong = await text_people(relay, ts, "Hello {surname}")
    assert wrong["errors"]["text"].startswith("No column is called {surname}.")
    inside = await text_people(relay, ts, "// Hello {first_name}")
    assert "keeps it in Slack" in inside["errors"]["text"]
    await text_people(relay, ts, "Hello {first_name}, see you on {Date}. :tada:")
    review = top(relay)
    assert "This texts 2 people" in said(review)
    assert "Hello Dana, see you on May 3. 🎉" in said(review)
    assert "Row 3: {date} is empty" in said(review)
    await relay.slack.press_in_view(AVA, review["id"], "import_send")
    await relay.volt.until(lambda: len(relay.volt.messages) == 2)
    await card_says(relay, "2 of 3 texts handed over")
    texts = sorted((one.to, one.body) for one in relay.volt.messages)
    assert [body for _, body in texts] == ["Hello Dana, see you on May 3. 🎉", "Hello Nora, see you on May 5. 🎉"]
    assert relay.headers(DANA) == []
    await relay.volt.text(DANA, "Thanks!")
    await relay.shows(DANA, "Thanks!")
    assert relay.lines(DANA)[0] == f"<@{AVA}> texted:\nHello Dana, see you on May 3. 🎉"


async def test_a_restart_goes_on(relay: Relay) -> None:
    """After a restart in the middle each is saved and texted once, and the card is the same one."""
    table = "First name,Mobile\n" + "".join(f"P{at},+1555555{at:04}\n" for at in range(300, 360))
    await give(relay, table.encode())
    await columns(relay)
    ts = await card_says(relay, "60 contacts* can be imported.")
    await relay.restart()
    await relay.slack.press(AVA, CHANNEL, ts, "import_go")
    await relay.restart()
    await card_says(relay, "60 contacts are on the list.")
    await card_says(relay, "Imported spring.csv")
    await text_people(relay, ts, "Hello {first_name}")
    await relay.slack.press_in_view(AVA, top(relay)["id"], "import_send")
    await relay.volt.until(lambda: len(relay.volt.messages) >= 3)
    await relay.restart()
    await relay.slack.press(AVA, CHANNEL, ts, "import_stop")
    assert len(cards(relay)) == 1
    bodies = [one.body for one in relay.volt.messages]
    assert len(bodies) == len(set(bodies))


async def test_people_are_named_only_where_contacts_are_shown(relay: Relay) -> None:
    """Given in a channel without contacts, the card stands in the bot's channel; who presses Import is in the trail."""
    relay.slack.add_channel("C0GENERAL", "general")
    relay.slack.users[BEN].is_admin = True
    await give(relay, TABLE.encode(), channel="C0GENERAL")
    await columns(relay)
    assert f"It stands in <#{CHANNEL}>." in said(top(relay))
    ts = await card_says(relay, "3 contacts* can be imported.")
    assert cards(relay, "C0GENERAL") == []
    await relay.slack.press(BEN, CHANNEL, ts, "import_go")
    await card_says(relay, "Imported spring.csv")
    assert (BEN, "imported contacts", "3 people") in deeds_in(relay.database)
