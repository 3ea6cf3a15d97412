"""`/volt wave`: how many are texted is said before, it is done once, and the team sees how far it is."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sandbox.volt.model import ContactList, Request
from bot.slack.features.kit.list_menu import value_of
from bot.store.sqlite.connection import open_for_reading
from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.sight import Sight
from tests.harness.trail import deeds_in
from tests.harness.world import AVA, CHANNEL, DANA, MARCO

Values = dict[str, dict[str, Any]]


NONE_MET = ("No list was used here yet", "Type the whole name of one, as it stands in Volt.")


UNKNOWN = "Volt did not answer, so we do not know whether this wave is scheduled."


async def ask(bot: Sight, text: str = "") -> dict[str, Any]:
    """Type a command and return its answer."""
    given = await bot.slack.command(AVA, CHANNEL, "/volt", f"wave {text}")
    assert given.status == 200
    return bot.slack.ephemerals[-1]


def top(bot: Sight) -> dict[str, Any]:
    """Return the window that was opened last."""
    return list(bot.slack.views.values())[-1]


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


async def offered(bot: Sight, typed: str) -> list[tuple[str, str]]:
    """Type into the menu of lists and return what it offers: words, and what stands below them."""
    answer = await bot.slack.suggest(AVA, "wave_lists", typed, view_id=top(bot)["id"])
    return [(one["text"]["text"], one.get("description", {}).get("text", "")) for one in answer.body["options"]]


def waves(bot: Sight) -> list[Request]:
    """Return the requests that had Volt schedule a wave, answered or not."""
    return [one for one in bot.volt.requests if one.operation == "ScheduleWave"]


def cards(bot: Sight, channel: str = CHANNEL) -> list[str]:
    """Return what people read in the cards of waves."""
    return [words for one in bot.posts(channel) if "ave: " in (words := seen(one))]


def deeds(bot: Sight) -> list[tuple[str, ...]]:
    """Return the audit trail of waves: who, what, and what came of it."""
    return [deed for deed in deeds_in(bot.database) if deed[1].endswith("wave")]


async def prepare(bot: Sight, *lists: str) -> None:
    """Give Volt lists with Dana and Marco on them."""
    for number, name in ((DANA, "Dana"), (MARCO, "Marco")):
        bot.volt.add_contact(number, name).lists.update(lists or ("VIP",))
    for name in lists or ("VIP",):
        await bot.slack.command(AVA, CHANNEL, "/volt", f"list create {name}")


async def review(bot: Sight, hours: float | None = 5, **values: Any) -> dict[str, Any]:
    """Fill the form in and return the window that asks for the last word."""
    await ask(bot)
    given = await bot.slack.submit(AVA, top(bot)["id"], filled(hours, **values))
    assert given.body.get("response_action") == "update", given.body
    return top(bot)


async def go(bot: Sight, view: dict[str, Any], user: str = AVA) -> str:
    """Press the last button and return what the window then says."""
    await bot.slack.press_in_view(user, view["id"], "wave_go")
    return said(bot.slack.views[view["id"]])


async def test_confirmed_then_scheduled(handlers: Handlers) -> None:
    """A wave says how many people it texts, is scheduled by the last button, and its card tells the team."""
    await prepare(handlers)
    view = await review(handlers, text="20% off <!channel> :tada:")
    assert "*This texts 2 people* on <!date^" in said(view)
    assert button(view)["text"]["text"] == "Text 2 people"
    assert button(view)["confirm"]["title"]["text"] == "Text 2 people?"
    assert waves(handlers) == []
    words = await go(handlers, view)
    (wave,) = handlers.volt.waves
    assert words.startswith("Scheduled: 2 people on <!date^")
    assert words.endswith(f"It is wave {wave.id} in Volt.")
    (request,) = waves(handlers)
    assert (request.variables["status"], request.variables["wave"]["listNames"]) == ("scheduled", ["VIP"])
    await handlers.slack.until(lambda: cards(handlers))
    (card,) = cards(handlers)
    assert card.startswith(f"Wave: Sale\n20% off <!channel> 🎉\nBy <@{AVA}>, for <!date^")
    assert "2 people." in card
    assert "\n20% off <!channel> 🎉\n" in card
    assert f"List: VIP Wave {wave.id}" in card


async def test_several_lists_count_at_most(handlers: Handlers) -> None:
    """Where lists may overlap the count is called the most that it can be."""
    await prepare(handlers, "VIP", "Friends")
    view = await review(handlers, wave_lists=chosen("VIP", "Friends", "VIP"))
    assert "Lists: VIP, Friends" in said(view)
    assert "texts at most 4 people*" in said(view)
    assert button(view)["text"]["text"] == "Text at most 4 people"


async def test_pressed_by_two_at_once(handlers: Handlers) -> None:
    """The last button pressed again and again schedules one wave and posts one card."""
    await prepare(handlers)
    view = await review(handlers)
    handlers.volt.rules.delay_s = 0.3
    pressed = (handlers.slack.press_in_view(AVA, view["id"], "wave_go") for _ in range(3))
    await asyncio.gather(*pressed)
    await handlers.slack.until(lambda: cards(handlers))
    assert len(waves(handlers)) == 1
    assert len(handlers.volt.waves) == 1
    assert len(cards(handlers)) == 1
    await handlers.slack.until(lambda: said(handlers.slack.views[view["id"]]).startswith("Scheduled: "))


async def test_who_texted_many_is_in_the_trail(handlers: Handlers) -> None:
    """Who scheduled a wave, and to how many, is kept; so is what became of the button."""
    await prepare(handlers)
    view = await review(handlers)
    words = await go(handlers, view)
    assert deeds(handlers) == [(AVA, "scheduled wave", f"{handlers.volt.waves[0].id}, 2 people")]
    with contextlib.closing(open_for_reading(handlers.database)) as connection:
        (outcome,) = connection.execute("SELECT outcome FROM confirmation").fetchall()
    assert tuple(outcome) == (words,)


async def test_a_lost_answer(handlers: Handlers) -> None:
    """Where Volt's answer is lost that is said, and pressing again texts nobody twice."""
    await prepare(handlers)
    view = await review(handlers)
    handlers.volt.rules.drop_answers = 1
    await handlers.slack.press_in_view(AVA, view["id"], "wave_go")
    await handlers.slack.until(lambda: said(handlers.slack.views[view["id"]]).startswith(UNKNOWN))
    assert len(waves(handlers)) == 1


