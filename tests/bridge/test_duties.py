"""Duties: of several bots on one database one looks things up, and what it had begun counts no more once it has not."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.bridge.duties import OnDuty, end_duties
from bot.bridge.rate_limit import LookupLimiter
from bot.bridge.reconcile.reconciler import Reconciler
from bot.bridge.waves.watcher import WaveWatcher
from bot.call_deadline import note_departure
from bot.domain.duties import Duty
from bot.domain.errors import NotOnDuty, Retryable
from bot.webhook_registration import WebhookRegistrar
from tests.bridge.test_reconcile import fall_silent
from tests.harness.on_a_clock import Harness
from tests.harness.on_duty import SharedStore
from tests.harness.world import CHANNEL

ONE, OTHER = "one", "other"


def reconciler_of(harness: Harness, holders: dict[Duty, str], bot: str) -> Reconciler:
    """Make the reconciler of one of several bots."""
    return Reconciler(
        SharedStore(harness.store, holders, bot),
        harness.workspace,
        harness.provider,
        lambda: harness.now,
        harness.observer,
        LookupLimiter(lambda: harness.now),
    )


def look_ups(harness: Harness) -> int:
    """Count the requests that ask Volt for a conversation."""
    return sum(request.operation == "Conversation" for request in harness.volt.requests)


async def test_one_of_them_looks(harness: Harness) -> None:
    """The bot without the duty asks nobody; once it is left, it takes it and goes on."""
    holders: dict[Duty, str] = {}
    one, other = (reconciler_of(harness, holders, bot) for bot in (ONE, OTHER))
    await fall_silent(harness)
    harness.volt.rules.down = False
    harness.wait(5)
    await one.look()
    before = look_ups(harness)
    harness.wait(60)
    with pytest.raises(NotOnDuty):
        await other.look()
    assert look_ups(harness) == before
    await SharedStore(harness.store, holders, ONE).run(end_duties)
    await other.look()
    assert look_ups(harness) == before + 1


async def test_a_conclusion_is_not_written_off_duty(harness: Harness) -> None:
    """Whoever loses the duty between the look and its conclusion concludes nothing."""
    holders: dict[Duty, str] = {}
    store = OnDuty(SharedStore(harness.store, holders, ONE), Duty.LOOK_UPS)
    await store.run(lambda tx: tx.settings.set_value("seen", "1"))
    holders[Duty.LOOK_UPS] = OTHER
    with pytest.raises(NotOnDuty):
        await store.run(lambda tx: tx.settings.set_value("seen", "2"))
    assert await harness.store.run(lambda tx: tx.settings.value("seen")) == "1"


async def test_waves_are_watched_by_one(harness: Harness) -> None:
    """The bot without the duty watches no wave."""
    shared = SharedStore(harness.store, {Duty.WAVES: OTHER}, ONE)
    watcher = WaveWatcher(shared, harness.provider, harness.workspace, CHANNEL, lambda: harness.now, harness.observer)
    with pytest.raises(NotOnDuty):
        await watcher.look()


async def test_calls_on_duty_have_a_deadline(harness: Harness) -> None:
    """A call that is made on duty must leave before the duty can be another's; here it may."""
    with await OnDuty(harness.store, Duty.WAVES).check():
        note_departure()


async def test_two_bots_register_the_address_once(harness: Harness) -> None:
    """Of two managers who register the bot at once, on whatever bots, one does; the other is told to look again."""
    holders: dict[Duty, str] = {}
    stores = [SharedStore(harness.store, holders, bot) for bot in (ONE, OTHER)]
    address = web.Application()
    address.router.add_route("*", "/{rest:.*}", answer_probe)
    async with TestServer(address) as server:
        url = str(server.make_url("/volt/webhooks"))
        both = [WebhookRegistrar(url, harness.provider, open_no_window, store) for store in stores]
        results = await asyncio.gather(*(one.register() for one in both), return_exceptions=True)
    (refused,) = [one for one in results if isinstance(one, BaseException)]
    assert isinstance(refused, Retryable)
    assert refused.user_message == "Another manager registers this bot just now. Look again in a minute."
    assert await both[1].register() is None
    assert [one.url for one in await harness.provider.webhooks()] == [url]
    assert holders == {}


async def answer_probe(_request: web.Request) -> web.Response:
    """Answer as a bot does while a registration is under way."""
    return web.Response()


async def open_no_window() -> None:
    """Do nothing: whoever probes is answered anyway."""
