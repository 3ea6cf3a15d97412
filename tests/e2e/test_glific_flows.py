"""Contacts whom a flow hands over to people: the conversation opens with what the flow gathered, once, and marked."""

from __future__ import annotations

import time

import pytest

from bot.config_errors import BadConfig
from bot.sandbox.glific.flows import STANDARD_NODE, body_of, sign
from tests.harness.posts import seen
from tests.harness.whatsapp import WhatsApp, wire
from tests.harness.world import DANA

PHRASE = "a phrase of our own"


async def with_flows(whatsapp: WhatsApp) -> str:
    """Set the phrase on both sides; return the address that flows call."""
    whatsapp.glific.signature_phrase = PHRASE
    await whatsapp.restart(glific_flow_secret=PHRASE)
    await whatsapp.stream_is_open()
    return f"{whatsapp.url}/glific/flows"


async def test_a_flow_hands_a_contact_over(whatsapp: WhatsApp) -> None:
    """The conversation opens with what the flow gathered, and its header says so until a person has answered."""
    url = await with_flows(whatsapp)
    whatsapp.glific.add_contact(wire(DANA), "Dana Whitfield", consents=True)
    done = await whatsapp.glific.hand_over(
        url, wire(DANA), {"order": {"input": "4711"}, "topic": {"input": "<@U0AVA>"}}
    )
    assert (done.status, done.branch) == (200, "Success")
    line = await whatsapp.line("they want a person")
    assert "order: 4711" in seen(line)
    assert "topic: <@U0AVA>" in seen(line)
    await whatsapp.slack.until(lambda: "wants a person" in seen(whatsapp.headers()[-1]))
    await whatsapp.hear(DANA, "Hello?")
    assert "wants a person" in seen(whatsapp.headers()[-1])
    await whatsapp.reply(whatsapp.headers()[-1].ts, "I am here")
    await whatsapp.slack.until(lambda: "wants a person" not in seen(whatsapp.headers()[-1]))


async def test_a_repeat_is_told_once(whatsapp: WhatsApp) -> None:
    """The same call, made twice, is answered well and stands in the thread once."""
    url = await with_flows(whatsapp)
    contact = whatsapp.glific.add_contact(wire(DANA), "Dana Whitfield")
    body = body_of(whatsapp.glific, contact, {"topic": {"input": "Help"}}, STANDARD_NODE)
    signature = sign(PHRASE, body, int(time.time()))
    answers = [await whatsapp.glific.post_flow(url, body, signature=signature) for _ in range(2)]
    assert [(answer.status, answer.branch) for answer in answers] == [(200, "Success")] * 2
    await whatsapp.line("they want a person")
    await whatsapp.hear(DANA, "Hello?")
    assert len([line for line in whatsapp.lines() if "they want a person" in line]) == 1


async def test_only_the_organisation_hands_over(whatsapp: WhatsApp) -> None:
    """What is unsigned, stale or signed by another phrase is refused, and opens nothing."""
    url = await with_flows(whatsapp)
    assert (await whatsapp.glific.hand_over(url, wire(DANA), signature=None)).status == 401
    assert (await whatsapp.glific.hand_over(url, wire(DANA), age_s=400)).status == 401
    whatsapp.glific.signature_phrase = "another phrase"
    assert (await whatsapp.glific.hand_over(url, wire(DANA))).status == 401
    assert whatsapp.headers() == []


async def test_the_published_phrase_is_refused_at_the_start(whatsapp: WhatsApp) -> None:
    """With the phrase that Glific publishes the bot does not start, and says what to do."""
    with pytest.raises(BadConfig, match=r"GLIFIC_FLOW_SECRET .* signature phrase of your own"):
        await whatsapp.restart(glific_flow_secret="This is a dummy secret")
    whatsapp.app = None
