"""The demo with the real bot in it: its story, what a viewer can do, and what it refuses."""

from __future__ import annotations

import asyncio
import html
import io
import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox.demo.actions import SILENCE
from bot.sandbox.demo.demo import Demo
from bot.sandbox.demo.pictures import MAX_UPLOAD_BYTES, bytes_of
from bot.sandbox.demo.routes import MAX_BODY_BYTES, PAGE, TOKEN_HEADER
from bot.sandbox.demo.story import AVA, BEN, CHANNEL, COMPANY, CUSTOMERS, DANA, GIL, LUIS, PAT, PRIYA, SAM

pytestmark = pytest.mark.asyncio(loop_scope="module")
WAIT_S = 25.0
Json = dict[str, Any]


class Viewer:
    """Somebody who looks at the page: sends what its script would send, and keeps what the stream says."""

    def __init__(self, demo: Demo, session: aiohttp.ClientSession) -> None:
        self.demo = demo
        self.session = session

    async def post(self, path: str, body: object) -> tuple[int, Json]:
        """Post JSON and return the status and the answer."""
        async with self.session.post(self.demo.url + path, json=body) as answer:
            return answer.status, await answer.json()

    async def act(self, path: str, **body: object) -> None:
        """Post JSON that has to be accepted."""
        assert await self.post(path, body) == (200, {"ok": True})

    async def text(self, number: str, words: str, *, picture: str | None = None) -> None:
        """Text from a customer's phone."""
        await self.act("/phone/text", number=number, text=words, picture=picture)

    async def reply(self, number: str, words: str, user: str = AVA) -> None:
        """Answer in the newest thread of a customer."""
        thread = self.demo.screen.timeline.roots(number)[-1].ts
        await self.act("/slack/say", user=user, channel=CHANNEL, thread_ts=thread, text=words)

    async def snapshot(self) -> Json:
        """Return the first event of a new stream."""
        async with self.session.get(self.demo.url + "/stream") as stream:
            kind, state = await next_event(stream)
        assert kind == "state"
        return state

    async def until_event(self, kind: str, **fields: object) -> Json:
        """Return the first change of a kind with these fields, from now on or in the snapshot."""
        async with self.session.get(self.demo.url + "/stream") as stream:
            while True:
                found, thing = await next_event(stream)
                things = as_list(thing, kind) if found == "state" else [thing] if found == kind else []
                for one in things:
                    if fields.items() <= one.items():
                        return one

    async def until_settled(self, **counts: int) -> Json:
        """Wait until both sides agree, and so many texts and replies as given were compared."""
        return await self.until_event("score", lost=0, twice=0, waiting=0, let_in=0, **counts)


def as_list(state: Json, kind: str) -> list[Json]:
    """Return the things of a kind in a snapshot."""
    thing = state.get({"message": "messages", "text": "texts", "hop": "hops"}.get(kind, kind))
    return thing if isinstance(thing, list) else [thing] if isinstance(thing, dict) else []


async def next_event(stream: aiohttp.ClientResponse) -> tuple[str, Json]:
    """Read one server-sent event."""
    kind = ""
    async for raw in stream.content:
        line = raw.decode().rstrip("\n")
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        if line.startswith("data: "):
            return kind, json.loads(line.removeprefix("data: "))
    raise AssertionError("the stream ended")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def viewer() -> AsyncIterator[Viewer]:
    """A demo whose opening is over, and somebody who looks at it."""
    timeout = aiohttp.ClientTimeout(total=WAIT_S)
    options: Json = {"timeout": timeout, "read_bufsize": 2**22}
    async with (
        Demo(port=0) as demo,
        aiohttp.ClientSession(headers={TOKEN_HEADER: demo.token}, **options) as session,
    ):
        assert demo.story is not None
        await demo.story
        yield Viewer(demo, session)


