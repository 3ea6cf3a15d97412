"""People of the stand-in Slack who are no full members: guests, partners, deactivated people, bots, workflows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.sandbox.slack.state.membership import PARTNER
from tests.harness.world import AVA, BEN, CHANNEL
from tests.sandbox.slack_stage import Stage, button, error_of, modal, row, staged

GIL, SOLO, PAT, DORA, OTHER_BOT, FLOW = "U0GIL", "U0SOLO", "U0PAT", "U0DORA", "U0OTHERBOT", "U0FLOW"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Give a stand-in with an app that records, and everybody in it."""
    async with staged() as running:
        running.slack.add_channel("C0SALES", "sales")
        running.slack.add_person(GIL, "Gil Guest", "guest", channels=[CHANNEL, "C0SALES"])
        running.slack.add_person(SOLO, "Solveig Lund", "single_channel_guest", channels=[CHANNEL])
        running.slack.add_person(PAT, "Pat Ng", "partner", channels=[CHANNEL])
        running.slack.add_person(DORA, "Dora Gone", "deactivated")
        running.slack.add_person(OTHER_BOT, "Otherbot", "bot")
        running.slack.add_person(FLOW, "Onboarding", "workflow")
        yield running


async def facts(stage: Stage, user: str) -> dict[str, Any]:
    """Return what users.info says of a person."""
    return dict((await stage.client.users_info(user=user))["user"])


async def test_users_info_tells_each_kind_apart(stage: Stage) -> None:
    """Guests, partners, deactivated people, bots and workflows each have Slack's own flags; members have none."""
    flags = ("is_restricted", "is_ultra_restricted", "deleted", "is_bot", "is_workflow_bot", "is_admin")

    async def set_of(user: str) -> set[str]:
        shown = await facts(stage, user)
        return {flag for flag in flags if shown.get(flag)}

    assert await set_of(BEN) == set()
    assert await set_of(AVA) == {"is_admin"}
    assert await set_of(GIL) == {"is_restricted"}
    assert await set_of(SOLO) == {"is_restricted", "is_ultra_restricted"}
    assert await set_of(PAT) == set()
    assert (await facts(stage, PAT))["team_id"] == PARTNER.id != (await facts(stage, BEN))["team_id"]
    assert await set_of(DORA) == {"deleted"}
    assert await set_of(OTHER_BOT) == {"is_bot"}
    assert await set_of(FLOW) == {"is_bot", "is_workflow_bot"}


async def test_a_stranger_is_of_another_company_and_in_no_channel_of_ours(stage: Stage) -> None:
    """is_stranger is told of people of another team only, while they share no channel that the app can see."""
    stage.slack.add_person("U0STRANGE", "Stig Far", "partner")
    assert "is_stranger" not in await facts(stage, "U0STRANGE")  # the channel is shared with their company already
    stage.slack.channels[CHANNEL].absent.add("U0STRANGE")
    assert (await facts(stage, "U0STRANGE"))["is_stranger"] is True
    assert "is_stranger" not in await facts(stage, PAT)
    assert "is_stranger" not in await facts(stage, BEN)
    listed = [one["id"] for one in (await stage.client.users_list(limit=200))["members"]]
    assert PAT in listed
    assert "U0STRANGE" not in listed


async def test_guests_and_partners_are_in_their_channels_only(stage: Stage) -> None:
    """conversations.members names a guest where they were let in, and a partner where the channel is shared."""
    shared = (await stage.client.conversations_members(channel=CHANNEL))["members"]
    sales = (await stage.client.conversations_members(channel="C0SALES"))["members"]
    assert {GIL, SOLO, PAT} <= set(shared)
    assert GIL in sales
    assert not {SOLO, PAT, DORA} & set(sales)


async def test_a_shared_channel_and_what_is_said_in_it_name_the_teams(stage: Stage) -> None:
    """There conversations.info says is_ext_shared, the envelope is_ext_shared_channel, a message its author's team."""
    shared = (await stage.client.conversations_info(channel=CHANNEL))["channel"]
    sales = (await stage.client.conversations_info(channel="C0SALES"))["channel"]
    assert (shared["is_shared"], shared["is_ext_shared"], shared["is_org_shared"]) == (True, True, False)
    assert shared["shared_team_ids"] == [stage.slack.team_id, PARTNER.id]
    assert (sales["is_shared"], sales["is_ext_shared"], "shared_team_ids" in sales) == (False, False, False)
    await stage.slack.say(PAT, CHANNEL, "hello")
    envelope = stage.envelopes()[-1]
    event = envelope["event"]
    assert (event["team"], event["user_team"], event["source_team"]) == (PARTNER.id,) * 3
    assert (envelope["team_id"], envelope["is_ext_shared_channel"]) == (PARTNER.id, True)
    assert [one["team_id"] for one in envelope["authorizations"]] == [stage.slack.team_id]
    await stage.slack.say(BEN, "C0SALES", "hello")
    envelope = stage.envelopes()[-1]
    assert (envelope["team_id"], envelope["is_ext_shared_channel"]) == (stage.slack.team_id, False)
    assert "user_team" not in envelope["event"]


