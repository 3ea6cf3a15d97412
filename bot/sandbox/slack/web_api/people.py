"""Web API methods about users: profiles, members of a channel, and direct messages.

Rules and error codes: the reference page of each method below https://docs.slack.dev/reference/methods.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.args import ApiError, Args
from bot.sandbox.slack.state.model import Channel
from bot.sandbox.slack.state.wire import channel_object, user_object
from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.web_api.chat import channel_of
from bot.sandbox.slack.web_api.reads import page_of

Answer = dict[str, Any]


def user_info(slack: Workspace, args: Args) -> Answer:
    """users.info: deactivated people too."""
    user = slack.users.get(args.text("user"))
    if user is None:
        raise ApiError("user_not_found")
    return {"user": user_object(user)}


def list_users(slack: Workspace, args: Args) -> Answer:
    """users.list: everybody, deactivated people and the bot too."""
    page, cursor = page_of([user_object(user) for user in slack.users.values()], args, default=100)
    return {"members": page, "cache_ts": 1700000000, "response_metadata": {"next_cursor": cursor}}


def list_usergroups(_slack: Workspace, _args: Args) -> Answer:
    """usergroups.list: this workspace has none."""
    return {"usergroups": []}


def list_members(slack: Workspace, args: Args) -> Answer:
    """conversations.members: all people but those said to be absent, and the bot where it is a member."""
    channel = channel_of(slack, args)
    page, cursor = page_of(slack.members(channel), args, default=100)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def open_conversation(slack: Workspace, args: Args) -> Answer:
    """conversations.open: a direct message with one person, for which the scope im:write is needed."""
    if "im:write" not in slack.scopes:
        raise ApiError("missing_scope", needed="im:write", provided=",".join(slack.scopes))
    if args.text("channel"):
        return _opened(channel_of(slack, args), args, is_new=False)
    user = slack.users.get(args.text("users"))
    if user is None:
        raise ApiError("user_not_found" if args.text("users") else "users_list_not_supplied")
    if user.deleted:
        raise ApiError("user_disabled")
    channel_id = f"D{user.id[1:]}"
    is_new = channel_id not in slack.channels
    if is_new:
        slack.channels[channel_id] = Channel(channel_id, "", is_private=True, im_user=user.id)
    return _opened(slack.channels[channel_id], args, is_new=is_new)


def _opened(channel: Channel, args: Args, *, is_new: bool) -> Answer:
    known = {} if is_new else {"no_op": True, "already_open": True}
    return {"channel": channel_object(channel) if args.flag("return_im") else {"id": channel.id}} | known
