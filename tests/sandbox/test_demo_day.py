"""What a team's day needs of the demo: workflows, files for the bot, reactions of phones, channels put away."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli.sample_figures import count_sample_figures
from bot.domain.database_address import address_in
from bot.domain.figures import by_account, by_day, by_person, spans_of
from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.domain.workspaces import FROM_ENVIRONMENT
from bot.sandbox.demo.functions import functions, read_functions
from bot.sandbox.demo.story import AVA, BEN, CHANNEL, DANA, LUIS, PAT
from bot.slack.features.workflows import view
from bot.store.storage import open_operations
from bot.time_of_day import utc_now
from tests.harness.steps import MANIFEST
from tests.sandbox.test_demo import WAIT_S, Viewer, viewer

__all__ = ["viewer"]
on_stage = pytest.mark.asyncio(loop_scope="module")


def runs(viewer: Viewer) -> list[dict[str, Any]]:
    """Return the runs that the page shows, the newest first."""
    return list(viewer.demo.screen.snapshot()["runs"])


@on_stage
async def test_a_workflow(viewer: Viewer) -> None:
    """A viewer runs a step and sees what it gave, or why it failed; what Slack would not publish is refused."""
    inputs = {"to": LUIS.number, "text": "Shall we keep it?", "on_behalf_of": AVA, "wait_hours": "1", "account": ""}
    await viewer.act("/slack/workflow", user=AVA, step="send_text", inputs=inputs)
    await viewer.demo.slack.until(lambda: runs(viewer)[:1] and runs(viewer)[0]["error"] == view.NOT_LENT, WAIT_S)
    await viewer.act("/slack/command", user=AVA, channel=CHANNEL, text="workflows on")
    await viewer.demo.slack.until(lambda: view.IS_ON in str(viewer.demo.slack.ephemerals), WAIT_S)
    await viewer.act("/slack/workflow", user=AVA, step="send_text", inputs=inputs)
    await viewer.until_event("text", body="Shall we keep it?", status="delivered")
    await viewer.demo.slack.until(
        lambda: "Waiting for" in str(viewer.demo.screen.timeline.roots(LUIS.number)[-1].blocks)
    )
    await viewer.text(LUIS.number, "Yes please")
    ended = await viewer.demo.slack.until(lambda: runs(viewer)[0]["outputs"], WAIT_S)
    assert ["Answer", "Yes please"] in ended
    await viewer.until_settled()
    for wrong, words in (({"to": ""}, "To is empty"), ({"wait_hours": "soon"}, "Wait for the answer has to be")):
        body = {"user": AVA, "step": "send_text", "inputs": inputs | wrong}
        status, answer = await viewer.post("/slack/workflow", body)
        assert (status, answer["error"].startswith(words)) == (400, True)
    bodies: tuple[dict[str, Any], ...] = (
        {"user": PAT, "step": "send_text"},
        {"user": AVA, "step": "sing"},
        {"user": AVA, "step": "send_text", "inputs": 1},
    )
    for wrong_body in bodies:
        assert (await viewer.post("/slack/workflow", wrong_body))[0] == 400
    assert len(runs(viewer)) == 2


@on_stage
async def test_a_file_for_the_bot(viewer: Viewer) -> None:
    """Everybody who has the app can write to it, and give it a file."""
    im = next(one for one in viewer.demo.screen.snapshot()["channels"] if one["im"] and BEN in one["people"])
    async with viewer.session.post(f"{viewer.demo.url}/slack/file?user={BEN}&ready=contacts.csv") as answer:
        taken = await answer.json()
    await viewer.act("/slack/say", user=BEN, channel=im["id"], thread_ts=None, text="", files=[taken["id"]])
    await viewer.until_event("message", channel=im["id"], user=BEN)
    refused = await viewer.post("/phone/text", {"number": DANA.number, "text": "", "picture": "contacts.csv"})
    assert refused == (400, {"error": "there is no such picture"})


@on_stage
async def test_a_reaction_of_a_phone(viewer: Viewer) -> None:
    """A text that is shown as a reaction has arrived, and is counted so."""
    await viewer.text(DANA.number, "Loved “Hi Dana, yes. It is at the front desk until 6 pm.”")
    await viewer.until_event(
        "text", body="Loved “Hi Dana, yes. It is at the front desk until 6 pm.”", status="delivered"
    )
    await viewer.until_settled()


@on_stage
async def test_a_photo_of_an_iphone(viewer: Viewer) -> None:
    """A HEIC picture attached in a thread is a JPEG on the phone."""
    async with viewer.session.post(f"{viewer.demo.url}/slack/file?user={AVA}&ready=photo.heic") as answer:
        taken = await answer.json()
    thread = viewer.demo.screen.timeline.roots(DANA.number)[-1].ts
    await viewer.act("/slack/say", user=AVA, channel=CHANNEL, thread_ts=thread, text="Look", files=[taken["id"]])
    text = await viewer.until_event("text", body="Look", status="delivered")
    assert [one["kind"] for one in text["media"]] == ["image/jpeg"]


@on_stage
async def test_a_channel_put_away(viewer: Viewer) -> None:
    """A contact's own channel can be archived and had again; nothing is written there meanwhile. Others stay."""
    await viewer.reply(DANA.number, f"<@{viewer.demo.slack.bot_user_id}> channel")
    channels = viewer.demo.slack.channels
    made = (await viewer.demo.slack.until(lambda: [one for one in channels.values() if one.creator], WAIT_S))[0]
    await viewer.demo.slack.until(lambda: viewer.demo.screen.timeline.roots(DANA.number)[-1].channel == made.id, WAIT_S)
    await viewer.demo.slack.until(lambda: AVA in viewer.demo.slack.members(made), WAIT_S)
    await viewer.act("/slack/archive", user=AVA, channel=made.id, on=True)
    await viewer.demo.slack.until(lambda: made.is_archived, WAIT_S)
    said: dict[str, Any] = {"user": AVA, "channel": made.id, "thread_ts": None, "text": "Hello", "files": []}
    assert (await viewer.post("/slack/say", said))[0] == 400
    (shown,) = (one for one in viewer.demo.screen.snapshot()["channels"] if one["made"])
    assert (shown["archived"], AVA in shown["people"], PAT in shown["people"]) == (True, True, False)
    await viewer.act("/slack/archive", user=AVA, channel=made.id, on=False)
    await viewer.demo.slack.until(lambda: not made.is_archived, WAIT_S)
    assert (await viewer.post("/slack/archive", {"user": AVA, "channel": CHANNEL, "on": True}))[0] == 400


def test_steps_of_the_manifest() -> None:
    """The demo reads the steps of our manifest as YAML does, and finds none where there are none."""
    assert functions((MANIFEST,)) == yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))["functions"]
    assert read_functions("features: {}\n") == functions((Path("nowhere"),)) == {}


async def test_sample_figures(tmp_path: Path) -> None:
    """The charts of the demo show weeks that lie before today, by number and person."""
    address, account = address_in(f"sqlite:///{tmp_path / 'bot.db'}"), E164("+15555550123")
    await count_sample_figures(address, account, [UserId(AVA), UserId(BEN)])
    today = utc_now().date()
    found = open_operations(address).figures(FROM_ENVIRONMENT, spans_of(today - timedelta(days=30), today, UTC))
    days = by_day(found.by_day)
    assert len(days) > 20
    assert today not in days
    assert set(by_account(found.by_owner)) == {account}
    assert {AVA, BEN} <= set(by_person(found.by_owner))