async def test_a_channel_shared_within_one_organization_is_not_external(stage: Stage) -> None:
    """Two teams of one organization share a channel: is_shared and is_org_shared, never is_ext_shared."""
    stage.slack.add_team("T0ONE", "One", enterprise_id="E0ORG")
    stage.slack.add_team("T0TWO", "Two", enterprise_id="E0ORG")
    stage.slack.add_channel("C0ORG", "org", team_id="T0ONE")
    stage.slack.share("C0ORG", "T0TWO")
    assert not stage.slack.is_external(stage.slack.channels["C0ORG"])
    assert stage.slack.is_external(stage.slack.channels[CHANNEL])


async def test_buttons_work_for_partners_and_name_both_teams(stage: Stage) -> None:
    """A partner presses a button: the team is the app's, the user's their own; in the modal it is the other way."""
    posted = await stage.client.chat_postMessage(channel=CHANNEL, text="x", blocks=[row("row", button("go"))])
    await stage.slack.press(PAT, CHANNEL, posted["ts"], "go")
    payload = stage.last_payload()
    assert (payload["team"]["id"], payload["user"]["team_id"]) == (stage.slack.team_id, PARTNER.id)
    opened = (await stage.client.views_open(trigger_id=payload["trigger_id"], view=modal()))["view"]
    assert (opened["team_id"], opened["app_installed_team_id"]) == (PARTNER.id, stage.slack.team_id)
    await stage.slack.submit(PAT, opened["id"])
    payload = stage.last_payload()
    assert (payload["team"]["id"], payload["view"]["app_installed_team_id"]) == (PARTNER.id, stage.slack.team_id)


async def test_commands_and_shortcuts_do_not_exist_for_partners(stage: Stage) -> None:
    """Where the app is not installed Slack knows neither its command nor its shortcuts."""
    for act in (stage.slack.command(PAT, CHANNEL, "/volt"), stage.slack.shortcut(PAT, "new_text")):
        with pytest.raises(LookupError, match="not installed"):
            await act
    await stage.slack.command(SOLO, CHANNEL, "/volt", "help")
    await stage.slack.shortcut(GIL, "new_text")
    assert stage.last_payload()["user"]["id"] == GIL


async def test_other_apps_and_workflows_post_as_slack_marks_them(stage: Stage) -> None:
    """Another app's post has its bot_id and app_id; a workflow's is a bot_message with a name and no user."""
    await stage.slack.say(OTHER_BOT, CHANNEL, "beep")
    event = stage.last_event()
    assert (event["user"], event["bot_id"], event["app_id"]) == (OTHER_BOT, "B0OTHERBOT", "A0OTHERBOT")
    await stage.slack.say(FLOW, CHANNEL, "Welcome")
    event = stage.last_event()
    assert (event["subtype"], event["username"], event["bot_id"]) == ("bot_message", "Onboarding", "B0FLOW")
    assert "user" not in event


async def test_user_groups_are_listed_with_their_members(stage: Stage) -> None:
    """usergroups.list gives the team's groups, with members on request; usergroups.users.list those of one."""
    stage.slack.add_usergroup("S0AGENTS", "agents", [AVA, BEN])
    stage.slack.add_usergroup("S0OLD", "old", [AVA]).is_disabled = True
    listed = (await stage.client.usergroups_list(include_users=True, include_count=True))["usergroups"]
    assert [(one["id"], one["handle"], one["users"], one["user_count"]) for one in listed] == [
        ("S0AGENTS", "agents", [AVA, BEN], 2)
    ]
    assert len((await stage.client.usergroups_list(include_disabled=True))["usergroups"]) == 2
    assert (await stage.client.usergroups_users_list(usergroup="S0AGENTS"))["users"] == [AVA, BEN]
    assert (await stage.client.usergroups_users_list(usergroup="S0OLD"))["users"] == []
    assert await error_of(stage.client.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"


async def test_a_post_to_a_person_is_a_direct_message(stage: Stage) -> None:
    """chat.postMessage to a person's id goes to their direct messages without a further scope; to no partner."""
    posted = await stage.client.chat_postMessage(channel=AVA, text="Three steps are left")
    assert posted["channel"] == "D0AVA"
    assert [one.text for one in stage.slack.channels["D0AVA"].messages] == ["Three steps are left"]
    again = await stage.client.chat_postMessage(channel=AVA, text="Two are")
    assert again["channel"] == "D0AVA"
    assert await error_of(stage.client.chat_postMessage(channel=PAT, text="x")) == "channel_not_found"
    assert await error_of(stage.client.chat_postMessage(channel=DORA, text="x")) == "channel_not_found"
