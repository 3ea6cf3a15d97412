"""Numbers of ours: an event gets the account it belongs to, asked for once; one that is not ours is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import StoreUnavailable
from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164
from bot.providers.volt.client import VoltClient
from bot.providers.volt.pool_numbers import FOREIGN_FOR_S, MAX_LOOKUPS, ForeignNumber, PoolNumbers
from bot.sandbox import VoltStandIn

ACCOUNT, POOL, DANA = E164("+15555550123"), E164("+15555550177"), E164("+15555550145")
OTHER = E164("+15555550188")
AT_ACCOUNT = Inbound("e1", "c1", ACCOUNT, DANA, "Hello", (), datetime(2026, 11, 21, 8, tzinfo=UTC))
AT_POOL = replace(AT_ACCOUNT, account=POOL)


class Facts:
    """What is remembered across restarts."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    async def recall(self, name: str) -> str | None:
        """Give back a value."""
        return self.values.get(name)

    async def remember(self, name: str, value: str) -> None:
        """Keep a value."""
        self.values[name] = value


@pytest.fixture
async def volt() -> AsyncIterator[VoltStandIn]:
    """Give a stand-in whose account texts Dana from a number of its pool."""
    async with VoltStandIn(ACCOUNT) as volt:
        volt.add_contact(DANA, "Dana", mapped_number=POOL)
        yield volt


@pytest.fixture
async def client(volt: VoltStandIn) -> AsyncIterator[VoltClient]:
    """Give a client of that stand-in."""
    client = VoltClient(volt.graphql_url, volt.token)
    await client.start()
    yield client
    await client.close()


def pools(client: VoltClient, facts: Facts, **more: Any) -> PoolNumbers:
    """Make what knows no number of a pool yet, as after a start."""
    return PoolNumbers(ACCOUNT, client, recall=facts.recall, remember=facts.remember, **more)


async def test_an_event_at_the_main_number(client: VoltClient) -> None:
    """An event that names the account's own number stays as it is, and nobody is asked."""
    facts = Facts()
    assert await pools(client, facts).at_account(AT_ACCOUNT) is AT_ACCOUNT
    assert facts.values == {}


async def test_an_event_at_a_pool_number(client: VoltClient, volt: VoltStandIn) -> None:
    """An event that names a number of the pool is the account's; after a restart nobody is asked again."""
    facts = Facts()
    assert await pools(client, facts).at_account(AT_POOL) == AT_ACCOUNT
    volt.rules.statuses = [(503, None)] * 10
    assert await pools(client, facts).at_account(AT_POOL) == AT_ACCOUNT


async def test_an_event_at_another_number_of_the_organization(client: VoltClient, volt: VoltStandIn) -> None:
    """A number whose inbox our token opens is an account of its own."""
    volt.add_account(OTHER, "Sales")
    event = replace(AT_ACCOUNT, account=OTHER)
    assert await pools(client, Facts()).at_account(event) is event


async def test_where_volt_tells_nothing(client: VoltClient, volt: VoltStandIn) -> None:
    """While Volt cannot be asked an event shall come again; nothing is remembered, and then it is taken."""
    facts = Facts()
    numbers = pools(client, facts)
    volt.rules.down = True
    with pytest.raises(StoreUnavailable):
        await numbers.at_account(AT_POOL)
    assert facts.values == {}
    volt.rules.down = False
    assert await numbers.at_account(AT_POOL) == AT_ACCOUNT


async def test_a_foreign_number(client: VoltClient, volt: VoltStandIn) -> None:
    """A number that Volt does not confirm is foreign, and asked about again only after a while."""
    now = [0.0]
    facts, event = Facts(), replace(AT_ACCOUNT, account=OTHER, legacy_id="uuid-1")
    numbers = pools(client, facts, clock=lambda: now[0])
    for _ in range(3):
        with pytest.raises(ForeignNumber):
            await numbers.at_account(event)
    assert [one.operation for one in volt.requests] == ["Contact", "AccountOfMessage", "AccountOfNumber"]
    assert facts.values == {}
    volt.add_account(OTHER, "Sales")
    now[0] += FOREIGN_FOR_S
    assert await numbers.at_account(event) is event


async def test_foreign_numbers_are_bounded(client: VoltClient, volt: VoltStandIn) -> None:
    """However many foreign numbers come, only the newest are remembered."""
    numbers = pools(client, Facts(), max_foreign=2)
    first, *others = (replace(AT_ACCOUNT, account=E164(f"+1555555020{last}")) for last in range(3))
    for event in (first, *others, *others):
        with pytest.raises(ForeignNumber):
            await numbers.at_account(event)
    assert len(volt.requests) == 6
    with pytest.raises(ForeignNumber):
        await numbers.at_account(first)
    assert len(volt.requests) == 8


async def test_one_question_for_many_events(client: VoltClient, volt: VoltStandIn) -> None:
    """Events that come together about one number share the question; too many numbers at once shall come again."""
    numbers = pools(client, Facts())
    assert set(await asyncio.gather(*(numbers.at_account(AT_POOL) for _ in range(20)))) == {AT_ACCOUNT}
    assert [one.operation for one in volt.requests] == ["Contact"]
    many = [replace(AT_ACCOUNT, account=E164(f"+1555555020{last}")) for last in range(MAX_LOOKUPS + 1)]
    ends = await asyncio.gather(*(numbers.at_account(one) for one in many), return_exceptions=True)
    assert [type(end) for end in ends] == [*[ForeignNumber] * MAX_LOOKUPS, StoreUnavailable]


async def test_organization_that_texts_itself(client: VoltClient, volt: VoltStandIn) -> None:
    """A report on a text of ours to our main number belongs to the conversation of the same two numbers."""
    event = Receipt("e2", DeliveryStatus.SENT, OTHER, ACCOUNT, AT_ACCOUNT.at)
    with pytest.raises(ForeignNumber):
        await pools(client, Facts()).at_account(event)
    volt.add_account(OTHER, "Sales")
    found = await pools(client, Facts()).at_account(event)
    assert (found.account, found.contact) == (ACCOUNT, OTHER)
