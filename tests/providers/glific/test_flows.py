"""Hand-overs of flows: signed, fresh, recognized when they come again, and read whatever a flow's author wrote."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import MalformedPayload, StoreUnavailable
from bot.domain.phone import E164
from bot.providers.glific.flows.events import LONGEST_RESULT, MOST_RESULTS, FlowHandOver, read_hand_over
from bot.providers.glific.flows.signature import DEFAULT_PHRASE, FRESH_S, Unproved, check_phrase, verified
from bot.providers.glific.flows.webhook import FLOWS_PATH, LONGEST_BODY_BYTES, FlowWebhook
from bot.sandbox import GlificStandIn
from bot.sandbox.glific.flows import sign
from tests.providers.glific.stage import DANA

PHRASE = "a phrase of our own"
NOW = 1_800_000_000


class Door:
    """A running endpoint, and what it recorded."""

    def __init__(self) -> None:
        self.url = ""
        self.recorded: list[FlowHandOver] = []
        self.counted: list[str] = []
        self.is_full = False

    async def record(self, found: FlowHandOver) -> bool:
        if self.is_full:
            raise StoreUnavailable("no room")
        is_new = found.proof not in {one.proof for one in self.recorded}
        self.recorded.append(found)
        return is_new


@pytest.fixture
async def door(glific: GlificStandIn) -> AsyncIterator[Door]:
    """Give an endpoint for the flows of an organisation with a phrase of its own."""
    glific.signature_phrase = PHRASE
    one = Door()
    app = web.Application()
    app.router.add_post(FLOWS_PATH, FlowWebhook(PHRASE, one.record, count=one.counted.append).handle)
    async with TestServer(app) as server:
        one.url = str(server.make_url(FLOWS_PATH))
        yield one


async def test_a_hand_over_is_stored_and_the_flow_goes_on(door: Door, glific: GlificStandIn) -> None:
    """A signed call is recorded with the contact and what the flow gathered, and the flow takes it for success."""
    results = {"need": {"input": "a person", "category": "Person"}, "order": "1042", "empty": {"input": ""}}
    done = await glific.hand_over(door.url, DANA, results)
    assert (done.status, done.branch) == (200, "Success")
    [found] = door.recorded
    assert (found.phone, found.name) == (E164(f"+{DANA}"), "Dana Berg")
    assert found.gathered == (("need", "a person"), ("order", "1042"))


async def test_the_same_call_twice_is_a_repeat(door: Door, glific: GlificStandIn) -> None:
    """A call that comes again, byte by byte, is recognized by its proof."""
    body = json.dumps({"contact": {"phone": DANA}}).encode()
    signature = sign(PHRASE, body, int(time.time()))
    for _ in range(2):
        assert (await glific.post_flow(door.url, body, signature=signature)).status == 200
    assert door.counted == ["accepted", "repeat"]


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"signature": None}, "unsigned"),
        ({"signature": "t=1,v1=00"}, "forged"),
        ({"signature": f"t=1,v1={'0' * 64}"}, "forged"),
        ({"age_s": 400}, "stale"),
        ({"age_s": -400}, "stale"),
    ],
)
async def test_what_is_not_proved_is_refused(
    door: Door, glific: GlificStandIn, given: dict[str, Any], outcome: str
) -> None:
    """An unsigned, forged or stale call is a 401, nothing is recorded, and the flow goes on as after a failure."""
    done = await glific.hand_over(door.url, DANA, **given)
    assert (done.status, done.branch) == (401, "Failure")
    assert (door.recorded, door.counted) == ([], [outcome])


async def test_a_call_by_the_published_phrase_is_forged(door: Door, glific: GlificStandIn) -> None:
    """Who signs with the phrase that everybody knows proves nothing."""
    glific.signature_phrase = DEFAULT_PHRASE
    assert (await glific.hand_over(door.url, DANA)).status == 401
    with pytest.raises(ValueError, match="GLIFIC_FLOW_SECRET"):
        check_phrase(f" {DEFAULT_PHRASE}")


async def test_what_cannot_be_read_is_refused(door: Door, glific: GlificStandIn) -> None:
    """A signed call without a contact says what the flow's node needs; one that is too long is not read."""
    done = await glific.hand_over(door.url, DANA, node={})
    assert done.status == 400
    assert '"contact": "@contact"' in done.text
    assert (await glific.post_flow(door.url, b"no json")).status == 400
    assert (await glific.post_flow(door.url, b"x" * (LONGEST_BODY_BYTES + 1))).status == 413
    assert door.recorded == []


async def test_what_cannot_be_stored_is_said(door: Door, glific: GlificStandIn) -> None:
    """While nothing can be stored the call is a 503, and the flow takes its branch of failure."""
    door.is_full = True
    assert (await glific.hand_over(door.url, DANA)).status == 503


async def test_a_body_that_does_not_end_is_left(glific: GlificStandIn) -> None:
    """A caller who sends half a body is answered and hung up on."""
    one = Door()
    app = web.Application()
    app.router.add_post(FLOWS_PATH, FlowWebhook(PHRASE, one.record, body_timeout_s=0.05).handle)

    async def half() -> AsyncIterator[bytes]:
        yield b"{"
        await glific.server.closing.wait()

    async with (
        TestServer(app) as server,
        aiohttp.ClientSession() as session,
        session.post(server.make_url(FLOWS_PATH), data=half()) as answer,
    ):
        assert answer.status == 408


def test_a_signature_counts_for_a_while_on_both_sides() -> None:
    """Up to five minutes before and after a signature counts."""
    body = b"{}"
    for age_s in (-FRESH_S, 0, FRESH_S):
        assert verified(PHRASE, sign(PHRASE, body, NOW), body, NOW + age_s)
    with pytest.raises(Unproved):
        verified(PHRASE, sign(PHRASE, body, NOW), body + b" ", NOW)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    )
)
def test_whatever_a_flow_sends_is_read_within_limits(found: Any) -> None:
    """Results of any shape become short names and values, or nothing."""
    raw = json.dumps({"contact": {"phone": DANA}, "results": found, "more": found}).encode()
    read = read_hand_over(raw, "proof")
    assert len(read.gathered) <= MOST_RESULTS
    assert all(name is not None and 0 < len(value) <= LONGEST_RESULT for name, value in read.gathered)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_hand_over_are_malformed(raw: bytes) -> None:
    """Anything else is refused in one way."""
    with pytest.raises(MalformedPayload):
        read_hand_over(raw, "proof")


def test_results_of_any_depth_are_read() -> None:
    """However deep a result is nested, it is read or left out, and nothing overflows."""
    for depth in range(1, 1_200, 7):
        value = '{"input":' * depth + '"x"' + "}" * depth
        body = f'{{"contact": {{"phone": "{DANA}"}}, "results": {{"a": {value}, "b": "kept"}}}}'
        with suppress(MalformedPayload):
            assert ("b", "kept") in read_hand_over(body.encode(), "p").gathered
