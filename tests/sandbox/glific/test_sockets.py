"""The stand-in for Glific over the wire: the websocket, what it pushes, and how it fails."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import WSMsgType

from bot.sandbox import GlificStandIn
from tests.sandbox.glific.stage import DANA, Caller, connected, listening, opened

SIMULATOR = "9876543210_1"


@pytest.fixture
async def glific() -> AsyncIterator[GlificStandIn]:
    """Give an organisation with one contact that wrote."""
    async with GlificStandIn() as stand_in:
        stand_in.receipts = "manual"
        await stand_in.text(DANA, "before", name="Dana Berg")
        yield stand_in


async def test_inbound_messages_are_pushed_as_they_were_selected(caller: Caller) -> None:
    """Every kind of message of a contact is pushed; what came before the subscription is not."""
    glific = caller.glific
    async with listening(glific, caller, "Received") as listener:
        await glific.text(DANA, "hello")
        told = await listener.message()
        assert (told["body"], told["type"], told["flow"], told["status"]) == ("hello", "TEXT", "INBOUND", "received")
        assert (told["contact"]["phone"], told["messageNumber"]) == (DANA, 2)
        await glific.send_media(DANA, "IMAGE", glific.picture_url(), "look")
        told = await listener.message()
        assert (told["body"], told["media"]["caption"], told["media"]["url"]) == (None, "look", glific.picture_url())
        await glific.send_location(DANA, 18.5, 73.8)
        assert (await listener.message())["location"] == {"latitude": 18.5, "longitude": 73.8}
        await glific.send_card(DANA, "Eli Lund", "15555550167")
        assert (await listener.message())["type"] == "CONTACT"
        await glific.choose(DANA, "Yes, please")
        told = await listener.message()
        assert (told["type"], told["body"]) == ("QUICK_REPLY", "Yes, please")
        assert json.loads(told["interactiveContent"])["title"] == "Yes, please"


async def test_one_connection_bears_several_subscriptions(caller: Caller) -> None:
    """Texts that go out and their states are pushed under the id of their own subscription."""
    glific = caller.glific
    async with listening(glific, caller, "Received", "Sent", "StatusChanged") as listener:
        await caller.send(DANA, "hi")
        frame = await listener.hear()
        assert (frame["id"], frame["payload"]["data"]["sentMessage"]["body"]) == ("2", "hi")
        [message] = glific.outbound(DANA)
        await glific.until(lambda: message.status == "sent")
        glific.receipt(message, "DELIVERED")
        glific.receipt(message, "READ")
        states = [(await listener.message())["bspStatus"] for _ in range(2)]
        assert states == ["DELIVERED", "READ"]
        await listener.say({"id": "1", "type": "complete"})
        await glific.until(lambda: glific.sockets.subscribed == ["sentMessage", "updateMessageStatus"])


async def test_texts_of_flows_and_colleagues_are_pushed_too(caller: Caller) -> None:
    """What a flow or somebody in Glific's own pages sends is pushed as sent, with their names."""
    glific = caller.glific
    dana = glific.contact_of(DANA)
    assert dana is not None
    async with listening(glific, caller, "Sent") as listener:
        await glific.colleague_text(DANA, "from the office")
        told = await listener.message()
        assert (told["body"], told["user"]["name"]) == ("from the office", "Asha Rao")
        await glific.flow_text(dana, "from a flow")
        told = await listener.message()
        assert (told["user"], told["flowLabel"]) == (None, "Welcome")


async def test_a_broadcast_pushes_no_single_messages(caller: Caller) -> None:
    """The messages of a broadcast and their states are published nowhere."""
    glific = caller.glific
    glific.rules.broadcast_after_s = 0.0
    dana = glific.contact_of(DANA)
    assert dana is not None
    group = glific.add_group("News", dana)
    async with listening(glific, caller, "Sent", "StatusChanged") as listener:
        await caller.ask("SendToGroup", input={"body": "news"}, groupId=str(group.id))
        await glific.until(lambda: glific.outbound(DANA) and glific.outbound(DANA)[0].status == "sent")
        glific.receipt(glific.outbound(DANA)[0], "READ")
        await caller.send(DANA, "a single one")
        assert (await listener.message())["body"] == "a single one"


async def test_simulators_come_through_the_same_subscription(caller: Caller) -> None:
    """A test contact's message is pushed as any other; its phone tells."""
    async with listening(caller.glific, caller, "Received") as listener:
        await caller.glific.text(SIMULATOR, "test")
        assert (await listener.message())["contact"]["phone"] == SIMULATOR


async def test_a_bad_token_is_answered_and_the_socket_stays_open(caller: Caller) -> None:
    """A bad token is an `error` with an object as its id; nothing is closed, and a good one may follow."""
    async with opened(caller.glific, caller) as listener:
        assert await listener.begin("expired") == {"id": {}, "type": "error", "payload": {}}
        assert (await listener.begin(caller.access))["type"] == "connection_ack"


async def test_an_open_socket_outlives_its_token(caller: Caller) -> None:
    """The token is looked at once: later events are pushed though it is dead, and a new socket needs a new one."""
    glific = caller.glific
    async with listening(glific, caller, "Received") as listener:
        glific.sessions.end()
        await glific.text(DANA, "still here")
        assert (await listener.message())["body"] == "still here"
    async with opened(glific, caller) as listener:
        assert (await listener.begin(caller.access))["type"] == "error"


