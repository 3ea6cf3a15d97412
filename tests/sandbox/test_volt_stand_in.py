"""VoltStandIn over the wire: GraphQL with aiohttp, webhooks verified with cryptography."""

from __future__ import annotations

import asyncio
import base64
import json
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from bot.sandbox import VoltStandIn
from tests.harness.world import ACCOUNT as OURS
from tests.harness.world import DANA
from tests.sandbox.conftest import Ask
from tests.sandbox.recording_app import Received, RecordingApp

ELI = "+15555550167"
SAMPLES = Path(__file__).parent.parent / "samples" / "volt"
CREATE = """
mutation CreateMessage($to: String!, $body: String!, $passthrough: String, $media: [String!]) {
  createMessage(to: $to, from: "+15555550123", body: $body, passthrough: $passthrough, media: $media) {
    id legacyId toNumber fromNumber status sentAt body media contact { name } account { primaryPhone }
  }
}
"""


@pytest.fixture
async def volt(app: RecordingApp) -> AsyncIterator[VoltStandIn]:
    """Give an account that delivers to the app."""
    async with VoltStandIn(OURS) as stand_in:
        stand_in.webhook_url = app.url
        stand_in.receipts = "manual"
        yield stand_in


async def public_key(volt: VoltStandIn) -> rsa.RSAPublicKey:
    """Return the key as key_url serves it."""
    async with aiohttp.ClientSession() as session, session.get(volt.key_url) as answer:
        key = load_ssh_public_key(await answer.read())
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def verify(key: rsa.RSAPublicKey, received: Received) -> None:
    """Check a request's signature over its raw bytes."""
    signature = base64.b64decode(received.headers["x-respond-flow-signature"], validate=True)
    key.verify(signature, received.body, padding.PKCS1v15(), hashes.SHA256())


def event_types(app: RecordingApp) -> list[str]:
    """Return the event types the app received."""
    return [json.loads(body)["payload"]["event_type"] for body in app.bodies()]


def texts(app: RecordingApp) -> list[str]:
    """Return the texts the app received."""
    return [json.loads(body)["payload"]["text"] for body in app.bodies()]


async def test_a_customers_text_has_the_published_shape_and_a_good_signature(
    volt: VoltStandIn, app: RecordingApp
) -> None:
    """message.received carries exactly the published keys, a null id, and a signature over its raw bytes."""
    webhook = await volt.text(DANA, "Hej då", media=[volt.picture_url("lake.png")])
    assert webhook.status == 200
    verify(await public_key(volt), app.received[0])
    sample = json.loads((SAMPLES / "message_received.json").read_text())
    sent = json.loads(app.received[0].body)
    assert sent.keys() == sample.keys()
    assert sent["payload"].keys() == sample["payload"].keys()
    assert sent["id"].startswith("rfw_6962ccb5_")
    assert len(sent["id"]) == len(sample["id"])
    payload = sent["payload"]
    assert (payload["id"], payload["from_number"], payload["to_number"]) == (None, DANA, OURS)
    assert (payload["direction"], payload["status"], payload["type"]) == ("inbound", "webhook_delivered", "MMS")
    assert "x-volt-passthrough" not in app.received[0].headers


async def test_a_rotated_key_makes_the_old_one_useless(volt: VoltStandIn, app: RecordingApp) -> None:
    """After rotate_key webhooks verify with the newly served key only."""
    old = await public_key(volt)
    volt.rotate_key()
    await volt.text(DANA, "hello")
    verify(await public_key(volt), app.received[0])
    with pytest.raises(InvalidSignature):
        verify(old, app.received[0])


