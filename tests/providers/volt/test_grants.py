"""Grants at Volt: what is asked of it with a token that is about to be stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.errors import CallFailed, OutcomeUnknown, Rejected, Retryable
from bot.domain.phone import E164
from bot.ports.provider_grants import FOREIGN_NUMBER, TOKEN_REFUSED, ProviderGrants
from bot.providers.volt.grants import VoltGrants
from bot.sandbox.bot_process import free_port
from bot.sandbox.http import Server
from bot.sandbox.volt.model import Registration
from bot.sandbox.volt.stand_in import VoltStandIn
from tests.harness.world import ACCOUNT

OTHERS = E164("+15555559999")


@pytest.fixture
async def volt() -> AsyncIterator[VoltStandIn]:
    """Give a running Volt."""
    async with VoltStandIn(ACCOUNT) as stand_in:
        yield stand_in


@pytest.fixture
def windows() -> list[str]:
    """Collect the addresses whose windows were opened."""
    return []


@pytest.fixture
def grants(volt: VoltStandIn, windows: list[str]) -> ProviderGrants:
    """Give the grants at it."""

    async def note(url: str) -> None:
        windows.append(url)

    return VoltGrants(volt.graphql_url, note)


async def test_a_number_of_the_organization(volt: VoltStandIn, grants: ProviderGrants) -> None:
    """A good token with a number of its organization tells whose it is."""
    found = await grants.account(volt.token, ACCOUNT)
    assert (found.number, found.is_active) == (ACCOUNT, True)
    assert found.organization


async def test_a_wrong_token(grants: ProviderGrants) -> None:
    """A token that Volt does not take is a rejection about the token, with what to do, and never shows the token."""
    with pytest.raises(Rejected) as refused:
        await grants.account("not-a-token", ACCOUNT)
    assert refused.value.code == TOKEN_REFUSED
    assert "Settings → Developers" in refused.value.user_message
    assert "not-a-token" not in str(refused.value)


async def test_a_number_of_somebody_else(volt: VoltStandIn, grants: ProviderGrants) -> None:
    """A number that is not the organization's is a rejection about the number."""
    with pytest.raises(Rejected) as refused:
        await grants.account(volt.token, OTHERS)
    assert refused.value.code == FOREIGN_NUMBER
    assert "another organization" in refused.value.user_message


def _inbox(number: str, *, is_active: bool = True) -> dict[str, Any]:
    whose = {"companyName": "Acme", "isActive": is_active}
    return {"data": {"inbox": {"account": {"name": "Line", "primaryPhone": number, "organization": whose}}}}


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ({"errors": [{"message": "101: account temporarily disabled"}]}, "inactive", "disabled for now"),
        (_inbox(ACCOUNT, is_active=False), "inactive", "not active"),
        (_inbox(OTHERS), FOREIGN_NUMBER, f"Write the account's main number, {OTHERS}."),
        ({"data": {"inbox": None}}, "unreadable_answer", "did not answer clearly"),
    ],
)
async def test_what_volt_may_say_of_a_number(answer: dict[str, Any], code: str, words: str) -> None:
    """A closed account, a number of a pool and an answer without a sense are each told apart from a foreign number."""

    async def answered(request: web.Request) -> web.Response:
        asked = (await request.json())["operationName"]
        return web.json_response({"data": {"webhooks": []}} if asked == "Webhooks" else answer)

    app = web.Application()
    app.router.add_post("/graphql", answered)
    async with TestServer(app) as server:
        grants = VoltGrants(str(server.make_url("/graphql")))
        with pytest.raises(CallFailed) as refused:
            await grants.account("token", ACCOUNT)
    assert refused.value.code == code
    assert words in refused.value.user_message


async def test_a_number_whose_account_is_not_told() -> None:
    """Where Volt takes a number and tells nothing of its account, the number is the organization's."""

    async def answered(request: web.Request) -> web.Response:
        asked = (await request.json())["operationName"]
        return web.json_response({"data": {"webhooks": []} if asked == "Webhooks" else {"inbox": {"account": None}}})

    app = web.Application()
    app.router.add_post("/graphql", answered)
    async with TestServer(app) as server:
        found = await VoltGrants(str(server.make_url("/graphql"))).account("token", ACCOUNT)
    assert (found.number, found.organization, found.is_active) == (ACCOUNT, "", True)


async def test_volt_down(volt: VoltStandIn) -> None:
    """While Volt cannot be reached nothing is claimed about token or number."""
    grants = VoltGrants(f"http://127.0.0.1:{free_port()}/graphql")
    with pytest.raises(Retryable) as failed:
        await grants.account(volt.token, ACCOUNT)
    assert failed.value.code not in (TOKEN_REFUSED, FOREIGN_NUMBER)
    assert "try again" in failed.value.user_message


async def test_registration_is_made_once(volt: VoltStandIn, grants: ProviderGrants, windows: list[str]) -> None:
    """An address is registered after its window was opened, once however often it is asked for, and removed again."""
    bot = Server()
    await bot.start(0)
    try:
        url = f"{bot.url}/volt/webhooks/secret"
        with pytest.raises(CallFailed) as refused:
            await grants.register(volt.token, url)
        assert "PUBLIC_URL" in refused.value.user_message
        assert windows == [url]
    finally:
        await bot.close()
    volt.registrations["7"] = Registration(url, None, None, id="7")
    assert (await grants.register(volt.token, url)).id == "7"
    assert windows == [url]
    assert [one.id for one in await grants.registrations(volt.token)] == ["7"]
    assert await grants.deregister(volt.token, "7")
    assert not await grants.deregister(volt.token, "7")


async def test_a_lost_answer(volt: VoltStandIn, grants: ProviderGrants) -> None:
    """A lost answer is unknown, and the words say to try again."""
    volt.rules.drop_answers = -1
    with pytest.raises(OutcomeUnknown) as lost:
        await grants.registrations(volt.token)
    assert "try again" in lost.value.user_message
