"""Whose webhook it is: Volt signs for all its customers, so what is truly signed need not be about a number of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.sandbox.volt.model import VoltMessage
from bot.sandbox.volt.wire import envelope, finalized, received, sent
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, CHANNEL, DANA, MARCO

FOREIGN = "+15555550190"


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
    relay.volt.add_contact(DANA, "Dana", mapped_number="+15555550177")
    relay.volt.rules.down = True
    status, _ = await post(relay, _inbound("to the pool", to_number="+15555550177"))
    assert status == 503
    relay.volt.rules.down = False
    assert await post(relay, _inbound("to the pool", to_number="+15555550177")) == (200, "accepted")
    await relay.shows(DANA, "to the pool")


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
