"""People of the demo as the stand-in Slack has them, and what the page says of each: who they are, and what they see.

Ava and Ben are of the workspace; a guest is in one channel, and somebody of another company in the one that is shared.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.demo.story import CHANNEL, COMPANY, PEOPLE
from bot.sandbox.slack.stand_in import SlackStandIn
from bot.sandbox.slack.state.model import Channel
from bot.sandbox.slack.web_api.places import direct_message

Shape = dict[str, Any]


def let_in(slack: SlackStandIn) -> None:
    """Put the story's people into the stand-in, those that it has already as well; Pat is an admin of that company.

    Whoever has the app can write to it.
    """
    team_id, name = COMPANY
    slack.add_team(team_id, name)
    for person in PEOPLE:
        facts = {"team_id": team_id, "is_admin": True} if person.kind == "partner" else {}
        user = slack.add_person(person.id, person.name, person.kind, channels=[CHANNEL], **facts)
        if slack.installation_for(user.team_id) is not None:
            direct_message(slack, user)


def is_full_member(slack: SlackStandIn, user: str | None) -> bool:
    """Whether somebody is a member of the bot's own workspace, and no guest there."""
    known = slack.users.get(user or "")
    return known is None or (known.team_id == slack.team_id and not known.is_restricted)


def people_shape(slack: SlackStandIn) -> dict[str, Shape]:
    """Return the name of everybody, and of the people at the keyboard also what they are."""
    told = {person.id: {"word": person.word, "meaning": person.meaning} for person in PEOPLE}
    return {user: _shape(slack, user) | told.get(user, {}) for user in slack.users}


def _shape(slack: SlackStandIn, user: str) -> Shape:
    """Return a name, a mark beside it for those who are no full members, and whether they have the app."""
    known = slack.users[user]
    outside = slack.teams[known.team_id].name if known.team_id != slack.team_id else ""
    mark = outside or ("guest" if known.is_restricted else "")
    has_app = slack.installation_for(known.team_id) is not None
    return {"name": known.name, "app": has_app} | ({"mark": mark} if mark else {})


def channels_shape(slack: SlackStandIn) -> list[Shape]:
    """Return each channel, who of the people at the keyboard can read it, and with which company it is shared."""
    return [_channel_shape(slack, channel) for channel in slack.channels.values()]


def readers(slack: SlackStandIn, channel: Channel) -> list[str]:
    """Return who can read a channel: who is in it; a public one that is archived, which all have left, every member."""
    if not channel.is_archived or channel.is_private:
        return slack.members(channel)
    everybody = slack.users.values()
    return [one.id for one in everybody if one.team_id in channel.teams and not one.is_restricted and not one.is_bot]


def _channel_shape(slack: SlackStandIn, channel: Channel) -> Shape:
    seen = readers(slack, channel)
    return {
        "id": channel.id,
        "name": channel.name,
        "im": channel.is_im,
        "archived": channel.is_archived,
        "made": bool(channel.creator),
        "people": [person.id for person in PEOPLE if person.id in seen],
        "shared": ", ".join(slack.teams[one].name for one in channel.teams if one != slack.team_id),
    }
