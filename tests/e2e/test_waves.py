"""`/volt wave`: how many are texted is said before, it is done once, and the team sees how far it is."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sandbox.volt_model import ContactList, Request
from bot.slack.list_menu import value_of
from bot.store.sqlite import open_for_reading
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO

Values = dict[str, dict[str, Any]]
NONE_MET = ("No list was used here yet", "Type the whole name of one, as it stands in Volt.")
UNKNOWN = "Volt did not answer, so we do not know whether this wave is scheduled."


async def ask(relay: Relay, text: str = "") -> dict[str, Any]:
    """Type a command and return its answer."""
    given = await relay.slack.command(AVA, CHANNEL, "/volt", f"wave {text}")
    assert given.status == 200
    return relay.slack.ephemerals[-1]


def top(relay: Relay) -> dict[str, Any]:
    """Return the window that was opened last."""
    return list(relay.slack.views.values())[-1]


def said(view: dict[str, Any]) -> str:
    """Return what a window says in its paragraphs."""
    return "\n".join(block["text"]["text"] for block in view["blocks"] if block["type"] == "section")


def button(view: dict[str, Any]) -> dict[str, Any]:
    """Return the one button of a window."""
    ((one,),) = [block["elements"] for block in view["blocks"] if block["type"] == "actions"]
    return dict(one)


def filled(hours: float | None = 5, **values: Any) -> Values:
    """Fill the form in; what is not given is good."""
    at = None if hours is None else int((datetime.now(UTC) + timedelta(hours=hours)).timestamp())
    whole = {"name": "Sale", "wave_lists": chosen("VIP"), "text": "20% off until Friday", "when": at} | values
    return {name: {name: value} for name, value in whole.items()}


def chosen(*names: str) -> dict[str, Any]:
    """Return the state of the menu of lists with these chosen."""
    return picked(*map(value_of, names))


def picked(*values: str) -> dict[str, Any]:
    """Return the state of the menu of lists with options of these values chosen."""
    options = [{"text": {"type": "plain_text", "text": "?"}, "value": value} for value in values]
    return {"type": "multi_external_select", "selected_options": options}


async def offered(relay: Relay, typed: str) -> list[tuple[str, str]]:
    """Type into the menu of lists and return what it offers: words, and what stands below them."""
    answer = await relay.slack.suggest(AVA, "wave_lists", typed, view_id=top(relay)["id"])
    return [(one["text"]["text"], one.get("description", {}).get("text", "")) for one in answer.body["options"]]


def waves(relay: Relay) -> list[Request]:
    """Return the requests that had Volt schedule a wave, answered or not."""
    return [one for one in relay.volt.requests if one.operation == "ScheduleWave"]


def cards(relay: Relay, channel: str = CHANNEL) -> list[str]:
    """Return what people read in the cards of waves."""
    return [words for one in relay.posts(channel) if "ave: " in (words := seen(one))]


def deeds(relay: Relay) -> list[tuple[str, ...]]:
    """Return the audit trail: who, what, and what came of it."""
    with contextlib.closing(open_for_reading(relay.database)) as books:
        return [tuple(row) for row in books.execute("SELECT actor, action, detail FROM audit ORDER BY id")]


async def prepare(relay: Relay, *lists: str) -> None:
    """Give Volt lists with Dana and Marco on them."""
    for number, name in ((DANA, "Dana"), (MARCO, "Marco")):
        relay.volt.add_contact(number, name).lists.update(lists or ("VIP",))
    for name in lists or ("VIP",):
        await relay.slack.command(AVA, CHANNEL, "/volt", f"list create {name}")


async def review(relay: Relay, hours: float | None = 5, **values: Any) -> dict[str, Any]:
    """Fill the form in and return the window that asks for the last word."""
    await ask(relay)
    given = await relay.slack.submit(AVA, top(relay)["id"], filled(hours, **values))
    assert given.body.get("response_action") == "update", given.body
    return top(relay)


async def go(relay: Relay, view: dict[str, Any], user: str = AVA) -> str:
    """Press the last button and return what the window then says."""
    await relay.slack.press_in_view(user, view["id"], "wave_go")
    return said(relay.slack.views[view["id"]])


async def test_confirmed_then_scheduled(relay: Relay) -> None:
    """A wave says how many people it texts, is scheduled by the last button, and its card tells the team."""
    await prepare(relay)
    view = await review(relay, text="20% off <!channel>")
    assert "*This texts 2 people* on <!date^" in said(view)
    assert button(view)["text"]["text"] == "Text 2 people"
    assert button(view)["confirm"]["title"]["text"] == "Text 2 people?"
    assert waves(relay) == []
    words = await go(relay, view)
    (wave,) = relay.volt.waves
    assert words.startswith("Scheduled: 2 people on <!date^")
    assert words.endswith(f"It is wave {wave.id} in Volt.")
    (request,) = waves(relay)
    assert (request.variables["status"], request.variables["wave"]["listNames"]) == ("scheduled", ["VIP"])
    await relay.slack.until(lambda: cards(relay))
    (card,) = cards(relay)
    assert card.startswith(f"Wave: Sale\n20% off <!channel>\nBy <@{AVA}>, for <!date^")
    assert "2 people." in card
    assert "\n20% off <!channel>\n" in card
    assert f"List: VIP Wave {wave.id}" in card


async def test_several_lists_count_at_most(relay: Relay) -> None:
    """Where lists may overlap the count is called the most that it can be."""
    await prepare(relay, "VIP", "Friends")
    view = await review(relay, wave_lists=chosen("VIP", "Friends", "VIP"))
    assert "Lists: VIP, Friends" in said(view)
    assert "texts at most 4 people*" in said(view)
    assert button(view)["text"]["text"] == "Text at most 4 people"


async def test_pressed_by_two_at_once(relay: Relay) -> None:
    """The last button pressed again and again schedules one wave and posts one card."""
    await prepare(relay)
    view = await review(relay)
    relay.volt.rules.delay_s = 0.3
    pressed = (relay.slack.press_in_view(AVA, view["id"], "wave_go") for _ in range(3))
    await asyncio.gather(*pressed)
    await relay.slack.until(lambda: cards(relay))
    assert len(waves(relay)) == 1
    assert len(relay.volt.waves) == 1
    assert len(cards(relay)) == 1
    await relay.slack.until(lambda: said(relay.slack.views[view["id"]]).startswith("Scheduled: "))


async def test_who_texted_many_is_in_the_books(relay: Relay) -> None:
    """Who scheduled a wave, and to how many, is kept; so is what became of the button."""
    await prepare(relay)
    view = await review(relay)
    words = await go(relay, view)
    assert deeds(relay) == [(AVA, "scheduled wave", f"{relay.volt.waves[0].id}, 2 people")]
    with contextlib.closing(open_for_reading(relay.database)) as books:
        (outcome,) = books.execute("SELECT outcome FROM ask").fetchall()
    assert tuple(outcome) == (words,)


async def test_a_lost_answer(relay: Relay) -> None:
    """Where Volt's answer is lost that is said, and pressing again texts nobody twice."""
    await prepare(relay)
    view = await review(relay)
    relay.volt.rules.drop_answers = 1
    await relay.slack.press_in_view(AVA, view["id"], "wave_go")
    await relay.slack.until(lambda: said(relay.slack.views[view["id"]]).startswith(UNKNOWN))
    assert len(waves(relay)) == 1