async def test_the_card_of_a_wave_that_nobody_knows_of(handlers: Handlers) -> None:
    """A wave whose outcome is unknown has a card that says so, without counts and without a button."""
    await prepare(handlers)
    view = await review(handlers)
    handlers.volt.rules.drop_answers = 1
    await handlers.slack.press_in_view(AVA, view["id"], "wave_go")
    await handlers.slack.until(lambda: cards(handlers))
    (card,) = cards(handlers)
    assert card.startswith(
        f"Wave: Sale\n20% off until Friday\nBy <@{AVA}>. {UNKNOWN} Look in Volt before you try again"
    )
    assert "2 people" not in card
    assert "Delivered" not in card
    assert "[Refresh]" not in card
    assert deeds(handlers) == [(AVA, "scheduled wave", "outcome unknown, 2 people")]


async def test_a_certain_refusal_may_be_pressed_again(handlers: Handlers) -> None:
    """Where Volt certainly took nothing the question stands again with the reason, and its button works."""
    await prepare(handlers)
    view = await review(handlers)
    handlers.volt.rules.statuses = [(503, 1.0)]
    assert (await go(handlers, view)).startswith("Volt is busy or cannot be reached, so nothing was scheduled.")
    assert (await go(handlers, view)).startswith("Scheduled: ")
    assert len(handlers.volt.waves) == 1
    await handlers.slack.until(lambda: cards(handlers))
    assert deeds(handlers) == [
        (AVA, "scheduled wave", "not taken"),
        (AVA, "scheduled wave", f"{handlers.volt.waves[0].id}, 2 people"),
    ]


async def test_a_draft(handlers: Handlers) -> None:
    """A draft waits whatever its time: it says that nothing is sent until it is scheduled, and its card says so too."""
    await prepare(handlers)
    view = await review(handlers, draft=["draft"])
    assert "*Volt keeps this as a draft.* Nothing is sent until somebody schedules it in Volt." in said(view)
    assert button(view)["text"]["text"] == "Keep the draft"
    words = await go(handlers, view)
    (wave,) = handlers.volt.waves
    assert wave.status == "draft"
    number = f"It is wave {wave.id} in Volt."
    assert words == f"Volt keeps this wave as a draft. {number} Nothing is sent until somebody schedules it in Volt."
    await handlers.slack.until(lambda: cards(handlers))
    (card,) = cards(handlers)
    assert card.startswith("Draft of a wave: Sale\n20% off until Friday\n")
    assert f"By <@{AVA}>, a draft in Volt. Nobody is texted" in card
    assert "[Refresh]" not in card


async def test_the_shortcut_posts_into_the_bots_channel(handlers: Handlers) -> None:
    """A wave begun by the shortcut, or in a place the bot cannot write to, shows its card in the bot's channel."""
    await prepare(handlers)
    await handlers.slack.shortcut(AVA, "new_wave")
    await handlers.slack.submit(AVA, top(handlers)["id"], filled())
    await go(handlers, top(handlers))
    await handlers.slack.until(lambda: len(cards(handlers)) == 1)
    handlers.slack.add_channel("C0ELSE", "elsewhere", members=False)
    await handlers.slack.command(AVA, "C0ELSE", "/volt", "wave")
    await handlers.slack.submit(AVA, top(handlers)["id"], filled(name="Second"))
    await go(handlers, top(handlers))
    await handlers.slack.until(lambda: len(cards(handlers)) == 2)


