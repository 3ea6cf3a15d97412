"""`/volt contact`: who somebody is, and changing that without losing what nobody meant to change."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.sandbox.volt.model import Request
from tests.harness.handlers import Handlers
from tests.harness.screen import Shown, buttons, modal, names, press, pressed, seen, typed
from tests.harness.sight import Sight
from tests.harness.world import AVA, BEN, CHANNEL, DANA

USAGE = "Write `/volt contact NUMBER`, for example `/volt contact (555) 555-0145`."


HOSTILE = "<!channel> *bold* <https://evil.example|click> & `code`"


def saves(bot: Sight) -> list[Request]:
    """Return the requests that wrote a contact."""
    return [request for request in bot.volt.requests if request.operation == "SaveContact"]


def know_dana(bot: Sight) -> Any:
    """Let Volt know Dana, with fields and a list."""
    dana = bot.volt.add_contact(DANA, "Dana Whitfield", "+15555550199")
    dana.custom_fields = [
        {"key": "Order", "value": "1234", "type": "text"},
        {"key": "City", "value": "Uppsala", "type": "text"},
    ]
    return dana


async def edit_form(bot: Sight, card: Shown) -> Shown:
    """Press Edit and wait for the form."""
    await press(bot, card, "contact_edit")
    return await modal(bot, "Custom fields")


def block(form: Shown, name: str) -> str:
    """Return the block_id of an input."""
    return next(found for one in form["blocks"] if (found := str(one.get("block_id", ""))).startswith(name))


def values(form: Shown, **changes: Any) -> dict[str, dict[str, Any]]:
    """Return the form's inputs as they stand, with changes."""
    whole = {"name": _initial(form, "name"), "fields": _initial(form, "fields"), "blocked": _initial(form, "blocked")}
    return {block(form, name): {name: value} for name, value in (whole | changes).items()}


def _initial(form: Shown, name: str) -> Any:
    element = next(one["element"] for one in form["blocks"] if one.get("block_id") == block(form, name))
    if name == "blocked":
        return [one["value"] for one in element.get("initial_options", [])]
    return element.get("initial_value", "")


async def test_a_contact_that_volt_knows(handlers: Handlers) -> None:
    """The card tells name, number, pool number, fields, lists, block, and that there is no conversation yet."""
    know_dana(handlers)
    card = await typed(handlers, f"contact {DANA}")
    assert seen(card).split("\n") == [
        "Dana Whitfield",
        "Number: (555) 555-0145",
        "Texted from: (555) 555-0199",
        "Lists: none",
        "Blocked: no",
        "Conversation: none here yet",
        "*Custom fields*",
        "Order: 1234",
        "City: Uppsala",
        "Edit Block Earlier texts Open thread",
    ]


async def test_a_contact_with_a_conversation(handlers: Handlers) -> None:
    """With a conversation the card tells the last text, whose turn it is, opt-out, and leads to the thread."""
    know_dana(handlers)
    thread = await handlers.open_thread(text="Where is my order?")
    card = await typed(handlers, f"contact {DANA}")
    assert "Opted out: not that we know" in seen(card)
    assert "Conversation: Needs a reply; looked after by nobody" in seen(card)
    assert "*Last text*, from the contact, <!date^" in seen(card)
    assert "Where is my order?" in seen(card)
    link = next(one for one in buttons(card) if one["action_id"] == "visit_thread")
    assert link["url"].endswith(f"/archives/{CHANNEL}/p{thread.replace('.', '')}")
    await press(handlers, card, "visit_thread")


async def test_a_number_that_volt_does_not_know(handlers: Handlers) -> None:
    """An unknown contact can be given a name, and cannot be blocked."""
    card = await typed(handlers, f"contact {DANA}")
    assert "Name: none: Volt has no contact with this number yet" in seen(card)
    assert names(card) == ["Save a name", "Earlier texts", "Open thread"]
    form = await edit_form(handlers, card)
    answer = await handlers.slack.submit(AVA, form, values(form, name="Dana Whitfield"))
    assert answer.body == {}
    assert saves(handlers)[-1].variables == {
        "name": "Dana Whitfield",
        "phoneNumber": DANA,
        "accountPhone": "+15555550123",
        "customFields": [],
        "blocked": False,
    }
    assert seen(await typed(handlers, f"contact {DANA}")).startswith("Dana Whitfield\n")


