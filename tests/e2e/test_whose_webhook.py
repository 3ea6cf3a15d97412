"""Whose webhook it is: Volt signs for all its customers, so what is truly signed need not be about a number of ours.

And by which key: the address of Volt's key may serve another one.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import aiohttp
import pytest

from bot.doctor.check_failed import CheckFailed
from bot.doctor.proof_checks import ProofChecks
from bot.providers.volt.key_rotation import fingerprint
from bot.sandbox.volt.model import VoltMessage
from bot.sandbox.volt.wire import envelope, finalized, received, sent
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO

FOREIGN, POOL = "+15555550190", "+15555550177"


def _inbound(words: str, **more: Any) -> dict[str, Any]:
    return received(VoltMessage(FOREIGN, DANA, words, direction="inbound", status="received")) | more


def _outbound(to: str = DANA, **more: Any) -> VoltMessage:
    return VoltMessage(to, FOREIGN, "of somebody else", **more)


EVENTS = {
    "text": _inbound("Hello"),
    "picture": _inbound("", media=["https://cdn.example.com/a.png"]),
    "stop": _inbound("STOP"),
    "sent": sent(_outbound()),
    "failed": finalized(_outbound(status="failed", error_code="503")),
    "sent to our number": sent(_outbound(ACCOUNT)),
}


async def post(relay: Relay, payload: dict[str, Any], passthrough: str = "") -> tuple[int, str]:
    """Post an event that is truly signed; the header of the passthrough is covered by no signature."""
    headers = {"X-Volt-Passthrough": passthrough} if passthrough else {}
    status, _, text = await relay.volt.post(json.dumps(envelope(payload)).encode(), headers=headers)
    return status, text


async def _metrics(relay: Relay) -> str:
    status, text = await relay.get("/metrics")
    assert status == 200
    return text


@pytest.mark.parametrize("kind", EVENTS)
async def test_an_event_about_a_foreign_number(relay: Relay, kind: str) -> None:
    """A truly signed event about another customer's number is 200, counted, never shown, and asked about once."""
    await relay.open_thread(DANA, "ours")
    before = len(relay.volt.requests)
    for _ in range(3):
        assert await post(relay, EVENTS[kind]) == (200, "foreign")
    asked = len(relay.volt.requests) - before
    await relay.volt.text(DANA, "ours again")
    await relay.shows(DANA, "ours", "ours again")
    assert len(relay.headers()) == 1
    assert not [one for one in relay.lines() if "outside Slack" in one or "no more texts" in one]
    assert 0 < asked <= 3
    assert 'volt_bot_webhooks_total{outcome="foreign"} 3.0' in await _metrics(relay)
    assert FOREIGN not in relay.log


async def test_while_volt_cannot_be_asked(relay: Relay) -> None:
    """Whose a number is cannot be told while Volt is down: the event is 503, comes again, and is then shown."""
    relay.volt.add_contact(DANA, "Dana", mapped_number=POOL)
    relay.volt.rules.down = True
    status, _ = await post(relay, _inbound("to the pool", to_number=POOL))
    assert status == 503
    relay.volt.rules.down = False
    assert await post(relay, _inbound("to the pool", to_number=POOL)) == (200, "accepted")
    await relay.shows(DANA, "to the pool")


async def test_what_is_not_signed_decides_nothing(relay: Relay) -> None:
    """On the first day of an account, an unsigned event that names a number keeps no signed one at it out."""
    await relay.restart(volt_webhook_verify="log")
    assert relay.volt.webhook_url is not None
    unsigned = json.dumps(envelope(_inbound("unsigned", to_number=POOL, from_number=MARCO)))
    async with aiohttp.ClientSession() as session, session.post(relay.volt.webhook_url, data=unsigned) as answer:
        assert (answer.status, await answer.text()) == (200, "foreign")
    relay.volt.add_contact(DANA, "Dana", mapped_number=POOL)
    assert await post(relay, _inbound("signed", to_number=POOL)) == (200, "accepted")
    await relay.shows(DANA, "signed")


