"""Web API methods about users: profiles, members of a channel, and direct messages.

Rules and error codes: the reference page of each method below https://docs.slack.dev/reference/methods.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.args import ApiError, Args
from bot.sandbox.slack.state.model import Channel, Usergroup
from bot.sandbox.slack.state.wire import user_object
from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.web_api.places import channel_of, direct_message, im_id
from bot.sandbox.slack.web_api.reads import page_of, shape_of

Answer = dict[str, Any]


def user_info(slack: Workspace, args: Args) -> Answer:
    """users.info: deactivated people too."""
    user = slack.users.get(args.text("user"))
    if user is None:
        raise ApiError("user_not_found")
    return {"user": user_object(user, is_stranger=slack.is_stranger(args.caller, user))}


def list_users(slack: Workspace, args: Args) -> Answer:
    """users.list: everybody of the team, deactivated people and the bot too, and people of others in its channels."""
    known = [user for user in slack.users.values() if not slack.is_stranger(args.caller, user)]
    page, cursor = page_of([user_object(user) for user in known], args, default=100)
    return {"members": page, "cache_ts": 1700000000, "response_metadata": {"next_cursor": cursor}}


def list_usergroups(slack: Workspace, args: Args) -> Answer:
    """usergroups.list: those of the team; disabled ones only when asked for."""
    mine = [one for one in slack.usergroups.values() if args.caller.covers(one.team_id)]
    shown = [one for one in mine if args.flag("include_disabled") or not one.is_disabled]
    return {"usergroups": [_group_object(one, args) for one in shown]}


def _group_object(group: Usergroup, args: Args) -> dict[str, Any]:
    shape: dict[str, Any] = {"id": group.id, "team_id": group.team_id, "handle": group.handle, "name": group.handle}
    shape |= {"is_usergroup": True, "is_external": False, "date_delete": int(group.is_disabled)}
    shape |= {"users": list(group.members)} if args.flag("include_users") else {}
    return shape | ({"user_count": len(group.members)} if args.flag("include_count") else {})


def list_group_members(slack: Workspace, args: Args) -> Answer:
    """usergroups.users.list."""
    group = slack.usergroups.get(args.text("usergroup"))
    if group is None or not args.caller.covers(group.team_id):
        raise ApiError("no_such_subteam")
    if group.is_disabled and not args.flag("include_disabled"):
        return {"users": []}
    return {"users": list(group.members)}


def list_members(slack: Workspace, args: Args) -> Answer:
    """conversations.members: all people but those said to be absent, and the bot where it is a member."""
    channel = channel_of(slack, args)
    page, cursor = page_of(slack.members(channel), args, default=100)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def open_conversation(slack: Workspace, args: Args) -> Answer:
    """conversations.open: a direct message with one person, for which the scope im:write is needed."""
    if args.text("channel"):
        return _opened(slack, channel_of(slack, args), args, is_new=False)
    user = slack.users.get(args.text("users"))
    if user is None:
        raise ApiError("user_not_found" if args.text("users") else "users_list_not_supplied")
    if user.deleted:
        raise ApiError("user_disabled")
    is_new = im_id(user.id) not in slack.channels
    return _opened(slack, direct_message(slack, user), args, is_new=is_new)


def _opened(slack: Workspace, channel: Channel, args: Args, *, is_new: bool) -> Answer:
    known = {} if is_new else {"no_op": True, "already_open": True}
    return {"channel": shape_of(slack, channel, args) if args.flag("return_im") else {"id": channel.id}} | known
