"""Channels that the app makes in the stand-in Slack: names, rights, who is in them, and archiving."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.slack.state.teams import BOT_USER_ID
from tests.harness.world import AVA, BEN, CHANNEL
from tests.sandbox.slack_stage import Stage, error_of, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Give a stand-in with an app that records."""
    async with staged() as running:
        yield running


async def made(stage: Stage, name: str = "dana", *, private: bool = False) -> str:
    """Make a channel and return its id."""
    answer = await stage.client.conversations_create(name=name, is_private=private)
    return str(answer["channel"]["id"])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Dana", "invalid_name_specials"),
        ("dana whitfield", "invalid_name_specials"),
        ("zoë", "invalid_name_specials"),
        ("---", "invalid_name_punctuation"),
        ("a" * 81, "invalid_name_maxlength"),
        ("support", "name_taken"),
    ],
)
async def test_names(stage: Stage, name: str, code: str) -> None:
    """A name keeps to Slack's rules, and no two channels have the same one, whoever may see them."""
    assert await error_of(stage.client.conversations_create(name=name)) == code


async def test_who_is_in_it(stage: Stage) -> None:
    """Only the bot is in a new channel until somebody is invited, which Slack writes into it."""
    channel = await made(stage, private=True)
    assert stage.slack.members(stage.slack.channels[channel]) == [BOT_USER_ID]
    await stage.client.conversations_invite(channel=channel, users=AVA)
    assert set(stage.slack.members(stage.slack.channels[channel])) == {BOT_USER_ID, AVA}
    assert await error_of(stage.client.conversations_invite(channel=channel, users=AVA)) == "already_in_channel"
    assert await error_of(stage.client.conversations_invite(channel=channel, users=BOT_USER_ID)) == "cant_invite_self"
    assert await error_of(stage.client.conversations_invite(channel=channel, users="U0NOBODY")) == "user_not_found"
    stage.slack.users[BEN].is_restricted = True
    assert await error_of(stage.client.conversations_invite(channel=channel, users=BEN)) == "user_is_restricted"
    shown = (await stage.client.conversations_info(channel=channel))["channel"]
    assert (shown["creator"], shown["is_private"], shown["is_member"]) == (BOT_USER_ID, True, True)


@pytest.mark.parametrize(("scope", "private"), [("channels:manage", False), ("groups:write", True)])
async def test_rights(stage: Stage, *, scope: str, private: bool) -> None:
    """Public and private channels each have a permission of their own."""
    stage.slack.scopes.remove(scope)
    assert await error_of(stage.client.conversations_create(name="dana", is_private=private)) == "missing_scope"
    await made(stage, private=not private)


async def test_topic_and_name(stage: Stage) -> None:
    """A topic has at most 250 characters; only who made a channel may rename it, and its former names are told."""
    channel = await made(stage)
    assert await error_of(stage.client.conversations_setTopic(channel=channel, topic="x" * 251)) == "too_long"
    await stage.client.conversations_setTopic(channel=channel, topic="Texts with Dana")
    await stage.client.conversations_rename(channel=channel, name="erased-1")
    shown = (await stage.client.conversations_info(channel=channel))["channel"]
    assert (shown["topic"]["value"], shown["name"], shown["previous_names"]) == (
        "Texts with Dana",
        "erased-1",
        ["dana"],
    )
    assert await error_of(stage.client.conversations_rename(channel=CHANNEL, name="other")) == "not_authorized"


async def test_archiving(stage: Stage) -> None:
    """An archived channel keeps its name and takes no posts; a bot may archive it, and not unarchive it for now."""
    channel = await made(stage)
    assert await error_of(stage.client.conversations_unarchive(channel=channel)) == "not_archived"
    await stage.client.conversations_archive(channel=channel)
    assert await error_of(stage.client.conversations_archive(channel=channel)) == "already_archived"
    assert await error_of(stage.client.chat_postMessage(channel=channel, text="Hello")) == "is_archived"
    assert await error_of(stage.client.conversations_create(name="dana")) == "name_taken"
    assert await error_of(stage.client.conversations_unarchive(channel=channel)) == "not_in_channel"
    stage.slack.rules.bots_unarchive = True
    await stage.client.conversations_unarchive(channel=channel)
    await stage.client.chat_postMessage(channel=channel, text="Hello")