async def test_it_opens_with_a_conversation(viewer: Viewer) -> None:
    """A new page shows Dana's conversation on both sides, and Luis waiting for an answer."""
    await viewer.until_settled()
    state = await viewer.snapshot()
    headers = {one["number"]: one for one in state["messages"] if one["number"]}
    assert {DANA.number, LUIS.number} <= headers.keys()
    talk = [one["text"] for one in state["messages"] if one["thread_ts"] == headers[DANA.number]["ts"]]
    phone = [(one["mine"], one["body"]) for one in state["texts"] if one["number"] == DANA.number]
    assert [words for _, words in phone] == [one for one in talk if one in {words for _, words in phone}]
    assert [mine for mine, _ in phone] == [True, False, True]
    assert [one["number"] for one in state["customers"]][: len(CUSTOMERS)] == [
        customer.number for customer in CUSTOMERS
    ]
    assert state["bot"]["state"] == "running"


async def test_a_text_and_its_answer(viewer: Viewer) -> None:
    """A text appears in its thread and is called delivered; the answer reaches that phone, and its receipt shows."""
    await viewer.text(PRIYA.number, "Is <b>this</b> thing & that *on*?")
    arrived = await viewer.until_event("text", body="Is <b>this</b> thing & that *on*?", status="delivered")
    assert arrived["mine"]
    await viewer.reply(PRIYA.number, "It is, Priya.", user=BEN)
    on_phone = await viewer.until_event("text", body="It is, Priya.", status="delivered")
    assert (on_phone["number"], on_phone["mine"]) == (PRIYA.number, False)
    await viewer.until_settled()


async def test_a_picture(viewer: Viewer) -> None:
    """A picture without words arrives in the thread, and the page finds it under its own address."""
    await viewer.text(LUIS.number, "", picture="lake.png")
    text = await viewer.until_event("text", body="", number=LUIS.number, status="delivered")
    assert text["media"] == [{"src": "/ready/lake.png", "name": "lake.png", "kind": "image/png"}]
    async with viewer.session.get(viewer.demo.url + text["media"][0]["src"]) as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert (await answer.read()).startswith(b"\x89PNG")


async def test_a_picture_from_the_thread(viewer: Viewer) -> None:
    """A picture attached in a thread is shown there with its words, under an address that serves it."""
    async with viewer.session.post(f"{viewer.demo.url}/slack/file?user={AVA}&ready=parcel.png") as answer:
        taken = await answer.json()
    thread = viewer.demo.screen.timeline.roots(DANA.number)[-1].ts
    fields = {"user": AVA, "channel": CHANNEL, "thread_ts": thread, "text": "Your parcel", "files": [taken["id"]]}
    await viewer.act("/slack/say", **fields)
    said = await viewer.until_event("message", text="Your parcel", user=AVA)
    src = f"/file/{taken['id']}"
    assert said["files"] == [{"src": src, "name": "parcel.png", "kind": "image/png", "alt": ""}]
    async with viewer.session.get(viewer.demo.url + src) as answer:
        assert await answer.read() == bytes_of("parcel.png")
    await viewer.until_event("text", number=DANA.number, mine=False, body="Your parcel", status="delivered")
    await viewer.until_settled()


async def test_undo(viewer: Viewer) -> None:
    """A reply that is called back while it waits, by the button or by a reaction, is not texted and not missed."""
    await viewer.until_settled()
    root = viewer.demo.screen.timeline.roots(DANA.number)[-1].ts
    await viewer.demo.slack.until(lambda: not undo_buttons(viewer.demo, root), WAIT_S)  # the next one is this reply's
    for words, is_by_button in (("No, wait", True), ("Not this either", False)):
        await viewer.reply(DANA.number, words)
        said = await viewer.until_event("message", text=words)
        waiting = {"hourglass_flowing_sand": [viewer.demo.slack.bot_user_id]}
        await viewer.until_event("message", ts=said["ts"], reactions=waiting)
        if is_by_button:
            (ts, _), *_ = await viewer.demo.slack.until(lambda: undo_buttons(viewer.demo, root), WAIT_S)
            await viewer.act("/slack/press", user=BEN, channel=CHANNEL, ts=ts, action_id="undo")
        else:
            mark = {"name": "leftwards_arrow_with_hook", "on": True}
            await viewer.act("/slack/react", user=AVA, channel=CHANNEL, ts=said["ts"], **mark)
        await viewer.demo.slack.until(lambda: not shows_waiting(viewer.demo, said["ts"]), WAIT_S)  # noqa: B023
        await viewer.until_settled()
        assert not [one for one in viewer.demo.volt.outbound(DANA.number) if one.body == words]


