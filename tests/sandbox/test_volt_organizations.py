"""Several organizations at the stand-in for Volt: each token sees its own, and nothing of another's."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox import VoltStandIn
from bot.sandbox.volt.organization import Organization
from tests.harness.world import DANA
from tests.sandbox.recording_app import RecordingApp

OURS, THEIRS = "+15555550123", "+15555550124"
SEND = """mutation S($from: String!, $to: String!) {
  createMessage(from: $from, to: $to, body: "Hello") { id } }"""
REGISTER = "mutation R($url: String!, $phone: String) { registerWebhook(url: $url, primaryPhone: $phone) { id } }"
INBOX = """query I($from: String!) {
  inbox(from: $from) { account { organization { id companyName } } items { lastMessage } } }"""


@pytest.fixture
async def volt() -> AsyncIterator[VoltStandIn]:
    """Give a stand-in that answers at once."""
    async with VoltStandIn(OURS) as stand_in:
        yield stand_in


@pytest.fixture
def other(volt: VoltStandIn) -> Organization:
    """Give a second organization there."""
    return volt.add_organization(THEIRS, "Acme")


async def ask(volt: VoltStandIn, token: str, query: str, **variables: Any) -> dict[str, Any]:
    """Send a query with a token and return the answer."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(volt.graphql_url, json={"query": query, "variables": variables}) as answer,
    ):
        return dict(await answer.json())


async def test_a_token_sees_only_its_own_numbers_and_texts(volt: VoltStandIn, other: Organization) -> None:
    """Each organization sends from its own numbers, and its inbox shows its own texts, with the same contact."""
    await volt.text(DANA, "to the first")
    await other.text(DANA, "to the second")
    for token, mine, foreign in ((volt.token, OURS, THEIRS), (other.token, THEIRS, OURS)):
        assert "errors" not in await ask(volt, token, SEND, **{"from": mine, "to": DANA})
        for query, named in ((SEND, {"from": foreign, "to": DANA}), (INBOX, {"from": foreign})):
            refused = await ask(volt, token, query, **named)
            assert refused["errors"][0]["message"] == 'invalid "from" number'
    assert [len(one.phone(DANA)) for one in (volt, other)] == [2, 2]
    shown = (await ask(volt, other.token, INBOX, **{"from": THEIRS}))["data"]["inbox"]
    assert shown["account"]["organization"] == {"id": "2", "companyName": "Acme"}
    assert [item["lastMessage"] for item in shown["items"]] == ["Hello"]
    assert (await ask(volt, "guess", INBOX, **{"from": OURS}))["errors"][0]["message"] == "unauthorized"


async def test_webhooks_are_each_organizations_own_and_signed_with_one_key(
    volt: VoltStandIn, other: Organization, app: RecordingApp
) -> None:
    """A text goes to the webhooks of its organization only; a new key signs for all."""
    for one, path in ((volt, "first"), (other, "second")):
        registered = await ask(volt, one.token, REGISTER, url=f"{app.url}/{path}", phone=one.account_number)
        assert "errors" not in registered
    volt.rotate_key()
    app.received.clear()
    await volt.text(DANA, "to the first")
    await other.text(DANA, "to the second")
    told = [(one.path.rpartition("/")[2], json.loads(one.body)["payload"]["to_number"]) for one in app.received]
    assert told == [("first", OURS), ("second", THEIRS)]
    async with aiohttp.ClientSession() as session, session.get(volt.key_url) as key:
        assert (await key.read()).startswith(b"ssh-rsa ")
    listed = await ask(volt, other.token, "query W { webhooks { id url } }")
    [mine] = listed["data"]["webhooks"]
    gone = await ask(volt, volt.token, "mutation D($id: ID!) { deleteWebhook(id: $id) { id } }", id=mine["id"])
    assert gone["data"]["deleteWebhook"] is None
    assert len(other.registrations) == 1


async def test_faults_and_the_wire_are_shared(volt: VoltStandIn, other: Organization) -> None:
    """What is down is down for both, and one record shows the requests of both; each keeps its own list of them."""
    await ask(volt, other.token, INBOX, **{"from": THEIRS})
    assert [hop.label for hop in volt.wire] == ["I"]
    assert (len(volt.requests), len(other.requests)) == (0, 1)
    volt.rules.statuses.append((500, None))
    assert "errors" in await ask(volt, other.token, INBOX, **{"from": THEIRS})
