"""What Slack does when it is slow or in disorder: late answers, events that overtake, a bot that is kicked out."""

from __future__ import annotations

import asyncio

from tests.harness.world import AVA, CHANNEL
from tests.sandbox.slack_stage import Stage, staged


def texts(stage: Stage) -> list[str]:
    """List the new messages that the app was told of."""
    return [event["text"] for event in stage.events() if event["type"] == "message" and "subtype" not in event]


async def test_late_answer() -> None:
    """A call with a late answer has acted long before: people see the post, and the app is told of it."""
    async with staged() as stage:
        stage.slack.rules.late_answers = {"chat.postMessage": 30.0}
        posting = asyncio.ensure_future(stage.client.chat_postMessage(channel=CHANNEL, text="Hello"))
        await stage.slack.until(lambda: stage.slack.channels[CHANNEL].messages)
        await stage.slack.until(lambda: "Hello" in texts(stage))
        assert not posting.done()
        posting.cancel()


async def test_events_overtake() -> None:
    """Where events may overtake each other they arrive in another order than they happened."""
    async with staged() as stage:
        stage.slack.rules.overtake_s = 0.2
        said = [str(number) for number in range(8)]
        await asyncio.gather(*(stage.slack.say(AVA, CHANNEL, words) for words in said))
        assert sorted(texts(stage)) == said != texts(stage)


async def test_kicked_and_invited() -> None:
    """A bot that was kicked out hears nothing from the channel until it is told that it is in again."""
    async with staged() as stage:
        stage.slack.kick(CHANNEL)
        await stage.slack.say(AVA, CHANNEL, "among us")
        await stage.slack.invite(CHANNEL)
        await stage.slack.say(AVA, CHANNEL, "welcome")
        kinds = [event["type"] for event in stage.events()]
        assert kinds == ["member_joined_channel", "message"]
        assert texts(stage) == ["welcome"]


async def test_archived() -> None:
    """The app is told that a channel was archived."""
    async with staged() as stage:
        await stage.slack.archive(AVA, CHANNEL)
        assert stage.last_event()["type"] == "channel_archive"
