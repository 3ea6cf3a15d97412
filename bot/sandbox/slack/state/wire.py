"""JSON of Slack's messages: Web API objects, inner events and envelopes. Pure functions.

Shapes: https://docs.slack.dev/reference/events/message and its subtypes, https://docs.slack.dev/apis/events-api.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from bot.sandbox.clock import clock
from bot.sandbox.slack.state.model import Channel, Message, User
from bot.sandbox.slack.state.teams import APP_ID, BOT_ID, Installation, first_installation

FIRST = first_installation()


def message_object(message: Message, replies: Sequence[Message] = (), *, metadata: str = "all") -> dict[str, Any]:
    """Return a message as the Web API and events give it; metadata "all", or "type" for the event_type alone."""
    shape: dict[str, Any] = {"type": "message", "ts": message.ts, "text": message.text, "team": message.team_id}
    optional = {
        "subtype": message.subtype,
        "user": message.user,
        "client_msg_id": message.client_msg_id,
        "username": message.username,
        "icons": message.icons,
        "blocks": message.blocks,
        "files": message.files,
        "thread_ts": message.thread_ts,
    }
    shape |= {key: value for key, value in optional.items() if value}
    if message.subtype == "file_share":
        del shape["team"]  # Slack leaves it out of these alone
        shape |= {"upload": False, "display_as_bot": False}
    if message.is_shared and message.user:
        shape |= {"user_team": message.team_id, "source_team": message.team_id}
    return shape | _bot_fields(message) | _thread_fields(message, replies) | _marks(message, metadata)


def _bot_fields(message: Message) -> dict[str, Any]:
    if message.bot_id is None:
        return {}
    whose = {"name": "volt", "deleted": False, "team_id": message.team_id}
    profile = {"id": message.bot_id, "app_id": message.app_id, **whose}
    shape: dict[str, Any] = {"bot_id": message.bot_id, "app_id": message.app_id}
    return shape if message.username else shape | {"bot_profile": profile}


def _thread_fields(message: Message, replies: Sequence[Message]) -> dict[str, Any]:
    if not replies:
        return {}
    authors = list(dict.fromkeys(author for reply in replies if (author := reply.user or reply.bot_id)))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(authors),
        "latest_reply": replies[-1].ts,
        "reply_users": authors,
        "is_locked": False,
    }


def _marks(message: Message, metadata: str) -> dict[str, Any]:
    marks: dict[str, Any] = {}
    if message.edited:
        marks["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.reactions:
        marks["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
        ]
    if message.metadata:
        whole = metadata == "all"
        marks["metadata"] = message.metadata if whole else {"event_type": message.metadata["event_type"]}
    return marks


def message_event(channel: Channel, message: Message) -> dict[str, Any]:
    """Return the inner event of a new message."""
    shape = message_object(message)
    shape.pop("reactions", None)
    root = next((one for one in channel.messages if message.is_reply and one.ts == message.thread_ts), None)
    shape |= {"parent_user_id": root.user} if root is not None and root.user else {}
    return shape | {"channel": channel.id, "event_ts": message.ts, "channel_type": channel_type(channel)}


def hidden_event(channel: Channel, subtype: str, ts: str, **fields: Any) -> dict[str, Any]:
    """Return the inner event of a change that shows no new message, such as message_changed."""
    place = {"channel": channel.id, "hidden": True, "ts": ts, "event_ts": ts, "channel_type": channel_type(channel)}
    return {"type": "message", "subtype": subtype, **fields, **place}


def reaction_event(kind: str, message: Message, *, user: str, name: str, ts: str) -> dict[str, Any]:
    """Return the inner event reaction_added or reaction_removed."""
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    event = {"type": kind, "user": user, "reaction": name, "item": item, "event_ts": ts}
    return event | ({"item_user": message.user} if message.user else {})


def envelope(
    event: dict[str, Any], to: Installation = FIRST, *, source: str | None = None, is_external: bool = False
) -> dict[str, Any]:
    """Wrap an inner event as the Events API delivers it to an installation, under a new event id.

    `source` is the team it happened in: in a shared channel it may be another than the installation's.
    """
    return {
        "token": "verification-token",
        "team_id": source or to.team.id,
        "context_team_id": to.team.id,
        "context_enterprise_id": to.team.enterprise_id,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": new_event_id(),
        "event_time": int(clock.unix_time()),
        "authorizations": [to.authorization()],
        "is_ext_shared_channel": is_external,
        "event_context": f"4-{secrets.token_hex(12)}",
    }


def new_event_id() -> str:
    """Return an event id that was never used."""
    return "Ev" + secrets.token_hex(5).upper()


def channel_type(channel: Channel) -> str:
    """Return "im" for a direct message, "group" for a private channel, else "channel"."""
    if channel.is_im:
        return "im"
    return "group" if channel.is_private else "channel"


def channel_object(channel: Channel, to: Installation = FIRST, *, is_external: bool = False) -> dict[str, Any]:
    """Return a channel as conversations.info gives it to an installation; external: shared with another company."""
    shared = {"conversation_host_id": channel.teams[0], "shared_team_ids": channel.teams} if channel.is_shared else {}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private and not channel.is_im,
        "is_im": channel.is_im,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": False,
        "is_shared": channel.is_shared,
        "is_ext_shared": is_external,
        "is_org_shared": channel.is_shared and not is_external,
        "is_member": any(channel.has_bot(team_id) for team_id in to.team_ids),
        "context_team_id": to.team.id,
        "created": channel.created,
        "creator": channel.creator,
        "previous_names": channel.previous_names,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    } | ({"user": channel.im_user} if channel.is_im else shared)


def user_object(user: User, *, is_stranger: bool = False) -> dict[str, Any]:
    """Return a user as users.info gives it; a stranger is of another team, and in no channel the app can see."""
    shown = user.name if user.display_name is None else user.display_name
    profile = {"real_name": user.name, "display_name": shown, "team": user.team_id}
    bot = {"bot_id": user.bot_id or BOT_ID, "api_app_id": user.app_id or APP_ID} if user.is_bot else {}
    rare = {"is_stranger": is_stranger, "is_workflow_bot": user.is_workflow_bot}
    return {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.handle,
        "real_name": user.name,
        "deleted": user.deleted,
        "tz": user.tz,
        "tz_label": user.tz_label,
        "tz_offset": user.tz_offset,
        "profile": profile | bot,
        "is_admin": user.is_admin,
        "is_owner": user.is_owner,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
    } | {name: True for name, holds in rare.items() if holds}
