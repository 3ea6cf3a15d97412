"""The stand-in for courier over the wire: its channels, their messages, and files in three steps."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.sandbox import CourierStandIn
from bot.sandbox.courier.clock import text_of
from tests.sandbox.courier_stage import DANA, Caller


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    """Give a user who has logged in."""
    async with CourierStandIn() as courier, aiohttp.ClientSession() as session:
        one = Caller(courier, session)
        assert (await one.login()).status == 200
        yield one


async def test_a_channel_shows_both_sides(caller: Caller) -> None:
    """What the patient wrote bears "participant", what we post does not, and the phone has it."""
    channel = caller.courier.add_channel(DANA, "Dana", "Berg")
    caller.courier.write(channel, "Hello")
    posted = await caller.post("/v1/messaging-messages/", "messaging-messages", channel_id=channel.id, message="Hi!")
    assert posted.status == 201
    listed = await caller.get("/v1/messaging-messages/", ("channel-id", channel.id))
    kinds = [(one["attributes"]["message"], one["attributes"]["user-type"]) for one in listed.data]
    assert kinds == [("Hello", "participant"), ("Hi!", "provider")]
    assert caller.courier.phone(DANA) == ["Hi!"]


async def test_messages_are_filtered_by_when_they_were_posted(caller: Caller) -> None:
    """A comparator stands right before a time; two of them bound a span, and more are refused."""
    channel = caller.courier.add_channel(DANA)
    for number in range(3):
        caller.courier.write(channel, f"{number}")
        caller.courier.move_clock(minutes=1)
    first, _, last = (text_of(one.posted_at) for one in channel.messages)
    name, base = "filter[cmp-posted-time]", ("channel-id", channel.id)
    between = await caller.get("/v1/messaging-messages/", base, (name, f">{first}"), (name, f"<{last}"))
    assert [one["attributes"]["message"] for one in between.data] == ["1"]
    from_last = await caller.get("/v1/messaging-messages/", base, (name, f">={last}"))
    assert [one["attributes"]["message"] for one in from_last.data] == ["2"]
    thrice = [(name, f">{first}")] * 3
    assert (await caller.get("/v1/messaging-messages/", base, *thrice)).status == 400
    assert (await caller.get("/v1/messaging-messages/", base, (name, first))).status == 400


async def test_the_inbox_tells_phones_and_the_last_message(caller: Caller) -> None:
    """The inbox lists channels with the newest message first, with subscribers, and a total."""
    quiet, loud = caller.courier.add_channel(DANA, "Dana"), caller.courier.add_channel("+15555550167", "Eli")
    caller.courier.write(quiet, "first")
    caller.courier.move_clock(minutes=1)
    caller.courier.write(loud, "second")
    found = await caller.get(
        "/v1/communication-messages/",
        ("organization-id", caller.courier.organization_id),
        ("sort", "-last-timestamp"),
        ("page[limit]", "1"),
    )
    assert found.body["meta"] == {"page[limit]": 1, "page[offset]": 0, "page[total]": 2}
    [one] = found.data
    assert one["attributes"]["subscribers"][0]["phone-number"] == "+15555550167"
    assert one["attributes"]["last-message"]["message"] == "second"


async def test_a_file_takes_three_steps(caller: Caller) -> None:
    """A file is reserved, uploaded to another address without our token, and processed; only then it is shown."""
    channel = caller.courier.add_channel(DANA)
    draft = await caller.post(
        "/v1/messaging-messages/", "messaging-messages", channel_id=channel.id, message="Look", draft=True
    )
    kind = "messaging-attachments"
    ticket = await caller.post(
        "/v1/messaging-attachments/", kind, message_id=draft.data["id"], filename="a.png", content_type="image/png"
    )
    process = f"/courier/v1/messaging-attachments/{ticket.data['id']}/process-upload/"
    assert (await caller.request("POST", process, {})).details == ["The file has not been uploaded."]
    form = aiohttp.FormData(ticket.data["upload-data"])
    form.add_field("file", b"PNG", filename="a.png", content_type="image/png")
    async with caller.session.post(ticket.data["upload-url"], data=form) as answer:
        assert answer.status == 204
    assert (await caller.request("POST", process, {})).status == 201
    assert caller.courier.phone(DANA) == []
    path = f"/v1/messaging-messages/{draft.data['id']}/"
    posted = await caller.post(path, "messaging-messages", draft.data["id"], "PATCH", draft=False)
    assert (posted.status, posted.data["attributes"]["draft"]) == (200, False)
    assert [one["filename"] for one in posted.data["attributes"]["attachments"]] == ["a.png"]
    assert caller.courier.phone(DANA) == ["Look"]


async def test_who_unsubscribed_gets_nothing(caller: Caller) -> None:
    """A channel whose phone sent STOP takes no message."""
    channel = caller.courier.add_channel(DANA)
    channel.subscribers[0].is_unsubscribed = True
    answer = await caller.post("/v1/messaging-messages/", "messaging-messages", channel_id=channel.id, message="Hi")
    assert (answer.status, answer.details) == (400, ["The phone number is unsubscribed."])
    assert channel.messages == []
