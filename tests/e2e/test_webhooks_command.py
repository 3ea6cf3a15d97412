"""`/volt webhooks register` over the wire: Volt tries the address of the running bot."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest

from bot.domain.errors import Retryable
from bot.providers.volt.registration_window import ENDED_HEADER, REGISTRATION_HEADER, registration_proof
from bot.sandbox.volt.model import Registration, VoltMessage, Webhook
from bot.sandbox.volt.wire import envelope, received
from bot.webhook_registration import register
from tests.harness.in_process import Relay
from tests.harness.screen import buttons, names, pressed, seen, typed
from tests.harness.world import ACCOUNT, AVA, BEN, DANA

SECRET = "0f3a9b7c5d1e2f48"


@pytest.fixture
async def public(relay: Relay) -> Relay:
    """Give a bot that knows its public address, with a secret in it; Ava is an admin, Ben is not."""
    await relay.restart(volt_webhook_path_secret=SECRET, public_url=relay.url)
    relay.volt.webhook_url = None
    relay.slack.users[AVA].is_admin = True
    relay.slack.users[BEN].is_admin = False
    return relay


async def test_register_by_button(public: Relay) -> None:
    """An admin registers the running bot: Volt's probe passes, its texts come, and no secret is shown."""
    shown = await pressed(public, await typed(public, "webhooks"), "webhook_register")
    assert shown["replace_original"] is True
    (one,) = public.volt.registrations.values()
    assert one.url == f"{public.url}/volt/webhooks/{SECRET}"
    assert seen(shown).split("\n") == [
        f"Registered as `{one.id}`. Volt brings texts and receipts to this bot from now on.",
        "Webhooks at Volt",
        f"{public.url}/volt/webhooks/… (this bot) Delete",
        f"id {one.id}, for all numbers",
    ]
    assert SECRET not in str(public.slack.ephemerals)
    await public.volt.text(DANA, "Hello")
    await public.shows(DANA, "Hello")


async def test_register_by_words_once(public: Relay) -> None:
    """Registering again registers nothing more, and says so."""
    assert seen(await typed(public, "webhooks register")).startswith("Registered as")
    assert seen(await typed(public, "webhooks REGISTER")).startswith("That cannot be done with webhooks.")
    assert seen(await typed(public, "webhooks register")).startswith("This bot is registered already.")
    assert len(public.volt.registrations) == 1


async def test_deleting_our_own_says_what_it_means(public: Relay) -> None:
    """Before the bot's own registration is deleted, people read that texts stop coming."""
    await typed(public, "webhooks register")
    shown = await typed(public, "webhooks")
    assert names(shown) == ["Delete"]
    assert "texts from customers no longer come here" in buttons(shown)[0]["confirm"]["text"]["text"]


async def test_an_address_that_does_not_answer(public: Relay) -> None:
    """Where Volt's probe does not reach the bot, nothing is registered and the words say what to check."""
    await public.restart(public_url=f"{public.volt.server.url}/nobody")
    said = seen(await typed(public, "webhooks register"))
    assert "webhook failed to respond successfully" in said
    assert "check that PUBLIC_URL leads to this bot." in said
    assert public.volt.registrations == {}


async def test_a_secret_that_nobody_has_configured(relay: Relay) -> None:
    """Registered without VOLT_WEBHOOK_PATH_SECRET the address has a secret of its own, and then no other is answered.

    Until Volt has brought a text there the address without it is answered as before.
    """
    await relay.restart(public_url=relay.url)
    relay.slack.users[AVA].is_admin = True
    bare = f"{relay.url}/volt/webhooks"
    relay.volt.registrations["old"] = Registration(bare)
    relay.volt.webhook_url = None
    assert (await relay.volt.text(DANA, "by the old address")).status == 200
    listed = seen(await typed(relay, "webhooks"))
    assert f"{bare} (this bot, an older address without a secret)" in listed
    assert "register this bot again" in listed
    assert seen(await typed(relay, "webhooks register")).startswith("Registered as")
    new = relay.volt.target(Webhook(envelope(received(VoltMessage(ACCOUNT, DANA, "", direction="inbound")))))
    assert new is not None
    assert new.startswith(f"{bare}/")
    assert len(new) >= len(bare) + 33
    relay.volt.webhook_url = bare
    assert (await relay.volt.text(DANA, "by the old one still")).status == 200
    relay.volt.webhook_url = new
    assert (await relay.volt.text(DANA, "by the new address")).status == 200
    await relay.shows(DANA, "by the old address", "by the old one still", "by the new address")
    assert (await relay.volt.post(b"{}", path="/volt/webhooks"))[0] == 404
    await relay.restart()
    assert (await relay.volt.post(b"{}", path="/volt/webhooks"))[0] == 404
    relay.volt.webhook_url = new
    await relay.volt.text(DANA, "after a restart")
    await relay.shows(DANA, "by the old address", "by the old one still", "by the new address", "after a restart")
    assert new.rpartition("/")[2] not in relay.log
    assert new.rpartition("/")[2] not in str(relay.slack.ephemerals)


@pytest.fixture
async def beside(public: Relay, on_postgres: str | None) -> Relay:
    """Give the bot on either engine."""
    if on_postgres is not None:
        await public.restart(database_url=on_postgres)
        public.volt.webhook_url = None
    return public


async def ask(relay: Relay, **more: str) -> int:
    """Ask the bot for its window as the command line does."""
    proof = registration_proof(relay.volt.token, time.time())
    address = f"{relay.url}/volt/webhooks/{SECRET}"
    headers = {REGISTRATION_HEADER: proof, **more}
    async with aiohttp.ClientSession() as session, session.post(address, headers=headers) as answer:
        return answer.status


async def test_the_command_line_registers_meanwhile(beside: Relay) -> None:
    """While the command line registers the bot nobody else does, on whatever engine; once it has ended all may."""
    assert await ask(beside) == 200
    assert await ask(beside) == 409
    assert seen(await typed(beside, "webhooks register")).startswith("Another manager registers this bot just now.")
    assert beside.volt.registrations == {}
    assert await ask(beside, **{ENDED_HEADER: "1"}) == 200
    assert seen(await typed(beside, "webhooks register")).startswith("Registered as")
    assert await ask(beside) == 200


async def test_the_command_line_and_a_manager_at_once(beside: Relay) -> None:
    """However they meet, the address is registered once, and the turn is free again after both."""
    config = beside._config()
    said = await asyncio.gather(
        register(config), typed(beside, "webhooks register"), register(config), return_exceptions=True
    )
    assert len(beside.volt.registrations) == 1
    assert [one for one in said if isinstance(one, BaseException) and not isinstance(one, Retryable)] == []
    assert await register(config) == "This bot is registered already."
    beside.volt.registrations.clear()
    assert (await register(config)).startswith("Registered as")
