"""Places that a Web API call names: channel, person, message, root; refused where the caller may not go."""

from __future__ import annotations

from bot.sandbox.slack.args import ApiError, Args
from bot.sandbox.slack.state.model import Channel, Message, User
from bot.sandbox.slack.state.workspace import Workspace


def channel_of(slack: Workspace, args: Args, name: str = "channel") -> Channel:
    """Return the channel an argument names, by id or #name, if the bot may know of it."""
    wanted = args.text(name)
    found = slack.channels.get(wanted)
    if found is None and wanted.startswith("#"):
        found = next((one for one in slack.channels.values() if one.name == wanted[1:]), None)
    if found is None or not slack.can_see(args.caller, found):
        raise ApiError("channel_not_found")
    return found


def im_id(user_id: str) -> str:
    """Return the id of the direct messages between a person and the bot of their team."""
    return f"D{user_id[1:]}"


def direct_message(slack: Workspace, user: User) -> Channel:
    """Return the direct messages of a person with the bot of their team, made where there are none yet."""
    made = Channel(im_id(user.id), "", is_private=True, im_user=user.id, teams=[user.team_id])
    made.set_bot(user.team_id, is_in=True)
    return slack.channels.setdefault(made.id, made)


def addressed_channel(slack: Workspace, args: Args) -> Channel:
    """Return the channel to post in; a person's id means the direct messages with them, for which no scope is needed.

    https://docs.slack.dev/reference/methods/chat.postMessage#app_home
    """
    person = slack.users.get(args.text("channel"))
    if person is None or person.is_bot or not args.caller.covers(person.team_id):
        return writable_channel(slack, args)
    if person.deleted:
        raise ApiError("channel_not_found")
    return direct_message(slack, person)


def writable_channel(slack: Workspace, args: Args) -> Channel:
    """Return the channel if the bot may write to it."""
    channel = channel_of(slack, args)
    if channel.is_archived:
        raise ApiError("is_archived")
    if not slack.is_in(args.caller, channel):
        raise ApiError("not_in_channel")
    return channel


def message_of(slack: Workspace, args: Args, name: str = "ts") -> Message:
    """Return the message an argument names."""
    channel = channel_of(slack, args)
    found = slack.find(channel.id, args.text(name))
    if found is None:
        raise ApiError("message_not_found")
    return found


def root_of(slack: Workspace, channel: Channel, thread_ts: str) -> str | None:
    """Return the ts of the root that a reply belongs under; None when that root is deleted and nothing is left."""
    if not thread_ts:
        return None
    found = next((one for one in channel.messages if one.ts == thread_ts), None)
    if found is None:
        raise ApiError("thread_not_found")
    root = found.thread_ts or found.ts
    return root if len(slack.thread(channel.id, root)) > 1 or slack.find(channel.id, root) else None