async def test_the_card_of_a_wave_that_nobody_knows_of(relay: Relay) -> None:
    """A wave whose outcome is unknown has a card that says so, without counts and without a button."""
    await prepare(relay)
    view = await review(relay)
    relay.volt.rules.drop_answers = 1
    await relay.slack.press_in_view(AVA, view["id"], "wave_go")
    await relay.slack.until(lambda: cards(relay))
    (card,) = cards(relay)
    assert card.startswith(
        f"Wave: Sale\n20% off until Friday\nBy <@{AVA}>. {UNKNOWN} Look in Volt before you try again"
    )
    assert "2 people" not in card
    assert "Delivered" not in card
    assert "[Refresh]" not in card
    assert deeds(relay) == [(AVA, "scheduled wave", "outcome unknown, 2 people")]


async def test_a_certain_refusal_may_be_pressed_again(relay: Relay) -> None:
    """Where Volt certainly took nothing the question stands again with the reason, and its button works."""
    await prepare(relay)
    view = await review(relay)
    relay.volt.rules.statuses = [(503, 1.0)]
    assert (await go(relay, view)).startswith("Volt is busy or cannot be reached, so nothing was scheduled.")
    assert (await go(relay, view)).startswith("Scheduled: ")
    assert len(relay.volt.waves) == 1
    await relay.slack.until(lambda: cards(relay))
    assert deeds(relay) == [
        (AVA, "scheduled wave", "not taken"),
        (AVA, "scheduled wave", f"{relay.volt.waves[0].id}, 2 people"),
    ]


