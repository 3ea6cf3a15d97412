"""What a request carried to the bot, and from when on the bot could know a thread. Pure readers of hops."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.state.teams import BOT_USER_ID as BOTS
from bot.sandbox.wire import Hop

TOLD_GLIFIC = "contact→glific"
"""Direction of what a contact writes on WhatsApp: the bot reads it there."""


def carried(hop: Hop) -> str:
    """Name what a hop carried: the words of a text or an edit, else "delete" or "react" and a ts; "" for all others."""
    body = hop.request if isinstance(hop.request, dict) else {}
    if hop.direction == "volt→bot":
        payload = body.get("payload") or {}
        return str(payload.get("text")) if payload.get("event_type") == "message.received" else ""
    if hop.direction == TOLD_GLIFIC:
        return str(body.get("text"))
    if hop.direction != "slack→bot":
        return ""
    if "command" in body:
        return str(body.get("text")).split(maxsplit=2)[-1]
    return _of_event(body.get("event") or {})


def _of_event(event: dict[str, Any]) -> str:
    if event.get("type") == "reaction_added" and not str(event.get("user")).startswith(BOTS):
        return f"react {(event.get('item') or {}).get('ts')}"
    if event.get("type") != "message" or "bot_id" in event:
        return ""
    match event.get("subtype"):
        case None:
            return str(event.get("text"))
        case "message_deleted":
            return f"delete {event.get('deleted_ts')}"
        case "message_changed" if (event.get("message") or {}).get("edited"):
            return str(event["message"].get("text"))
    return ""


def is_for(hop: Hop, bot_user_id: str) -> bool:
    """Whether it concerns this bot: an event of a shared channel is brought to each bot that is there by itself."""
    authorizations = _dict(hop.request).get("authorizations")
    return not authorizations or authorizations[0].get("user_id") == bot_user_id


def is_yes(hop: Hop) -> bool:
    """Whether the bot took it: 200, and words that say so where it was asked in words."""
    is_command = isinstance(hop.request, dict) and "command" in hop.request
    return hop.status == 200 and (not is_command or "Your text to" in str(hop.answer))


def learned(hop: Hop) -> list[tuple[str, float]]:
    """List the posts of the bot in a channel itself that this hop told it of: their ts, and when at the earliest."""
    if hop.direction == "slack→bot":
        event = _dict(_dict(hop.request).get("event"))
        return [(str(one.get("ts")), hop.at) for one in (event, _dict(event.get("message"))) if _is_root(one)]
    if hop.direction != "bot→slack" or hop.status != 200:
        return []
    answer, at = _dict(hop.answer), hop.at + hop.elapsed_ms / 1000
    posts = (_dict(answer.get("message")), *(answer.get("messages") or ()))
    return [(str(one.get("ts")), at) for one in posts if _is_root(one)]


def _is_root(post: dict[str, Any]) -> bool:
    return bool(post.get("bot_id")) and post.get("thread_ts") in (None, post.get("ts"))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
