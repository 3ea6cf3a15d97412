"""`/volt webhooks`: what is registered at Volt, and admins who change that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.sandbox.volt.model import Registration
from tests.harness.handlers import Handlers
from tests.harness.screen import buttons, names, press, pressed, seen, typed
from tests.harness.world import BEN

USAGE = "Write `/volt webhooks [register | delete ID]`, for example `/volt webhooks register`."
NOT_ADMIN = "Only admins and owners of the workspace may do this. Ask one of them."


def others(handlers: Handlers) -> Registration:
    """Register somebody else's webhook."""
    url = "https://user:pw@crm.example:8443/hooks/4f6c0d2b9a1e4c77b1/in?key=abc"
    one = Registration(url, "+15555550123", None)
    handlers.volt.registrations[one.id] = one
    return one


async def test_the_list(handlers: Handlers) -> None:
    """Registrations are listed with id and number, and with nothing of their addresses that may be secret."""
    one = others(handlers)
    lines = seen(await typed(handlers, "webhooks")).split("\n")
    assert lines == [
        "Webhooks at Volt",
        "https://crm.example:8443/hooks/…/in?… Delete",
        f"id {one.id}, for +15555550123",
        "Register this bot",
    ]


async def test_delete(handlers: Handlers) -> None:
    """An admin deletes a registration, by button after a question or by its id; gone ones are said to be gone."""
    first, second = others(handlers), others(handlers)
    shown = await typed(handlers, "webhooks")
    ask = buttons(shown)[0]["confirm"]
    assert ask["text"]["text"] == "Volt stops bringing texts and receipts to this address."
    shown = await pressed(handlers, shown, "webhook_delete")
    assert seen(shown).startswith(f"Deleted `{first.id}`.")
    assert list(handlers.volt.registrations) == [second.id]
    assert seen(await typed(handlers, f"webhooks delete {first.id}")).startswith("There was no webhook")
    assert seen(await typed(handlers, f"webhooks delete {second.id}")).startswith(f"Deleted `{second.id}`.")
    assert handlers.volt.registrations == {}


async def test_not_an_admin(handlers: Handlers) -> None:
    """Who is no admin may look, and changes nothing, by words or by button."""
    one = others(handlers)
    shown = await typed(handlers, "webhooks", BEN)
    assert one.id in seen(shown)
    for words in ("webhooks register", f"webhooks delete {one.id}"):
        assert seen(await typed(handlers, words, BEN)) == NOT_ADMIN
    for action in ("webhook_register", "webhook_delete"):
        assert seen(await pressed(handlers, shown, action, BEN)) == NOT_ADMIN
    assert list(handlers.volt.registrations) == [one.id]


async def test_no_public_address(handlers: Handlers) -> None:
    """Without PUBLIC_URL the bot cannot be registered from here, and words say why."""
    assert handlers.context.connected is not None
    handlers.context.connected = replace(handlers.context.connected, webhook_url="")
    shown = await typed(handlers, "webhooks")
    assert names(shown) == []
    assert "nobody has set PUBLIC_URL" in seen(shown)
    assert "An admin has to set PUBLIC_URL" in seen(await typed(handlers, "webhooks register"))
    assert not any(request.operation == "RegisterWebhook" for request in handlers.volt.requests)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("webhooks frobnicate", "That cannot be done with webhooks."),
        ("webhooks delete", "There is no id. `/volt webhooks` lists them."),
        ("webhooks delete 1 2", "That cannot be done with webhooks."),
        (f"webhooks delete {'1' * 101}", "That is no id of a webhook. `/volt webhooks` lists them."),
    ],
)
async def test_wrong_arguments(handlers: Handlers, words: str, reason: str) -> None:
    """What is nothing to do with webhooks is answered with the reason and how the command is written."""
    one = others(handlers)
    assert seen(await typed(handlers, words)) == f"{reason}\n{USAGE}"
    assert list(handlers.volt.registrations) == [one.id]


async def test_a_deletion_whose_answer_is_lost(handlers: Handlers) -> None:
    """A deletion whose answer is lost is said to be unknown, and is not repeated."""
    one = others(handlers)
    handlers.volt.rules.drop_answers = -1
    said = seen(await typed(handlers, f"webhooks delete {one.id}"))
    assert said == (
        "Volt did not answer clearly, so we do not know whether this was done. "
        "Look with `/volt webhooks` before you try again."
    )
    assert [request.operation for request in handlers.volt.requests].count("DeleteWebhook") == 1


async def test_slack_does_not_say_who_is_admin(handlers: Handlers) -> None:
    """While Slack does not say who somebody is, nothing is changed."""
    one = others(handlers)
    shown = await typed(handlers, "webhooks")
    handlers.slack.rules.errors = {"users.info": ["service_unavailable"]}
    await press(handlers, shown, "webhook_delete", BEN)
    await handlers.slack.until(lambda: "Slack did not say who you are" in seen(handlers.slack.ephemerals[-1]))
    assert list(handlers.volt.registrations) == [one.id]