async def test_receipts_have_the_published_shape_and_the_passthrough(
    volt: VoltStandIn, app: RecordingApp, ask: Ask
) -> None:
    """Receipts name the message by id and passthrough header; a failed one has the published keys."""
    answer = await ask(CREATE, to=DANA, body="hello", passthrough="m-1")
    [message] = volt.outbound(DANA)
    created = answer["data"]["createMessage"]
    assert (created["id"], created["legacyId"]) == (message.id, message.legacy_id)
    assert (created["status"], created["sentAt"], created["contact"]) == ("sending", "", None)
    await volt.receipt(message, "sent")
    await volt.receipt(message, "failed", "702", passthrough=False)
    sent, failed = (json.loads(body) for body in app.bodies())
    assert app.received[0].headers["x-volt-passthrough"] == "m-1"
    assert "x-volt-passthrough" not in app.received[1].headers
    assert (sent["payload"]["event_type"], sent["payload"]["status"]) == ("message.sent", "sent")
    sample = json.loads((SAMPLES / "message_finalized_failed.json").read_text())
    assert failed["payload"].keys() == sample["payload"].keys()
    differing = {"message_app_id", "id", "text", "valid_until", "sent_at", "completed_at", "occurred_at"}
    numbers = {"to_number", "from_number"}
    same = sample["payload"].keys() - differing - numbers
    assert {key: failed["payload"][key] for key in same} == {key: sample["payload"][key] for key in same}
    assert failed["payload"]["id"] == message.id


async def test_automatic_receipts_follow_a_message(volt: VoltStandIn, app: RecordingApp, ask: Ask) -> None:
    """With receipts "auto" a message is sent, then delivered; one whose outcome is a code is failed with it."""
    volt.receipts, volt.outcomes[ELI] = "auto", "802"
    await ask(CREATE, to=DANA, body="hello")
    await volt.until(lambda: len(app.received) == 2 and volt.messages[0].status == "delivered")
    assert event_types(app) == ["message.sent", "message.finalized"]
    await ask(CREATE, to=ELI, body="hello")
    await volt.until(lambda: len(app.received) == 4)
    assert json.loads(app.received[3].body)["payload"]["error_code"] == "802"
    message = await ask("query Q($id: ID!) { message(id: $id) { status errorCode } }", id=volt.messages[1].id)
    assert message["data"]["message"] == {"status": "failed", "errorCode": "802"}


async def test_early_receipts_arrive_before_the_answer(volt: VoltStandIn, app: RecordingApp, ask: Ask) -> None:
    """With early receipts both have been delivered when createMessage answers."""
    volt.receipts, volt.rules.early_receipts = "auto", True
    await ask(CREATE, to=DANA, body="hello")
    assert event_types(app) == ["message.sent", "message.finalized"]


async def test_stop_is_delivered_and_ends_sending(volt: VoltStandIn, app: RecordingApp, ask: Ask) -> None:
    """STOP still arrives; later messages to that number fail with 503 until it texts START."""
    await volt.text(DANA, " Opt-out. ")
    await ask(CREATE, to=DANA, body="hello")
    await volt.until(lambda: len(app.received) == 2)
    payload = json.loads(app.received[1].body)["payload"]
    assert (payload["event_type"], payload["error_code"]) == ("message.finalized", "503")
    await volt.text(DANA, "START")
    await ask(CREATE, to=DANA, body="hello")
    assert volt.messages[1].status == "sending"


async def test_a_text_from_volts_own_page_has_no_passthrough(volt: VoltStandIn, app: RecordingApp) -> None:
    """A foreign text comes as message.sent without the header."""
    await volt.foreign_text(DANA, "from the page")
    assert event_types(app) == ["message.sent"]
    assert "x-volt-passthrough" not in app.received[0].headers


async def test_webhooks_of_one_contact_keep_their_order_through_retries(volt: VoltStandIn, app: RecordingApp) -> None:
    """While one is retried the next of that contact waits, another contact's passes; ids stay the same."""
    volt.rules.retry_delays_s = (0.05, 0.0)
    app.answer = lambda one: web.Response(status=200 if b"Eli" in one.body or len(app.received) > 3 else 503)
    first = await volt.text(DANA, "one")
    second, other = await asyncio.gather(volt.text(DANA, "two"), volt.text(ELI, "Eli"))
    assert (first.status, second.status, other.status) == (503, 0, 200)
    await volt.until(lambda: second.status == 200)
    assert [text for text in texts(app) if text != "Eli"] == ["one", "one", "one", "two"]
    assert len({json.loads(body)["id"] for body in app.bodies()}) == 3


