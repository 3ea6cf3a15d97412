"""Two providers at once: a conversation goes by the connection of its number, and neither waits for the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.bridge.messages.inbound import record_inbound
from bot.bridge.provider_rules import profile_of
from bot.domain.errors import Rejected
from bot.domain.ids import UserId
from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.domain.provider_profile import UNKNOWN_PROVIDER
from bot.domain.timestamps import from_micros
from bot.domain.workspaces import Account, Sealed
from bot.ports.storage import Transaction
from bot.providers.by_account import ProvidersByAccount
from bot.sandbox import SlackStandIn, VoltStandIn
from tests.harness.connected import VOLT
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, CHANNEL, DANA
from tests.send_only.provider import PIGEON, SendOnlyProvider
from tests.send_only.server import SendOnlyServer
from tests.send_only.two_lines import header, reply

SECOND, GONE = E164("+15555550199"), E164("+15555550177")


def connect(tx: Transaction) -> None:
    """Store that the first number is connected to Volt, and the second to the carrier that can only send."""
    for code, number in ((VOLT.code, ACCOUNT), (PIGEON.code, SECOND)):
        made = tx.connections.add(code, Sealed("token"), f"path-{code}", UserId(""))
        tx.connections.set_account(Account(number, made.id, CHANNEL))


@pytest.fixture
async def both(tmp_path: Path, provider: SendOnlyProvider) -> AsyncIterator[Harness]:
    """Give the bridge with two numbers, to each of which Dana has written."""
    async with SlackStandIn() as slack, VoltStandIn(ACCOUNT) as volt, aiohttp.ClientSession() as session:
        volt.receipts = "manual"
        made = Harness(tmp_path, slack, volt, session)
        made.by_number[SECOND] = provider
        await made.start()
        made.store._limits = replace(made.limits, profiles={VOLT.code: VOLT, PIGEON.code: PIGEON})
        await made.store.run(connect)
        await made.workspace.identity()
        await made.hear("Hello by Volt")
        at = from_micros(made.now)
        inbound = Inbound("p1", "p1", SECOND, DANA, "Hello by Pigeon", (), at, provider_id="p1")
        await made.store.run(lambda tx: record_inbound(tx, inbound, channel=CHANNEL))
        await made.pay()
        yield made
        await made.close()
        assert made.crashes == []


async def test_each_reply_goes_by_its_own_line(both: Harness, carrier: SendOnlyServer) -> None:
    """The same contact on two numbers has two threads, and what is written in each goes by its provider."""
    by_volt, by_pigeon = header(both, "Hello by Volt"), header(both, "Hello by Pigeon")
    await reply(both, by_volt, "By Volt")
    await reply(both, by_pigeon, "By Pigeon")
    await both.pay()
    assert both.phone() == ["By Volt"]
    assert carrier.phone(DANA) == ["By Pigeon"]


async def test_a_provider_in_trouble_holds_up_no_other(both: Harness, carrier: SendOnlyServer) -> None:
    """While one provider takes nothing the texts of the other leave; what waited leaves when it takes texts again."""
    carrier.is_busy = True
    await reply(both, header(both, "Hello by Pigeon"), "By Pigeon")
    await both.pay()
    await reply(both, header(both, "Hello by Volt"), "By Volt")
    await both.pay()
    assert both.phone() == ["By Volt"]
    assert carrier.phone(DANA) == []
    carrier.is_busy = False
    both.wait(20)
    await both.pay()
    assert carrier.phone(DANA) == ["By Pigeon"]


async def test_a_lost_answer_names_its_provider(both: Harness, carrier: SendOnlyServer) -> None:
    """The line about a text whose outcome is unknown names the provider that did not answer, and no other."""
    carrier.is_mute = True
    await reply(both, header(both, "Hello by Pigeon"), "By Pigeon")
    await both.pay()
    await both.look(6)
    assert any(line.startswith("Pigeon did not answer") for line in both.lines())
    assert not any(line.startswith("Volt did not answer") for line in both.lines())


async def test_the_menu_offers_what_the_line_can_do(both: Harness) -> None:
    """Of two headers of one contact each offers what its own number can do."""
    shown = {one.ts: seen(one) for one in both.posts()}
    assert "[Save a name]" in shown[header(both, "Hello by Volt")]
    assert "[Save a name]" not in shown[header(both, "Hello by Pigeon")]


async def test_a_number_that_is_connected_no_more(both: Harness, provider: SendOnlyProvider) -> None:
    """A number of nobody's is refused, and its provider is not guessed."""
    providers = ProvidersByAccount({ACCOUNT: both.provider, SECOND: provider}, both.provider)
    assert providers.of(SECOND) is provider
    assert list(providers.all()) == [both.provider, provider]
    with pytest.raises(Rejected, match="not connected any more"):
        providers.of(GONE)
    assert await both.store.run(lambda tx: profile_of(tx, SECOND)) == PIGEON
    assert await both.store.run(lambda tx: profile_of(tx, GONE)) == UNKNOWN_PROVIDER
