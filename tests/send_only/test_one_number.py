"""One of our numbers at two providers: two lines, which share neither threads nor limits, on both engines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from bot.bridge.messages.inbound import record_inbound
from bot.bridge.provider_rules import profile_of, send_limit_of
from bot.domain.database_address import address_in
from bot.domain.errors import Rejected
from bot.domain.ids import UserId
from bot.domain.message import Inbound
from bot.domain.outbox import SEND_LIMIT, Tokens, send_limit
from bot.domain.phone import E164
from bot.domain.provider_profile import UNKNOWN_PROVIDER
from bot.domain.timestamps import from_micros
from bot.domain.workspaces import Account, Sealed
from bot.ports.storage import Transaction
from bot.providers.by_account import ProvidersByAccount
from bot.sandbox import SlackStandIn, VoltStandIn
from bot.store.storage import open_operations
from tests.harness.connected import VOLT
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, CHANNEL, DANA
from tests.send_only.provider import PIGEON, SendOnlyProvider
from tests.send_only.server import SendOnlyServer
from tests.send_only.two_lines import header, reply

SAME_NUMBER = replace(PIGEON, marks_numbers=True)
"""Profile of a provider that may have a number which another has, too."""

BY_PIGEON = SAME_NUMBER.account_of(ACCOUNT)
MORE, GONE = E164("+15555550199"), E164("+15555550177")


def connect(tx: Transaction) -> None:
    """Store the same number under two connections, one of which has another number, too."""
    for profile, numbers in ((VOLT, (ACCOUNT, MORE)), (SAME_NUMBER, (ACCOUNT,))):
        made = tx.connections.add(profile.code, Sealed("token"), f"path-{profile.code}", UserId(""))
        for number in numbers:
            tx.connections.set_account(Account(profile.account_of(number), made.id, CHANNEL))


async def hear_by_pigeon(both: Harness, text: str) -> None:
    """Take in a text from Dana that Pigeon brought."""
    at, own_id = from_micros(both.now), f"p-{text}"
    inbound = Inbound(own_id, own_id, BY_PIGEON, DANA, text, (), at, provider_id=own_id)
    await both.store.run(lambda tx: record_inbound(tx, inbound, channel=CHANNEL))
    await both.pay()


@pytest.fixture
async def both(tmp_path: Path, provider: SendOnlyProvider, on_postgres: str | None) -> AsyncIterator[Harness]:
    """Give the bridge with one number at two providers, to which Dana has written by both."""
    provider.profile = SAME_NUMBER
    async with SlackStandIn() as slack, VoltStandIn(ACCOUNT) as volt, aiohttp.ClientSession() as session:
        volt.receipts = "manual"
        made = Harness(tmp_path, slack, volt, session, on_postgres)
        made.by_number[BY_PIGEON] = provider
        await made.start()
        made.store._limits = replace(made.limits, profiles={VOLT.code: VOLT, PIGEON.code: SAME_NUMBER})
        await made.store.run(connect)
        await made.workspace.identity()
        await made.hear("Hello by Volt")
        await hear_by_pigeon(made, "Hello by Pigeon")
        yield made
        await made.close()
        assert made.crashes == []


async def test_each_reply_goes_by_its_own_line(both: Harness, carrier: SendOnlyServer) -> None:
    """One contact on one number has a thread for each provider, and what is written in it goes by that one."""
    by_volt, by_pigeon = header(both, "Hello by Volt"), header(both, "Hello by Pigeon")
    assert by_volt != by_pigeon
    await reply(both, by_volt, "By Volt")
    await reply(both, by_pigeon, "By Pigeon")
    await both.pay()
    assert both.phone() == ["By Volt"]
    assert carrier.phone(DANA) == ["By Pigeon"]
    assert [text.sender for text in carrier.taken] == [ACCOUNT]


async def test_a_later_text_shows_in_the_thread_of_its_line(both: Harness) -> None:
    """What the contact writes next shows in the thread of the provider that brought it."""
    await both.hear("More by Volt")
    await hear_by_pigeon(both, "More by Pigeon")
    for first, more in (("Hello by Volt", "More by Volt"), ("Hello by Pigeon", "More by Pigeon")):
        thread = header(both, first)
        (shown,) = (one for one in both.posts() if more in seen(one) and one.is_reply)
        assert shown.thread_ts == thread


async def test_who_opts_out_on_one_line(both: Harness) -> None:
    """A contact who opts out by one provider may be texted by the other."""
    await hear_by_pigeon(both, "Basta")
    found = await both.store.run(lambda tx: tx.conversations.with_contact(DANA))
    assert {one.account: one.is_opted_out for one in found} == {ACCOUNT: False, BY_PIGEON: True}


async def test_headers_tell_the_lines_apart(both: Harness) -> None:
    """Where a number has two lines, the header says by which its contact writes."""
    shown = {one.ts: seen(one) for one in both.posts()}
    assert "to (555) 555-0123, SMS by Pigeon" in shown[header(both, "Hello by Pigeon")]
    assert "SMS by" not in shown[header(both, "Hello by Volt")]


async def test_what_is_exported_names_the_line(both: Harness, on_postgres: str | None) -> None:
    """An export gives the number as a number, and the provider where another one may have the same."""
    operations = open_operations(address_in(on_postgres or f"sqlite:///{both.database}"))
    lines = await asyncio.to_thread(lambda: [json.loads(line) for line in operations.export_texts()])
    found = {line["text"]: (line["account"], line.get("provider")) for line in lines}
    assert found == {"Hello by Volt": (ACCOUNT, None), "Hello by Pigeon": (ACCOUNT, PIGEON.code)}


async def test_providers_are_told_apart(both: Harness, provider: SendOnlyProvider) -> None:
    """A line whose provider is connected no more goes by nobody: not by who has its number, nor by who has all."""
    providers = ProvidersByAccount({ACCOUNT: both.provider}, both.provider, others=both.provider)
    assert providers.of(MORE) is both.provider
    with pytest.raises(Rejected, match="not connected any more"):
        providers.of(BY_PIGEON)
    assert both.providers.of(BY_PIGEON) is provider
    found = [await both.store.run(partial(profile_of, account=one)) for one in (ACCOUNT, BY_PIGEON, GONE)]
    assert found == [VOLT, SAME_NUMBER, UNKNOWN_PROVIDER]


async def test_a_connection_has_one_limit(both: Harness) -> None:
    """All numbers of a connection share the limit of its provider; the same number elsewhere has another one."""
    numbers = (ACCOUNT, MORE, BY_PIGEON, GONE)
    limits = [await both.store.run(partial(send_limit_of, account=one)) for one in numbers]
    volt, pigeon = await both.store.run(lambda tx: tx.connections.all())
    own = send_limit("volt", volt.id)
    assert limits == [own, own, send_limit("pigeon", pigeon.id), SEND_LIMIT]


def tokens(tx: Transaction, key: str) -> Tokens | None:
    """Read what is left of a limit."""
    return tx.outbox.tokens(key)


async def test_texts_of_all_numbers_count_together(both: Harness) -> None:
    """What leaves by one number of a connection is taken from what may leave by its others."""
    at = from_micros(both.now)
    for number in (ACCOUNT, MORE):
        inbound = Inbound(f"v{number}", f"v{number}", number, DANA, f"At {number}", (), at, provider_id=f"v{number}")
        await both.store.run(partial(record_inbound, inbound=inbound, channel=CHANNEL))
    await both.pay()
    for first in (f"At {MORE}", "Hello by Pigeon"):
        await reply(both, header(both, first), "Hi")
    await both.pay()
    (volt, pigeon) = await both.store.run(lambda tx: tx.connections.all())
    taken = {
        key: await both.store.run(partial(tokens, key=key))
        for key in (send_limit("volt", volt.id), send_limit("pigeon", pigeon.id), SEND_LIMIT)
    }
    assert [left is not None for left in taken.values()] == [True, True, False]


async def test_a_configured_connection_serves_all_numbers(both: Harness) -> None:
    """Numbers that are stored nowhere count as of the connection of the environment, where they may be its own."""

    def configure(tx: Transaction) -> int:
        return tx.connections.add("volt", None, "path-configured", UserId("")).id

    own = await both.store.run(configure)
    unknown = SAME_NUMBER.account_of(GONE)
    limits = [await both.store.run(partial(send_limit_of, account=one)) for one in (GONE, unknown)]
    assert limits == [send_limit("volt", own), SEND_LIMIT]