async def test_an_edited_name_changes_nothing_else(handlers: Handlers) -> None:
    """Editing a name neither unblocks nor clears custom fields: the rest is written back as Volt had it."""
    dana = know_dana(handlers)
    dana.blocked = True
    form = await edit_form(handlers, await typed(handlers, f"contact {DANA}"))
    assert "[Dana Whitfield]" in seen(form)
    assert "[x]" in seen(form)
    await handlers.slack.submit(AVA, form, values(form, name="Dana W."))
    assert [save.variables for save in saves(handlers)] == [
        {
            "name": "Dana W.",
            "phoneNumber": DANA,
            "accountPhone": "+15555550123",
            "customFields": [{"key": "Order", "value": "1234"}, {"key": "City", "value": "Uppsala"}],
            "blocked": True,
        }
    ]


async def test_edited_fields(handlers: Handlers) -> None:
    """Fields are changed, added and removed by their lines; the name stays."""
    know_dana(handlers)
    form = await edit_form(handlers, await typed(handlers, f"contact {DANA}"))
    await handlers.slack.submit(AVA, form, values(form, fields="Order: 99: express\nShoe size : 42\n"))
    saved = saves(handlers)[-1].variables
    assert saved["name"] == "Dana Whitfield"
    assert saved["customFields"] == [{"key": "Order", "value": "99: express"}, {"key": "Shoe size", "value": "42"}]


async def test_fields_that_no_line_can_show_stay(handlers: Handlers) -> None:
    """A field whose words do not fit into a line is kept exactly, whatever is done to the others."""
    dana = know_dana(handlers)
    odd = {"key": "a:b", "value": "first\nsecond"}
    dana.custom_fields.append({**odd, "type": "text"})
    form = await edit_form(handlers, await typed(handlers, f"contact {DANA}"))
    assert "1 more does not fit in here; it stays as before." in seen(form)
    await handlers.slack.submit(AVA, form, values(form, fields="Order: 77"))
    assert saves(handlers)[-1].variables["customFields"] == [{"key": "Order", "value": "77"}, odd]


@pytest.mark.parametrize(
    ("changes", "at", "words"),
    [
        ({"fields": "Order 1234"}, "fields", '"Order 1234" is not a field. Write a name, a colon and a value.'),
        ({"fields": ": 1234"}, "fields", '": 1234" is not a field. Write a name, a colon and a value.'),
        ({"fields": "A: 1\nA: 2"}, "fields", '"A" is there more than once.'),
        ({"name": "  "}, "name", "A contact that has a name keeps one. Write it here."),
    ],
)
async def test_what_cannot_be_saved(handlers: Handlers, changes: dict[str, str], at: str, words: str) -> None:
    """What cannot be saved is said at the input at fault, and nothing is written."""
    know_dana(handlers)
    form = await edit_form(handlers, await typed(handlers, f"contact {DANA}"))
    answer = await handlers.slack.submit(AVA, form, values(form, **changes))
    assert answer.body == {"response_action": "errors", "errors": {block(form, at): words}}
    assert saves(handlers) == []


async def test_nothing_changed(handlers: Handlers) -> None:
    """A form that is sent as it was writes nothing."""
    know_dana(handlers)
    form = await edit_form(handlers, await typed(handlers, f"contact {DANA}"))
    assert (await handlers.slack.submit(AVA, form, values(form))).body == {}
    assert saves(handlers) == []


async def test_changed_meanwhile(handlers: Handlers) -> None:
    """Where somebody changed the contact at Volt meanwhile, nothing is saved: the form says so and shows the new."""
    dana = know_dana(handlers)
    form = await edit_form(handlers, await typed(handlers, f"contact {DANA}"))
    dana.name, dana.blocked = "Dana Berg", True
    answer = await handlers.slack.submit(AVA, form, values(form, name="Dana W."))
    assert answer.body["response_action"] == "update"
    assert saves(handlers) == []
    new = answer.body["view"]
    assert "Somebody changed this contact at Volt after you opened this." in seen(new)
    assert "You had written: Dana W." in seen(new)
    assert "[Dana Berg]" in seen(new)
    assert block(new, "name") != block(form, "name")
    form = await modal(handlers, "[Dana Berg]")
    await handlers.slack.submit(AVA, form, values(form, name="Dana W."))
    assert [(save.variables["name"], save.variables["blocked"]) for save in saves(handlers)] == [("Dana W.", True)]