async def test_repeated_and_reordered_webhooks(volt: VoltStandIn, app: RecordingApp) -> None:
    """Repeats carry the same id; reorder lets the next one of a contact pass the one held."""
    volt.rules.repeat_webhooks = 1
    await volt.text(DANA, "one")
    await volt.until(lambda: len(volt.webhooks) == 2)
    assert len({json.loads(body)["id"] for body in app.bodies()}) == 1
    volt.rules.repeat_webhooks, volt.rules.reorder = 0, True
    held = await volt.text(DANA, "two")
    assert held.status == 0
    await volt.text(DANA, "three")
    await volt.until(lambda: held.status == 200)
    assert texts(app)[2:] == ["three", "two"]


async def test_raw_posts_can_be_forged(volt: VoltStandIn, app: RecordingApp) -> None:
    """Raw posts send any bytes to any path, signed, unsigned or wrongly signed, and returns the answer."""
    app.answer = lambda _: web.Response(status=401, text="no", headers={"X-Why": "bad"})
    status, headers, text = await volt.post(b"\xff{", signature=None, path="/elsewhere")
    assert (status, headers["X-Why"], text) == (401, "bad", "no")
    assert (app.received[0].path, app.received[0].body) == ("/elsewhere", b"\xff{")
    assert "x-respond-flow-signature" not in app.received[0].headers
    await volt.post(b"{}", signature="forged")
    await volt.post(b"{}")
    assert app.received[1].headers["x-respond-flow-signature"] == "forged"
    verify(await public_key(volt), app.received[2])


async def test_registering_probes_unsigned_and_wants_200(volt: VoltStandIn, app: RecordingApp, ask: Ask) -> None:
    """A registration posts an unsigned test first; anything but 200 fails it; a registered URL gets the events."""
    volt.webhook_url = None
    register = "mutation R($url: String!) { registerWebhook(url: $url) { id url eventTypes } }"
    app.answer = lambda _: web.Response(status=204)
    refused = await ask(register, url=app.url)
    assert refused["errors"][0]["message"] == "webhook failed to respond successfully"
    app.answer = lambda _: web.Response()
    made = (await ask(register, url=app.url))["data"]["registerWebhook"]
    assert app.bodies() == [b'{"type": "test"}'] * 2
    assert "x-respond-flow-signature" not in app.received[0].headers
    assert (await volt.text(DANA, "hello")).status == 200
    assert (await ask("{ webhooks { url } }"))["data"]["webhooks"] == [{"url": app.url}]
    await ask("mutation D($id: ID!) { deleteWebhook(id: $id) { id } }", id=made["id"])
    assert (await ask("{ webhooks { url } }"))["data"]["webhooks"] == []
    assert (await volt.text(DANA, "hello")).status == 0


