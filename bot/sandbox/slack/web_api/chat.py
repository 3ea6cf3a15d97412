"""Web API methods that write: chat.* and reactions.*.

Rules and error codes: the reference page of each method below https://docs.slack.dev/reference/methods.
"""

from __future__ import annotations

import math
import time
from typing import Any

from bot.sandbox.slack.args import ApiError, Args, RateLimitedError
from bot.sandbox.slack.limits.blocks import MAX_CHARACTERS, characters, faults_of
from bot.sandbox.slack.state.model import Channel, Message
from bot.sandbox.slack.state.wire import message_object
from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.web_api.places import addressed_channel, message_of, root_of, writable_channel

Answer = dict[str, Any]


def checked_blocks(args: Args) -> list[dict[str, Any]]:
    """Return the blocks if Slack would take them."""
    blocks = args.structure("blocks", "invalid_blocks_format")
    if blocks is None:
        return []
    faults = faults_of(blocks)
    if faults:
        messages = [f"[ERROR] {fault}" for fault in faults]
        raise ApiError("invalid_blocks", errors=faults, response_metadata={"messages": messages})
    if characters(blocks) > MAX_CHARACTERS:
        raise ApiError("msg_blocks_too_long")
    return list(blocks)


def checked_content(args: Args, *, most: int = 40_000) -> tuple[str, list[dict[str, Any]]]:
    """Return text and blocks if they make a message."""
    text, blocks = args.text("text"), checked_blocks(args)
    if not text.strip() and not blocks and not args.get("attachments"):
        raise ApiError("no_text")
    if len(text) > most:
        raise ApiError("msg_too_long")
    return text, blocks


def checked_metadata(args: Args) -> dict[str, Any] | None:
    """Return the metadata if it has an event type and a payload."""
    metadata = args.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise ApiError("invalid_metadata_format")
    if not metadata.get("event_type"):
        raise ApiError("invalid_metadata_format")
    return metadata


def throttle(slack: Workspace, channel: Channel) -> None:
    """Count a post against the channel's rate; once the burst is used up, refuse all until Retry-After has passed."""
    rate, now = slack.rules.posts_per_s, time.monotonic()
    if rate is None:
        return
    if (rest_s := slack.posts_refused_until.get(channel.id, now) - now) > 0:
        raise RateLimitedError(max(1, math.ceil(rest_s)))
    credit, counted_at = slack.post_credit.get(channel.id, (float(slack.rules.burst), now))
    credit = min(float(slack.rules.burst), credit + (now - counted_at) * rate)
    if credit < 1:
        slack.post_credit[channel.id] = (credit, now)
        asked = slack.rules.throttle_s
        retry_after_s = max(1, math.ceil(asked if asked is not None else (1 - credit) / rate))
        slack.posts_refused_until[channel.id] = now + retry_after_s
        raise RateLimitedError(retry_after_s)
    slack.post_credit[channel.id] = (credit - 1, now)


def post_message(slack: Workspace, args: Args) -> Answer:
    """chat.postMessage."""
    channel = addressed_channel(slack, args)
    throttle(slack, channel)
    text, blocks = checked_content(args)
    message = Message(
        channel.id,
        "",
        text,
        user=args.caller.bot_user_id,
        bot_id=args.caller.bot_id,
        team_id=args.caller.team.id,
        thread_ts=root_of(slack, channel, args.text("thread_ts")),
        blocks=_with_ids(blocks),
        metadata=checked_metadata(args),
        subtype="thread_broadcast" if args.flag("reply_broadcast") and args.text("thread_ts") else None,
    )
    message.ts = slack.next_ts()
    _dress(slack, message, args)
    slack.emit(slack.add(message))
    return {"channel": channel.id, "ts": message.ts, "message": message_object(message)}


