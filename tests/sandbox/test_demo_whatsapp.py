"""The demo's customer on WhatsApp, with the real bot: a day that passes, held replies, receipts, flows, and faults."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.demo.story import AVA, BEN, CHANNEL, DANA, LUIS, MEERA
from bot.sandbox.demo.whatsapp import TEMPLATES
from bot.sandbox.slack.state.model import Message
from tests.sandbox.test_demo import WAIT_S, Viewer, viewer

__all__ = ["viewer"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
Json = dict[str, Any]


def root(viewer: Viewer) -> Message:
    """Return the header of Meera's conversation."""
    return viewer.demo.screen.timeline.roots(MEERA.number)[-1]


async def button(viewer: Viewer, action: str) -> str:
    """Wait for a button in Meera's thread, and return the ts of the newest line that has it."""

    def found() -> list[str]:
        lines = viewer.demo.slack.replies(root(viewer))
        return [one.ts for one in lines if not one.deleted and action in str(one.blocks)]

    return (await viewer.demo.slack.until(found, WAIT_S))[-1]


async def hold(viewer: Viewer, words: str) -> str:
    """Let a day pass and reply to Meera; returns the line that asks what is to become of the held reply."""
    await viewer.act("/phone/day", number=MEERA.number)
    await viewer.reply(MEERA.number, words)
    return await button(viewer, "choose_template")


async def drop(viewer: Viewer, asks: str) -> None:
    """Decide that a held reply is not sent, and let Meera write: replies of later tests would wait behind it."""
    await viewer.act("/slack/press", user=AVA, channel=CHANNEL, ts=asks, action_id="discard_text")
    line = viewer.demo.slack.message_at(CHANNEL, asks)
    await viewer.demo.slack.until(lambda: "discard_text" not in str(line.blocks), WAIT_S)
    await viewer.text(MEERA.number, "Hello again")
    await viewer.demo.slack.until(lambda: "Free text until" in str(root(viewer).blocks), WAIT_S)
    await viewer.until_settled()


async def top(viewer: Viewer, words: str) -> Json:
    """Wait until a window of Ava's has these words, and return it."""

    def found() -> list[Json]:
        windows = viewer.demo.screen.snapshot()["windows"][AVA]["modals"]
        return [one for stack in windows.values() for one in stack if words in str(one["blocks"])]

    return (await viewer.demo.slack.until(found, WAIT_S))[-1]


async def phone(viewer: Viewer) -> Json:
    """Return what the page knows of Meera."""
    return next(one for one in (await viewer.snapshot())["customers"] if one["number"] == MEERA.number)


async def test_it_opens_with_somebody_on_whatsapp(viewer: Viewer) -> None:
    """Meera's thread says WhatsApp; her phone says until when it takes free text; the others are on SMS."""
    await viewer.until_settled()
    state = await viewer.snapshot()
    assert "WhatsApp" in str(root(viewer).blocks)
    assert root(viewer).text.endswith(" · WhatsApp")
    apps = {one["number"]: one["app"] for one in state["customers"]}
    assert (apps[MEERA.number], apps[DANA.number], apps[LUIS.number]) == ("WhatsApp", "SMS", "SMS")
    assert (await phone(viewer))["until"]
    assert "receivedMessage" in [one["label"] for one in state["hops"] if one["direction"] == "glific→bot"]


async def test_a_reply_is_read(viewer: Viewer) -> None:
    """A reply goes out by WhatsApp once, is read on the phone, and its mark in Slack says so."""
    await viewer.reply(MEERA.number, "Yes, we do.")
    on_phone = await viewer.until_event("text", number=MEERA.number, body="Yes, we do.", status="read")
    assert not on_phone["mine"]
    read = {"ballot_box_with_check": [viewer.demo.slack.bot_user_id]}
    await viewer.until_event("message", text="Yes, we do.", reactions=read)
    assert not viewer.demo.volt.outbound(MEERA.number)
    await viewer.until_settled()


async def test_pictures_both_ways(viewer: Viewer) -> None:
    """A picture of hers is shown in the thread; one from the thread is on her phone, under the page's address."""
    await viewer.text(MEERA.number, "Like this?", picture="lake.png")
    await viewer.until_event("text", number=MEERA.number, body="Like this?", status="delivered")
    async with viewer.session.post(f"{viewer.demo.url}/slack/file?user={AVA}&ready=hills.png") as answer:
        taken = await answer.json()
    fields = {"user": AVA, "channel": CHANNEL, "thread_ts": root(viewer).ts, "files": [taken["id"]]}
    await viewer.act("/slack/say", text="Rather this", **fields)
    shown = await viewer.until_event("text", number=MEERA.number, mine=False, body="Rather this", status="read")
    async with viewer.session.get(viewer.demo.url + shown["media"][0]["src"]) as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
    async with viewer.session.get(f"{viewer.demo.url}/fetched/w999/0") as answer:
        assert answer.status == 404
    await viewer.until_settled()


