"""`/volt webhooks`: what is registered at Volt, and admins who change that."""

from __future__ import annotations

import pytest

from bot.sandbox.volt_model import Registration
from tests.harness.in_process import Relay
from tests.harness.screen import buttons, names, press, pressed, seen, typed
from tests.harness.world import AVA, BEN, DANA

SECRET = "0f3a9b7c5d1e2f48"
USAGE = "Write `/volt webhooks [register | delete ID]`, for example `/volt webhooks register`."
NOT_ADMIN = "Only admins of the workspace can change this. Ask one of them."


@pytest.fixture
async def house(relay: Relay) -> Relay:
    """Give a bot that knows its public address, with a secret in it; Ava is an admin, Ben is not."""
    await relay.restart(volt_webhook_path_secret=SECRET, public_url=relay.url)
    relay.volt.webhook_url = None
    relay.slack.users[AVA].is_admin = True
    relay.slack.users[BEN].is_admin = False
    return relay


def others(relay: Relay) -> Registration:
    """Register somebody else's webhook."""
    url = "https://user:pw@crm.example:8443/hooks/4f6c0d2b9a1e4c77b1/in?key=abc"
    one = Registration(url, "+15555550123", None)
    relay.volt.registrations[one.id] = one
    return one


async def test_the_list(house: Relay) -> None:
    """Registrations are listed with id and number, and with nothing of their addresses that may be secret."""
    one = others(house)
    lines = seen(await typed(house, "webhooks")).split("\n")
    assert lines == [
        "Webhooks at Volt",
        "https://crm.example:8443/hooks/…/in?… Delete",
        f"id {one.id}, for +15555550123",
        "Register this bot",
    ]


async def test_register_by_button(house: Relay) -> None:
    """An admin registers the running bot: Volt's probe passes, its texts come, and no secret is shown."""
    shown = await pressed(house, await typed(house, "webhooks"), "webhook_register")
    assert shown["replace_original"] is True
    (one,) = house.volt.registrations.values()
    assert one.url == f"{house.url}/volt/webhooks/{SECRET}"
    assert seen(shown).split("\n") == [
        f"Registered as `{one.id}`. Volt brings texts and receipts to this bot from now on.",
        "Webhooks at Volt",
        f"{house.url}/volt/webhooks/… (this bot) Delete",
        f"id {one.id}, for all numbers",
    ]
    assert SECRET not in str(house.slack.ephemerals)
    await house.volt.text(DANA, "Hello")
    await house.shows(DANA, "Hello")


async def test_register_by_words_once(house: Relay) -> None:
    """Registering again registers nothing more, and says so."""
    assert seen(await typed(house, "webhooks register")).startswith("Registered as")
    assert seen(await typed(house, "webhooks REGISTER")).startswith("That cannot be done with webhooks.")
    assert seen(await typed(house, "webhooks register")).startswith("This bot is registered already.")
    assert len(house.volt.registrations) == 1


async def test_delete(house: Relay) -> None:
    """An admin deletes a registration, by button after a question or by its id; gone ones are said to be gone."""
    first, second = others(house), others(house)
    shown = await typed(house, "webhooks")
    ask = buttons(shown)[0]["confirm"]
    assert ask["text"]["text"] == "Volt stops bringing texts and receipts to this address."
    shown = await pressed(house, shown, "webhook_delete")
    assert seen(shown).startswith(f"Deleted `{first.id}`.")
    assert list(house.volt.registrations) == [second.id]
    assert seen(await typed(house, f"webhooks delete {first.id}")).startswith("There was no webhook")
    assert seen(await typed(house, f"webhooks delete {second.id}")).startswith(f"Deleted `{second.id}`.")
    assert house.volt.registrations == {}


async def test_deleting_our_own_says_what_it_means(house: Relay) -> None:
    """Before the bot's own registration is deleted, people read that texts stop coming."""
    await typed(house, "webhooks register")
    shown = await typed(house, "webhooks")
    assert names(shown) == ["Delete"]
    assert "texts from customers no longer come here" in buttons(shown)[0]["confirm"]["text"]["text"]


async def test_not_an_admin(house: Relay) -> None:
    """Who is no admin may look, and changes nothing, by words or by button."""
    one = others(house)
    shown = await typed(house, "webhooks", BEN)
    assert one.id in seen(shown)
    for words in ("webhooks register", f"webhooks delete {one.id}"):
        assert seen(await typed(house, words, BEN)) == NOT_ADMIN
    for action in ("webhook_register", "webhook_delete"):
        assert seen(await pressed(house, shown, action, BEN)) == NOT_ADMIN
    assert list(house.volt.registrations) == [one.id]


async def test_no_public_address(relay: Relay) -> None:
    """Without PUBLIC_URL the bot cannot be registered from here, and words say why."""
    relay.slack.users[AVA].is_admin = True
    shown = await typed(relay, "webhooks")
    assert names(shown) == []
    assert "nobody has set PUBLIC_URL" in seen(shown)
    assert "An admin has to set PUBLIC_URL" in seen(await typed(relay, "webhooks register"))
    assert not any(request.operation == "RegisterWebhook" for request in relay.volt.requests)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("webhooks frobnicate", "That cannot be done with webhooks."),
        ("webhooks delete", "There is no id. `/volt webhooks` lists them."),
        ("webhooks delete 1 2", "That cannot be done with webhooks."),
        (f"webhooks delete {'1' * 101}", "That is no id of a webhook. `/volt webhooks` lists them."),
    ],
)
async def test_wrong_arguments(house: Relay, words: str, reason: str) -> None:
    """What is nothing to do with webhooks is answered with the reason and how the command is written."""
    one = others(house)
    assert seen(await typed(house, words)) == f"{reason}\n{USAGE}"
    assert list(house.volt.registrations) == [one.id]


async def test_an_address_that_does_not_answer(house: Relay) -> None:
    """Where Volt's probe does not reach the bot, nothing is registered and the words say what to check."""
    await house.restart(public_url=f"{house.volt.server.url}/nobody")
    said = seen(await typed(house, "webhooks register"))
    assert "webhook failed to respond successfully" in said
    assert "check that PUBLIC_URL leads to this bot." in said
    assert house.volt.registrations == {}


async def test_a_deletion_whose_answer_is_lost(house: Relay) -> None:
    """A deletion whose answer is lost is said to be unknown, and is not repeated."""
    one = others(house)
    house.volt.rules.drop_answers = -1
    said = seen(await typed(house, f"webhooks delete {one.id}"))
    assert said == (
        "Volt did not answer clearly, so we do not know whether this was done. "
        "Look with `/volt webhooks` before you try again."
    )
    assert [request.operation for request in house.volt.requests].count("DeleteWebhook") == 1


async def test_slack_does_not_say_who_is_admin(house: Relay) -> None:
    """While Slack does not say who somebody is, nothing is changed."""
    one = others(house)
    house.slack.rules.errors = {"users.info": ["service_unavailable"]}
    shown = await typed(house, "webhooks")
    await press(house, shown, "webhook_delete")
    await house.slack.until(lambda: "Slack is not available." in seen(house.slack.ephemerals[-1]))
    assert list(house.volt.registrations) == [one.id]