def _dress(slack: Workspace, message: Message, args: Args) -> None:
    """Give a post another name and icon: without the scope Slack ignores them silently, as several apps found."""
    looks = [args.text(name) for name in ("username", "icon_emoji", "icon_url")]
    if "chat:write.customize" not in args.caller.scopes or not any(looks):
        return
    message.username = looks[0] or slack.users[args.caller.bot_user_id].name
    message.icons = {"emoji": looks[1]} if looks[1] else {"image_48": looks[2]} if looks[2] else {}
    message.user = None
    message.subtype = message.subtype or "bot_message"


def _with_ids(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [block | {"block_id": block.get("block_id") or f"b{number}"} for number, block in enumerate(blocks)]


def update(slack: Workspace, args: Args) -> Answer:
    """chat.update: own messages only; with blocks no "(edited)" is shown, and rich_text stays rich_text.

    Another name and face are lost, as was reported (slackapi/node-slack-sdk#944); it takes none.
    """
    args.require("ts")
    writable_channel(slack, args)
    message = message_of(slack, args)
    if message.bot_id != args.caller.bot_id:
        raise ApiError("cant_update_message")
    text, blocks = checked_content(args, most=4000)
    if blocks and _has_rich_text(message.blocks) and not _has_rich_text(blocks):
        raise ApiError("block_mismatch")
    message.metadata = checked_metadata(args) or message.metadata
    message.username, message.icons = None, {}
    slack.emit(slack.change(message, text=text or message.text, blocks=_with_ids(blocks), marks=not blocks))
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": message_object(message)}


def _has_rich_text(blocks: list[dict[str, Any]]) -> bool:
    return any(block["type"] == "rich_text" for block in blocks)


def delete(slack: Workspace, args: Args) -> Answer:
    """chat.delete: own messages only, and none under another name."""
    args.require("ts")
    message = message_of(slack, args)
    if message.bot_id != args.caller.bot_id or message.username:
        raise ApiError("cant_delete_message")
    slack.emit(slack.remove(message))
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(slack: Workspace, args: Args) -> Answer:
    """chat.postEphemeral: shown to one person, kept nowhere but in `ephemerals`."""
    args.require("user")
    channel = writable_channel(slack, args)
    if args.text("user") not in slack.members(channel):
        raise ApiError("user_not_in_channel")
    text, blocks = checked_content(args)
    shown: dict[str, Any] = {
        "channel": channel.id,
        "user": args.text("user"),
        "text": text,
        "blocks": _with_ids(blocks),
    }
    shown |= {"thread_ts": args.text("thread_ts") or None, "message_ts": slack.next_ts()}
    thread_ts = args.text("thread_ts")
    if thread_ts and len(slack.thread(channel.id, thread_ts)) < 2:  # Slack shows none in a thread without a reply
        slack.unseen.append(shown)
        return {"message_ts": shown["message_ts"]}
    slack.show_ephemeral(shown, args.caller)
    return {"message_ts": shown["message_ts"]}


def get_permalink(slack: Workspace, args: Args) -> Answer:
    """chat.getPermalink."""
    args.require("message_ts")
    message = message_of(slack, args, "message_ts")
    link = f"https://{slack.domain}.slack.com/archives/{message.channel}/p{message.ts.replace('.', '')}"
    return {"channel": message.channel, "permalink": link}


def add_reaction(slack: Workspace, args: Args) -> Answer:
    """reactions.add."""
    message, name = _reaction(slack, args)
    if args.caller.bot_user_id in message.reactions.get(name, []):
        raise ApiError("already_reacted")
    slack.emit(slack.react(message, args.caller.bot_user_id, name))
    return {}


def remove_reaction(slack: Workspace, args: Args) -> Answer:
    """reactions.remove."""
    message, name = _reaction(slack, args)
    if args.caller.bot_user_id not in message.reactions.get(name, []):
        raise ApiError("no_reaction")
    slack.emit(slack.unreact(message, args.caller.bot_user_id, name))
    return {}


def _reaction(slack: Workspace, args: Args) -> tuple[Message, str]:
    name = args.text("name").strip(":")
    if not name:
        raise ApiError("invalid_name")
    if not args.text("timestamp"):
        raise ApiError("no_item_specified")
    writable_channel(slack, args)
    return message_of(slack, args, "timestamp"), name