async def test_another_organisations_id_is_refused(caller: Caller) -> None:
    """A subscription with another organisation's id is an error of its own, and the connection goes on."""
    async with connected(caller.glific, caller) as listener:
        await listener.subscribe("Received", "7", organization="2")
        frame = await listener.hear()
        assert (frame["id"], frame["type"]) == ("7", "error")
        assert frame["payload"] == [{"message": "Auth Credentials mismatch"}]
        await listener.subscribe("Received", "8")
        await caller.glific.until(lambda: caller.glific.sockets.subscribed == ["receivedMessage"])


async def test_a_document_that_does_not_fit_is_refused(caller: Caller) -> None:
    """A subscription that the schema does not know, as at an old Glific, is an error of its own."""
    caller.glific.rules.unknown_fields = ["Message.messageBroadcastId"]
    async with connected(caller.glific, caller) as listener:
        await listener.subscribe("Received")
        frame = await listener.hear()
        assert frame["type"] == "error"
        assert "messageBroadcastId" in frame["payload"][0]["message"]


async def test_pings_are_answered(caller: Caller) -> None:
    """A ping of the protocol is answered; where the rules say so it is not."""
    async with connected(caller.glific, caller) as listener:
        await listener.say({"type": "ping"})
        assert await listener.hear() == {"type": "pong"}
        caller.glific.rules.mute_pongs = True
        await listener.say({"type": "ping"})
        await listener.subscribe("Received", organization="2")
        assert (await listener.hear())["type"] == "error"


@pytest.mark.parametrize("frame", ["no json", "[]", '{"type": "phx_join"}', '{"type": "subscribe", "id": "1"}'])
async def test_what_is_not_the_protocol_closes_the_socket(caller: Caller, frame: str) -> None:
    """Frames that are not the protocol's, and a subscription before the token, close with 4400."""
    async with opened(caller.glific, caller) as listener:
        await listener.socket.send_str(frame)
        message = await listener.socket.receive(timeout=10)
        assert (message.type, message.data) == (WSMsgType.CLOSE, 4400)


async def test_a_cut_socket_loses_what_happens_meanwhile(caller: Caller) -> None:
    """Nothing is replayed after a cut; the gap is read by its time."""
    glific = caller.glific
    async with listening(glific, caller, "Received") as listener:
        await glific.text(DANA, "one")
        since = (await listener.message())["updatedAt"]
        assert glific.sockets.cut() == 1
        assert (await listener.socket.receive(timeout=10)).type in (WSMsgType.CLOSED, WSMsgType.ERROR)
    await glific.text(DANA, "two")
    async with listening(glific, caller, "Received") as listener:
        await glific.text(DANA, "three")
        assert (await listener.message())["body"] == "three"
    rows = (await caller.ask("ChangedSince", **{"from": since}, limit=50, offset=0)).data["messages"]
    assert [row["body"] for row in rows] == ["one", "two", "three"]


async def test_sockets_can_be_refused_and_closed(caller: Caller) -> None:
    """A deployment closes sockets in good order, an outage refuses them, and an old Glific has none."""
    glific = caller.glific
    async with connected(glific, caller) as listener:
        await glific.sockets.close()
        assert (await listener.socket.receive(timeout=10)).data == 1001
    for rule, status in (("refuse_sockets", 503), ("no_socket", 404)):
        setattr(glific.rules, rule, True)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with opened(glific, caller):
                pass
        assert refused.value.status == status
        setattr(glific.rules, rule, False)


async def test_events_come_twice(caller: Caller) -> None:
    """An event can be pushed more than once, the same each time."""
    caller.glific.rules.repeat_events = 1
    async with listening(caller.glific, caller, "Received") as listener:
        await caller.glific.text(DANA, "hello")
        assert await listener.message() == await listener.message()


async def test_events_come_out_of_order(caller: Caller) -> None:
    """Events can change places in pairs; one that is followed by none is held for a while."""
    glific = caller.glific
    glific.rules.reorder_events, glific.rules.hold_s = True, 0.05
    async with listening(glific, caller, "Received") as listener:
        await glific.text(DANA, "one")
        await glific.text(DANA, "two")
        assert [(await listener.message())["body"] for _ in range(2)] == ["two", "one"]
        await glific.text(DANA, "three")
        assert (await listener.message())["body"] == "three"


async def test_events_get_lost(caller: Caller) -> None:
    """An event can reach nobody while the socket is open; it is read by its time all the same."""
    glific = caller.glific
    glific.rules.lose_events = 1
    async with listening(glific, caller, "Received") as listener:
        await glific.text(DANA, "lost")
        await glific.text(DANA, "found")
        assert (await listener.message())["body"] == "found"


async def test_events_can_be_anything(caller: Caller) -> None:
    """What fits no schema can be pushed to who has subscribed."""
    async with listening(caller.glific, caller, "Received") as listener:
        assert caller.glific.sockets.push_raw("receivedMessage", {"data": {"receivedMessage": 7}}) == 1
        assert await listener.message() == 7


async def test_sent_can_come_before_the_answer(caller: Caller) -> None:
    """With early_sent a text and its states are pushed before the mutation is answered."""
    glific = caller.glific
    glific.receipts, glific.rules.early_sent = "auto", True
    async with listening(glific, caller, "Sent", "StatusChanged") as listener:
        await caller.send(DANA, "hi")
        assert glific.outbound(DANA)[0].bsp_status == "DELIVERED"
        assert [(await listener.message())["bspStatus"] for _ in range(3)] == ["ENQUEUED", "SENT", "DELIVERED"]