def undo_buttons(demo: Demo, thread: str) -> list[tuple[str, str]]:
    """Return the message and the action of each Undo in a thread."""
    return [one for one in buttons(demo, thread) if one[1] == "undo"]


def shows_waiting(demo: Demo, ts: str) -> bool:
    """Say whether a reply is marked as waiting."""
    return "hourglass_flowing_sand" in demo.slack.message_at(CHANNEL, ts).reactions


async def test_notes_edits_and_deletions(viewer: Viewer) -> None:
    """A note stays in Slack; an edited or deleted answer keeps the comparison in balance."""
    before = (await viewer.until_settled())["replies"]
    await viewer.reply(LUIS.number, "// a note, not for the phone")
    await viewer.reply(LUIS.number, "Size 9 is in")
    await viewer.until_event("text", body="Size 9 is in", status="delivered")
    said = await viewer.until_event("message", text="Size 9 is in")
    await viewer.act("/slack/edit", channel=CHANNEL, ts=said["ts"], text="Size 9 is in, and 10")
    edited = await viewer.until_event("message", ts=said["ts"], edited=True)
    assert edited["typed"] == "Size 9 is in, and 10"
    await viewer.until_settled(replies=before + 1)
    await viewer.act("/slack/delete", channel=CHANNEL, ts=said["ts"])
    await viewer.until_event("message", ts=said["ts"], deleted=True)
    await viewer.until_settled(replies=before)
    assert not [one for one in viewer.demo.volt.outbound(LUIS.number) if "note" in one.body]


async def test_commands(viewer: Viewer) -> None:
    """/volt answers the person who typed it alone; a number texted by command joins the phones."""
    await viewer.act("/slack/command", user=BEN, channel=CHANNEL, text="help")
    shown = await viewer.until_event("message", only_for=BEN)
    assert "/volt send" in shown["text"] + json.dumps(shown["blocks"])
    await viewer.act("/slack/command", user=AVA, channel=CHANNEL, text="send (555) 555-0188 Your table is ready")
    text = await viewer.until_event("text", body="Your table is ready", status="delivered")
    assert text["number"] == "+15555550188"
    assert "+15555550188" in [one["number"] for one in (await viewer.snapshot())["customers"]]
    await viewer.until_settled()


async def test_a_phone_that_is_off(viewer: Viewer) -> None:
    """What cannot be delivered is said to be so on both sides, and is neither lost nor waiting."""
    await viewer.text(SAM.number, "Running late")
    await viewer.until_event("text", body="Running late", status="delivered")
    await viewer.reply(SAM.number, "No problem")
    failed = await viewer.until_event("text", body="No problem", status="failed")
    assert failed["why"] == "phone off or out of range"
    await viewer.until_settled()


async def test_a_button(viewer: Viewer) -> None:
    """Pressing a button that the bot put under a message reaches the bot, which answers 200."""
    await viewer.text(SAM.number, "Are you there?")
    thread = (await viewer.until_event("message", number=SAM.number))["ts"]
    await viewer.reply(SAM.number, "We are")
    ts, action_id = (await viewer.demo.slack.until(lambda: buttons(viewer.demo, thread), WAIT_S))[0]
    await viewer.act("/slack/press", user=AVA, channel=CHANNEL, ts=ts, action_id=action_id)
    await viewer.until_event("hop", label="block_actions", status=200)
    await viewer.until_settled()


