"""Web API methods that read, and a few small ones: conversations.*, bots, auth; people.py has those about users.

Rules and error codes: the reference page of each method below https://docs.slack.dev/reference/methods.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from bot.sandbox.slack.args import ApiError, Args
from bot.sandbox.slack.state.model import Channel, Message
from bot.sandbox.slack.state.wire import channel_object, message_object
from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.web_api.places import channel_of

Answer = dict[str, Any]


def auth_test(slack: Workspace, args: Args) -> Answer:
    """auth.test."""
    mine = args.caller
    who = {"user_id": mine.bot_user_id, "bot_id": mine.bot_id, "user": slack.users[mine.bot_user_id].handle}
    team = {"team": mine.team.name, "team_id": mine.team.id, "url": f"https://{mine.team.domain}.slack.com/"}
    organization = {"enterprise_id": mine.team.enterprise_id} if mine.team.enterprise_id else {}
    return {**team, **organization, **who, "is_enterprise_install": mine.is_org_wide}


def bot_info(slack: Workspace, args: Args) -> Answer:
    """bots.info."""
    mine = args.caller
    if args.text("bot", mine.bot_id) != mine.bot_id:
        raise ApiError("bot_not_found")
    who = {"id": mine.bot_id, "app_id": slack.app_id, "user_id": mine.bot_user_id}
    return {"bot": {**who, "name": slack.users[mine.bot_user_id].handle, "deleted": False}}


def channel_info(slack: Workspace, args: Args) -> Answer:
    """conversations.info."""
    channel = channel_of(slack, args)
    count = {"num_members": len(slack.users)} if args.flag("include_num_members") else {}
    return {"channel": shape_of(slack, channel, args) | count}


def shape_of(slack: Workspace, channel: Channel, args: Args) -> dict[str, Any]:
    """Return a channel as the caller sees it."""
    return channel_object(channel, args.caller, is_external=slack.is_external(channel))


def list_channels(slack: Workspace, args: Args) -> Answer:
    """conversations.list."""
    kinds = args.text("types", "public_channel").split(",")
    shown = [
        shape_of(slack, channel, args)
        for channel in slack.channels.values()
        if not channel.is_im
        and ("private_channel" if channel.is_private else "public_channel") in kinds
        and slack.can_see(args.caller, channel)
        and not (channel.is_archived and args.flag("exclude_archived"))
    ]
    page, cursor = page_of(shown, args, default=100)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def join_channel(slack: Workspace, args: Args) -> Answer:
    """conversations.join: public channels only."""
    channel = channel_of(slack, args)
    if channel.is_archived:
        raise ApiError("is_archived")
    if channel.is_private:
        raise ApiError("method_not_supported_for_channel_type")
    if not slack.is_in(args.caller, channel):
        slack.emit(slack.let_in(channel, args.caller.team.id))
    return {"channel": shape_of(slack, channel, args)}


def history(slack: Workspace, args: Args) -> Answer:
    """conversations.history: what stands in the channel itself, newest first."""
    channel = channel_of(slack, args)
    if not slack.is_in(args.caller, channel):
        raise ApiError("not_in_channel")
    top = [one for one in channel.messages if not one.deleted and _is_top(one) and _is_within(one.ts, args)]
    page, cursor = page_of(top[::-1], args, default=100)
    return {"messages": [_shape(slack, one, args) for one in page], **_more(cursor)}


def replies(slack: Workspace, args: Args) -> Answer:
    """conversations.replies: the root, always, then the replies within the bounds, oldest first."""
    channel = channel_of(slack, args)
    if not slack.is_in(args.caller, channel):
        raise ApiError("not_in_channel")
    named = next((one for one in channel.messages if one.ts == args.text("ts")), None)
    thread = slack.thread(channel.id, named.thread_ts or named.ts) if named else []
    if not thread or (thread[0].deleted and len(thread) == 1):
        raise ApiError("thread_not_found")
    page, cursor = page_of([one for one in thread[1:] if _is_within(one.ts, args)], args, default=1000)
    return {"messages": [_shape(slack, one, args) for one in [thread[0], *page]], **_more(cursor)}


def _is_top(message: Message) -> bool:
    return not message.is_reply or message.subtype == "thread_broadcast"


def _is_within(ts: str, args: Args) -> bool:
    oldest, latest = _micros(args.text("oldest") or "0"), _micros(args.text("latest") or "9999999999")
    at = _micros(ts)
    return oldest <= at <= latest if args.flag("inclusive") else oldest < at < latest


def _micros(ts: str) -> int:
    seconds, _, rest = ts.partition(".")
    if not seconds.isdecimal() or (rest and not rest.isdecimal()):
        raise ApiError("invalid_ts_oldest")
    return int(seconds) * 1_000_000 + int(rest[:6].ljust(6, "0"))


def _shape(slack: Workspace, message: Message, args: Args) -> dict[str, Any]:
    if message.deleted:
        message = Message(message.channel, message.ts, "This message was deleted.", "USLACKBOT", subtype="tombstone")
    metadata = "all" if args.flag("include_all_metadata") else "type"
    return message_object(message, [] if message.is_reply else slack.replies(message), metadata=metadata)


def page_of(items: list[Any], args: Args, *, default: int) -> tuple[list[Any], str]:
    """Return the page that cursor and limit ask for, and the cursor of the next; text alone where there is none."""
    try:
        start = int(base64.b64decode(args.text("cursor")).removeprefix(b"next:") or 0)
    except (ValueError, binascii.Error):
        raise ApiError("invalid_cursor") from None
    end = start + args.number("limit", default, 1000)
    cursor = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return items[start:end], cursor


def _more(cursor: str) -> dict[str, Any]:
    return {"has_more": bool(cursor), **({"response_metadata": {"next_cursor": cursor}} if cursor else {})}