async def test_a_restart_between_question_and_button(relay: Relay) -> None:
    """What waits for the last word outlives the bot."""
    await prepare(relay)
    view = await review(relay)
    await relay.restart()
    assert (await go(relay, view)).startswith("Scheduled: ")
    await relay.slack.until(lambda: cards(relay))


async def test_a_draft(relay: Relay) -> None:
    """A draft waits whatever its time: it says that nothing is sent until it is scheduled, and its card says so too."""
    await prepare(relay)
    view = await review(relay, draft=["draft"])
    assert "*Volt keeps this as a draft.* Nothing is sent until somebody schedules it in Volt." in said(view)
    assert button(view)["text"]["text"] == "Keep the draft"
    words = await go(relay, view)
    (wave,) = relay.volt.waves
    assert wave.status == "draft"
    number = f"It is wave {wave.id} in Volt."
    assert words == f"Volt keeps this wave as a draft. {number} Nothing is sent until somebody schedules it in Volt."
    await relay.slack.until(lambda: cards(relay))
    (card,) = cards(relay)
    assert card.startswith("Draft of a wave: Sale\n20% off until Friday\n")
    assert f"By <@{AVA}>, a draft in Volt. Nobody is texted" in card
    assert "[Refresh]" not in card


async def test_progress(relay: Relay) -> None:
    """A wave's text is shown, with who scheduled it, once its contact answers; card and `/volt wave ID` say how far."""
    await prepare(relay)
    view = await review(relay, hours=0.02)
    await go(relay, view)
    await relay.slack.until(lambda: cards(relay))
    (wave,) = relay.volt.waves
    relay.volt.receipts = "auto"
    relay.volt.fates[MARCO] = "802"
    await relay.volt.run_due(datetime.now(UTC) + timedelta(hours=1))
    await relay.volt.until(lambda: wave.count("delivered") + wave.count("failed") == 2)
    assert relay.headers(DANA) == []
    await relay.volt.text(DANA, "What is on sale?")
    await relay.shows(DANA, "What is on sale?")
    assert relay.lines(DANA)[:2] == [f"<@{AVA}> texted:\n20% off until Friday", "What is on sale?"]
    assert "Delivered 1, not delivered 1, of 2." in (await ask(relay, wave.id))["text"]
    posted = next(one for one in relay.posts() if "Wave: " in seen(one))
    await relay.slack.press(BEN, CHANNEL, posted.ts, "wave_refresh")
    await relay.slack.until(lambda: "Delivered 1, not delivered 1, of 2." in cards(relay)[0])
    assert len(cards(relay)) == 1


async def test_the_shortcut_posts_into_the_bots_channel(relay: Relay) -> None:
    """A wave begun by the shortcut, or in a place the bot cannot write to, shows its card in the bot's channel."""
    await prepare(relay)
    await relay.slack.shortcut(AVA, "new_wave")
    await relay.slack.submit(AVA, top(relay)["id"], filled())
    await go(relay, top(relay))
    await relay.slack.until(lambda: len(cards(relay)) == 1)
    relay.slack.add_channel("C0ELSE", "elsewhere", members=False)
    await relay.slack.command(AVA, "C0ELSE", "/volt", "wave")
    await relay.slack.submit(AVA, top(relay)["id"], filled(name="Second"))
    await go(relay, top(relay))
    await relay.slack.until(lambda: len(cards(relay)) == 2)


@pytest.mark.parametrize(
    ("values", "block", "words"),
    [
        ({"wave_lists": None}, "wave_lists", "Choose a list."),
        ({"wave_lists": picked(*map(str, range(21)))}, "wave_lists", "Choose at most 20 lists."),
        ({"wave_lists": picked("none")}, "wave_lists", "One of these is no list."),
        ({"wave_lists": chosen("VIP", "Never met")}, "wave_lists", "One of these lists is not known here any more."),
        ({"wave_lists": chosen("Empty")}, "wave_lists", "Nobody is on these lists."),
        ({"text": "\u200b"}, "text", "no words that a phone can show"),
        ({"name": "\u202e"}, "name", "Give the wave a name."),
        ({"picture": "http://example.com/a.png"}, "picture", "beginning with https://"),
        ({"picture": "https://"}, "picture", "beginning with https://"),
        ({"hours": None}, "when", "Choose a date and a time"),
        ({"hours": -1}, "when", "is over"),
        ({"hours": 9_000}, "when", "more than a year ahead"),
    ],
)
async def test_errors_of_the_form(relay: Relay, values: dict[str, Any], block: str, words: str) -> None:
    """A wrong input is named at its place, and nothing reaches Volt."""
    await prepare(relay)
    await relay.slack.command(AVA, CHANNEL, "/volt", "list create Empty")
    await ask(relay)
    given = await relay.slack.submit(AVA, top(relay)["id"], filled(**values))
    assert list(given.body.get("errors", {})) == [block]
    assert words in given.body["errors"][block]
    assert waves(relay) == []