def buttons(demo: Demo, thread: str) -> list[tuple[str, str]]:
    """Return the message and the action of each button in a thread."""
    found: list[tuple[str, str]] = []
    for message in demo.slack.thread(CHANNEL, thread):
        for block in message.blocks:
            elements = [*(block.get("elements") or []), block.get("accessory") or {}]
            found += [(message.ts, one["action_id"]) for one in elements if one.get("type") == "button"]
    return found


@pytest.mark.parametrize("fault", ["slack_down", "lines_down", "answer_lost", "sent_twice", "slow"])
async def test_nothing_is_lost_or_doubled(viewer: Viewer, fault: str) -> None:
    """Whatever goes wrong, once it is over each text and each answer is on the other side exactly once."""
    before = await viewer.until_settled()
    await viewer.act("/faults", name=fault, on=True)
    await viewer.text(LUIS.number, f"Text under {fault}")
    await viewer.text(LUIS.number, "ok")
    await viewer.reply(LUIS.number, f"Answer under {fault}")
    if fault in (
        "slack_down",
        "lines_down",
    ):  # nothing gets through until it is over; the others are left on to the end
        side = "bot→slack" if fault == "slack_down" else "bot→volt"
        await viewer.until_event("hop", direction=side, status=503)
        await viewer.act("/faults", name=fault, on=False)
    await viewer.until_settled(texts=before["texts"] + 2, replies=before["replies"] + 1)
    await viewer.act("/faults", name=fault, on=False)


async def test_forgeries_are_refused(viewer: Viewer) -> None:
    """Forged webhooks and events come along with the real ones, are answered 401, and show up nowhere."""
    before = (await viewer.until_settled())["refused"]
    await viewer.act("/faults", name="forged", on=True)
    await viewer.text(DANA.number, "The real one")
    await viewer.reply(DANA.number, "The real answer")
    await viewer.until_settled(refused=before + 3)
    await viewer.act("/faults", name="forged", on=False)
    state = await viewer.snapshot()
    assert "password" not in json.dumps([state["messages"], state["texts"]])
    assert [one["status"] for one in state["hops"] if one["label"] == "forged"] == [401, 401]


async def test_kill_9(viewer: Viewer) -> None:
    """The killed bot comes back as another process, and what was written meanwhile arrives on both sides."""
    before, first = await viewer.until_settled(), viewer.demo.bot
    assert first is not None
    old_pid = first.pid
    await viewer.act("/bot/kill")
    await viewer.until_event("bot", state="dead")
    status, answer = await viewer.post("/bot/kill", {})
    assert (status, answer) == (400, {"error": "the bot is not running at the moment"})
    await viewer.text(DANA.number, "Written while you were away")
    await viewer.reply(DANA.number, "Answered while you were away")
    await viewer.act("/slack/command", user=AVA, channel=CHANNEL, text="help")
    await viewer.until_event("message", only_for=AVA, text=SILENCE)
    back = await viewer.until_event("bot", state="running")
    assert str(old_pid) not in back["words"]
    await viewer.until_settled(texts=before["texts"] + 1, replies=before["replies"] + 1)
    assert {"crashed", "started"} <= {hop["label"] for hop in (await viewer.snapshot())["hops"]}


async def test_a_hop_in_full(viewer: Viewer) -> None:
    """Each hop can be read exactly, with its secrets cut; one that never was is a 404."""
    await viewer.until_event("hop", direction="volt→bot", label="message.received", status=200)
    hops = (await viewer.snapshot())["hops"]
    newest = [one for one in hops if (one["label"], one["status"]) == ("message.received", 200)][-1]
    async with viewer.session.get(f"{viewer.demo.url}/hop/{newest['n']}") as answer:
        whole = await answer.json()
    assert whole["request"]["payload"]["event_type"] == "message.received"
    assert viewer.demo.slack.bot_token not in json.dumps(whole)
    async with viewer.session.get(f"{viewer.demo.url}/hop/999999") as answer:
        assert answer.status == 404