async def test_block_and_unblock(handlers: Handlers) -> None:
    """Blocking asks first, keeps name and fields, is shown and logged with who did it, and can be undone."""
    know_dana(handlers)
    handlers.slack.users[BEN].is_admin = True
    await handlers.open_thread()
    card = await typed(handlers, f"contact {DANA}")
    ask = next(one for one in buttons(card) if one["action_id"] == "contact_block")["confirm"]
    assert "Volt does not pass on texts of a blocked contact" in ask["text"]["text"]
    blocked = await pressed(handlers, card, "contact_block")
    assert blocked["replace_original"] is True
    assert "Blocked: yes." in seen(blocked)
    assert f"<@{AVA}> blocked the contact" in seen(blocked)
    again = await pressed(handlers, blocked, "contact_unblock", BEN)
    assert "Blocked: no" in seen(again)
    assert f"<@{BEN}> unblocked the contact" in seen(again)
    wrote = [(save.variables["name"], save.variables["blocked"]) for save in saves(handlers)]
    assert wrote == [("Dana Whitfield", True), ("Dana Whitfield", False)]
    assert all(len(save.variables["customFields"]) == 2 for save in saves(handlers))


async def test_blocked_by_somebody_else_already(handlers: Handlers) -> None:
    """Blocking whom somebody blocked meanwhile writes nothing and shows how it is."""
    dana = know_dana(handlers)
    card = await typed(handlers, f"contact {DANA}")
    dana.blocked = True
    assert "Blocked: yes." in seen(await pressed(handlers, card, "contact_block"))
    assert saves(handlers) == []


async def test_gone_before_the_block(handlers: Handlers) -> None:
    """Who is gone from Volt meanwhile is not made anew by a block."""
    know_dana(handlers)
    card = await typed(handlers, f"contact {DANA}")
    handlers.volt.contacts.clear()
    assert seen(await pressed(handlers, card, "contact_block")) == (
        "Volt does not have this contact any more. Save a name first."
    )
    assert saves(handlers) == []


async def test_the_log_names_what_was_edited(handlers: Handlers) -> None:
    """Who changed which part of a contact stands in the log, and the new name in our database."""
    know_dana(handlers)
    await handlers.open_thread()
    form = await edit_form(handlers, await typed(handlers, f"contact {DANA}"))
    await handlers.slack.submit(AVA, form, values(form, name="Dana W.", fields=""))
    card = await typed(handlers, f"contact {DANA}")
    assert f"<@{AVA}> changed the contact's name and custom fields" in seen(card)
    assert seen(await typed(handlers, f"history {DANA}")).startswith("Texts with Dana W. ·")


async def test_open_from_the_card(handlers: Handlers) -> None:
    """Where no thread is known a button opens one and says where it is."""
    know_dana(handlers)
    card = await typed(handlers, f"contact {DANA}")
    said = await pressed(handlers, card, "contact_open")
    assert seen(said) == f"The conversation with (555) 555-0145 is in <#{CHANNEL}>."
    await handlers.slack.until(lambda: handlers.headers(DANA))


async def test_hostile_words(handlers: Handlers) -> None:
    """Names and fields of strangers stay inert, are cut to fit, and survive an edit of something else whole."""
    dana = know_dana(handlers)
    dana.name = HOSTILE + "\n" + "x" * 5_000
    dana.custom_fields = [{"key": f"<!here> {place}", "value": "*" * 3_000, "type": "text"} for place in range(40)]
    card = await typed(handlers, f"contact {DANA}")
    assert card["blocks"][0]["text"]["text"].startswith(HOSTILE)
    assert card["blocks"][0]["text"]["type"] == "plain_text"
    assert "and 20 more custom fields" in seen(card)
    assert "<!channel>" not in card["text"]
    form = await edit_form(handlers, card)
    whole, fields = dana.name, [{"key": one["key"], "value": one["value"]} for one in dana.custom_fields]
    await handlers.slack.submit(AVA, form, values(form, blocked=["blocked"]))
    saved = saves(handlers)[-1].variables
    assert (saved["name"], saved["customFields"], saved["blocked"]) == (whole, fields, True)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("contact", "No phone number was given."),
        ("contact 12345", "`12345` is too short to be a phone number."),
        ("contact Dana", "`Dana` does not begin with a phone number."),
        ("contact (555) 555-0145 please", "There are words after the number."),
    ],
)
async def test_wrong_arguments(handlers: Handlers, words: str, reason: str) -> None:
    """What is no number alone is answered with the reason and how the command is written."""
    said = seen(await typed(handlers, words))
    assert said.startswith(reason)
    assert said.endswith(f"\n{USAGE}")