@pytest.mark.parametrize("fault", ["lines_down", "answer_lost", "sent_twice", "slow"])
async def test_nothing_is_lost_or_doubled_on_whatsapp(viewer: Viewer, fault: str) -> None:
    """Whatever goes wrong with WhatsApp, once it is over each text and answer is on the other side exactly once."""
    before = await viewer.until_settled()
    await viewer.act("/faults", name=fault, on=True)
    await viewer.text(MEERA.number, f"Text under {fault}")
    await viewer.reply(MEERA.number, f"Answer under {fault}")
    if fault == "lines_down":
        await viewer.until_event("hop", direction="bot→glific", status=503)
        await viewer.act("/faults", name=fault, on=False)
    await viewer.until_settled(texts=before["texts"] + 1, replies=before["replies"] + 1)
    await viewer.act("/faults", name=fault, on=False)


async def test_slack_hears_with_the_next_reply_that_a_day_has_passed(viewer: Viewer) -> None:
    """The bot's clock goes on as it was: until Glific tells it, the page says that Slack has not heard yet."""
    await viewer.text(MEERA.number, "Are you open?")
    await viewer.until_settled()
    await viewer.act("/phone/day", number=MEERA.number)
    assert (await phone(viewer))["unheard"]
    await viewer.reply(MEERA.number, "Until six.")
    asks = await button(viewer, "choose_template")
    await viewer.demo.slack.until(lambda: "Only templates can be sent" in str(root(viewer).blocks), WAIT_S)
    assert not (await phone(viewer))["unheard"]
    await drop(viewer, asks)


async def test_a_held_reply_goes_out_once_she_wrote_again(viewer: Viewer) -> None:
    """After a day a reply is held, and neither lost nor waiting; once she wrote again, Send now sends it, once."""
    asks = await hold(viewer, "On holidays too.")
    shown = await phone(viewer)
    assert (shown["until"], shown["shut"], shown["unheard"]) == (None, True, False)
    assert "Only templates can be sent" in str(root(viewer).blocks)
    await viewer.until_settled()
    assert "On holidays too." not in [one.body for one in viewer.demo.screen.phones.outbound(MEERA.number)]
    await viewer.text(MEERA.number, "And on holidays?")
    await button(viewer, "send_text_now")
    await viewer.act("/slack/press", user=BEN, channel=CHANNEL, ts=asks, action_id="send_text_now")
    await viewer.until_event("text", number=MEERA.number, body="On holidays too.", status="read")
    await viewer.until_settled()


async def test_a_template_reaches_her_after_a_day(viewer: Viewer) -> None:
    """Choose a template offers the approved ones, and the chosen one arrives with its blanks filled."""
    asks = await hold(viewer, "Your order is here.")
    await viewer.act("/slack/press", user=AVA, channel=CHANNEL, ts=asks, action_id="choose_template")
    offer = await top(viewer, "approved_pick")
    assert all(label in str(offer["blocks"]) for label, _ in TEMPLATES)
    pick = next(one["block_id"] for one in offer["blocks"] if "approved_pick" in str(one))
    picked = {"user": AVA, "view_id": offer["id"], "values": {pick: {"approved_pick": "2"}}}
    assert (await viewer.post("/slack/view/submit", picked))[0] == 200
    form = await top(viewer, "approved_blank")
    blank = next(one["block_id"] for one in form["blocks"] if "approved_blank" in str(one))
    filled = {"user": AVA, "view_id": form["id"], "values": {blank: {"approved_blank": "Meera"}}}
    assert (await viewer.post("/slack/view/submit", filled))[0] == 200
    body = TEMPLATES[1][1].replace("{{1}}", "Meera")
    await viewer.until_event("text", number=MEERA.number, mine=False, body=body, status="read")
    await drop(viewer, asks)


async def test_a_flow_hands_her_over(viewer: Viewer) -> None:
    """A signed call of a flow makes the conversation one that wants a person, with what the flow gathered."""
    await viewer.act("/phone/flow", number=MEERA.number)
    await viewer.until_event("hop", label="flow", direction="glific→bot", status=200)
    told = await viewer.demo.slack.until(
        lambda: [one for one in viewer.demo.slack.replies(root(viewer)) if "2041" in str(one.blocks)], WAIT_S
    )
    assert len(told) == 1
    await viewer.demo.slack.until(lambda: "wants a person" in str(root(viewer).blocks), WAIT_S)


@pytest.mark.parametrize("path", ["/phone/day", "/phone/flow"])
@pytest.mark.parametrize("number", [DANA.number, "nobody", ""])
async def test_only_whatsapp_has_days_and_flows(viewer: Viewer, path: str, number: str) -> None:
    """What only WhatsApp has is refused for any other phone, with the reason."""
    status, answer = await viewer.post(path, {"number": number})
    reason = "this customer is not on WhatsApp" if number else "number is empty"
    assert (status, answer) == (400, {"error": reason})