BAD_BODIES = [
    ("/phone/text", [], "the body has to be a JSON object"),
    ("/phone/text", {"number": 5, "text": "Hi"}, "number has to be a text"),
    ("/phone/text", {"number": "12345678", "text": "Hi"}, "number has to look like +15555550145"),
    ("/phone/text", {"number": "+1²345678", "text": "Hi"}, "number has to look like +15555550145"),
    ("/phone/text", {"number": DANA.number, "text": " "}, "text is empty"),
    ("/phone/text", {"number": DANA.number, "text": "x" * 9000}, "text is longer than 8000 characters"),
    ("/phone/text", {"number": DANA.number, "text": "Hi", "picture": True}, "picture has to be a text"),
    ("/phone/text", {"number": DANA.number, "text": "Hi", "picture": "../x.png"}, "there is no such picture"),
    ("/slack/say", {"user": "U0BOT", "channel": CHANNEL, "text": "Hi"}, "there is no such user"),
    ("/slack/say", {"user": AVA, "channel": "C0NONE", "text": "Hi"}, "there is no such channel"),
    ("/slack/say", {"user": AVA, "channel": CHANNEL, "text": "Hi", "thread_ts": "1.0"}, "this message is gone"),
    ("/slack/say", {"user": AVA, "channel": CHANNEL, "text": "Hi", "files": ["F0"]}, "there is no such file"),
    ("/slack/say", {"user": AVA, "channel": CHANNEL, "text": "Hi", "files": "F0"}, "files has to be a list of texts"),
    ("/slack/react", {"user": AVA, "channel": CHANNEL, "ts": "1.0", "name": "x", "on": True}, "this message is gone"),
    ("/slack/edit", {"channel": CHANNEL, "ts": "1.0", "text": "Hi"}, "this message is gone"),
    ("/slack/delete", {"channel": CHANNEL}, "ts has to be a text"),
    ("/slack/command", {"user": AVA, "channel": CHANNEL}, "text has to be a text"),
    ("/slack/press", {"user": AVA, "channel": CHANNEL, "ts": "1.0", "action_id": "x"}, "this message is gone"),
    ("/slack/press", {"user": AVA, "channel": CHANNEL, "ts": "1", "action_id": "x", "value": {}}, "value has to hold"),
    ("/slack/shortcut", {"user": AVA, "callback_id": "x"}, "there is no such shortcut"),
    ("/slack/view/press", {"user": AVA, "view_id": "V0", "action_id": "x"}, "this window is not open"),
    ("/slack/view/submit", {"user": AVA, "view_id": "V0"}, "this window is not open"),
    ("/slack/view/submit", {"user": AVA, "view_id": "V0", "values": {"a": 1}}, "values has to be an object of objects"),
    ("/slack/view/close", {"user": AVA, "view_id": "V0"}, "this window is not on top"),
    ("/slack/suggest", {"user": AVA, "view_id": "V0", "action_id": "x", "typed": "abc"}, "This has changed meanwhile"),
    ("/slack/home", {"user": "U0BOT"}, "there is no such user"),
    ("/faults", {"name": "gravity", "on": True}, "name has to be one of"),
]


@pytest.mark.parametrize(("path", "body", "reason"), BAD_BODIES)
async def test_what_makes_no_sense_is_refused(viewer: Viewer, path: str, body: object, reason: str) -> None:
    """A field that is missing, of the wrong kind, or names nothing is answered 400 with the reason."""
    status, answer = await viewer.post(path, body)
    assert status == 400
    assert answer["error"].startswith(reason)