async def test_graphql_errors_look_like_graphql(volt: VoltStandIn, ask: Ask) -> None:
    """A wrong token is 401; unknown fields, bad numbers and told errors come as errors in a 200 answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(volt.graphql_url, json={"query": "{ webhooks { id } }"}) as answer,
    ):
        assert answer.status == 401
    unknown = await ask("{ nothing }")
    assert (unknown["status"], "Cannot query field" in unknown["errors"][0]["message"]) == (200, True)
    bad = await ask(CREATE, to="5550145", body="hello")
    assert (bad["data"], bad["errors"][0]["path"]) == (None, ["createMessage"])
    volt.rules.errors = ["Messaging rate limit"]
    told = await ask(CREATE, to=DANA, body="hello")
    assert (told["status"], told["data"], told["errors"][0]["message"]) == (200, None, "Messaging rate limit")
    assert not volt.messages
    too_long = await ask(CREATE, to=DANA, body="hello", passthrough="x" * 513)
    assert too_long["data"] is None
    assert [(one.operation, one.status) for one in volt.requests][-1] == ("CreateMessage", 200)


async def test_statuses_are_answered_once_each(volt: VoltStandIn, ask: Ask) -> None:
    """Each told status is answered once, with its Retry-After, and nothing is sent."""
    volt.rules.statuses = [(429, 2), (502, None)]
    answers = [await ask(CREATE, to=DANA, body="hello") for _ in range(3)]
    assert [(one["status"], one["retry"]) for one in answers] == [(429, "2"), (502, None), (200, None)]
    assert len(volt.messages) == 1


async def test_texts_above_the_rate_are_refused_with_retry_after(volt: VoltStandIn, ask: Ask) -> None:
    """After its burst Volt takes so many texts per second, others get 429 and are not sent."""
    volt.rules.texts_per_s, volt.rules.burst, volt.rules.throttle_s = 0.1, 2, 3
    answers = [await ask(CREATE, to=DANA, body="hello") for _ in range(3)]
    assert [(one["status"], one["retry"]) for one in answers] == [(200, None), (200, None), (429, "3")]
    assert len(volt.messages) == 2


async def test_dropped_answers_act_and_refused_calls_do_not(volt: VoltStandIn, ask: Ask) -> None:
    """A dropped answer leaves the message sent; a refused or hanging call does not."""
    volt.rules.drop_answers = 1
    with pytest.raises(aiohttp.ClientConnectionError):
        await ask(CREATE, to=DANA, body="dropped")
    volt.rules.refuse = True
    with pytest.raises(aiohttp.ClientConnectionError):
        await ask(CREATE, to=DANA, body="refused")
    volt.rules.refuse, volt.rules.hang = False, 1
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await ask(CREATE, to=DANA, body="hanging")
    assert [message.body for message in volt.messages] == ["dropped"]
    assert [one.status for one in volt.requests] == [0, 0]


async def test_a_conversation_shows_both_directions(volt: VoltStandIn, ask: Ask) -> None:
    """conversation, inbox and legacyMessage show texts of both directions."""
    volt.add_contact(DANA, "Dana")
    await volt.text(DANA, "hello")
    await ask(CREATE, to=DANA, body="hi")
    query = """query Q($to: String!, $from: String!, $id: ID!) {
      conversation(to: $to, from: $from) { messages { body contact { name } } pageInfo { hasPreviousPage } }
      inbox(from: $from) { items { lastMessage isUnread contact { phoneNumber lists { name } } } }
      legacyMessage(id: $id) { body toNumber }
    }"""
    answer = await ask(query, **{"to": DANA, "from": OURS, "id": volt.inbound[0].legacy_id})
    shown = answer["data"]
    assert {one["body"] for one in shown["conversation"]["messages"]} == {"hello", "hi"}
    assert shown["conversation"]["messages"][0]["contact"] == {"name": "Dana"}
    assert shown["inbox"]["items"][0]["contact"] == {"phoneNumber": DANA, "lists": []}
    assert shown["legacyMessage"] == {"body": "hello", "toNumber": OURS}


async def test_contacts_lists_and_waves(volt: VoltStandIn, ask: Ask) -> None:
    """Contacts are written whole, put on lists, and waves to lists are counted and kept."""
    query = """mutation M($n: String!, $p: String!) {
      createOrUpdateContact(name: "Dana", phoneNumber: $n, accountPhone: $p, blocked: false,
        customFields: [{key: "city", value: "Lund"}]) { name customFields { key value } }
      createOrUpdateList(primaryPhone: $p, listQuery: {listName: "vip", queryCustomFields: [
        {field: "age", operator: gt, queryValue: "3"}]}) { size queryCustomFields { operator } }
      addContactsToList(primaryPhone: $p, listName: "vip", phoneNumbers: [$n]) { size }
      scheduleWave(type: account, primaryPhone: $p, status: scheduled, wave: {waveName: "w", listNames: ["vip"],
        scheduledTime: "2030-01-01 10:00:00", messageBody: "soon"}) { id type totalMessages lists { name } }
      scheduleMessage(primaryPhone: $p, message: {scheduledTime: "2030-01-01 10:00:00", messageBody: "soon",
        contactNumbers: [$n]}) { type totalMessages media }
    }"""
    made = (await ask(query, n=DANA, p=OURS))["data"]
    assert made["createOrUpdateContact"] == {"name": "Dana", "customFields": [{"key": "city", "value": "Lund"}]}
    assert (made["createOrUpdateList"]["size"], made["addContactsToList"]["size"]) == (0, 1)
    assert made["createOrUpdateList"]["queryCustomFields"] == [{"operator": "gt"}]
    assert (made["scheduleWave"]["totalMessages"], made["scheduleWave"]["lists"]) == (1, [{"name": "vip"}])
    assert made["scheduleMessage"] == {"type": "contact", "totalMessages": 1, "media": []}
    read = """query Q($n: String!, $p: String!, $w: ID!) { contact(primaryPhone: $p, phoneNumber: $n) { lists { name } }
      list(primaryPhone: $p, listName: "vip") { size } wave(id: $w) { name } }"""
    found = (await ask(read, n=DANA, p=OURS, w=made["scheduleWave"]["id"]))["data"]
    assert found == {"contact": {"lists": [{"name": "vip"}]}, "list": {"size": 1}, "wave": {"name": "w"}}


async def test_a_pool_number_speaks_for_the_account(volt: VoltStandIn, app: RecordingApp, ask: Ask) -> None:
    """A contact with a mapped number texts with it in both directions; a blocked one brings no webhook."""
    pool = "+15555550199"
    contact = volt.add_contact(DANA, "Dana", pool)
    await volt.text(DANA, "hello")
    created = (await ask(CREATE, to=DANA, body="hi"))["data"]["createMessage"]
    assert json.loads(app.received[0].body)["payload"]["to_number"] == pool
    assert created["fromNumber"] == pool
    contact.blocked = True
    assert (await volt.text(DANA, "anybody")).status == 0
    assert len(app.received) == 1


async def test_pictures_are_png_files(volt: VoltStandIn) -> None:
    """A picture's address serves a PNG whose pixels unpack to its size."""
    async with aiohttp.ClientSession() as session, session.get(volt.picture_url("sunset.png")) as answer:
        data = await answer.read()
        assert answer.content_type == "image/png"
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    start = data.index(b"IDAT") + 4
    length = int.from_bytes(data[start - 8 : start - 4])
    assert len(zlib.decompress(data[start : start + length])) == 96 * (1 + 96 * 3)


async def test_until_names_the_state_without_texts_or_numbers(volt: VoltStandIn) -> None:
    """A timeout describes messages, requests and webhooks, and gives away no text and no whole number."""
    await volt.text(DANA, "secret words")
    with pytest.raises(TimeoutError, match=r"message\.received 200") as caught:
        await volt.until(lambda: False, timeout_s=0.01)
    assert "secret words" not in str(caught.value)
    assert DANA not in str(caught.value)


async def test_the_wire_holds_no_token(volt: VoltStandIn, ask: Ask) -> None:
    """Hops of both directions are kept, without the access token."""
    await volt.text(DANA, "hello")
    await ask(CREATE, to=DANA, body="hi")
    hops = [(hop.direction, hop.label, hop.status) for hop in volt.wire]
    assert hops == [("volt→bot", "message.received", 200), ("bot→volt", "CreateMessage", 200)]
    assert volt.token not in repr(list(volt.wire))
