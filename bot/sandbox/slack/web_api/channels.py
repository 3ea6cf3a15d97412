"""Web API methods that make and change channels: conversations.create, .invite, .setTopic, .rename, .archive and back.

Rules and error codes: the reference page of each method below https://docs.slack.dev/reference/methods. Of .unarchive
the page says that bot tokens cannot be used for now, which workspaces have been seen to answer by not_in_channel.
"""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.clock import clock
from bot.sandbox.slack.args import ApiError, Args
from bot.sandbox.slack.state.model import Channel, Message
from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.web_api.places import channel_of, writable_channel
from bot.sandbox.slack.web_api.reads import shape_of

Answer = dict[str, Any]

MAX_NAME, MAX_TOPIC = 80, 250

_VALID = re.compile("[a-z0-9_-]+")


def create_channel(slack: Workspace, args: Args) -> Answer:
    """conversations.create: the bot is the first member, and nobody else is in it."""
    is_private = args.flag("is_private")
    _check_right(args, is_private=is_private)
    name = _checked_name(slack, args)
    made = slack.add_channel(_new_id(slack), name, private=is_private, team_id=_team(args))
    made.invited, made.creator, made.created = set(), args.caller.bot_user_id, int(clock.unix_time())
    return {"channel": shape_of(slack, made, args)}


def _team(args: Args) -> str:
    """Return the team that the channel is made in: of an org-wide app, the one that it names."""
    if not args.caller.is_org_wide:
        return args.caller.team.id
    wanted = args.text("team_id")
    if not args.caller.covers(wanted):
        raise ApiError("missing_argument")
    return wanted


def _new_id(slack: Workspace) -> str:
    number = len(slack.channels) + 1
    while f"C0MADE{number}" in slack.channels:
        number += 1
    return f"C0MADE{number}"


def _check_right(args: Args, *, is_private: bool) -> None:
    needed = "groups:write" if is_private else "channels:manage"
    if needed not in args.caller.scopes:
        raise ApiError("missing_scope", needed=needed, provided=",".join(args.caller.scopes))


def _checked_name(slack: Workspace, args: Args) -> str:
    name = args.text("name")
    if not name:
        raise ApiError("invalid_name_required")
    if len(name) > MAX_NAME:
        raise ApiError("invalid_name_maxlength")
    if not _VALID.fullmatch(name):
        raise ApiError("invalid_name_specials")
    if not re.search("[a-z0-9]", name):
        raise ApiError("invalid_name_punctuation")
    if any(one.name == name for one in slack.channels.values()):  # archived ones and private ones keep their names
        raise ApiError("name_taken")
    return name


def _changeable(slack: Workspace, args: Args) -> Channel:
    channel = writable_channel(slack, args)
    _check_right(args, is_private=channel.is_private)
    return channel


def invite_people(slack: Workspace, args: Args) -> Answer:
    """conversations.invite: each of the people is let in, or none where one cannot be."""
    channel = _changeable(slack, args)
    people = args.text("users").split(",")
    faults = [
        {"user": one, "ok": False, "error": code} for one in people if (code := _fault(slack, channel, one, args))
    ]
    if faults:
        raise ApiError(str(faults[0]["error"]), errors=faults)
    for one in people:
        if channel.invited is not None:
            channel.invited.add(one)
        channel.absent.discard(one)
        _tell_of_system(slack, channel, one, "channel_join", f"<@{one}> has joined the channel")
    slack.tell("channel", channel)
    return {"channel": shape_of(slack, channel, args)}


def _fault(slack: Workspace, channel: Channel, user_id: str, args: Args) -> str:
    user = slack.users.get(user_id)
    if user is None or user.deleted or user.team_id not in channel.teams:
        return "user_not_found"
    if user_id == args.caller.bot_user_id:
        return "cant_invite_self"
    if user.is_ultra_restricted or user.is_restricted:
        return "user_is_ultra_restricted" if user.is_ultra_restricted else "user_is_restricted"
    return "already_in_channel" if user_id in slack.members(channel) else ""


def set_topic(slack: Workspace, args: Args) -> Answer:
    """conversations.setTopic."""
    channel = _changeable(slack, args)
    if len(args.text("topic")) > MAX_TOPIC:
        raise ApiError("too_long")
    channel.topic = args.text("topic")
    words = f"set the channel topic: {channel.topic}"
    _tell_of_system(slack, channel, args.caller.bot_user_id, "channel_topic", words)
    slack.tell("channel", channel)
    return {"channel": shape_of(slack, channel, args)}


def rename_channel(slack: Workspace, args: Args) -> Answer:
    """conversations.rename: only whoever made the channel may."""
    channel = channel_of(slack, args)
    _check_right(args, is_private=channel.is_private)
    if channel.creator != args.caller.bot_user_id:
        raise ApiError("not_authorized")
    if args.text("name") != channel.name:
        name = _checked_name(slack, args)
        channel.previous_names.append(channel.name)
        channel.name = name
        slack.tell("channel", channel)
    return {"channel": shape_of(slack, channel, args)}


def archive_channel(slack: Workspace, args: Args) -> Answer:
    """conversations.archive."""
    channel = channel_of(slack, args)
    _check_right(args, is_private=channel.is_private)
    if channel.is_archived:
        raise ApiError("already_archived")
    if not slack.is_in(args.caller, channel):
        raise ApiError("not_in_channel")
    channel.is_archived = True
    _tell_of_archiving(slack, channel, args, "archive")
    slack.empty(channel)
    return {}


def unarchive_channel(slack: Workspace, args: Args) -> Answer:
    """conversations.unarchive: refused to bots, unless the rules of the stand-in say that it works."""
    channel = channel_of(slack, args)
    _check_right(args, is_private=channel.is_private)
    if not channel.is_archived:
        raise ApiError("not_archived")
    if not slack.rules.bots_unarchive:
        raise ApiError("not_in_channel")
    channel.is_archived = False
    channel.set_bot(args.caller.team.id, is_in=True)
    _tell_of_archiving(slack, channel, args, "unarchive")
    return {}


def _tell_of_archiving(slack: Workspace, channel: Channel, args: Args, what: str) -> None:
    slack.tell("channel", channel)
    kind = "group" if channel.is_private else "channel"
    event = {"type": f"{kind}_{what}", "channel": channel.id, "user": args.caller.bot_user_id}
    slack.emit(event | {"event_ts": slack.next_ts()})


def _tell_of_system(slack: Workspace, channel: Channel, user: str, subtype: str, text: str) -> None:
    """Show what Slack itself writes into a channel about a change."""
    message = Message(channel.id, slack.next_ts(), text, user, subtype=subtype, team_id=channel.teams[0])
    slack.emit(slack.add(message))