async def test_our_own_number(handlers: Handlers) -> None:
    """Our own number is no contact."""
    assert seen(await typed(handlers, "contact 555 555 0123")) == (
        "(555) 555-0123 is our own number: it cannot text itself."
    )


async def test_numbers_in_all_forms(handlers: Handlers) -> None:
    """A number may be written the way people write it."""
    know_dana(handlers)
    for form in ("5555550145", "(555) 555-0145", "+1 555 555 0145", "<tel:+15555550145|(555) 555-0145>"):
        assert seen(await typed(handlers, f"contact {form}")).startswith("Dana Whitfield\n")


async def test_volt_fails(handlers: Handlers) -> None:
    """While Volt does not serve, people read what happened and what to do, on the command and in the form."""
    know_dana(handlers)
    card = await typed(handlers, f"contact {DANA}")
    handlers.volt.rules.down = True
    assert seen(await typed(handlers, f"contact {DANA}")) == "Volt is busy just now. Please try again in a minute."
    await press(handlers, card, "contact_edit")
    await modal(handlers, "Volt is busy just now. Please try again in a minute.")
    said = await pressed(handlers, card, "contact_block")
    assert seen(said) == "Volt is busy just now. Please try again in a minute."
    handlers.volt.rules.down = False
    handlers.volt.rules.refuse = True
    assert (
        seen(await typed(handlers, f"contact {DANA}")) == "Volt did not answer clearly. Please try again in a minute."
    )
    handlers.volt.rules.refuse = False
    handlers.volt.rules.statuses = [(401, None)]
    assert "An admin has to renew VOLT_API_TOKEN." in seen(await typed(handlers, f"contact {DANA}"))


async def test_a_save_whose_answer_is_lost(handlers: Handlers) -> None:
    """A save whose answer is lost is said to be unknown, and is not repeated."""
    know_dana(handlers)
    form = await edit_form(handlers, await typed(handlers, f"contact {DANA}"))
    read = len(handlers.volt.requests)
    submitting = asyncio.create_task(handlers.slack.submit(AVA, form, values(form, name="Dana W.")))
    await handlers.volt.until(lambda: len(handlers.volt.requests) > read)  # it has read the contact, and writes it next
    handlers.volt.rules.drop_answers = 1
    answer = await submitting
    said = seen(answer.body["view"])
    assert said.startswith("Volt did not answer clearly, so we do not know whether this was done. Look with")
    assert len(saves(handlers)) == 1


async def test_a_slow_volt(handlers: Handlers) -> None:
    """A card that takes Volt longer than Slack waits comes later; the form opens at once and is filled then."""
    know_dana(handlers)
    handlers.volt.rules.delay_s = 2.5
    card = await typed(handlers, f"contact {DANA}")
    assert seen(card).startswith("Dana Whitfield\n")
    await press(handlers, card, "contact_edit")
    await modal(handlers, "Asking Volt…")
    await modal(handlers, "[Dana Whitfield]")


async def test_a_form_that_was_closed_meanwhile(handlers: Handlers) -> None:
    """Who closes the window before Volt has answered is not bothered with it."""
    know_dana(handlers)
    card = await typed(handlers, f"contact {DANA}")
    handlers.volt.rules.delay_s = 0.3
    pressing = asyncio.create_task(press(handlers, card, "contact_edit"))
    waiting = await modal(handlers, "Asking Volt…")
    await handlers.slack.close_view(AVA, waiting["id"])
    await pressing
    refused = await handlers.slack.until(lambda: [call for call in handlers.slack.calls if call.answer.get("error")])
    assert [call.method for call in refused] == ["views.update"]
    await typed(handlers, "help")
    assert len(handlers.slack.ephemerals) == 2


async def test_where_the_bot_is_no_member(handlers: Handlers) -> None:
    """Where the bot is no member, words about what went wrong arrive by the address that came with the press."""
    know_dana(handlers)
    other = handlers.slack.add_channel("C0OTHER", "other")
    other.is_member = False
    await handlers.slack.command(AVA, "C0OTHER", "/volt", f"contact {DANA}")
    card = handlers.slack.ephemerals[-1]
    assert seen(card).startswith("Dana Whitfield\n")
    handlers.volt.contacts.clear()
    await handlers.slack.press(AVA, "C0OTHER", card["message_ts"], "contact_block")
    words = "Volt does not have this contact any more. Save a name first."
    await handlers.slack.until(lambda: seen(handlers.slack.ephemerals[-1]) == words)
    assert handlers.slack.ephemerals[-1]["channel"] == "C0OTHER"
