"""Numbers of a pool: an event keeps its words and gets the account it belongs to, asked for once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.providers.volt.client import VoltClient
from bot.providers.volt.pool_numbers import PoolNumbers
from bot.sandbox import VoltStandIn

ACCOUNT, POOL, DANA = E164("+15555550123"), E164("+15555550177"), E164("+15555550145")
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


def pools(client: VoltClient, facts: Facts) -> PoolNumbers:
    """Make what knows no number of a pool yet, as after a start."""
    return PoolNumbers(ACCOUNT, client, recall=facts.recall, remember=facts.remember)


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


async def test_where_volt_tells_nothing(client: VoltClient, volt: VoltStandIn) -> None:
    """While Volt cannot be asked an event keeps the number it came with, and nothing is remembered."""
    facts = Facts()
    volt.rules.statuses = [(503, None)] * 10
    assert await pools(client, facts).at_account(AT_POOL) == AT_POOL
    assert facts.values == {}
