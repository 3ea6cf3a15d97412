"""`/volt list`: shown, made, edited and filled, with every wrong input named at its place; nobody is ever texted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.providers.volt.record_wire import OPERATORS
from tests.harness.handlers import Handlers
from tests.harness.sight import Sight
from tests.harness.world import AVA, CHANNEL, DANA, MARCO

Values = dict[str, dict[str, Any]]


async def ask(bot: Sight, text: str) -> dict[str, Any]:
    """Type a command and return its answer."""
    given = await bot.slack.command(AVA, CHANNEL, "/volt", f"list {text}")
    assert given.status == 200
    return bot.slack.ephemerals[-1]


async def press(bot: Sight, shown: dict[str, Any], action: str) -> dict[str, Any]:
    """Press a button of an answer and return the window that opens."""
    given = await bot.slack.press(AVA, CHANNEL, shown["message_ts"], action)
    assert given.status == 200
    return list(bot.slack.views.values())[-1]


def labels(shown: dict[str, Any]) -> list[str]:
    """Return what the buttons of an answer say."""
    rows = [block for block in shown.get("blocks") or [] if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row["elements"]]


def filled(**values: str) -> Values:
    """Fill in inputs by their names; each stands in a block of the same name."""
    return {name: {name: value} for name, value in values.items()}


def said(bot: Sight) -> str:
    """Return what the last window says."""
    return str(list(bot.slack.views.values())[-1]["blocks"][0]["text"]["text"])


def changes(bot: Sight) -> list[str]:
    """Return the mutations that reached Volt."""
    return [one.operation for one in bot.volt.requests if one.operation in ("SaveList", "AddToList")]


async def test_a_list_that_is_not_there(handlers: Handlers) -> None:
    """A list that Volt does not have is offered to be made, and is made with its query."""
    handlers.volt.add_contact(DANA, "Dana Whitfield")
    shown = await ask(handlers, "VIP &amp; friends")
    assert shown["text"] == "There is no list VIP &amp; friends."
    assert labels(shown) == ["Create"]
    view = await press(handlers, shown, "list_create")
    given = await handlers.slack.submit(AVA, view["id"], filled(term="dana"))
    assert given.body["response_action"] == "update"
    assert said(handlers) == "Saved.\nVIP & friends has 1 contact.\nThe name contains dana."
    assert (await ask(handlers, '"VIP &amp; friends"'))["text"].startswith("VIP &amp; friends has 1 contact.")


async def test_made_and_filled_by_typing(handlers: Handlers) -> None:
    """Lists are made and filled by typing, with names in quotes and numbers in any form; the answer counts."""
    handlers.volt.add_contact(DANA, "Dana")
    handlers.volt.add_contact(MARCO, "Marco")
    assert (await ask(handlers, "create Big spenders"))["text"] == (
        "The list was created.\nBig spenders has 0 contacts.\nIt has no query."
    )
    assert (await ask(handlers, "create big spenders"))["text"].startswith("The list was created.")
    assert (await ask(handlers, "create Big spenders"))["text"].startswith("There is a list of this name already.")
    answer = await ask(handlers, 'add "Big spenders" (555) 555-0145, 555.555.0146')
    assert answer["text"] == "2 contacts were put on the list.\nBig spenders has 2 contacts.\nIt has no query."
    assert labels(answer) == ["Edit query", "Add contacts"]


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "No list was named."),
        ('""', "No list was named."),
        ("x" * 300, "at most 200 characters"),
        ("add All", "There is no number."),
        ("add All 12345, 555 555 0145, hello", "`12345` is too short"),
        ("add All 12345, 555 555 0145, hello", "`hello` has letters in it"),
        ("add All +15555550123", "our own number"),
        ("add Nobody 555 555 0145", "There is no list Nobody."),
        ("add All 555 555 0145", "Volt does not know one of these contacts"),
    ],
)
async def test_wrong_input(handlers: Handlers, typed: str, reason: str) -> None:
    """What cannot be done is answered with the reason, each bad number by itself, and changes nothing."""
    assert reason in (await ask(handlers, typed))["text"]
    assert [one for one in changes(handlers) if "Save" in one] == []


@pytest.mark.parametrize("operator", OPERATORS)
async def test_every_operator(handlers: Handlers, operator: str) -> None:
    """Each way to compare a custom field can be chosen, reaches Volt as JSON, and stands in the form afterwards."""
    value = {"before": "2026-12-31", "after": "2026-12-31", "is": "gold", "contains": "go", "notContains": "go"}
    wanted = value.get(operator, "12.5")
    await ask(handlers, "create VIP")
    view = await press(handlers, await ask(handlers, "VIP"), "list_edit")
    values = filled(field_0="plan", operator_0=operator, value_0=wanted)
    assert (await handlers.slack.submit(AVA, view["id"], values)).body["response_action"] == "update"
    assert f"• plan {OPERATORS[operator].words} {wanted}" in said(handlers)
    (rule,) = handlers.volt.lists["VIP"].rules
    assert (rule["field"], rule["operator"]) == ("plan", operator)
    assert str(json.loads(rule["queryValue"])) == wanted
    again = await press(handlers, await ask(handlers, "VIP"), "list_edit")
    elements = {block["block_id"]: block["element"] for block in again["blocks"] if block["type"] == "input"}
    assert elements["value_0"]["initial_value"] == wanted
    assert elements["operator_0"]["initial_option"]["value"] == operator


@pytest.mark.parametrize(
    ("values", "block", "words"),
    [
        (filled(field_0="plan"), "operator_0", "Choose how it is compared."),
        (filled(operator_1="is", value_1="gold"), "field_1", "Name the custom field."),
        (filled(field_2="plan", operator_2="is"), "value_2", "Say what it is compared with."),
        (filled(field_0="age", operator_0="gt", value_0="old"), "value_0", "needs a number"),
        (filled(field_0="age", operator_0="eq", value_0="NaN"), "value_0", "needs a number"),
        (filled(field_0="age", operator_0="neq", value_0="1e3"), "value_0", "needs a number"),
        (filled(field_0="since", operator_0="before", value_0="yesterday"), "value_0", "needs a date"),
        (filled(field_0="since", operator_0="after", value_0="20261231"), "value_0", "needs a date"),
        (filled(field_0="since", operator_0="after", value_0="2026-02-30"), "value_0", "needs a date"),
        (filled(source="Nobody"), "source", "Volt has no list of this name."),
        (filled(source="VIP"), "source", "A list cannot be taken from itself."),
    ],
)
async def test_errors_of_the_query(handlers: Handlers, values: Values, block: str, words: str) -> None:
    """A wrong rule is named at the input at fault, and Volt is not asked to save it."""
    await ask(handlers, "create VIP")
    view = await press(handlers, await ask(handlers, "VIP"), "list_edit")
    given = await handlers.slack.submit(AVA, view["id"], values)
    assert list(given.body["errors"]) == [block]
    assert words in given.body["errors"][block]
    assert changes(handlers) == ["SaveList"]


async def test_rules_pick_contacts(handlers: Handlers) -> None:
    """A list picked by a source, a name and rules says its new size."""
    for number, name in ((DANA, "Dana"), (MARCO, "Marco")):
        handlers.volt.add_contact(number, name).custom_fields = [{"key": "age", "value": "30", "type": "text"}]
    await ask(handlers, "create VIP")
    view = await press(handlers, await ask(handlers, "VIP"), "list_edit")
    await handlers.slack.submit(AVA, view["id"], filled(source="All", field_0="age", operator_0="gte", value_0="30"))
    assert said(handlers).startswith("Saved.\nVIP has 2 contacts.\nTaken from the list All.")


async def test_adding_by_the_form(handlers: Handlers) -> None:
    """Numbers are taken one per line in any form; each bad line is named, and then nobody is added."""
    handlers.volt.add_contact(DANA, "Dana")
    handlers.volt.add_contact(MARCO, "Marco")
    await ask(handlers, "create VIP")
    view = await press(handlers, await ask(handlers, "VIP"), "list_add")
    given = await handlers.slack.submit(AVA, view["id"], filled(numbers="(555) 555-0145\n12345\n\n555 hello 01"))
    assert "12345 is too short" in given.body["errors"]["numbers"]
    assert "555 hello 01 has letters in it" in given.body["errors"]["numbers"]
    assert changes(handlers) == ["SaveList"]
    await handlers.slack.submit(AVA, view["id"], filled(numbers="(555) 555-0145\n+1 555 555 0146\n5555550145"))
    assert said(handlers).startswith("2 contacts were put on the list.\nVIP has 2 contacts.")


async def test_a_name_that_is_taken(handlers: Handlers) -> None:
    """Making a list never replaces the query of one that is there."""
    shown = await ask(handlers, "VIP")
    await ask(handlers, "create VIP")
    view = await press(handlers, shown, "list_create")
    given = await handlers.slack.submit(AVA, view["id"], filled(term="x"))
    assert given.body["errors"] == {"name": "There is a list of this name already. Choose another name."}


async def test_rules_that_the_form_cannot_hold(handlers: Handlers) -> None:
    """A list with more rules than the form has room for is not edited here, so that none of them is lost."""
    await ask(handlers, "create VIP")
    rule = {"field": "plan", "operator": "is", "queryValue": '"gold"'}
    handlers.volt.lists["VIP"].rules = [rule] * 4
    await press(handlers, await ask(handlers, "VIP"), "list_edit")
    assert said(handlers) == "This list has rules that the form cannot hold. Please edit it in Volt."


async def test_volt_is_down(handlers: Handlers) -> None:
    """While Volt is down the answer says so."""
    handlers.volt.rules.down = True
    assert (await ask(handlers, "VIP"))["text"] == "Volt is busy just now. Please try again in a minute."