async def test_lists_are_chosen_from_a_menu(relay: Relay) -> None:
    """The menu shows the lists that were met here, the latest first, and one that Volt knows as soon as it is typed."""
    relay.volt.add_contact(DANA, "Dana").lists.update(("VIP", "Old <b> customers"))
    for name in ("Old <b> customers", "VIP"):
        relay.volt.lists[name] = ContactList(name, name)
    await ask(relay)
    assert await offered(relay, "") == [NONE_MET]
    assert await offered(relay, "VI") == [("Volt has no list called VI.", "Write the name as it stands in Volt.")]
    assert await offered(relay, "VIP") == [("VIP", "1 contact")]
    await relay.slack.command(AVA, CHANNEL, "/volt", "list Old &lt;b&gt; customers")
    assert await offered(relay, "") == [("Old <b> customers", ""), ("VIP", "")]
    assert await offered(relay, "vi") == [("VIP", "")]
    relay.volt.rules.statuses = [(503, 1.0)]
    assert await offered(relay, "Other") == [("Volt cannot be asked just now", "Type the name again in a minute.")]
    values = {"wave_lists": {"wave_lists": [value_of("VIP"), value_of("Old <b> customers")]}}
    given = await relay.slack.submit(AVA, top(relay)["id"], filled() | values)
    assert "Lists: VIP, Old <b> customers" in said(given.body["view"])
    assert relay.slack.refused == []


async def test_the_lists_of_a_contact_are_met(relay: Relay) -> None:
    """A contact's card makes the contact's lists known to the menu."""
    await prepare(relay)
    relay.volt.lists["Friends"] = ContactList("Friends", "f")
    relay.volt.contacts[DANA].lists.add("Friends")
    await relay.slack.command(AVA, CHANNEL, "/volt", f"contact {DANA}")
    await ask(relay)
    assert sorted(await offered(relay, "")) == [("Friends", ""), ("VIP", "")]


async def test_a_list_that_is_gone(relay: Relay) -> None:
    """A list that Volt has no more, or under another name, is refused in words, texts nobody, and is not offered."""
    await prepare(relay, "VIP", "Friends")
    await ask(relay)
    relay.volt.lists["VIP"] = replace(relay.volt.lists["VIP"], name="Everybody")
    del relay.volt.lists["Friends"]
    given = await relay.slack.submit(AVA, top(relay)["id"], filled(wave_lists=chosen("VIP", "Friends")))
    assert given.body["errors"] == {"wave_lists": "Volt has no list called VIP, Friends."}
    assert await offered(relay, "") == [NONE_MET]
    assert waves(relay) == []


async def test_every_list_stands_on_the_question(relay: Relay) -> None:
    """However long their names are, all lists are on the window that asks for the last word, uncut, and go to Volt."""
    names = [f"{number} {'x' * 190}" for number in range(20)]
    await prepare(relay, *names)
    view = await review(relay, wave_lists=chosen(*names))
    assert all(name in said(view) for name in names)
    await go(relay, view)
    assert waves(relay)[0].variables["wave"]["listNames"] == names


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("12x", "Give the number"),
        ("999", "Volt knows no wave 999."),
        ("new sale", "Give the number"),
    ],
)
async def test_wrong_input(relay: Relay, typed: str, reason: str) -> None:
    """What is no wave is answered with the reason."""
    assert reason in (await ask(relay, typed))["text"]


async def test_the_bot_stops_while_volt_is_asked(relay: Relay) -> None:
    """A wave under way when the bot stopped is not scheduled again; the button and the trail say it is not known."""
    await prepare(relay)
    view = await review(relay)
    relay.volt.rules.hang = 1
    await relay.slack.press_in_view(AVA, view["id"], "wave_go")
    assert deeds(relay) == [(AVA, "scheduled wave", "outcome unknown, 2 people")]  # before Volt has answered
    await relay.restart()
    await relay.slack.press_in_view(AVA, view["id"], "wave_go")
    await relay.slack.until(lambda: said(relay.slack.views[view["id"]]).startswith("This was pressed before"))
    assert "we do not know whether it was done. Look in the thread or in Volt" in said(relay.slack.views[view["id"]])
    assert relay.volt.waves == []
    assert deeds(relay) == [(AVA, "scheduled wave", "outcome unknown, 2 people")]
