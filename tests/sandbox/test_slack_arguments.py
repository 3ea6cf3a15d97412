"""The Web API of the stand-in takes documented arguments only, and knows its people as Slack describes them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.slack.web_api.documented import SIGNATURES
from bot.sandbox.slack.web_api.registry import METHODS
from tests.harness.world import AVA, BEN, CHANNEL
from tests.sandbox.slack_stage import Stage, button, error_of, messages_of, row, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Give the stand-in with an app."""
    async with staged() as ready:
        yield ready


def test_every_method_has_a_table_of_its_arguments() -> None:
    """No method is served without its documented arguments."""
    assert set(SIGNATURES) == {*METHODS, "apps.connections.open", "apps.uninstall", "auth.revoke", "oauth.v2.access"}


async def test_an_undocumented_argument_is_refused_by_name_and_recorded(stage: Stage) -> None:
    """An argument that the reference page does not name is invalid_arguments, and the call does nothing."""
    call = stage.client.chat_postMessage(channel=CHANNEL, text="x", client_msg_id="m1")
    assert await messages_of(call) == "[ERROR] unsupported argument: client_msg_id"
    assert stage.slack.undocumented == [("chat.postMessage", "client_msg_id")]
    assert not stage.slack.channels[CHANNEL].messages


async def test_a_missing_argument_is_refused_by_name(stage: Stage) -> None:
    """An argument that is needed and absent is invalid_arguments."""
    assert "missing required field: channel" in await messages_of(stage.client.api_call("chat.postMessage", json={}))
    assert "missing required field: user" in await messages_of(stage.client.api_call("users.info"))
    assert stage.slack.undocumented == []


async def test_slacks_own_client_adds_nothing_undocumented(stage: Stage) -> None:
    """Calls of slack_sdk with all that a bot usually gives pass, the token as an argument too."""
    token = stage.slack.bot_token
    posted = await stage.client.chat_postMessage(
        channel=CHANNEL, text="x", unfurl_links=False, unfurl_media=False, mrkdwn=False, token=token
    )
    await stage.client.chat_update(channel=CHANNEL, ts=posted["ts"], text="y", parse="none", link_names=False)
    await stage.client.conversations_replies(channel=CHANNEL, ts=posted["ts"], limit=5, include_all_metadata=True)
    await stage.client.conversations_list(types=["public_channel"], exclude_archived=True, limit=200)
    await stage.client.users_list(limit=200)
    assert await stage.client.api_call("auth.test", data={"token": token})
    assert stage.slack.undocumented == []


async def test_people_have_a_time_zone_rights_and_a_name_to_show(stage: Stage) -> None:
    """users.info says time zone, rights, guests and deactivated people as they are set; Ava is an admin."""
    ava = (await stage.client.users_info(user=AVA))["user"]
    assert (ava["tz"], ava["tz_label"][:8], ava["tz_offset"] in (-18000, -14400)) == (
        "America/New_York",
        "Eastern ",
        True,
    )
    assert (ava["is_admin"], ava["is_owner"], ava["deleted"]) == (True, False, False)
    ben = stage.slack.users[BEN]
    ben.tz, ben.display_name, ben.is_restricted, ben.deleted = "Europe/Stockholm", "benny", True, True
    shown = (await stage.client.users_info(user=BEN))["user"]
    assert (shown["profile"]["display_name"], shown["real_name"]) == ("benny", "Ben Okafor")
    assert (shown["is_admin"], shown["is_restricted"], shown["deleted"]) == (False, True, True)
    assert shown["tz_offset"] in (3600, 7200)


async def test_users_list_pages_through_everybody(stage: Stage) -> None:
    """users.list gives the bot and all people, in pages."""
    first = await stage.client.users_list(limit=2)
    rest = await stage.client.users_list(limit=2, cursor=first["response_metadata"]["next_cursor"])
    ids = [one["id"] for page in (first, rest) for one in page["members"]]
    assert ids == [stage.slack.bot_user_id, AVA, BEN]


async def test_a_direct_message_needs_a_scope_and_comes_only_when_subscribed(stage: Stage) -> None:
    """conversations.open is missing_scope without im:write; messages there arrive with message.im alone."""
    assert await error_of(stage.client.conversations_open(users=AVA)) == "missing_scope"
    stage.slack.scopes.append("im:write")
    stage.slack.subscribed.discard("message.im")
    opened = (await stage.client.conversations_open(users=AVA, return_im=True))["channel"]
    assert (opened["is_im"], opened["user"]) == (True, AVA)
    await stage.client.chat_postMessage(channel=opened["id"], text="hello")
    await stage.slack.say(AVA, opened["id"], "hello")
    assert stage.events() == []
    stage.slack.subscribed.add("message.im")
    await stage.slack.say(AVA, opened["id"], "hello again")
    assert stage.last_event()["channel_type"] == "im"
    assert await error_of(stage.client.conversations_open(users="U0NONE")) == "user_not_found"


async def test_an_ephemeral_reaches_members_and_threads_that_live(stage: Stage) -> None:
    """An ephemeral is refused for people outside the channel, and shown to nobody in a thread without a reply."""
    post, root = stage.client.chat_postEphemeral, await stage.slack.say(AVA, CHANNEL, "root")
    await post(channel=CHANNEL, user=AVA, text="x", thread_ts=root)
    assert (len(stage.slack.ephemerals), len(stage.slack.unseen)) == (0, 1)
    await stage.slack.say(AVA, CHANNEL, "reply", thread_ts=root)
    blocks = [row("row", button("go"))]
    shown = (await post(channel=CHANNEL, user=AVA, text="x", thread_ts=root, blocks=blocks))["message_ts"]
    await stage.slack.press(AVA, CHANNEL, shown, "go")
    assert stage.last_payload()["container"]["thread_ts"] == root
    stage.slack.channels[CHANNEL].absent.add(BEN)
    assert await error_of(post(channel=CHANNEL, user=BEN, text="x")) == "user_not_in_channel"
    assert BEN not in (await stage.client.conversations_members(channel=CHANNEL))["members"]