async def test_the_bots_messages_cannot_be_rewritten(viewer: Viewer) -> None:
    """Edit and delete are for people's messages."""
    header = await viewer.until_event("message", number=DANA.number)
    status, answer = await viewer.post("/slack/delete", {"channel": CHANNEL, "ts": header["ts"]})
    assert (status, answer) == (400, {"error": "only people's messages can be changed here"})


@pytest.mark.parametrize("raw", [b"", b"{", b'{"a":', b"\xff\xfe", b"[" * 40_000])
async def test_what_is_not_json_is_refused(viewer: Viewer, raw: bytes) -> None:
    """Bytes that are no JSON are answered 400."""
    headers = {"Content-Type": "application/json"}
    async with viewer.session.post(viewer.demo.url + "/faults", data=raw, headers=headers) as answer:
        assert answer.status == 400
        assert "JSON" in (await answer.json())["error"]


async def test_limits_of_a_request(viewer: Viewer) -> None:
    """A body that is too large gets 413, a form 415, an unknown path 404, a wrong method 405: each as JSON."""
    url, headers = viewer.demo.url, {"Content-Type": "application/json"}
    async with viewer.session.post(url + "/faults", data=b" " * (MAX_BODY_BYTES + 1), headers=headers) as answer:
        assert (answer.status, bool((await answer.json())["error"])) == (413, True)
    async with viewer.session.post(url + "/faults", data={"name": "slow"}) as answer:
        assert answer.status == 415
    for path in ("/nowhere", "/..%2fdemo.py", "/style.css/../../demo.py", "/hop/x"):
        async with viewer.session.get(url + path) as answer:
            assert answer.status == 404
    async with viewer.session.get(url + "/slack/say") as answer:
        assert (answer.status, bool((await answer.json())["error"])) == (405, True)


async def test_who_sits_at_the_keyboard(viewer: Viewer) -> None:
    """The page knows of each person what they are, which channels they see, and whether they have the app."""
    state = await viewer.snapshot()
    assert [state["users"][one]["word"] for one in state["agents"]] == ["admin", "member", "guest", "Cedar Ltd"]
    assert [state["users"][one].get("mark") for one in (AVA, BEN, GIL, PAT)] == [None, None, "guest", "Cedar Ltd"]
    assert [state["users"][one]["app"] for one in (AVA, GIL, PAT)] == [True, True, False]
    seen = {one["name"]: (one["people"], one["shared"]) for one in state["channels"] if not one["im"]}
    assert seen == {"support": ([AVA, BEN, GIL, PAT], "Cedar Ltd"), "sales": ([AVA, BEN], "")}


@pytest.mark.parametrize(("user", "told"), [(PAT, "is of another company"), (GIL, "is a guest")])
async def test_who_may_not_text_is_refused_in_the_thread(viewer: Viewer, user: str, told: str) -> None:
    """What they write in a thread is not texted, the thread says so, and it counts neither as lost nor as waiting."""
    words = f"I could sell them one too, says {user}."
    await viewer.reply(LUIS.number, words, user=user)
    thread = viewer.demo.screen.timeline.roots(LUIS.number)[-1]
    await viewer.demo.slack.until(
        lambda: any(f"<@{user}> {told}" in one.text for one in viewer.demo.slack.replies(thread)), WAIT_S
    )
    await viewer.until_settled()
    assert words not in [one.body for one in viewer.demo.volt.outbound(LUIS.number)]


async def test_slack_keeps_people_to_their_channels_and_apps(viewer: Viewer) -> None:
    """A guest does not write where they were not let in; without the app there are no commands, shortcuts, no Home."""
    status, answer = await viewer.post("/slack/say", {"user": GIL, "channel": "C0SALES", "text": "x"})
    assert (status, answer["error"]) == (400, "this person is not in that channel")
    body = {"user": PAT, "channel": CHANNEL, "text": "help", "callback_id": "new_text"}
    for path in ("/slack/command", "/slack/shortcut", "/slack/home"):
        status, answer = await viewer.post(path, body)
        assert (status, answer["error"].endswith("for people of Cedar Ltd: Volt is not installed there.")) == (
            400,
            True,
        )