@pytest.mark.parametrize(
    ("values", "block", "words"),
    [
        ({"wave_lists": None}, "wave_lists", "Choose a list."),
        ({"wave_lists": picked(*map(str, range(21)))}, "wave_lists", "Choose at most 20 lists."),
        ({"wave_lists": picked("none")}, "wave_lists", "One of these is no list."),
        ({"wave_lists": chosen("VIP", "Never met")}, "wave_lists", "One of these lists is not known here any more."),
        ({"wave_lists": chosen("Empty")}, "wave_lists", "Nobody is on these lists."),
        ({"text": "\u200b"}, "text", "no words that a phone can show"),
        ({"text": "// for us only"}, "text", "keeps it in Slack"),
        ({"name": "\u202e"}, "name", "Give the wave a name."),
        ({"picture": "http://example.com/a.png"}, "picture", "beginning with https://"),
        ({"picture": "https://"}, "picture", "beginning with https://"),
        ({"hours": None}, "when", "Choose a date and a time"),
        ({"hours": -1}, "when", "is over"),
        ({"hours": 9_000}, "when", "more than a year ahead"),
    ],
)
async def test_errors_of_the_form(handlers: Handlers, values: dict[str, Any], block: str, words: str) -> None:
    """A wrong input is named at its place, and nothing reaches Volt."""
    await prepare(handlers)
    await handlers.slack.command(AVA, CHANNEL, "/volt", "list create Empty")
    await ask(handlers)
    given = await handlers.slack.submit(AVA, top(handlers)["id"], filled(**values))
    assert list(given.body.get("errors", {})) == [block]
    assert words in given.body["errors"][block]
    assert waves(handlers) == []


async def test_lists_are_chosen_from_a_menu(handlers: Handlers) -> None:
    """The menu shows the lists that were met here, the latest first, and one that Volt knows as soon as it is typed."""
    handlers.volt.add_contact(DANA, "Dana").lists.update(("VIP", "Old <b> customers"))
    for name in ("Old <b> customers", "VIP"):
        handlers.volt.lists[name] = ContactList(name, name)
    await ask(handlers)
    assert await offered(handlers, "") == [NONE_MET]
    assert await offered(handlers, "VI") == [("Volt has no list called VI.", "Write the name as it stands in Volt.")]
    assert await offered(handlers, "VIP") == [("VIP", "1 contact")]
    await handlers.slack.command(AVA, CHANNEL, "/volt", "list Old &lt;b&gt; customers")
    assert await offered(handlers, "") == [("Old <b> customers", ""), ("VIP", "")]
    assert await offered(handlers, "vi") == [("VIP", "")]
    handlers.volt.rules.statuses = [(503, 1.0)]
    assert await offered(handlers, "Other") == [("Volt cannot be asked just now", "Type the name again in a minute.")]
    values = {"wave_lists": {"wave_lists": [value_of("VIP"), value_of("Old <b> customers")]}}
    given = await handlers.slack.submit(AVA, top(handlers)["id"], filled() | values)
    assert "Lists: VIP, Old <b> customers" in said(given.body["view"])
    assert handlers.slack.refused == []


async def test_the_lists_of_a_contact_are_met(handlers: Handlers) -> None:
    """A contact's card makes the contact's lists known to the menu."""
    await prepare(handlers)
    handlers.volt.lists["Friends"] = ContactList("Friends", "f")
    handlers.volt.contacts[DANA].lists.add("Friends")
    await handlers.slack.command(AVA, CHANNEL, "/volt", f"contact {DANA}")
    await ask(handlers)
    assert sorted(await offered(handlers, "")) == [("Friends", ""), ("VIP", "")]


async def test_a_list_that_is_gone(handlers: Handlers) -> None:
    """A list that Volt has no more, or under another name, is refused in words, texts nobody, and is not offered."""
    await prepare(handlers, "VIP", "Friends")
    await ask(handlers)
    handlers.volt.lists["VIP"] = replace(handlers.volt.lists["VIP"], name="Everybody")
    del handlers.volt.lists["Friends"]
    given = await handlers.slack.submit(AVA, top(handlers)["id"], filled(wave_lists=chosen("VIP", "Friends")))
    assert given.body["errors"] == {"wave_lists": "Volt has no list called VIP, Friends."}
    assert await offered(handlers, "") == [NONE_MET]
    assert waves(handlers) == []


async def test_every_list_stands_on_the_question(handlers: Handlers) -> None:
    """However long their names are, all lists are on the window that asks for the last word, uncut, and go to Volt."""
    names = [f"{number} {'x' * 190}" for number in range(20)]
    await prepare(handlers, *names)
    view = await review(handlers, wave_lists=chosen(*names))
    assert all(name in said(view) for name in names)
    await go(handlers, view)
    assert waves(handlers)[0].variables["wave"]["listNames"] == names


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("12x", "Give the number"),
        ("999", "Volt knows no wave 999."),
        ("new sale", "Give the number"),
    ],
)
async def test_wrong_input(handlers: Handlers, typed: str, reason: str) -> None:
    """What is no wave is answered with the reason."""
    assert reason in (await ask(handlers, typed))["text"]