@pytest.mark.parametrize("is_foreign", [True, False])
async def test_a_forged_passthrough(relay: Relay, *, is_foreign: bool) -> None:
    """A key of ours beside a signed receipt for another contact, of anybody's number, settles nothing."""
    thread = await relay.open_thread(DANA, "Hello")
    await relay.reply(thread, "Good day")
    await relay.volt.until(lambda: len(relay.volt.messages) == 1)
    (ours,) = relay.volt.messages
    assert ours.passthrough
    other = VoltMessage(MARCO, FOREIGN if is_foreign else ACCOUNT, "another text", status="failed", error_code="704")
    assert (await post(relay, finalized(other), ours.passthrough))[0] == 200
    await relay.volt.receipt(ours, "delivered")
    await relay.slack.until(lambda: any("Delivered" in one for one in relay.lines()))
    in_thread = [seen(one) for one in relay.posts(CHANNEL) if one.thread_ts == thread]
    assert not [one for one in in_thread if "Not delivered" in one]


async def doctor_on_keys(relay: Relay) -> str:
    """Ask the doctor about Volt's key."""
    assert relay.app is not None
    async with aiohttp.ClientSession() as session:
        ((_, check),) = ProofChecks(relay.app.config, session).all()
        try:
            return await check()
        except CheckFailed as failed:
            return f"FIX {failed}"


def served_by(relay: Relay) -> str:
    """Give the fingerprint of the key that the stand-in signs with."""
    return fingerprint(relay.volt.private_key.public_key())


async def test_a_swapped_key(relay: Relay) -> None:
    """What a new key signs is shown; log, metrics, /readyz, doctor and the managers' Home say so, nobody else's."""
    relay.slack.users[AVA].is_admin, relay.slack.users[BEN].is_admin = True, False
    old = served_by(relay)
    await relay.open_thread(DANA, "by the old key")
    assert await doctor_on_keys(relay) == f"is readable, {old}"
    relay.volt.rotate_key()
    new = served_by(relay)
    assert (await doctor_on_keys(relay)).startswith(f"FIX is {new} now, and the bot uses {old} until")
    await relay.restart()  # the key is fetched once a minute at most, and was just now
    assert (await relay.volt.text(DANA, "by the new one")).status == 200
    await relay.shows(DANA, "by the old key", "by the new one")
    assert "volt_key_changed" in relay.log
    assert "volt_bot_webhook_key_changed 1.0" in await _metrics(relay)
    status, said = await relay.get("/readyz")
    assert (status, said.startswith("ready\nVolt's key has changed: the one before is accepted until ")) == (200, True)
    found = await doctor_on_keys(relay)
    assert found.startswith("FIX has changed on ")
    assert found.endswith(f"If so: VOLT_WEBHOOK_KEY={relay.volt.key_url} {new}")
    for user, is_told in ((AVA, True), (BEN, False)):
        await relay.slack.open_home(user)
        await relay.slack.until(partial(relay.slack.homes.get, user))
        assert ("Volt signs its texts with a new key." in json.dumps(relay.slack.homes[user])) is is_told
    await relay.restart(volt_webhook_key=f"{relay.volt.key_url} {new}")
    assert await doctor_on_keys(relay) == f"is readable, {new}"
    assert (await relay.get("/readyz")) == (200, "ready")


async def test_a_swapped_key_that_is_not_pinned(relay: Relay) -> None:
    """Where a fingerprint is set, what another key signs is 503 and not shown, until its fingerprint is set, too."""
    old = served_by(relay)
    await relay.restart(volt_webhook_key=f"{relay.volt.key_url} {old}")
    await relay.open_thread(DANA, "by the old key")
    await relay.restart()
    relay.volt.rotate_key()
    assert (await post(relay, _inbound("swapped", to_number=ACCOUNT)))[0] == 503
    assert (await doctor_on_keys(relay)).startswith(f"FIX is {served_by(relay)} now, which VOLT_WEBHOOK_KEY does not")
    await relay.restart(volt_webhook_key=f"{relay.volt.key_url} {old} {served_by(relay)}")
    assert (await post(relay, _inbound("announced", to_number=ACCOUNT)))[0] == 200
    await relay.shows(DANA, "by the old key", "announced")