async def test_the_other_company_installs_it_too(viewer: Viewer) -> None:
    """Its workspace installs the app from the page's link by OAuth: then it has a Home and a first message there."""
    state = await viewer.snapshot()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(state["install"]) as page:
            asking = re.findall(r'href="([^"]*/oauth/v2/authorize[^"]*)"', await page.text())[0]
        place = viewer.demo.slack.approve(html.unescape(asking), COMPANY[0])
        async with browser.get(place) as page:
            assert (page.status, COMPANY[1] in await page.text()) == (200, True)
    assert (await viewer.snapshot())["users"][PAT]["app"]
    await viewer.act("/slack/home", user=PAT)
    await viewer.demo.slack.until(lambda: PAT in viewer.demo.slack.homes, WAIT_S)
    await viewer.until_event("message", channel="D0PAT", number=None)
    own = [one for one in (await viewer.snapshot())["channels"] if one["im"] and PAT in one["people"]]
    assert [(channel["id"], channel["people"]) for channel in own] == [("D0PAT", [PAT])]


FOREIGN: list[dict[str, str]] = [
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example:8600"},
    {"Host": "[bad"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost:1"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Host": "localhost"},  # of the port of HTTP
    {"Host": "127.0.0.1:1"},
    {TOKEN_HEADER: ""},
    {TOKEN_HEADER: "of-an-earlier-start"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_strangers_are_refused(viewer: Viewer, headers: dict[str, str]) -> None:
    """Another name or port, another site's script, or no token of this start: answered 403, and nothing is done."""
    body = {"name": "slack_down", "on": True}
    async with viewer.session.post(viewer.demo.url + "/faults", json=body, headers=headers) as answer:
        assert answer.status == 403
    assert not viewer.demo.fault_switches.on["slack_down"]
    async with viewer.session.get(viewer.demo.url + "/stream", headers=headers) as answer:
        assert answer.status == 403


async def test_this_machine_is_let_in(viewer: Viewer) -> None:
    """Loopback by any of its names, with the page's own Origin, is let in."""
    port = viewer.demo.url.rpartition(":")[2]
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        body = {"name": "slow", "on": False}
        async with viewer.session.post(viewer.demo.url + "/faults", json=body, headers=headers) as answer:
            assert answer.status == 200


async def test_the_page_brings_the_token_of_its_start(viewer: Viewer) -> None:
    """The page's HTML has the token, which the stream takes in its address; another start has another one."""
    async with aiohttp.ClientSession() as browser:
        async with browser.get(viewer.demo.url) as page:
            assert f'content="{viewer.demo.token}"' in await page.text()
        async with browser.get(f"{viewer.demo.url}/stream", params={"token": viewer.demo.token}) as stream:
            assert (await next_event(stream))[0] == "state"
        async with browser.get(viewer.demo.url, headers={"Host": "evil.example"}) as page:
            assert (page.status, viewer.demo.token in await page.text()) == (403, False)
    assert Demo(port=0).token != viewer.demo.token


async def test_each_start_has_secrets_of_its_own() -> None:
    """What opens the ports of the stand-in Slack is another with each start, so that no page can know it."""
    one, other = Demo(port=0).slack, Demo(port=0).slack
    for name in ("bot_token", "app_token", "signing_secret"):
        assert getattr(one, name) != getattr(other, name)


async def test_a_token_that_is_no_text(viewer: Viewer) -> None:
    """Bytes that are no text are refused as any other wrong token."""
    _, _, port = viewer.demo.url.rpartition(":")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
    writer.write(f"GET /stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{TOKEN_HEADER}: ".encode() + b"\xff\r\n\r\n")
    assert (await reader.readline()).split()[1] == b"403"
    writer.close()


async def test_the_page_as_delivered(viewer: Viewer) -> None:
    """Every file of the page is served and guarded; all of them, as they cross the wire, stay below 60,000 bytes."""
    weight = 0
    names = {"" if path.name == "index.html" else path.name for path in PAGE.iterdir()}
    async with aiohttp.ClientSession(auto_decompress=False, headers={"Accept-Encoding": "gzip"}) as browser:
        for name in names:
            async with browser.get(f"{viewer.demo.url}/{name}") as part:
                assert (part.status, part.headers["Content-Encoding"]) == (200, "gzip"), name
                assert "default-src 'none'" in part.headers["Content-Security-Policy"]
                weight += len(await part.read())
    assert weight < 60_000


async def test_the_page_for_browsers_that_unpack_nothing(viewer: Viewer) -> None:
    """Whoever does not ask for packed files gets them as they are."""
    headers = {"Accept-Encoding": "identity"}
    async with viewer.session.get(f"{viewer.demo.url}/style.css", headers=headers) as part:
        assert "Content-Encoding" not in part.headers
        assert await part.read() == (PAGE / "style.css").read_bytes()


BAD_FILES = [
    ("user=U0BOT&name=a.png", b"x", 400),
    (f"user={AVA}", b"x", 400),
    (f"user={AVA}&name=a.png", b"", 400),
    (f"user={AVA}&ready=page.html", b"", 400),
    (f"user={AVA}&name=a.png", b"x" * (MAX_UPLOAD_BYTES + 1), 413),
]


@pytest.mark.parametrize(("query", "data", "status"), BAD_FILES, ids=["bot", "no name", "empty", "unknown", "large"])
async def test_files_that_are_refused(viewer: Viewer, query: str, data: bytes, status: int) -> None:
    """A file without an owner, a name or a byte, or with too many of them, is refused with a reason."""
    async with viewer.session.post(f"{viewer.demo.url}/slack/file?{query}", data=io.BytesIO(data)) as answer:
        assert (answer.status, bool((await answer.json())["error"])) == (status, True)


async def test_a_file_that_is_no_picture(viewer: Viewer) -> None:
    """What is no picture is handed out as a download only, whatever it says it is."""
    url = f"{viewer.demo.url}/slack/file?user={AVA}&name=page.html"
    async with viewer.session.post(url, data=b"<script>alert(1)</script>") as answer:
        taken = await answer.json()
    async with viewer.session.get(f"{viewer.demo.url}/file/{taken['id']}") as answer:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"


async def test_the_page_makes_no_markup_of_data() -> None:
    """No script of the page turns a string into markup or code, and none loads anything from elsewhere."""
    for path in PAGE.iterdir():
        if path.suffix in (".js", ".html", ".css"):
            source = path.read_text(encoding="utf-8")
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source
            )
            assert not re.search(r"(?:src|href|from|url\()\s*=?\s*[\"'(]?(?:https?:)?//", source), path.name


async def test_a_taken_port_is_said_in_one_line(viewer: Viewer) -> None:
    """A second demo on the same port ends at once, saying what to do."""
    port = int(viewer.demo.url.rpartition(":")[2])
    with pytest.raises(OSError, match=rf"^Port {port} is taken\. If the demo is running already, stop it;"):
        await Demo(port=port).start()


async def test_only_this_machine() -> None:
    """It refuses to listen on an address that others can reach."""
    with pytest.raises(ValueError, match="this machine only"):
        Demo(host="0.0.0.0")


async def test_a_bot_that_does_not_come_up(tmp_path: Path) -> None:
    """If the bot does not start, neither does the demo: the error carries the bot's words, and nothing stays open."""
    program = tmp_path / "program.py"
    program.write_text("raise SystemExit('no battery')")
    demo = Demo(port=0, command=[sys.executable, str(program)])
    with pytest.raises(RuntimeError, match="no battery"):
        await demo.start()
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(demo.url)
